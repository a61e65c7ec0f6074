"""The judgements behind a bill as a table: what they carry, what half or twice would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.comparison import Comparison
from estimator.engine.judgements import Judged, Judgements, judgements
from estimator.evidence.things import Assumption
from estimator.words.format import Style
from estimator.words.texts import approach_label, judgement, say, term

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

HEADS = ("judgement", "value", "carries", "half", "twice", "choice_moves", "replaced_by")
ROOMS = ("people", "labelling", "serving", "finance", "compute")


def judged_heads(style: Style) -> list[str]:
    """Names of the columns."""
    return [say(f"judged.{h}", style.language) for h in HEADS]


def judged_rows(
    found: Judgements, rows: Mapping[str, Assumption] | None, style: Style
) -> list[list[str]]:
    """One row for each judgement, the one that carries most first.

    Parameters
    ----------
    found : Judgements
    rows : mapping of str to Assumption, optional
        For their reasons.
    style : Style
    """
    return [_row(j, found, rows or {}, style) for j in found.rows]


def _row(j: Judged, found: Judgements, rows: Mapping[str, Assumption], style: Style) -> list[str]:
    lang = style.language
    reason = judgement(j.assumption, rows[j.assumption].reason, lang) if rows else ""
    unit = term("unit", j.unit, lang)
    moved = [style.money_short(usd - found.total_usd) for usd in j.totals_usd]
    return [
        f"{j.assumption}: {reason}" if reason else j.assumption,
        f"{style.quantity(j.value)} {unit}",
        f"{style.money_short(j.carried_usd)} ({style.percent(j.share)})",
        *moved,
        _choice(j, found.choice, lang),
        replaced_by(j.assumption, lang),
    ]


def replaced_by(assumption: str, lang: str) -> str:
    """What a firm would put in its place."""
    room = assumption.split(".", 1)[0]
    return say(f"judged.by.{room if room in ROOMS else 'other'}", lang)


def _choice(j: Judged, now: str | None, lang: str) -> str:
    """Which way the choice moves at half or twice; a dash where it stays."""
    parts = [
        say(f"judged.{at}_to", lang, choice=_name(choice, lang))
        for at, choice in zip(("half", "twice"), j.choices, strict=True)
        if choice != now
    ]
    return "; ".join(parts) or say("judged.stays", lang)


def _name(key: str | None, lang: str) -> str:
    return say("judged.no_choice", lang) if key is None else approach_label(key, lang)


def judged_sentence(found: Judgements, style: Style) -> str:
    """The share of judgement with its rule, and how many judgements move the choice."""
    moving = sum(any(c != found.choice for c in j.choices) for j in found.rows)
    return say(
        "judged.sentence",
        style.language,
        share=style.percent(found.share),
        n=len(found.rows),
        moving=moving,
    )


def judged_data(
    comparison: Comparison, evidence: Evidence | None, style: Style | None
) -> dict[str, Any]:
    """What the printed report shows of them; nothing without the shipped tables."""
    inputs = comparison.evaluation.inputs
    style = style or Style("en", inputs.finance.currency, inputs.finance.usd_rate or 1.0)
    found = judgements(inputs, evidence) if evidence is not None else None
    if found is None or evidence is None:
        return {"judged": [], "judged_title": "", "judged_sentence": "", "judged_heads": []}
    return {
        "judged": judged_rows(found, evidence.assumptions, style),
        "judged_title": say("judged.title", style.language),
        "judged_sentence": judged_sentence(found, style),
        "judged_heads": judged_heads(style),
    }
