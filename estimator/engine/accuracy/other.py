"""A task without published curves: no value until an own result is typed, then what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.accuracy import needs
from estimator.engine.accuracy.family import learned
from estimator.engine.accuracy.family_truth import FamilyTruth
from estimator.engine.accuracy.measured import OwnResult
from estimator.engine.accuracy.project import own_results
from estimator.engine.accuracy.scales import Array
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade
from estimator.metrics import Metric as MetricRange
from estimator.metrics import known_metric
from estimator.vocabulary import Grade
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import state

ENDS = 0.005
"""Log odds are taken of places in the range at least this far from its ends."""
UNKNOWN_SD = 10.0
"""Before a result a start may lie anywhere on the scale."""


@dataclass(frozen=True, eq=False)
class OtherTruth(FamilyTruth):
    """Draws of what one row reaches, on the log odds of the place within the metric's range."""

    span: MetricRange

    def place_of(self, value: float) -> float:
        """Log odds of the place in the range; better is more."""
        return float(_scale(np.array(value), self.span))

    def value_at(self, y: Array) -> Array:
        """Value of the metric at places of the scale."""
        share = 1 / (1 + np.exp(-y))
        at = 1 - share if self.span.lower else share
        return np.asarray(self.span.low + at * (self.span.high - self.span.low))

    def _error(self, y: Array, n_test: float) -> Array:
        return _test_error(1 / (1 + np.exp(-y)), n_test, self.spread)


def _scale(value: Array, span: MetricRange) -> Array:
    at = (np.asarray(value, float) - span.low) / (span.high - span.low)
    share = np.clip(1 - at if span.lower else at, ENDS, 1 - ENDS)
    return np.asarray(np.log(share / (1 - share)))


def _test_error(share: Array, n_test: float, spread: float) -> Array:
    """Standard error on the scale: ``spread`` of that of examples that are right or wrong."""
    v = np.clip(share, 0.02, 0.98)
    return np.asarray(spread / np.sqrt(v * (1 - v) * max(float(n_test), 1.0)))


def predict_other(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    assumptions: Assumptions,
    draws: Draws,
) -> list[AccuracyEstimate]:
    """What own results say of the rows they were measured on; nothing of the others.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    assumptions : Assumptions
    draws : Draws

    Returns
    -------
    list of AccuracyEstimate
        In the order of ``candidates``; without draws where nothing was measured.

    Notes
    -----
    A level without own labels that may lie anywhere, and a gain that grows with the logarithm of
    the labels as it does in search and documents (accuracy.other_gain), given the results.
    """
    metric = str(inputs.target.metric)
    span = known_metric(metric)
    own = own_results(inputs, candidates)
    out = []
    for place, c in enumerate(candidates):
        mine = [r for r in own if r.place == place]
        if span is None or not mine:
            grade = EvidenceGrade(str(Grade.NONE), state("other.nothing"), 0, 0, (), None)
            out.append(AccuracyEstimate(metric, None, state("other.nothing"), None, None, grade))
            continue
        out.append(_measured(inputs, c, mine, span, assumptions, draws))
    return out


def _measured(
    inputs: ProjectInputs, c: Candidate, own: Sequence[OwnResult], span: MetricRange,
    assumptions: Assumptions, draws: Draws,
) -> AccuracyEstimate:  # fmt: skip
    metric = str(inputs.target.metric)
    learning = {
        "zero": assumptions.value("accuracy.other_first"),
        "full": assumptions.value("accuracy.other_full"),
        "from_full": False,
    }
    spread = assumptions.value("accuracy.other_spread")
    trained = not as_is(inputs, c.approach)
    gain = assumptions.draw("accuracy.other_gain", draws) if trained else np.zeros(draws.size)
    prior = np.diag([UNKNOWN_SD**2, float(np.var(gain[1:]))])
    middle = np.array([0.0, float(gain[0])])
    look = np.array([[1.0, float(learned(np.array(r.n_labelled), learning))] for r in own])
    seen = _scale(np.array([r.value for r in own]), span)
    noise = np.array([float(_test_error(1 / (1 + np.exp(-y)), r.n_test, spread))
                      for y, r in zip(seen, own, strict=True)])  # fmt: skip
    within = look @ prior @ look.T + np.diag(noise**2)
    weight = np.linalg.solve(within, look @ prior).T
    mean = middle + weight @ (seen - look @ middle)
    cov = prior - weight @ look @ prior
    size, vectors = np.linalg.eigh((cov + cov.T) / 2)
    root = vectors * np.sqrt(np.maximum(size, 0.0)) @ vectors.T
    names = [f"other.{c.key}.{part}" for part in ("start", "gain")]
    drawn = mean[:, None] + root @ np.stack([draws.normal(n) for n in names])
    truth = OtherTruth(
        c.key, metric, drawn[0], drawn[1], learning,
        assumptions.value("accuracy.family_run") if trained else 0.0, spread,
        assumptions.value("accuracy.test_pairing"), draws, span,
    )  # fmt: skip
    values = truth(np.array([float(c.n_labelled(inputs)) if trained else 0.0]))[0]
    reached, needed, unknown, named = None, None, None, None
    target = inputs.target.value
    if target is not None:
        ahead = values[1:] <= target if span.lower else values[1:] >= target
        reached = float(np.mean(ahead))
        most = needs.most_labels(inputs, c, {"cells": {}})
        needed = needs.in_reach(truth.labels_for(float(target)), most)
        labels = needs.own_labels(inputs, c)
        unknown, named = needs.reason(needed, most, labels), needs.named(needed, labels)
    reason = state("other.own", approach=ApproachName(str(c.approach)), n=len(own))
    grade = EvidenceGrade(str(Grade.A), reason, 0, 0, (), None)
    return AccuracyEstimate(
        metric, values, None, reached, needed, grade, curve=truth, noise_free=truth, truth=truth,
        labels_reason=unknown, labels_named=named,
    )  # fmt: skip
