"""A portfolio in words and tables, the same on page, command line, PDF and workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.engine.fields import build
from estimator.engine.groups import OwnFactors
from estimator.engine.own_told import factors_told
from estimator.report.words import joined
from estimator.words.format import NONE, Style, capital
from estimator.words.statement import said
from estimator.words.texts import approach_label, say

Found = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]
MONTHS_PER_QUARTER = 3


def headline(found: Found, style: Style) -> str:
    """What to take, in a sentence."""
    lang, totals = style.language, found["totals"]
    every, n = len(found["projects"]), len(found["chosen"])
    if not n:
        return say("portfolio.headline_none", lang, all=every)
    common = {
        "n": n, "all": every, "money": style.money_short(totals["before_live_usd"]),
        "weeks": style.number(totals["person_weeks"]),
    }  # fmt: skip
    if found["chosen_by"] == "value":
        value = style.money_short(totals["value_usd"])
        return say("portfolio.headline_value", lang, value=value, **common)
    success = style.number(totals["successes"], 1)
    return say("portfolio.headline_chance", lang, success=success, **common)


def notes(found: Found, style: Style) -> list[str]:
    """How the set was chosen."""
    lang, out = style.language, []
    if found["chosen_by"] != "value":
        out.append(say("portfolio.by_chance", lang))
    if not found["exact"]:
        out.append(say("portfolio.not_exact", lang))
    stated = (build(OwnFactors, p["inputs"]["own_factors"], "") for p in found["projects"])
    told = {factors_told(own).say(style) for own in stated if own.in_force}
    return [*out, *sorted(told)]


def more(found: Found, style: Style) -> list[str]:
    """What the next dollar and the next person buy."""
    lang, out = style.language, []
    money, weeks, person = found["next_money"], found["next_person_weeks"], found["next_person"]
    both = found["next_both"]
    if found["budget_usd"] is not None:
        out.append(
            say("portfolio.next_money_none", lang)
            if money is None
            else say(
                "portfolio.next_money", lang, money=_extra_money(found, money, style),
                **_change(money, style),
            )
        )  # fmt: skip
    if found["person_weeks"] is not None:
        out.append(
            say("portfolio.next_weeks_none", lang)
            if weeks is None
            else say(
                "portfolio.next_weeks", lang, weeks=_extra_weeks(found, weeks, style),
                **_change(weeks, style),
            )
        )  # fmt: skip
    if both is not None:
        out.append(
            say(
                "portfolio.next_both", lang, money=_extra_money(found, both, style),
                weeks=_extra_weeks(found, both, style), **_change(both, style),
            )
        )  # fmt: skip
    if person is not None:
        year = style.number(found["person_year_weeks"])
        out.append(say("portfolio.next_person", lang, weeks=year, **_change(person, style)))
    return out


def _extra_money(found: Found, step: Mapping[str, Any], style: Style) -> str:
    """What a set needs above the budget."""
    needed = found["totals"]["before_live_usd"] + step["extra_before_live_usd"]
    return style.money_short(max(needed - found["budget_usd"], 0.0))


def _extra_weeks(found: Found, step: Mapping[str, Any], style: Style) -> str:
    """What a set needs above the person-weeks that there are."""
    needed = found["totals"]["person_weeks"] + step["extra_person_weeks"]
    return style.number(max(needed - found["person_weeks"], 0.0), 1)


def _change(step: Mapping[str, Any], style: Style) -> dict[str, str]:
    lang = style.language
    parts = [
        say(f"portfolio.{kind}", lang, names=joined(step[kind], lang))
        for kind in ("joins", "leaves") if step[kind]
    ]  # fmt: skip
    if step["gain_usd"] is not None:
        gain = style.money_short(step["gain_usd"])
    else:
        gain = say("portfolio.gain_successes", lang, n=style.number(step["gain_successes"], 2))
    return {"change": joined(parts, lang) or say("portfolio.unchanged", lang), "gain": gain}


def shared(found: Found, style: Style) -> list[str]:
    """What is paid once."""
    lang = style.language
    return [
        say(
            "portfolio.shared", lang, payer=s["paid_by"], saver=s["saved_by"],
            kind=say(f"portfolio.shared.{s['kind']}", lang, name=s["name"]),
            usd=style.money_short(s["saved_usd"]),
        )
        for s in found["shared"]
    ]  # fmt: skip


def risk(found: Found, style: Style) -> list[str]:
    """The money and the successes of the whole set."""
    lang, about = style.language, found["risk"]
    money = about["before_live_usd"]
    if money is None:
        return []
    spread = {p: style.money_short(money[p]) for p in ("p50", "p90")}
    over = about["over_budget_probability"]
    if over is None:
        out = [say("portfolio.risk_plain", lang, **spread)]
    else:
        out = [say("portfolio.risk", lang, over=style.percent(over, 0), **spread)]
    if about["spread_over_independent"] is not None and len(found["chosen"]) > 1:
        factor = style.number(about["spread_over_independent"], 1)
        out.append(say("portfolio.risk_common", lang, factor=factor))
    successes = {
        p: style.number(about["successes"][p], 1 if p == "mean" else 0)
        for p in ("mean", "p10", "p90")
    }
    none = style.percent(about["none_succeeds_probability"], 0)
    return [*out, say("portfolio.successes", lang, none=none, **successes)]


def projects_table(found: Found, style: Style) -> Table:
    """One row a project."""
    lang = style.language
    valued = found["chosen_by"] == "value"
    heads = ["project", "chosen", "success", *(["value"] if valued else []), "money", "weeks",
             "approach", "first", "why"]  # fmt: skip
    rows = []
    for p in found["projects"]:
        able = p["approach"] is not None
        step = p["first_step"]
        rows.append([
            p["name"],
            say(f"portfolio.{'yes' if p['chosen'] else 'no'}", lang),
            style.chances(p["success_probability"]) if able else NONE,
            *([style.money_short(p["net_value_usd"]) if able else NONE] if valued else []),
            style.money_short(p["before_live_usd"]) if able else NONE,
            style.number(p["person_weeks"], 1) if able else NONE,
            approach_label(p["approach"], lang) if able else NONE,
            step_text(step, style) if step and able else NONE,
            say(f"portfolio.why.{p['why_not']}", lang) if p["why_not"] else "",
        ])  # fmt: skip
    return [say(f"portfolio.{h}", lang) for h in heads], rows


def step_text(step: Mapping[str, Any], style: Style) -> str:
    """A first step in the reader's language."""
    return capital(" ".join(said(step, "text", style)))


