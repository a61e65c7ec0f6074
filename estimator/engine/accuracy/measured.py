"""Own results: every curve moved to what was measured, where it was measured, draw by draw.

The curves of all rows, what their runs add and what a test would show are drawn together before
anything is measured. An own result moves every draw by the regression on what that draw would have
shown (Matheron's rule), so what a pilot promises and what its result leaves are one distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimator.engine.accuracy.paths import Path, settled
from estimator.engine.accuracy.scales import (
    LEAST,
    Array,
    error_from_value,
    stretch,
    to_error,
    to_scale,
)
from estimator.engine.accuracy.testing import error_on_scale
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws

LEVEL_STEPS = 3
"""Rounds in which the noise of a result is taken at the level that the result leads to."""
ROUNDS = 2
"""Rounds in which results are taken in, each with that many times the noise, where the worth of a
label differs from draw to draw; where all is linear one round is exact."""
JITTER = 1e-9
AS_IS_PLACE = 2.0
"""log10 labels per class at which the spread of runs is stated, and of models without labels."""
DECAYS = (0.0, 3.5)
"""log10 labels per class between which it falls."""


@dataclass(frozen=True)
class OwnResult:
    """One own result of the row at ``place``: the metric on ``n_test`` examples."""

    place: int
    key: str
    n_labelled: float
    n_test: int
    value: float


@dataclass(frozen=True, eq=False)
class Believed:
    """Curves after own results, and what the runs of the measured models add to them.

    ``kept`` has the shift on the scale, shape (n + 1,), of each measured model by the place of its
    row and its number of labels; 0 labels where the row needs none.
    """

    paths: list[Path]
    kept: Mapping[tuple[int, int], Array]

    def kept_by(self, place: int) -> dict[int, Array]:
        """What the runs of one row's measured models add, by number of labels."""
        return {n: shift for (i, n), shift in self.kept.items() if i == place}


def run_name(key: str, path: Path, n_labelled: float, planned: float) -> str:
    """Name of the normals of the run at a number of labels; the planned run has the plain one."""
    plain = not path.needs_labels or round(n_labelled) == round(planned)
    return f"accuracy.run.{key}" + ("" if plain else f".{round(n_labelled)}")


def run_sd(path: Path, n_labelled: float, y: float, own: Mapping[str, float]) -> float:
    """Standard deviation on the scale of one training run about its curve at the level ``y``."""
    place = path.place(n_labelled) if path.needs_labels else AS_IS_PLACE
    return float(run_spread(np.array(place), np.array(y), own))


def run_spread(place: Array, y: Array, own: Mapping[str, float]) -> Array:
    """Standard deviation on the scale of training runs at levels ``y``.

    Parameters
    ----------
    place : array
        log10 labels per class.
    y : array
    own : mapping
        data/fits/accuracy_own.json.

    Notes
    -----
    Of z, the error over chance: ``run * sqrt(z (1 - z))``, less with labels per class by the power
    ``run_decay``, as the published spreads over repeated runs are.
    """
    few = 10.0 ** (-own["run_decay"] * (np.clip(place, *DECAYS) - AS_IS_PLACE))
    z = np.clip(to_error(y, 1.0), LEAST, 1 - LEAST)
    return np.asarray(own["run"] * few * np.sqrt(z * (1 - z)) * stretch(to_scale(z, 1.0)))


def believe(
    paths: Sequence[Path],
    results: Sequence[OwnResult],
    planned: Sequence[float],
    own: Mapping[str, float],
    assumptions: Assumptions,
    draws: Draws,
) -> Believed:
    """The curves once results are in.

    Parameters
    ----------
    paths : sequence of Path
        Before any own result.
    results : sequence of OwnResult
    planned : sequence of float
        Number of labels of each row.
    own : mapping
        data/fits/accuracy_own.json.
    assumptions : Assumptions
    draws : Draws
    """
    if not results:
        return Believed(list(paths), {})
    mine = [paths[r.place] for r in results]
    of = np.array([r.place for r in results])
    both = list(zip(results, mine, strict=True))
    seen = np.array([_on_scale(r, p) for r, p in both])
    names = _apart([run_name(r.key, p, r.n_labelled, planned[r.place]) for r, p in both])
    luck_of_run = np.stack([draws.normal(name) for name in names])
    curve = np.stack([p.y(r.n_labelled)[0] for r, p in both])
    paired = assumptions.value("accuracy.test_pairing")
    together = np.where(np.eye(len(results)) > 0, 1.0, paired)
    level = seen
    for _ in range(LEVEL_STEPS):
        run, error = _noise(results, mine, level, own, assumptions)
        drawn = curve + run[:, None] * luck_of_run
        shared, weight = _regression(drawn, np.outer(error, error) * together)
        level = (level + drawn[:, 0] + shared @ weight @ (seen - drawn[:, 0])) / 2
    shifts, noise = run[:, None] * luck_of_run, np.outer(error, error) * together
    rounds = ROUNDS if any(p.gain is not None for p in mine) else 1
    lucks = _lucks(names, rounds, paired, draws)
    # Curves that nobody measured take everything in at once: later rounds only correct the others.
    drawn = shifts + curve
    missed = seen[:, None] - drawn - error[:, None] * np.mean(lucks, axis=0) * np.sqrt(rounds)
    away, within = _away(drawn).T / draws.n, np.linalg.inv(_regression(drawn, noise)[1])
    moved = [
        p
        if i in of
        else replace(p, nodes=p.nodes + _kindly(p.nodes[:, 1:] @ away, within, of != i) @ missed)
        for i, p in enumerate(paths)
    ]
    for luck in lucks:
        drawn = shifts + np.stack([moved[r.place].y(r.n_labelled)[0] for r in results])
        _, weight = _regression(drawn, rounds * noise)
        within = np.linalg.inv(weight)
        missed = seen[:, None] - drawn - np.sqrt(rounds) * error[:, None] * luck
        away = _away(drawn).T / draws.n
        pull = away @ weight
        for i in set(of.tolist()):
            nodes = moved[i].nodes
            kindly = _kindly(nodes[:, 1:] @ away, within, of != i)
            moved[i] = replace(moved[i], nodes=nodes + kindly @ missed)
        shifts = shifts + (shifts[:, 1:] @ pull) @ missed
    out = []
    for i, path in enumerate(moved):
        at = [path.place(r.n_labelled) for r in results if r.place == i]
        out.append(replace(path, nodes=settled(path.nodes, at)))
    kept = {
        (r.place, labels_of(p, r.n_labelled)): shift
        for (r, p), shift in zip(both, shifts, strict=True)
    }
    return Believed(out, kept)


