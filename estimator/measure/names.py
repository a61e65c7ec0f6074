"""Names that people and labelling tools give to columns, by what the column is for."""

from __future__ import annotations

import re


def spelled(names: str) -> tuple[str, ...]:
    """Names between blanks."""
    return tuple(names.split())


TEXT = spelled(
    """
    text texts sentence utterance comment_text review_text reviewtext document message
    content comment review body tweet question query description abstract data input prompt
    statement post title headline subject email news article nachricht beschreibung
    kommentar anfrage betreff satz inhalt freitext meldung texte texto testo 文本 内容
    review_body clean_text ticket_text transcript reply
    """
)

LABEL = spelled(
    """
    label labels gold_label gold class category categories target y intent sentiment topic
    tag tags classification annotation choice kategorie klasse etikett thema zielwert
    einstufung stimmung absicht label.responses true_label labelname label_name class_name
    label_text queue species outcome diagnosis emotion genre warengruppe topic_group
    étiquette catégorie categoría categoria 标签 类别 分类 cat stars rating score quality answer
    expected is_spam spam churn fraud type
    """
)
"""Most telling first."""

SPLIT = spelled(
    """
    split fold partition subset set is_test datensatz
    """
)

GROUP = spelled(
    """
    customer customer_id client client_id user user_id userid patient patient_id thread
    thread_id conversation_id session_id author author_id account account_id company
    company_id merchant merchant_id shop store store_id site site_id repo repository project
    project_id subreddit contract contract_id document_id doc_id speaker speaker_id
    subject_id family group group_id device_id machine_id vehicle_id kunde kundennummer
    kunden_id mandant patientennummer vorgang gruppe standort filiale
    """
)

TIME = spelled(
    """
    date time timestamp datetime created created_at createdat day month published
    published_at posted_at datum zeit zeitstempel erstellt erstellt_am eingang created_utc
    order_date arrival_date 日期 fecha data_ora
    """
)

TOOL_TIME = spelled(
    """
    updated_at updated modified lead_time annotated_at geändert
    """
)

ANNOTATOR = spelled(
    """
    annotator annotator_id annotators worker worker_id workerid rater rater_id coder labeler
    labeller labeled_by labelled_by annotated_by completed_by bearbeiter agent assignee
    reviewer responses.users label.responses.users
    """
)

IDENT = spelled(
    """
    id ids uid uuid guid index idx nr no nummer number row row_id annotation_id item_id
    text_id example_id sample_id ticket ticket_id ticket_nr case case_id hash url link file
    filename file_name path unnamed:_0 rowid key record_id order_id message_id
    """
)

SIDE = spelled(
    """
    status state priority priorität prio language lang sprache source quelle channel kanal
    country land verified confidence konfidenz team abteilung responses.status
    label.responses.status label.suggestion suggestion predicted prediction score_model
    keyword location version likes retweets upvotes age gender
    """
)
"""Columns beside a text that hold few values and are not what people label."""

KINDS = (TEXT, LABEL, SPLIT, GROUP, TIME, TOOL_TIME, ANNOTATOR, IDENT, SIDE)
_ALL = frozenset(name for kind in KINDS for name in kind)


def plain(name: str) -> str:
    """A column name as the lists spell it."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-]+", "_", snake).lower().strip("_#")


def known(name: str) -> bool:
    """Is this a name that people give to columns?"""
    return plain(name) in _ALL or plain(name).replace("_", "") in _ALL


def rank(name: str, kind: tuple[str, ...]) -> int | None:
    """Place of a name in a list, 0 the most telling; None where it is not in it."""
    for spelling in (plain(name), plain(name).replace("_", "")):
        if spelling in kind:
            return kind.index(spelling)
    return None
