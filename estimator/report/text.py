"""Sentences for the manager, made from the result and changing with it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from estimator.engine.answer import Answer, Risk, Row
from estimator.engine.answer_decision import FirstStep, StagedPlan
from estimator.engine.answer_values import Said
from estimator.evidence.own_prices import TEAM_PREFIX
from estimator.report.strip import strip
from estimator.report.words import changes
from estimator.words.format import Style, capital, metric_name
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import Statement, from_json, said
from estimator.words.texts import approach_label, say

RARE = 0.02
"""Gates that fewer draws get to are left out of the sentences."""


@dataclass(frozen=True)
class Story:
    """The first screen in words; every part is empty where it does not apply."""

    kind: str
    headline: str
    lead: str
    ends: str
    detail: str
    approve: str
    ready: str
    accuracy: str
    regret: str
    single: str
    reach: str
    next_step: str
    gates: tuple[str, ...]
    values: tuple[str, ...]
    own: str
    strip: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """The sentences in reading order."""
        parts = (self.detail, self.approve, self.ready, self.accuracy, self.regret, self.reach)
        return [p for p in (*parts, self.next_step, self.own) if p]


def key_of(row: Row) -> str:
    """A row's own key: the approach, or ``approach#i`` for an extra option."""
    return str(row.get("key") or row["approach"])


def rows_for_people(answer: Answer) -> list[Row]:
    """The rows that people see: an approach that means nothing for the task is left out."""
    return [r for r in answer["approaches"] if r.get("applies", True)]


def left_out(answer: Answer, language: str = "en") -> str:
    """One line on the rows that are left out; blank where all are shown."""
    hidden = [r["approach"] for r in answer["approaches"] if not r.get("applies", True)]
    if not hidden:
        return ""
    names = ", ".join(approach_label(a, language) for a in hidden)
    return say("rows.left_out", language, names=names)


def row_of(answer: Answer, key: str | None) -> Row | None:
    """The row with a key, None where there is none."""
    return next((r for r in answer["approaches"] if key and key_of(r) == key), None)


def recommended(answer: Answer) -> Row | None:
    """The recommended row."""
    return row_of(answer, answer["recommendation"].get("approach"))


def row_name(row: Row, language: str = "en") -> str:
    """The approach with its base model, an extra row also with its labels: LoRA on roberta-base."""
    name, model = approach_label(row["approach"], language), row.get("base_model")
    if model:
        name = say("on_model", language, approach=name, model=model)
    if row.get("retrieval"):
        name = say("with_passages", language, row=name)
    labels = row.get("n_labelled_to_buy")
    if labels is None or "#" not in key_of(row):
        return name
    return say("with_labels", language, row=name, n=Style(language).count(labels))


def target_text(answer: Answer, style: Style) -> str:
    """The target with its metric: 90% accuracy."""
    target = answer["inputs"]["target"]
    if target["value"] is None:
        return metric_name(target["metric"], style.language)
    value = style.metric(target["value"], target["metric"])
    return f"{value} {metric_name(target['metric'], style.language)}"


def horizon_text(answer: Answer, language: str = "en") -> str:
    """The months of use in words."""
    return Style(language).horizon(answer["inputs"]["serving"]["horizon_months"])


def story(answer: Answer, style: Style | None = None) -> Story:
    """The answer in sentences, all of them from the staged plan.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare`` (CONTRACT section 4).
    style : Style, optional
        Language and currency; English and USD by default.
    """
    style = style or Style()
    row, plan = recommended(answer), answer["staged_plan"]
    here = " ".join(said(plan, "here", style))
    before = " ".join(said(plan, "before", style))
    headline = " ".join(said(plan, "sentence", style)).rstrip(".")
    step = plan.get("first_step") or {}
    ends = _sentence(plan, "plan.ends", style)
    single = _sentence(plan, "plan.single", style)
    trial = "" if plan["gates"] or plan["outcome"] != "no_evidence" else _step(step, style)
    return Story(
        kind=plan["outcome"],
        headline=headline,
        lead=" ".join(t for t in (here, trial) if t),
        ends=ends,
        detail=" ".join(t for t in (here, before, trial, ends) if t),
        approve=_sentence(plan, "plan.totals", style),
        ready=_sentence(plan, "plan.weeks", style),
        accuracy="" if row is None else accuracy_sentence(answer, row, style),
        regret=_sentence(plan, "plan.lost", style),
        single=single,
        reach=" ".join(t for t in (single, _sentence(plan, "plan.even", style)) if t),
        next_step=" ".join(said(plan["gates"][0], "text", style)) if plan["gates"] else "",
        gates=_gates(plan, style),
        values=(*said(plan, "ladder", style), *said(plan, "ask", style), *beside(answer, style)),
        own=own_text(answer, style),
        strip=() if row is None else strip(row, style),
        changes=changes(answer, style),
        warnings=stops(answer, style),
    )  # fmt: skip