def _lucks(names: Sequence[str], rounds: int, paired: float, draws: Draws) -> list[Array]:
    """Luck of the tests behind the results in each round, shape (results, n + 1)."""
    out = []
    for k in range(rounds):
        alone = np.stack([draws.normal(f"{name}.seen.{k}") for name in names])
        common = draws.normal(f"accuracy.seen.{k}")
        out.append(np.asarray(np.sqrt(paired) * common + np.sqrt(1 - paired) * alone))
    return out


def _regression(drawn: Array, noise: Array) -> tuple[Array, Array]:
    """Covariance of what the draws would have shown, and the inverse of it with the test noise."""
    away = _away(drawn)
    shared = away @ away.T / away.shape[1]
    return shared, np.linalg.inv(shared + noise + JITTER * np.eye(len(noise)))


def _kindly(covered: Array, within: Array, elsewhere: Array) -> Array:
    """Weights of results on the nodes of one curve: none is negative but those of its own.

    Parameters
    ----------
    covered : array, shape (nodes, results)
        Covariance of the nodes with what the draws would have shown.
    within : array, shape (results, results)
        Covariance of what would have been shown, test noise included.
    elsewhere : array of bool, shape (results,)
        Results of other curves.

    Notes
    -----
    A steeper curve of one approach makes all curves steeper, so the plain regression lets a better
    result elsewhere lower a curve. Such a weight is left out and the others are found anew: the
    draws stay as wide as what is left out makes them. On its own curve an early result keeps its
    sign: where few labels do better, more of them bring less. Without that sign two own results of
    left-out curves leave a median error of 1.60 points where they leave 1.33, and an interval score
    of 16.6 where it is 15.4 (at the fewest labels 23.4 and 21.6): the exception is kept.
    """
    out = np.linalg.solve(within, covered.T).T
    for node in np.flatnonzero((out[:, elsewhere] < 0).any(axis=1)):
        used = np.ones(len(within), bool)
        weight = out[node]
        while (elsewhere & used & (weight < 0)).any():
            used &= ~(elsewhere & (weight < 0))
            weight = np.zeros(len(within))
            at = np.flatnonzero(used)
            weight[at] = np.linalg.solve(within[np.ix_(at, at)], covered[node, at])
        out[node] = weight
    return np.asarray(out)


def _apart(names: Sequence[str]) -> list[str]:
    """The names; one met again is another run at the same number of labels."""
    return [n if n not in names[:i] else f"{n}.again{i}" for i, n in enumerate(names)]


def labels_of(path: Path, n_labelled: float) -> int:
    """Whole number of labels a model is known by; 0 where it needs none."""
    return round(n_labelled) if path.needs_labels else 0


def _noise(
    results: Sequence[OwnResult],
    mine: Sequence[Path],
    level: Array,
    own: Mapping[str, float],
    assumptions: Assumptions,
) -> tuple[Array, Array]:
    """Standard deviation on the scale of each result's run and of its test, at their levels."""
    run, error = [], []
    for r, p, y in zip(results, mine, level, strict=True):
        run.append(run_sd(p, r.n_labelled, float(y), own))
        error.append(float(error_on_scale(p.group, p.chance, y, r.n_test, assumptions)))
    return np.array(run), np.array(error)


def _away(x: Array) -> Array:
    """Draws less their mean, without the base case."""
    return np.asarray(x[:, 1:] - x[:, 1:].mean(axis=1, keepdims=True))


def _on_scale(result: OwnResult, path: Path) -> float:
    error = np.clip(error_from_value(np.array([result.value]), np.array([path.group])), 0.0, None)
    return float(to_scale(error, path.chance)[0])
