"""Labels for a target: what may be said about their number, by one rule for every surface."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy.project import clip_share
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.words.statement import Count, Share, Statement, state

MOST_GROWTH = 10.0
"""Times the labels planned, or measured, beyond which left-out curves say nothing about a number:
after two own results 77 % of the numbers within are right up to a factor of three, 35 % beyond."""
OUT_OF_REACH, KNOWABLE = 0.1, 0.5
"""Chance that the labels in reach suffice below which they are said not to, and from which on
their number may be named: of left-out targets 2 % and 96 % were reached at the ends."""
SURE_POINTS = 2
"""Own results of an approach from which on a number is more than an order of magnitude."""


def most_labels(inputs: ProjectInputs, candidate: Candidate, fit: Mapping[str, Any]) -> float:
    """Labels beyond which no number is named: tenfold, what exists, what the evidence reaches."""
    planned = float(candidate.n_labelled(inputs))
    most = MOST_GROWTH * max(planned, 1.0)
    if inputs.n_unlabelled_available > 0:
        exist = inputs.n_labelled_available + inputs.n_unlabelled_available
        most = min(most, max(float(exist), planned))
    cell = fit["cells"].get(f"{inputs.task}|{candidate.approach}") or {}
    if cell.get("n_labelled_max"):
        most = min(most, max(cell["n_labelled_max"] / clip_share(inputs), planned))
    return most


def in_reach(needed: Array, most: float) -> Array:
    """Draws of the labels needed, inf where that is more than may be named."""
    return np.asarray(np.where(needed <= most, needed, np.inf))


def own_labels(inputs: ProjectInputs, candidate: Candidate) -> tuple[int, ...]:
    """Numbers of labels at which the candidate's approach was measured, rising."""
    own = {p.n_labelled for p in inputs.pilot if p.approach == candidate.approach}
    return tuple(sorted(own - {0}))


def named(needed: Array, own: Sequence[int]) -> tuple[float, float]:
    """p50 and p90 of the labels needed as they are shown; inf where no number may be named.

    Up to tenfold the labels ``own`` results were measured with; to one digit, rounded up, until
    two of them allow more.
    """
    _, p50, p90 = percentiles(needed)
    most = _most_by(own)
    p50, p90 = (p if p <= most else math.inf for p in (p50, p90))
    if len(own) < SURE_POINTS:
        p50, p90 = _one_digit(p50), _one_digit(p90)
    return p50, p90


def _most_by(own: Sequence[int]) -> float:
    return MOST_GROWTH * max(own) if own else math.inf


def _one_digit(x: float) -> float:
    if not math.isfinite(x) or x < 1:
        return x
    unit = 10.0 ** math.floor(math.log10(x))
    return math.ceil(x / unit - 1e-9) * unit


def reason(needed: Array, most: float, own: Sequence[int]) -> Statement | None:
    """Why no number of labels is named; None where one is."""
    chance = float(np.mean(np.isfinite(needed[1:])))
    if chance >= KNOWABLE:
        if math.isfinite(named(needed, own)[0]):
            return None
        if own:
            return state("labels.beyond_own", most=Count(_most_by(own)), own=Count(max(own)))
    if chance < OUT_OF_REACH:
        return state("labels.out_of_reach", most=Count(most), chance=Share(chance))
    key = "labels.not_knowable_yet" if own else "labels.not_knowable"
    return state(key, most=Count(most), chance=Share(chance))