def calendar_table(found: Found, style: Style) -> Table:
    """First gates of all plans, in the order of their time."""
    lang = style.language
    dated = found["start_date"] is not None
    heads = ["project", "start", "gate", *(["date"] if dated else []), "end", "people",
             "gate_usd", "first"]  # fmt: skip
    rows = [
        [
            g["name"],
            style.number(g["start_week"]),
            style.number(g["gate_week"], 1),
            *([style.date(g["gate_date"])] if dated else []),
            style.number(g["end_week"], 1),
            style.number(g["people"], 1),
            style.money_short(g["usd"]),
            step_text(g, style),
        ]
        for g in sorted(found["calendar"], key=lambda g: (g["gate_week"], g["name"]))
    ]
    return [say(f"portfolio.{h}", lang) for h in heads], rows


def cash_table(found: Found, style: Style) -> Table:
    """Expected money by quarter."""
    lang, flow = style.language, found["cash_flow_usd"]
    quarters = [
        sum(flow[k : k + MONTHS_PER_QUARTER]) for k in range(0, len(flow), MONTHS_PER_QUARTER)
    ]
    rows = [[str(k), style.money_about(q)] for k, q in enumerate(quarters, start=1)]
    rows.append([say("portfolio.total", lang), style.money_about(sum(flow))])
    return [say("portfolio.quarter", lang), say("portfolio.usd", lang)], rows


def origin(found: Found, style: Style) -> str:
    """What repeats the figures."""
    return say(
        "portfolio.origin", style.language, data=found["data_version"],
        code=found["code_version"], seed=found["seed"],
    )  # fmt: skip
