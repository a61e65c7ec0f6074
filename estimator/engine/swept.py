"""What many scenarios show: which input moves the choice, and a map of two inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.summaries import ScenarioSummary
from estimator.errors import InputError
from estimator.metrics import is_fraction, known_metric, lower_is_better
from estimator.words.statement import state

BINS = 6
"""Steps that an input of many values is read in."""
NOTHING = "nothing"
"""The choice where no row is sure enough and no plan was made."""
MOVED = {
    "n_labelled_to_buy": 4.0,
    "serving.requests_per_month": 10.0,
    "labelling.usd_per_label": 4.0,
    "people.wage_factor": 2.0,
    "compute.usd_per_device_hour": 4.0,
    "serving.horizon_months": 2.5,
    "target.value": 0.0,
}
"""Inputs that the page varies and by how much, up and down; the target by a share of its miss."""
SPREAD, STEPS = 32, 5
MOST_MONTHS = 60.0
TARGET_SHARE = 0.2
TARGET_STEPS = (0.6, 0.8, 1.0, 1.25, 1.6, 2.0)


@dataclass(frozen=True)
class Swept:
    """Varied inputs of many scenarios and what is chosen in each.

    Parameters
    ----------
    paths : tuple of str
    columns : tuple of tuple
        The values of each path, one for each scenario.
    choices : tuple of str
        Row in which the plan most likely ends, or its outcome where it ends in none; without plans
        the cheapest row that is sure enough of the target, or ``nothing``.
    by_plan : bool
    metric : str
        Metric of the target.
    origin : dict
        data_version, code_version, seed, draws.
    """

    paths: tuple[str, ...]
    columns: tuple[tuple[Any, ...], ...]
    choices: tuple[str, ...]
    by_plan: bool
    metric: str
    origin: dict[str, Any]


@dataclass(frozen=True)
class Steps:
    """Values of an input, or ranges of them, in rising order; ``code``: that of each scenario."""

    values: tuple[Any, ...]
    """A value, or the lowest and highest of a range."""
    code: np.ndarray


@dataclass(frozen=True)
class Influence:
    """How far one input settles the choice: 0 not at all, 1 alone."""

    path: str
    share: float
    steps: tuple[Any, ...]
    choices: tuple[str, ...]
    """The most frequent choice of each step."""


@dataclass(frozen=True)
class ChoiceMap:
    """The most frequent choice by two inputs, with its share of the scenarios there."""

    x: str
    y: str
    x_steps: tuple[Any, ...]
    y_steps: tuple[Any, ...]
    choices: tuple[tuple[str | None, ...], ...]
    """By step of y, then of x; None where no scenario lies."""
    shares: tuple[tuple[float, ...], ...]


def choice_of(summary: ScenarioSummary, wanted: float) -> str | None:
    """What is chosen in a scenario; None where it has a problem."""
    if summary.problem:
        return None
    if summary.plan is not None:
        return summary.plan.approach or summary.plan.outcome
    sure = [
        (r.total_usd[1], r.key)
        for r in summary.rows
        if r.feasible
        and r.total_usd[1] is not None
        and r.target_probability is not None
        and r.target_probability >= wanted
    ]
    return min(sure)[1] if sure else NOTHING


def steps_of(values: Sequence[Any]) -> Steps:
    """The values of an input in rising order; ranges of equal number where there are many."""
    known = [v for v in values if v is not None]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)
    unique = sorted(set(known), key=float if numbers else str)
    if not numbers or len(unique) <= 2 * BINS:
        place: dict[Any, int] = {v: k for k, v in enumerate(unique)}
        if len(known) < len(values):
            place[None] = len(unique)
        return Steps(tuple(place), np.array([place[v] for v in values]))
    x = np.array([np.nan if v is None else float(v) for v in values])
    edges = np.unique(np.nanquantile(x, np.linspace(0, 1, BINS + 1)))
    code = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    ranges = tuple((float(a), float(b)) for a, b in pairwise(edges))
    if np.isnan(x).any():
        code[np.isnan(x)] = len(ranges)
        return Steps((*ranges, None), code)
    return Steps(ranges, code)


def influences(swept: Swept) -> tuple[Influence, ...]:
    """How far each input settles the choice, the strongest first.

    Notes
    -----
    Share = mutual information of input and choice over the entropy of the choice, less what as
    many steps would show by chance, ``(steps - 1)(choices - 1) / (2 n)``. Where all scenarios
    choose alike nothing is moved.
    """
    names = sorted(set(swept.choices))
    choice = np.array([names.index(c) for c in swept.choices])
    whole = _entropy(np.bincount(choice))
    out = []
    for path, column in zip(swept.paths, swept.columns, strict=True):
        steps = steps_of(column)
        table = np.zeros((len(steps.values), len(names)))
        np.add.at(table, (steps.code, choice), 1)
        within = sum(row.sum() / len(choice) * _entropy(row) for row in table if row.sum())
        chance = (len(steps.values) - 1) * (len(names) - 1) / (2 * len(choice))
        share = max(whole - within - chance, 0.0) / whole if whole > 0 else 0.0
        most = tuple(names[int(row.argmax())] for row in table)
        out.append(Influence(path, float(share), steps.values, most))
    return tuple(sorted(out, key=lambda i: -i.share))


def _entropy(counts: np.ndarray) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())


def choice_map(swept: Swept, x: str, y: str) -> ChoiceMap:
    """The most frequent choice by two inputs.

    Raises
    ------
    InputError
        Where one of them was not varied, or both are the same.
    """
    for path in (x, y):
        if path not in swept.paths:
            raise InputError("map", path, ", ".join(swept.paths))
    if x == y:
        raise InputError("map", y, state("allowed.other_input"))
    across, up = (steps_of(swept.columns[swept.paths.index(p)]) for p in (x, y))
    cells: dict[tuple[int, int], Counter[str]] = {}
    for i, j, choice in zip(across.code, up.code, swept.choices, strict=True):
        cells.setdefault((int(j), int(i)), Counter())[choice] += 1
    choices, shares = [], []
    for j in range(len(up.values)):
        row = [cells.get((j, i)) for i in range(len(across.values))]
        top = [c.most_common(1)[0] if c else (None, 0) for c in row]
        choices.append(tuple(name for name, _ in top))
        shares.append(
            tuple(n / c.total() if c else 0.0 for (_, n), c in zip(top, row, strict=True))
        )
    return ChoiceMap(x, y, across.values, up.values, tuple(choices), tuple(shares))


def movable(inputs: ProjectInputs) -> dict[str, float]:
    """Inputs that the page varies in a scenario, with their values now."""
    out: dict[str, float] = {}
    for path in MOVED:
        now = inputs.get(path)
        if isinstance(now, int | float) and now > 0:
            out[path] = float(now)
    return out


def around(inputs: ProjectInputs, now: dict[str, float]) -> Iterator[tuple[float, ...]]:
    """Values of all inputs at once, spread evenly around the scenario."""
    draws = Draws(SPREAD, inputs.seed)
    columns = [
        [_moved(inputs, path, value, float(u)) for u in draws.uniform(f"sweep.{path}")[1:]]
        for path, value in now.items()
    ]
    yield from zip(*columns, strict=True)


def ladder(inputs: ProjectInputs, path: str, now: float) -> tuple[float, ...]:
    """Values of one input in even steps around the scenario."""
    places = [k / (STEPS - 1) for k in range(STEPS)]
    return tuple(dict.fromkeys(_moved(inputs, path, now, u) for u in places))


def _moved(inputs: ProjectInputs, path: str, now: float, u: float) -> float:
    """The value of an input at a place between its low (0) and high (1) end."""
    if path == "target.value":
        found = _moved_target(str(inputs.target.metric), now, u)
    else:
        found = now * MOVED[path] ** (2.0 * u - 1.0)
    whole = path in ("n_labelled_to_buy", "serving.horizon_months")
    short = float(f"{found:.3g}")
    if path == "serving.horizon_months":
        short = min(short, MOST_MONTHS)
    return float(max(round(short), 1)) if whole else short


def _moved_target(metric: str, now: float, u: float) -> float:
    """A target between an easier and a harder one: by its miss where it is a share.

    Others move by a part of themselves, at most half of the way to an end of their range.
    """
    factor = float(np.interp(u, np.linspace(0, 1, len(TARGET_STEPS)), TARGET_STEPS))
    if not is_fraction(metric):
        found = now * (1.0 + TARGET_SHARE * (factor - 1.0))
        known = known_metric(metric)
        if known is None:
            return found
        return min(max(found, (known.low + now) / 2), (known.high + now) / 2)
    if lower_is_better(metric):
        return min(now * factor, (1.0 + now) / 2)
    return max(1.0 - (1.0 - now) * factor, now / 2)


Summarise = Callable[[Sequence[ProjectInputs]], Sequence[ScenarioSummary]]


def sweep_around(
    inputs: ProjectInputs, pair: tuple[str, str], summarise: Summarise, origin: dict[str, Any]
) -> tuple[Swept, Swept]:
    """Many scenarios around one: all inputs at once, and two of them in steps.

    Parameters
    ----------
    pair : tuple of two str
        Inputs of the map.
    summarise : callable
        Summaries of scenarios, with their plans.
    """
    now = movable(inputs)
    spread = list(around(inputs, now))
    (x, y), ends = pair, {p: ladder(inputs, p, now[p]) for p in pair}
    grid = [(a, b) for a in ends[x] for b in ends[y]]
    return (
        _swept(inputs, tuple(now), spread, summarise, origin),
        _swept(inputs, pair, grid, summarise, origin),
    )


def _swept(
    inputs: ProjectInputs,
    paths: tuple[str, ...],
    points: Sequence[tuple[float, ...]],
    summarise: Summarise,
    origin: dict[str, Any],
) -> Swept:
    kept, scenarios = [], []
    for point in points:
        varied = inputs
        try:
            for path, value in zip(paths, point, strict=True):
                varied = varied.replace(path, value)
        except InputError:
            continue
        kept.append(point)
        scenarios.append(varied)
    found = [
        (point, choice)
        for point, s in zip(kept, summarise(scenarios), strict=True)
        if (choice := choice_of(s, inputs.target.probability)) is not None
    ]
    columns = tuple(tuple(p[k] for p, _ in found) for k in range(len(paths)))
    metric = str(inputs.target.metric)
    return Swept(paths, columns, tuple(c for _, c in found), True, metric, origin)
