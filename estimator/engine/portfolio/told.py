"""A portfolio as the JSON that page, command line and files are made of."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from estimator.engine.comparison import clean
from estimator.engine.portfolio.choose import Choice
from estimator.engine.portfolio.project import Project
from estimator.engine.portfolio.whole import Begun, Portfolio, cash_flow, risk
from estimator.version import __version__


def portfolio_dict(portfolio: Portfolio) -> dict[str, Any]:
    """The JSON of ``portfolio``."""
    choice, names = portfolio.choice, [p.name for p in portfolio.projects]
    starts = {b.project: b for b in portfolio.calendar}
    rows = [_project_dict(p, k, choice, starts.get(k)) for k, p in enumerate(portfolio.projects)]
    first = min(
        (p.inputs.start_date for p in portfolio.projects if p.inputs.start_date), default=None
    )
    found: dict[str, Any] = clean(
        {
            "schema": 1,
            "data_version": portfolio.data_version,
            "code_version": __version__,
            "seed": portfolio.wanted.seed,
            "budget_usd": portfolio.wanted.budget_usd,
            "person_weeks": portfolio.wanted.person_weeks,
            "team": portfolio.wanted.team,
            "chosen_by": "value" if choice.by_value else "chance",
            "exact": choice.gap <= 1e-9,
            "projects": rows,
            "chosen": [names[p] for p in choice.chosen],
            "totals": _totals(choice),
            "shared": [
                {"kind": s.group[0], "name": s.group[1], "paid_by": names[s.leader],
                 "saved_by": names[s.member], "saved_usd": s.usd,
                 "saved_before_live_usd": s.budget_usd, "saved_person_weeks": s.person_weeks}
                for s in choice.savings
            ],
            "next_money": _more(choice, portfolio.more_money, names),
            "next_person_weeks": _more(choice, portfolio.more_weeks, names),
            "next_both": _more(choice, portfolio.more_of_both, names),
            "next_person": _more(choice, portfolio.one_person, names),
            "person_year_weeks": portfolio.person_year_weeks,
            "start_date": first,
            "calendar": [_gate(portfolio.projects[b.project], b, first)
                         for b in portfolio.calendar],
            "cash_flow_usd": list(cash_flow(portfolio)),
            "risk": risk(portfolio),
        }
    )  # fmt: skip
    return found


def _totals(choice: Choice) -> dict[str, Any]:
    return {
        "value_usd": choice.value_usd,
        "successes": choice.successes,
        "before_live_usd": choice.budget_usd,
        "spend_usd": choice.spend_usd,
        "person_weeks": choice.person_weeks,
        "saved_usd": sum(s.usd for s in choice.savings),
    }


def _more(now: Choice, then: Choice | None, names: Sequence[str]) -> dict[str, Any] | None:
    """What another set adds to the chosen one; None where nothing more is to be had."""
    if then is None:
        return None
    gain = None
    if now.value_usd is not None and then.value_usd is not None:
        gain = then.value_usd - now.value_usd
    return {
        "joins": [names[p] for p in then.chosen if p not in now.chosen],
        "leaves": [names[p] for p in now.chosen if p not in then.chosen],
        "extra_before_live_usd": then.budget_usd - now.budget_usd,
        "extra_person_weeks": then.person_weeks - now.person_weeks,
        "gain_usd": gain,
        "gain_successes": then.successes - now.successes,
        "exact": then.gap <= 1e-9,
    }


def _project_dict(
    project: Project, index: int, choice: Choice, begun: Begun | None
) -> dict[str, Any]:
    option = project.option
    why = ""
    if not option.possible:
        why = project.outcome
    elif index not in choice.chosen:
        negative = choice.by_value and (option.value_usd or 0.0) <= 0
        why = "no_value" if negative else "limits"
    return {
        "name": project.name,
        "outcome": project.outcome,
        "approach": project.approach,
        "chosen": index in choice.chosen,
        "why_not": why or None,
        "seed": project.inputs.seed,
        "draws": project.inputs.draws,
        "own_seed": project.seed,
        "success_probability": option.success,
        "value_month_usd": project.answer.get("value_month_usd"),
        "net_value_usd": option.value_usd,
        "before_live_usd": option.budget_usd,
        "spend_usd": option.spend_usd,
        "person_weeks": option.person_weeks,
        "weeks": project.weeks,
        "start_week": begun.week if begun else None,
        "people": begun.people if begun else None,
        "first_step": project.answer.get("first_step"),
        "sentence": project.answer.get("sentence"),
        "sentence_statements": project.answer.get("sentence_statements"),
        "inputs": project.inputs.to_dict(),
    }


def _gate(project: Project, begun: Begun, first_day: str | None) -> dict[str, Any]:
    """When a chosen project's first result is in and its first gate is passed."""
    step = project.answer["first_step"]
    at = begun.week + step["weeks"]
    day = None
    if first_day is not None:
        start = datetime.date.fromisoformat(first_day)
        day = (start + datetime.timedelta(weeks=at)).isoformat()
    return {
        "name": project.name,
        "start_week": begun.week,
        "gate_week": at,
        "gate_date": day,
        "end_week": begun.week + project.weeks,
        "people": begun.people,
        "usd": step["usd"],
        "kind": step["kind"],
        "text": step["text"],
        **{k: step[k] for k in ("key", "values") if k in step},
    }
