"""People and calendar of a project from published efforts, source by source.

The middle of calendars and upkeep is the median over sources: each counts once, and no single one
moves it. Person-weeks are first raised to the whole project where a source names a part of it, and
their middle is the mean over kinds of source: those who sell the work state less of it than those
who did or teach it, and how many of a kind were found says nothing. What is stated as a range
tells how far projects of one source lie apart; what the sources' middles tell is how far a new
project may lie from all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.distributions import Z90

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TABLES = ("people_effort", "people_effort_more")
ADAPTED, REGULATED = "adapted", "regulated"
MONTHS_OF_5_YEARS = 60.0
STEPS = ("platform", "pipelines", "scripts", "by_hand")
PHASES = ("scoping", "data", "modelling", "evaluation", "integration")
TELLERS = {
    "planning document": "did",
    "peer-reviewed case report": "did",
    "vendor page": "sells",
    "course page": "teaches",
    "blog": "teaches",
    "online book, industry surveys unnamed": "teaches",
}
"""Kind of source by what its author does with such projects."""


@dataclass(frozen=True)
class Stated:
    """One published range, both ends in the unit of its quantity."""

    family: str
    kind: str
    low: float
    high: float
    teller: str = ""
    covers: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Geometric middle of the range."""
        return float(np.sqrt(self.low * self.high))


def stated(evidence: Evidence, *quantities: str) -> list[tuple[str, Stated]]:
    """Rows of the effort tables that the fit reads, with their quantity."""
    rows = [r for t in TABLES for r in evidence.table(t).to_dict("records")]
    return [
        (
            r["quantity"],
            Stated(
                r["family"],
                r["kind"],
                float(r["fit_low"]),
                float(r["fit_high"]),
                TELLERS.get(r["kind_of_source"], r["kind_of_source"]),
                tuple(r["covers"].split()),
            ),
        )
        for r in rows
        if r["quantity"] in quantities
    ]


def by_family(rows: Sequence[Stated]) -> dict[str, float]:
    """Geometric middle of every source family."""
    names = dict.fromkeys(r.family for r in rows)
    return {
        f: float(np.exp(np.mean([np.log(r.middle) for r in rows if r.family == f]))) for f in names
    }


def spread_of(
    middles: Sequence[float], tellers: Sequence[str] | None = None
) -> tuple[float, float, float]:
    """p10, p50, p90 of a new source, from the deviation between sources, few as they are.

    Parameters
    ----------
    middles : sequence of float
        One figure of each source.
    tellers : sequence of str, optional
        Kind of each source: the middle is then the mean over kinds, else the median over sources.

    Notes
    -----
    ``p50 exp(-+ 1.28 s sqrt(1 + 1/n))`` with ``s`` the standard deviation of the logarithms.
    """
    logs = np.log(np.asarray(middles))
    wide = Z90 * float(logs.std(ddof=1)) * float(np.sqrt(1 + 1 / len(logs)))
    if tellers is None:
        middle = float(np.exp(np.median(logs)))
    else:
        kinds = [logs[[t == kind for t in tellers]].mean() for kind in dict.fromkeys(tellers)]
        middle = float(np.exp(np.mean(kinds)))
    return middle * float(np.exp(-wide)), middle, middle * float(np.exp(wide))


def phase_shares(evidence: Evidence) -> dict[str, float]:
    """Share of each phase in the stated weeks of all phases."""
    weeks = {s.kind: (s.low + s.high) / 2 for _, s in stated(evidence, "phase_weeks")}
    return {k: weeks[k] / sum(weeks[p] for p in PHASES) for k in PHASES}


def efforts(evidence: Evidence, usd_per_week: float) -> list[Stated]:
    """Person-weeks of one whole project.

    Notes
    -----
    Money is divided by the loaded wage of a week [USD]; a figure of some phases by their share.
    """
    shares = phase_shares(evidence)
    out = []
    for q, s in stated(evidence, "person_weeks", "one_off_usd"):
        part = sum(shares[p] for p in s.covers) if s.covers else 1.0
        unit = part * (1.0 if q == "person_weeks" else usd_per_week)
        out.append(replace(s, low=s.low / unit, high=s.high / unit))
    return out


