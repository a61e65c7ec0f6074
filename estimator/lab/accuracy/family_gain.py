"""What tuning adds to a search or document model, and how that grows with labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import t as student

from estimator.engine.accuracy.family import Point
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.engine.family_names import AS_IS, TUNED
from estimator.vocabulary import Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LOANS: dict[Task, frozenset[str]] = {
    Task.DOCUMENT_EXTRACTION: frozenset({"ner", "ie", "token_classification"}),
    Task.DOCUMENT_OCR: frozenset({"speech_recognition"}),
}
"""Tasks whose curves lend their slope: names in text, and speech that becomes text."""

LEAST_SPREAD = 0.2
"""Spread of slopes a factor of ten, at least: a few curves of one source do not show it."""
TRAINED_FULLY = frozenset({"full_finetune", "scratch"})
FEWEST_SIZES, LARGEST_RATIO = 3, 4.0
"""Sizes of a curve that lends its slope, and how far apart its ends are at least."""


def gain_of_tuning(points: Sequence[Point]) -> dict[str, Any]:
    """What tuning added to one model on one data set, on the scale.

    Several tuned versions of a model on a set count as their mean; the number of labels does not
    enter here, so that points whose number was not read count too.

    Returns
    -------
    dict
        ``mean``; ``sd`` over data sets; ``own``, what versions on one set differ by.
    """
    as_is = {(p.member.model, _place(p)): p.y for p in points if p.member.cell == AS_IS}
    tuned: dict[tuple[str, str], list[float]] = {}
    for p in points:
        key = (_plain(p.member.model, as_is, _place(p)), _place(p))
        if p.member.cell == TUNED and key in as_is:
            tuned.setdefault(key, []).append(p.y - as_is[key])
    gains = np.array([float(np.mean(g)) for g in tuned.values()])
    within = [float(np.var(g, ddof=1)) for g in tuned.values() if len(g) > 1]
    if len(gains) < 2:
        return {"mean": 0.0, "sd": 0.5, "own": 0.2, "n_pairs": len(gains), "worse_share": 0.0}
    return {
        "mean": round(float(gains.mean()), 4),
        "sd": round(float(gains.std(ddof=1)) * _few(len(gains)), 4),
        "own": round(float(np.mean(within)) ** 0.5 if within else 0.2, 4),
        "n_pairs": len(gains),
        "worse_share": round(float((gains < 0).mean()), 4),
    }


def _few(n: int) -> float:
    """Factor on a spread that ``n`` cases show: of a new case, by Student's distribution."""
    return float(student.ppf(0.9, n - 1) / Z90 * np.sqrt(1 + 1 / n))


def _place(p: Point) -> str:
    return f"{p.member.dataset}|{p.metric}"


def _plain(model: str, as_is: dict[tuple[str, str], float], dataset: str) -> str:
    """Name of the model that was tuned: the longest known one that the spelling begins with."""
    names = [m for m, d in as_is if d == dataset and model.startswith(m)]
    return max(names, key=len, default=model)


def gain_in_labels(evidence: Evidence, task: Task, learning: dict[str, Any]) -> dict[str, Any]:
    """Gain of ``full`` labels over few, from the slopes of curves of a neighbouring task.

    Notes
    -----
    Slope of the scale on log10 labels by least squares, of every fully tuned curve with at least
    three sizes; median and spread over sources.
    """
    curves: dict[str, list[tuple[float, float, str]]] = {}
    for row in evidence.records("curves"):
        if row["task_family"] in LOANS[task] and row["approach"] in TRAINED_FULLY:
            n, value = row["n_labelled"], row["value"]
            if n and n > 0 and row["metric"] in evidence.metric_spellings:
                spelled = evidence.metric_spellings[row["metric"]]
                error = spelled.direction == "lower"
                v = value * spelled.to_canonical
                if 0 < v < 1:
                    y = -np.log(v) if error else np.log(v / (1 - v))
                    family = row["source_family"]
                    curves.setdefault(row["curve_id"], []).append((np.log10(n), y, family))
    slopes: dict[str, list[float]] = {}
    for points in curves.values():
        x, y = np.array([p[0] for p in points]), np.array([p[1] for p in points])
        if len(set(x)) >= FEWEST_SIZES and np.ptp(x) >= np.log10(LARGEST_RATIO):
            slopes.setdefault(points[0][2], []).append(float(np.polyfit(x, y, 1)[0]))
    middle = np.array([float(np.median(s)) for s in slopes.values()])
    every = np.array([s for each in slopes.values() for s in each])
    decades = _decades(learning)
    return {
        "mean": round(float(np.median(middle)) * decades, 4),
        "sd": round(max(_spread(every), LEAST_SPREAD) * decades, 4),
        "own": 0.0,
        "slope_per_decade": round(float(np.median(middle)), 4),
        "n_curves": len(every),
        "n_sources": len(middle),
    }


def _spread(x: Array) -> float:
    """Standard deviation by the middle 80 %: single curves of few sizes have wild slopes."""
    low, high = np.quantile(x, (0.1, 0.9))
    return float(high - low) / (2 * Z90)


def _decades(learning: dict[str, Any]) -> float:
    """Factors of ten that the whole gain stands for, far beyond the first labels."""
    whole: Array = np.log1p(learning["full"] / learning["zero"])
    return float(whole / np.log(10.0))
