"""Running the model again with one input changed: paths, values now, fewer draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from estimator.engine.decide.board import Board
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Evaluation

Evaluate = Callable[[ProjectInputs], Evaluation]
Progress = Callable[[int, int], None]

SEARCH_DRAWS = 1024
LABELS = "n_labelled_to_buy"
LABEL_PRICE = "labelling.usd_per_label"
DEVICE_PRICE = "compute.usd_per_device_hour"
HORIZON = "serving.horizon_months"
INTEGERS = frozenset(
    {
        LABELS,
        HORIZON,
        "n_evaluation",
        "n_classes",
        "compute.trials",
        "labelling.labels_per_item",
        "serving.retrain_every_months",
        "compute.n_devices",
    }
)


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def fewer_draws(inputs: ProjectInputs, draws: int = SEARCH_DRAWS) -> ProjectInputs:
    """The same scenario with at most ``draws`` draws."""
    return dataclasses.replace(inputs, draws=min(inputs.draws, draws))


def changed(inputs: ProjectInputs, path: str, value: Any) -> ProjectInputs:
    """The scenario with one field set; whole-number fields are rounded."""
    if path in INTEGERS and value is not None:
        value = round(value)
    return inputs.replace(path, value)


def value_now(evaluation: Evaluation, path: str, key: str | None) -> Any:
    """The value of a field as the model uses it; prices left open are read from the row's bill.

    Returns None where the row has no such price.
    """
    stated = evaluation.inputs.get(path)
    if stated is not None or path not in (LABEL_PRICE, DEVICE_PRICE):
        return stated
    rows = sorted(evaluation.results, key=lambda r: r.candidate.key != key)
    for row in rows:
        if path == DEVICE_PRICE and row.money.usd_per_device_hour:
            return row.money.usd_per_device_hour
        price = row.money.usd_per_labelled_example
        if path == LABEL_PRICE and price is not None:
            return price / evaluation.inputs.labelling.labels_per_item
    return None


def between(a: Board, b: Board, va: float, vb: float, value: float) -> Board:
    """A board between two boards of neighbouring values.

    Notes
    -----
    Money and weeks are linear in the value, the metric in its logarithm; the lines of a bill are
    linear in prices, volumes and counts, so this is exact up to steps such as whole instances.
    """
    t = (value - va) / (vb - va)
    s = np.log(value / va) / np.log(vb / va) if min(va, vb, value) > 0 else t

    def mix(x: Any, y: Any, w: float) -> Any:
        return x if x is y else (1 - w) * x + w * y

    near = a if t < 0.5 else b
    target = None if a.target is None or b.target is None else mix(a.target, b.target, t)
    money = {
        name: mix(getattr(a, name), getattr(b, name), t)
        for name in ("total", "one_off", "spent_in_vain", "net", "weeks")
    }
    return dataclasses.replace(near, score=mix(a.score, b.score, s), target=target, **money)