def told_by(rows: Sequence[Stated]) -> list[str]:
    """Kind of every source family, in the order of `by_family`."""
    return [next(r.teller for r in rows if r.family == f) for f in by_family(rows)]


def fit_effort(evidence: Evidence, usd_per_week: float) -> dict[str, Any]:
    """Middle and spread of person-weeks, calendar, levels, integration, phases and upkeep.

    Parameters
    ----------
    evidence : Evidence
    usd_per_week : float
        Mean loaded wage of a person-week, for sources that state money [USD].
    """
    rows = efforts(evidence, usd_per_week)
    adapted = [r for r in rows if r.kind == ADAPTED]
    weeks = spread_of(list(by_family(adapted).values()), told_by(adapted))
    wide = [float(np.log(r.high / r.low)) / 2 for r in adapted if r.high > r.low]
    up = [*wide, *(float(np.log(r.middle / weeks[1])) for r in rows if r.kind == REGULATED)]
    calendar = [s for _, s in stated(evidence, "weeks") if s.kind == ADAPTED]
    ladder = {s.kind: s.middle for _, s in stated(evidence, "integration_weeks")}
    return {
        "adaptation_weeks": weeks,
        "lean": float(np.exp(-np.mean(wide))),
        "regulated": float(np.exp(np.mean(up))),
        "calendar_weeks": spread_of(list(by_family(calendar).values())),
        "integration": {k: ladder[k] / ladder["pipelines"] for k in STEPS},
        "phases": phase_shares(evidence),
        "upkeep_hours": spread_of(list(by_family(upkeep(evidence, usd_per_week)).values())),
        "upkeep_regulated": float(
            np.exp(np.mean([np.log(r.high / r.low) / 2 for r in upkeep(evidence, usd_per_week)]))
        ),
    }


def upkeep(evidence: Evidence, usd_per_week: float, hours: float = 40.0) -> list[Stated]:
    """Hours of people a month for one model in use, retraining and review in them [h].

    Notes
    -----
    A bill over five years is divided by 60 months and the wage of an hour, after the integration
    that it contains: the share of integration in the weeks of an ordinary project.
    """
    adapted = [r for r in efforts(evidence, usd_per_week) if r.kind == ADAPTED]
    weeks = spread_of(list(by_family(adapted).values()), told_by(adapted))[1]
    once = phase_shares(evidence)["integration"] * weeks * usd_per_week
    hour = usd_per_week / hours * MONTHS_OF_5_YEARS
    return [
        s
        if q == "upkeep_hours_month"
        else replace(s, low=(s.low - once) / hour, high=(s.high - once) / hour)
        for q, s in stated(evidence, "upkeep_hours_month", "upkeep_usd_5_years")
    ]


def beside_retraining(
    whole: tuple[float, float, float], retraining_weeks: float, audit_days: float
) -> tuple[float, float, float]:
    """Upkeep less a yearly retraining and review, which are lines of their own [h a month]."""
    yearly = retraining_weeks * 40.0 + audit_days * 8.0
    part = 1.0 - yearly / 12.0 / whole[1]
    return whole[0] * part, whole[1] * part, whole[2] * part


def left_out(rows: Sequence[Stated], by_kind: bool = False) -> list[dict[str, Any]]:
    """Every source predicted from the others: ratio of middles, and whether the interval held."""
    found = by_family(rows)
    out: list[dict[str, Any]] = []
    for family, middle in found.items():
        others = [r for r in rows if r.family != family]
        p10, p50, p90 = spread_of(
            list(by_family(others).values()), told_by(others) if by_kind else None
        )
        mine = [r for r in rows if r.family == family]
        touched = any(r.low <= p90 and r.high >= p10 for r in mine)
        out.append(
            {
                "source": family,
                "stated": middle,
                "p10": p10,
                "p50": p50,
                "p90": p90,
                "factor": p50 / middle,
                "inside": p10 <= middle <= p90,
                "touched": touched,
            }
        )
    return out
