"""Why a row works with its base model, and what others would bring and cost, in words."""

from __future__ import annotations

from estimator.engine.answer import OtherModel, Row
from estimator.words.format import Style
from estimator.words.statement import said
from estimator.words.texts import say


def base_model_reason(row: Row, style: Style) -> str:
    """The base model of a row with the reason; empty where it has none."""
    choice = row.get("base_model_choice")
    if not choice or not row["base_model"]:
        return ""
    reason = " ".join(said(choice, "reason", style))
    return say("model.reason", style.language, model=row["base_model"], reason=reason)


def other_models(row: Row, style: Style, priced: bool = False) -> list[str]:
    """One sentence for each base model that was compared, or for those with a price."""
    choice = row.get("base_model_choice")
    others = choice["others"] if choice else []
    return [_other(o, style) for o in others if o["more_usd"] is not None or not priced]


def _other(other: OtherModel, style: Style) -> str:
    points, usd, lang = other["more_points"], other["more_usd"], style.language
    spread = style.about(other["spread_points"], 2)
    key = "model.more" if points >= 0 else "model.less"
    quality = say(key, lang, points=style.about(abs(points), 2), spread=spread)
    if usd is None:
        return say("model.flat", lang, model=other["base_model"], quality=quality)
    key = "model.dearer" if usd >= 0 else "model.saved"
    money = say(key, lang, usd=style.money_about(abs(usd)))
    return say("model.other", lang, model=other["base_model"], quality=quality, money=money)
