"""Fits data/fits/families.json: every task and metric with a fit of its own, each by its points.

Search and documents around an own baseline (``family_fit``), pictures and video by their law in
labels (``family_law``), preferences by what pairs add
(``family_pairs``), and few points of one data set by plain spreads, wide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.family import Point, covariance, published
from estimator.engine.distributions import Z90
from estimator.engine.family_names import FAMILY_TASKS, TUNED
from estimator.lab.accuracy.blocks import sums_of
from estimator.lab.accuracy.family_fit import NAMES, START, counts, design, fit_metric, parameters
from estimator.lab.accuracy.family_law import fit_law
from estimator.lab.accuracy.family_pairs import fit_pairs
from estimator.vocabulary import LIKENESS, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LEAST_POINTS = 20
Progress = Callable[[float, str], None]

LEARNING: dict[Task, dict[str, Any]] = {
    Task.RETRIEVAL: {"zero": 300.0, "full": 6250.0, "from_full": False},
    Task.DOCUMENT_EXTRACTION: {"zero": 10.0, "full": 150.0, "from_full": True},
    Task.DOCUMENT_OCR: {"zero": 10.0, "full": 200.0, "from_full": True},
    Task.PREFERENCE_TUNING: {"zero": 1000.0, "full": 60_000.0, "from_full": False},
    Task.MUSIC_GENERATION: {"zero": 100.0, "full": 45_000.0, "from_full": False},
    Task.IMAGE_GENERATION: {"zero": 1.0, "full": 5.0, "from_full": True},
}
"""Labels at which the published gain stands, and below which labels bring little; where a level of
tuned systems is published the gain is counted from it."""


LAWS: dict[tuple[Task, str], dict[str, Any]] = {
    (Task.IMAGE_GENERATION, "fid"): {"zero": 10.0, "full": 10_000.0, "from_full": True},
    (Task.TABULAR_REGRESSION, "r2"): {"zero": 10.0, "full": 1000.0, "from_full": True},
    (Task.VIDEO_CLASSIFICATION, "accuracy"): {"zero": 10.0, "full": 1000.0, "from_full": True},
}
"""Metrics whose points show a law in labels."""

FEWEST_PICTURES = 1000.0
"""Below this the distance to pictures kept apart says nothing, and rewards copies."""

FEW: dict[Task, frozenset[str]] = {
    Task.IMAGE_GENERATION: LIKENESS,
    Task.MUSIC_GENERATION: frozenset({"fad", "clap"}),
}
"""Metrics with a handful of points on one data set: levels are shown wide and not tried."""
APART = 1.5
"""Data sets differ by this many times what the systems on one of them do."""


def fit_families(
    evidence: Evidence, progress: Progress = lambda share, text: None
) -> dict[str, Any]:
    """Content of data/fits/families.json: a fit by task and metric.

    Parameters
    ----------
    evidence : Evidence
    progress : callable
        ``progress(share, what)``.
    """
    out: dict[str, Any] = {}
    for k, task in enumerate(FAMILY_TASKS):
        progress(k / len(FAMILY_TASKS), str(task))
        points = published(evidence, task)
        metrics = sorted({p.metric for p in points})
        of = {m: [p for p in points if p.metric == m] for m in metrics}
        out[str(task)] = {
            m: fit_one(evidence, task, m, of[m], points)
            for m in metrics
            if _fitted(task, m, len(of[m]))
        }
    return out


def _fitted(task: Task, metric: str, n_points: int) -> bool:
    if metric in FEW.get(task, ()) or (task, metric) in LAWS:
        return True
    return task not in FEW and n_points >= LEAST_POINTS


def fit_one(
    evidence: Evidence, task: Task, metric: str, points: Sequence[Point], every: Sequence[Point]
) -> dict[str, Any]:
    """One task and metric in the way that its points allow."""
    if (task, metric) in LAWS:
        enough = [p for p in points if metric != "fid" or (p.n_labelled or 0) >= FEWEST_PICTURES]
        return fit_law(enough, LAWS[(task, metric)])
    if task is Task.PREFERENCE_TUNING:
        return fit_pairs(points, LEARNING[task])
    if metric in FEW.get(task, ()):
        return fit_few(evidence, task, points)
    return fit_metric(evidence, task, points, every, LEARNING[task])


def fit_few(evidence: Evidence, task: Task, points: Sequence[Point]) -> dict[str, Any]:
    """Levels by plain spreads, which grow with what the systems on one data set differ by."""
    used = [p for p in points if LEARNING[task]["from_full"] or p.member.cell != TUNED]
    d = design(used)
    wide = APART * float(np.std(d.y, ddof=1)) / START[0]
    sd = {name: round(v * wide, 4) for name, v in zip(NAMES, START, strict=True)}
    fit = parameters(d, sd, sums_of(d, sd, covariance))
    judged = evidence.assumptions[f"accuracy.family_gain.{task}"]
    fit["learning"] = LEARNING[task]
    spread = (judged.p90 - judged.p10) / (2 * Z90)
    fit["gain"] = {"mean": judged.p50, "sd": round(spread, 4), "own": 0.0}
    fit["widths"] = {"new": {"all": 1.0}, "known": {"all": 1.0}}
    fit["cells"] = {c: {**fit["cells"][c], **counts(points, c)} for c in fit["cells"]}
    if not LEARNING[task]["from_full"]:
        fit["cells"][TUNED] = counts(points, TUNED)
    return fit


SHOWN = ("as_is_worse_than_simple", "pairs_of_tuning")


def families_validation(evidence: Evidence) -> dict[str, Any]:
    """The section of ``validate``: errors on data sets left out, by task and metric."""
    out: dict[str, Any] = {}
    for task, metrics in evidence.fits["families"].items():
        for metric, fit in metrics.items():
            found = fit.get("validation")
            if found is None:
                continue
            out[f"{task}|{metric}"] = {
                "n_points": sum(c["n_points"] for c in fit["cells"].values()),
                "n_collections": found["n_collections"],
                **{k: found[k] for k in SHOWN if k in found},
                "nothing_known": found["new"],
                "own_baseline_known": found["known"],
            }
    return out
