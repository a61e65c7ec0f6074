"""What a firm's own finished projects say of the next one: shrunk factors on the forecasts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scipy.special import log_ndtr, ndtri

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.engine.groups import OwnFactors
from estimator.engine.inputs import ProjectInputs
from estimator.evidence.things import Assumption

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

ROUNDS = 60
WEIGHTS = 1e-9
Z90 = float(ndtri(0.9))


@dataclass(frozen=True)
class Seen:
    """One finished project: what a quantity became over what was forecast in the middle.

    Attributes
    ----------
    ratio : float
        Actual over forecast p50.
    at_least : bool
        The project was stopped: finished, it would have taken at least so much.
    """

    ratio: float
    at_least: bool = False


@dataclass(frozen=True)
class OwnFactor:
    """How much more than forecast this firm's projects take.

    Attributes
    ----------
    n, n_stopped : int
        Projects counted, and those among them that were stopped.
    p10, p50, p90 : float
        Of the factor in the next project's middle; 1: as forecast.
    applies : bool
        Are there enough projects to move an estimate?
    """

    n: int
    n_stopped: int
    p10: float
    p50: float
    p90: float
    applies: bool

    def told(self) -> dict[str, float]:
        """The factor as a scenario states it."""
        ends = {"p10": self.p10, "p50": self.p50, "p90": self.p90}
        counts = {"n": float(self.n), "n_stopped": float(self.n_stopped)}
        return {name: float(f"{x:.6g}") for name, x in (ends | counts).items()}


def own_factor(seen: Sequence[Seen], judged: Assumptions) -> OwnFactor:
    """The factor of one quantity.

    Notes
    -----
    ``log ratio_i = u + e_i`` with ``u ~ N(0, t^2)``, the firm's own way, and ``e_i ~ N(0, s^2)``;
    t = register.firm_spread, s = register.project_spread. Of a stopped project only
    ``log ratio_i >= c_i`` is known: its expected value given that takes the place of the value and
    its information is lower (expectation-maximisation until it rests). Below
    register.least_projects nothing is moved.
    """
    t, s = judged.value("register.firm_spread"), judged.value("register.project_spread")
    logs = [math.log(max(x.ratio, WEIGHTS)) for x in seen]
    mean, information = 0.0, 0.0
    for _ in range(ROUNDS if seen else 0):
        total, information = 0.0, 0.0
        for y, found in zip(logs, seen, strict=True):
            value, weight = _beyond(y, mean, s) if found.at_least else (y, 1.0)
            total += value / s**2
            information += weight / s**2
        # Expected values count in full, or the mean would not rest where the likelihood does.
        mean = total / (len(logs) / s**2 + 1.0 / t**2)
    deviation = math.sqrt(1.0 / (1.0 / t**2 + information))
    applies = len(seen) >= judged.value("register.least_projects")
    low, high = (math.exp(mean + k * Z90 * deviation) for k in (-1, 1))
    stopped = sum(x.at_least for x in seen)
    return OwnFactor(len(seen), stopped, low, math.exp(mean), high, applies)


def _beyond(least: float, mean: float, spread: float) -> tuple[float, float]:
    """Expected value of a normal above a bound, and the share of its information that is left."""
    z = (least - mean) / spread
    log_density = -(z**2) / 2 - math.log(2 * math.pi) / 2
    hazard = math.exp(log_density - float(log_ndtr(-z)))
    return mean + spread * hazard, min(max(hazard * (hazard - z), 0.0), 1.0)


def judged_by(inputs: ProjectInputs, evidence: Evidence) -> Assumptions:
    """The shipped judgements as the firm's projects move them, with the scenario's own values."""
    shipped = Assumptions(evidence.assumptions, inputs.assumptions)
    moved = moved_judgements(inputs.own_factors, shipped)
    return Assumptions({**shipped.rows, **moved}, inputs.assumptions) if moved else shipped


def moved_judgements(own: OwnFactors, judged: Assumptions) -> dict[str, Assumption]:
    """The rows of judgements that own factors move, as they then stand.

    Notes
    -----
    Effort moves ``people.adaptation_weeks``, whose spread between firms gives way to the firm's
    own; weeks move ``people.wait_weeks`` and, where they grew more than the work did, the pace
    (``people.usual_team``). Labels and hours are multiplied where they arise (``own_draws``).
    """
    out: dict[str, Assumption] = {}
    factors = own.in_force
    effort, weeks = factors.get("effort"), factors.get("weeks")
    grown = 1.0
    if effort:
        row = judged.rows["people.adaptation_weeks"]
        known = math.log(effort["p90"] / effort["p10"]) / (2 * Z90)
        deviation = math.hypot(judged.value("register.project_spread"), known)
        wide = math.log(row.p90 / row.p10) / (2 * Z90)
        half = math.exp(Z90 * min(deviation, wide))
        middle = row.p50 * effort["p50"]
        out[row.assumption_id] = replace(row, p10=middle / half, p50=middle, p90=middle * half)
        grown = effort["p50"]
    if weeks:
        out["people.wait_weeks"] = _times(judged.rows["people.wait_weeks"], weeks["p50"])
        power = judged.value("people.team_power")
        team = judged.rows["people.usual_team"]
        out["people.usual_team"] = _times(team, (weeks["p50"] / grown) ** (-1.0 / power))
    return out


def own_draws(own: OwnFactors, quantity: str, draws: Draws) -> Array | float | None:
    """Draws of the firm's factor on labels or hours; None where there is none."""
    found = own.in_force.get(quantity)
    if not found:
        return None
    if found["p10"] == found["p90"]:
        return float(found["p50"])
    ends = (found[p] for p in ("p10", "p50", "p90"))
    return draws.lognormal(f"own_factor.{quantity}", *ends)


def _times(row: Assumption, factor: float) -> Assumption:
    return replace(row, p10=row.p10 * factor, p50=row.p50 * factor, p90=row.p90 * factor)
