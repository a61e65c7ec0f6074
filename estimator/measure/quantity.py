"""The baseline where the label is a quantity: ridge regression or gradient boosting."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import TableBaseline, TextBaseline, baseline_of, number_of
from estimator.measure.describe import Examples, Facts
from estimator.measure.leaks import alone_quantity
from estimator.measure.notes import Note
from estimator.measure.points import (
    Measured,
    Progress,
    chosen,
    gaps_of,
    learning_curve,
    memory_gb,
    plan_of,
    sample,
    split_notes,
)
from estimator.words.statement import Number, Share

Array = NDArray[Any]

R2 = "r2"
STRATA = 5
"""Equal parts of the quantity whose shares training and test keep alike."""

RIDGE = 1.0
ROUNDS = 100
LEAST_TO_CHOOSE = 100
"""Training examples from which gradient boosting is tried beside ridge regression."""

MOST = 1e15
"""Numbers beyond this are no quantities."""

TRIES = 200
NOTHING = 0.05
"""R2 below which nothing is learnt."""


def measure_quantity(
    facts: Facts,
    examples: Examples,
    progress: Progress = lambda share, what: None,
    seed: int = 0,
) -> Measured:
    """Learning curve of R2, and the error against always saying the mean or the median.

    Parameters
    ----------
    facts, examples, progress, seed
        As in ``curve.measure``; the labels are numbers.

    Notes
    -----
    R2 = 1 - squared error / squared error of the mean of the test part. ``extra`` holds, in the
    unit of the label, mean absolute error and that of the training part's median and mean, and
    their ratio ``relative_error``.
    """
    begin = time.process_time()
    y = np.array([number_of(label) for label in examples.labels])
    examples = sample(chosen(examples, np.flatnonzero(np.abs(y) < MOST)), seed)
    y = np.array([number_of(label) for label in examples.labels])
    edges = np.unique(np.quantile(y, np.linspace(0, 1, STRATA + 1)[1:-1]))
    model = baseline_of(examples)
    plan = plan_of(examples, np.searchsorted(edges, y), seed)
    test = plan.splits[plan.main][1]
    predictor = _Predictor(model, y, seed)
    last: dict[str, Any] = {}

    def score_at(train: Array, ask: Array) -> float:
        last.update(train=train, ask=ask, answer=predictor(train, ask))
        return _r2(y[ask], last["answer"])

    points, seconds = learning_curve(
        plan, score_at, lambda value: 0.0, lambda s: progress(0.02 + 0.8 * s, "curve")
    )
    noise = round(_noise(y[last["ask"]], last["answer"], seed), 6)
    points = tuple(replace(p, noise=noise) for p in points)
    extra = _errors(y, last["train"], last["ask"], last["answer"])
    gaps = gaps_of(plan, score_at)
    notes = [] if facts.task else [Note("quantity_use", {})]
    if all(p.value < NOTHING for p in points[-2:]):
        notes.append(Note("quantity_not_learnt", {}, warns=True))
    # What later data cost is known of accuracies only.
    notes += [n for n in split_notes(gaps, len(plan.splits), len(y)) if n.key != "ask_later"]
    notes += alone_quantity(examples, y, seed)
    progress(1.0, "done")
    return Measured(
        R2,
        points,
        len(test),
        plan.main,
        gaps,
        0.0,
        0,
        0,
        tuple(notes),
        time.process_time() - begin,
        memory_gb(),
        seconds,
        extra=extra,
    )


class _Predictor:
    """Ridge, or boosting where it does better inside the training part; asked once for a size."""

    def __init__(self, model: TextBaseline | TableBaseline, y: Array, seed: int) -> None:
        self._model, self._y, self._seed = model, y, seed
        self._boosts: dict[int, bool] = {}

    def __call__(self, train: Array, test: Array) -> Array:
        n = len(train)
        if n not in self._boosts:
            inner, held = np.split(train, [int(0.7 * n)])
            self._boosts[n] = (
                isinstance(self._model, TableBaseline)
                and n >= LEAST_TO_CHOOSE
                and _squared(self._y[held], self._boosted(inner, held))
                < _squared(self._y[held], self._ridge(inner, held))
            )
        return self._boosted(train, test) if self._boosts[n] else self._ridge(train, test)

    def _ridge(self, train: Array, test: Array) -> Array:
        from sklearn.linear_model import Ridge

        fit, ask = self._model.features(train, test)
        told = self._y[train]
        model = Ridge(alpha=RIDGE, solver="lsqr" if hasattr(fit, "tocsr") else "auto")
        answer = model.fit(fit, told - told.mean()).predict(ask) + told.mean()
        return np.asarray(np.clip(answer, told.min(), told.max()))

    def _boosted(self, train: Array, test: Array) -> Array:
        from sklearn.ensemble import HistGradientBoostingRegressor

        assert isinstance(self._model, TableBaseline)
        full = self._model.design()
        model = HistGradientBoostingRegressor(
            max_iter=ROUNDS,
            max_leaf_nodes=15,
            min_samples_leaf=min(20, max(3, len(train) // 20)),
            early_stopping=False,
            random_state=self._seed,
        )
        return np.asarray(model.fit(full[train], self._y[train]).predict(full[test]))


def _squared(y: Array, answer: Array) -> float:
    return float(np.mean((y - answer) ** 2))


def _r2(y: Array, answer: Array) -> float:
    return 1.0 - _squared(y, answer) / max(_squared(y, y.mean()), 1e-300)


def _noise(y: Array, answer: Array, seed: int) -> float:
    """Standard error of R2 from the test part, drawn anew with replacement."""
    from sklearn.utils import check_random_state

    rng = check_random_state(seed)
    drawn = [rng.randint(len(y), size=len(y)) for _ in range(TRIES)]
    return float(np.std([_r2(y[i], answer[i]) for i in drawn if np.ptp(y[i]) > 0]))


def _errors(y: Array, train: Array, test: Array, answer: Array) -> dict[str, Any]:
    told, truth = y[train], y[test]
    error = float(np.mean(np.abs(truth - answer)))
    by_median = float(np.mean(np.abs(truth - np.median(told))))
    by_mean = float(np.mean(np.abs(truth - told.mean())))
    found = {
        "mean_absolute_error": error,
        "mean_absolute_error_of_median": by_median,
        "mean_absolute_error_of_mean": by_mean,
        "relative_error": error / by_median if by_median else float("nan"),
    }
    if np.all(truth > 0):
        found["median_percentage_error"] = float(np.median(np.abs(truth - answer) / truth))
    return {name: float(f"{value:.6g}") for name, value in found.items()}


def quantity_line(measured: Measured) -> Note:
    """What the errors are, in the label's own unit and against always saying the median."""
    found = measured.extra
    return Note(
        "quantity",
        {
            "error": Number(found["mean_absolute_error"], 3),
            "median": Number(found["mean_absolute_error_of_median"], 3),
            "mean": Number(found["mean_absolute_error_of_mean"], 3),
            "share": Share(found["relative_error"]),
        },
    )
