"""Errors as a user meets them: source and data set left out, a fifth of the kinds wrong."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import Predicted, required
from estimator.engine.accuracy.grade import NEW
from estimator.engine.accuracy.kernel import (
    MIXED,
    SEPARATOR,
    Component,
    by_group,
    features,
    group_keys,
)
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.widths import factors_of, fit_widths
from estimator.engine.distributions import Z90, Draws
from estimator.engine.kinds import UNKNOWN
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.loso import HeldOut, Solved, as_users, leave_out_as_a_user

KNOWN = "data set that others published"
WRONG_SHARE = 0.2
"""Share of data sets whose kind is stated wrongly in the second look."""
BOOTSTRAPS = 400
DATA_SETS, MOST_SOURCES = 4096, 1024
"""Draws kept ready for data sets and for sources."""
FOLDS = 12
"""Groups of sources, each with factors fitted on the others."""
MISS_WEIGHT = 10.0
"""Weight of a miss in the interval score of an 80 % interval: 2 over the share outside."""
LEAST_SOURCES = 5
"""Sources from which on a task or a kind is judged by itself."""
MEASURED_HERE = "own measurement"


@dataclass(frozen=True)
class Looks:
    """Left-out rows by how they were left out."""

    new: Predicted
    known: Predicted
    wrong: Predicted
    held: Sequence[HeldOut]


def looks(
    rows: Rows,
    sds: Mapping[Component, float],
    noise: heldout.Noise,
    solved: Solved,
    by_source: Predicted,
    sure: float,
    seed: int = 0,
) -> Looks:
    """Every row as a new data set and, where another source has its data set, as a known one.

    Parameters
    ----------
    rows : Rows
    sds : mapping of component to standard deviation
    noise : heldout.Noise
    solved : Solved
    by_source : Predicted
        All rows with their source left out alone.
    sure : float
        Share of stated kinds that the product takes to be right.
    seed : int, optional
        Of the draw of data sets whose kind is stated wrongly.
    """
    held = leave_out_as_a_user(solved)
    new = heldout.predict_rows(rows, held, sds, noise)
    shared = np.isin(rows.dataset[by_source.index].astype(str), list(published_twice(rows)))
    stated = list(_as_stated(solved, held, sds, sure, WRONG_SHARE, Draws(DATA_SETS, seed)))
    wrong = heldout.predict_rows(rows, stated, sds, noise)
    return Looks(new, _taken(by_source, shared), wrong, held)


def published_twice(rows: Rows) -> frozenset[str]:
    """Data sets that several sources have: with one of them left out they are known."""
    sources: dict[str, set[str]] = {}
    for data, source in zip(rows.dataset, rows.source, strict=True):
        sources.setdefault(str(data), set()).add(source)
    return frozenset(d for d, of in sources.items() if len(of) > 1)


def _taken(found: Predicted, keep: Array) -> Predicted:
    columns = {name: getattr(found, name)[keep] for name in found.__dataclass_fields__}
    return Predicted(**columns)


def _as_stated(
    solved: Solved,
    held: Sequence[HeldOut],
    sds: Mapping[Component, float],
    sure: float,
    wrong: float,
    draws: Draws,
) -> Iterator[HeldOut]:
    """Left-out data sets as the product sees them when a user states their kind.

    The stated kind's effects count with the share ``sure``; what is left of their prior variance
    is added, which is a little more than the product adds.
    """
    train = solved.train
    x = features(train)
    kinds: dict[str, list[str]] = {}
    for task in sorted(set(train.task)):
        names = set(train.kind[train.task == task])
        kinds[task] = sorted(k for k in names if not k.startswith(UNKNOWN))
    groups = {
        g: (group_keys(train, g).astype(str), members)
        for g, members in by_group(sds).items()
        if g in MIXED
    }
    err, which = (draws.uniform(f"validation.kind.{word}") for word in ("wrong", "which"))
    for i, (one, (_, here, gone)) in enumerate(zip(held, as_users(solved), strict=True)):
        mine = gone[here]
        task, kind = str(train.task[mine[0]]), str(train.kind[mine[0]])
        if kind.startswith(UNKNOWN):
            yield one
            continue
        others = [k for k in kinds[task] if k != kind]
        mistaken = bool(others) and err[1 + i % DATA_SETS] < wrong
        stated = others[int(which[1 + i % DATA_SETS] * len(others))] if mistaken else kind
        small = np.linalg.solve(solved.precision[np.ix_(gone, gone)], solved.weights[gone])
        alpha = solved.weights - solved.precision[:, gone] @ small
        alpha[gone] = 0.0
        mean, extra = one.mean.copy(), np.zeros(len(mine))
        for keys, members in groups.values():
            true = keys[mine]
            said = np.array([_restated(k, stated) for k in true])
            for feature, sd in members:
                pull = alpha * x[feature]
                scale = sd**2 * x[feature][mine]
                mean += scale * [
                    sure * pull[keys == s].sum() - pull[keys == t].sum()
                    for s, t in zip(said, true, strict=True)
                ]
                extra += (1 - sure**2) * scale * x[feature][mine]
        yield HeldOut(one.source, one.index, mean, one.cov + np.diag(extra))


def _restated(key: str, kind: str) -> str:
    task, _, *rest = key.split(SEPARATOR)
    return SEPARATOR.join((task, kind, *rest))


def measured_widths(rows: Rows, error: Array, seen: Looks) -> dict[str, dict[str, float]]:
    """Factors on the standard deviations of new data sets, and of those that others published."""
    return {name: _factors(rows, error, found) for name, found in _both(seen)}


def _both(seen: Looks) -> tuple[tuple[str, Predicted], ...]:
    return (("new", seen.new), ("known", seen.known))


def _factors(
    rows: Rows, error: Array, found: Predicted, keep: Array | None = None
) -> dict[str, float]:
    part = rows.take(found.index)
    return fit_widths(part, required(rows, error, found), part.source, keep)


def cross_fitted(rows: Rows, error: Array, found: Predicted, on: Predicted) -> Array:
    """Factor of every row of ``found`` from what other sources need in ``on``, by folds of them."""
    fold, other = (
        np.array([zlib.crc32(str(s).encode()) % FOLDS for s in rows.source[p.index]])
        for p in (found, on)
    )
    out = np.ones(len(fold))
    for one in range(FOLDS):
        mine = np.flatnonzero(fold == one)
        if len(mine):
            table = _factors(rows, error, on, other != one)
            out[mine] = factors_of(table, rows.take(found.index[mine]))
    return out


def as_user_tables(rows: Rows, error: Array, seen: Looks) -> dict[str, Any]:
    """Errors of new and known data sets, overall, by task, kind and approach; kinds partly wrong.

    Factors are fitted on the other sources; intervals of the figures are 80 % bootstrap intervals
    over sources.
    """
    out: dict[str, Any] = {}
    scale = {NEW: cross_fitted(rows, error, seen.new, seen.new)}
    scale[KNOWN] = cross_fitted(rows, error, seen.known, seen.known)
    for name, found in ((NEW, seen.new), (KNOWN, seen.known)):
        points = _points(rows, error, found, scale[name])
        like = np.isin(points["group"], list(scales.ACCURACY_LIKE))
        outside = points["source"] != MEASURED_HERE
        out[name] = {
            "accuracy_like": _figures(points, like & outside, True),
            "measured_here": _figures(points, like & ~outside),
            "all": _figures(points, np.ones(len(like), bool)),
            "by_task": _by(points, like, "task"),
            "by_approach": _by(points, like, "approach"),
            "by_kind": _by(points, np.ones(len(like), bool), "task_kind"),
            "by_task_and_approach": _by(points, np.ones(len(like), bool), "cell"),
        }
    points = _points(rows, error, seen.wrong, cross_fitted(rows, error, seen.wrong, seen.new))
    like = np.isin(points["group"], list(scales.ACCURACY_LIKE))
    out["new data set, a fifth of the kinds wrong"] = {
        "accuracy_like": _figures(points, like & (points["source"] != MEASURED_HERE), True),
        "by_task": _by(points, like, "task"),
    }
    return out


def _points(rows: Rows, error: Array, found: Predicted, scale: Array) -> dict[str, Array]:
    part, actual = rows.take(found.index), 100 * error[found.index]
    points = heldout.in_points(rows, found, scale, error)
    low, high = (
        100 * scales.to_error(found.mean + z * scale * found.sd, part.chance) for z in (-Z90, Z90)
    )
    miss = np.maximum(low - actual, 0) + np.maximum(actual - high, 0)
    middle = 100 * scales.to_error(found.mean, part.chance)
    kind = np.where(np.char.startswith(part.kind.astype(str), UNKNOWN), "", part.kind.astype(str))
    join = zip(part.task, kind, part.approach, strict=True)
    names = [(f"{t}|{k}", f"{t}|{a}") for t, k, a in join]
    return points | {
        "interval_score": points["width"] + MISS_WEIGHT * miss,
        "too_good": actual - middle,
        "task_kind": np.array([a for a, _ in names]),
        "cell": np.array([b for _, b in names]),
    }


def _by(points: Mapping[str, Array], keep: Array, column: str) -> dict[str, Any]:
    out = {}
    for name in np.unique(points[column][keep]):
        here = keep & (points[column] == name)
        out[str(name)] = _figures(points, here)
    return out


def _figures(points: Mapping[str, Array], keep: Array, intervals: bool = False) -> dict[str, Any]:
    if not keep.any():
        return {"n": 0, "n_sources": 0}
    source = points["source"][keep]
    columns = {k: points[k][keep] for k in ("error", "width", "inside", "interval_score")}
    out: dict[str, Any] = {"n": int(keep.sum()), "n_sources": len(set(source))}
    out |= {k: _digits(v) for k, v in _of(columns).items()}
    out["median_too_good"] = _digits(np.median(points["too_good"][keep]))
    if intervals:
        out |= _bootstrapped(columns, source)
    return out


def _of(columns: Mapping[str, Array]) -> dict[str, float]:
    return {
        "median_abs_error": float(np.median(columns["error"])),
        "mean_abs_error": float(columns["error"].mean()),
        "median_width": float(np.median(columns["width"])),
        "coverage_80": float(columns["inside"].mean()),
        "interval_score": float(columns["interval_score"].mean()),
    }


def _bootstrapped(columns: Mapping[str, Array], source: Array) -> dict[str, Any]:
    """80 % intervals of the figures over draws of sources."""
    draws = Draws(MOST_SOURCES, 0)
    names, code = np.unique(source, return_inverse=True)
    members = [np.flatnonzero(code == i) for i in range(len(names))]
    drawn: dict[str, list[float]] = {}
    for k in range(BOOTSTRAPS):
        drawn_at = draws.uniform(f"validation.bootstrap.{k}")[1 : len(names) + 1]
        at = np.concatenate([members[i] for i in (drawn_at * len(names)).astype(int)])
        for key, value in _of({k: v[at] for k, v in columns.items()}).items():
            drawn.setdefault(key, []).append(value)
    return {
        f"{key}_{word}": _digits(np.quantile(values, q))
        for key, values in drawn.items()
        for word, q in (("p10", 0.1), ("p90", 0.9))
    }


def _digits(x: Any) -> float:
    """Rounded to 6 significant digits, so that machines agree."""
    return float(f"{float(x):.6g}")