def versions_of(answer: Answer) -> dict[str, str | int]:
    """What makes the figures again: versions of data and code, seed and draws."""
    return {
        "data_version": answer["data_version"],
        "code_version": answer["code_version"],
        "seed": answer["seed"],
        "draws": answer["draws"],
    }


def priced_rows(answer: Answer) -> list[Row]:
    """Rows for people whose money is known: no bar can be drawn of the others."""
    return [r for r in rows_for_people(answer) if r["cost_usd"]["total"]["base"] is not None]


def beside(answer: Answer, style: Style) -> tuple[str, ...]:
    """What stands beside the plan: doing nothing, and how many models go live at all."""
    advice = answer["recommendation"]
    parts: tuple[Said | None, ...] = (advice.get("as_today"), advice.get("going_live"))
    rules = answer.get("rules_of_thumb") or ()
    return tuple(text for part in (*parts, *rules) if part for text in said(part, "text", style))


def own_text(answer: Answer, style: Style) -> str:
    """What the firm's own projects did to the answer, and whose prices it rests on."""
    own = said(answer.get("own_projects") or {}, "sentences", style)
    book = str(answer["inputs"].get("prices") or "")
    if book.startswith(TEAM_PREFIX):
        own = (*own, say("own.team_prices", style.language, name=book))
    return " ".join(own)


def _gates(plan: StagedPlan, style: Style) -> tuple[str, ...]:
    shown = (g for g in plan["gates"] if g["reached"] >= RARE)
    return tuple(" ".join(said(g, "text", style)) for g in shown)


def _step(step: FirstStep, style: Style) -> str:
    return capital(" ".join(said(step, "text", style)))


def _sentence(plan: StagedPlan, key: str, style: Style) -> str:
    """The sentence of the plan whose key begins so; empty where the plan has none."""
    texts = said(plan, "sentences", style)
    keys = [str(s["key"]) for s in plan.get("sentences_statements", ())]
    return next((t for k, t in zip(keys, texts, strict=True) if k.startswith(key)), "")


STOPS = frozenset({"licence", "bias", "no evaluation"})
"""Risks that must be settled before anything is signed, whatever the plan says of the rest."""


def stops(answer: Answer, style: Style) -> tuple[str, ...]:
    """Stop signs of the row that is begun with, in the reader's language and currency."""
    first = answer["staged_plan"].get("first_step") or {}
    row = recommended(answer) or row_of(answer, first.get("approach"))
    if row is None:
        return ()
    high = (r for r in row.get("risks") or () if r["severity"] == "high" and r["risk"] in STOPS)
    return (*(_sign(r, style) for r in high), *_residency(answer, row, style))


def _sign(risk: Risk, style: Style) -> str:
    """A risk as a sign: shorter than its sentence in the list of risks."""
    told = from_json({"key": risk["key"], "values": risk["values"]})
    key = risk["key"].replace("risk.text.", "stop.", 1)
    return Statement(key, told.values).say(style) if isinstance(told, Statement) else ""


def _residency(answer: Answer, row: Row, style: Style) -> tuple[str, ...]:
    """Where data go that must not go just anywhere: people are affected, or regions are named.

    Rows that compute outside the regions are out already; labellers and teachers have no region.
    """
    limits = answer["inputs"]["limits"]
    if limits["regions"] is None and not limits["sensitive_domain"]:
        return ()
    kept = limits["regions"] is not None
    keys = [s["key"] for s in row.get("data_goes_to_statements", ())]
    named = zip(keys, said(row, "data_goes_to", style), strict=True)
    places = [text for key, text in named if not (kept and key == "place.cloud_region")]
    if not places:
        return ()
    return (say("stop.residency", style.language, places=style.listed(places)),)


def ready_date(start: str, weeks: float) -> str:
    """The ISO date that lies some weeks after an ISO date."""
    try:
        return (datetime.date.fromisoformat(start) + datetime.timedelta(weeks=weeks)).isoformat()
    except OverflowError:
        return datetime.date.max.isoformat()


def accuracy_sentence(answer: Answer, row: Row, style: Style) -> str:
    """Likely quality of the row and its chance of the target, or why none is given."""
    quality = row.get("accuracy")
    if not quality:
        metric = metric_name(answer["inputs"]["target"]["metric"], style.language)
        reason = " ".join(said(row, "accuracy_reason", style)).rstrip(".")
        return say("accuracy_none", style.language, metric=metric, reason=reason)
    metric = quality["metric"]
    low, high = style.metric(quality["p10"], metric), style.metric(quality["p90"], metric)
    return say(
        "accuracy_row",
        style.language,
        choice=ApproachName(key_of(row), row.get("base_model")).write(style, ""),
        metric=metric_name(metric, style.language),
        value=style.metric(quality["p50"], metric),
        range=style.between(low, high),
        chances=style.chances(row.get("target_probability")),
        target=style.metric(answer["inputs"]["target"]["value"], metric),
    )
