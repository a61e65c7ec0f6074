"""A scenario as rows of the model: candidates at the knots of their curves, pilots, known data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy import names
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.rows import Rows, build_rows
from estimator.engine.accuracy.scales import Array, error_from_value, stretch, to_scale
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.vocabulary import Approach

OWN = "this project"
"""Name of the project's data set and source where nothing public is named."""

VARIANTS: dict[Approach, str] = {Approach.CONTINUED_PRETRAIN: "continued_pretrain_finetune"}
"""Spelling of an approach in the evidence where it differs."""


def variant(approach: Approach) -> str:
    """The evidence's own name of an approach."""
    return VARIANTS.get(approach, str(approach))


def project_rows(
    inputs: ProjectInputs,
    members: Sequence[tuple[str, Approach, float, str]],
    labels: Sequence[float],
    typical: Mapping[str, Any],
    dataset: str,
) -> Rows:
    """Rows of this project, one per member: (curve, approach, params, backbone) at n labels."""
    count = len(members)
    task = str(inputs.task)
    return build_rows(
        {
            "task": [task] * count,
            "family": [task] * count,
            "approach": [str(a) for _, a, _, _ in members],
            "variant": [variant(a) for _, a, _, _ in members],
            "metric": [str(inputs.target.metric)] * count,
            "dataset": [dataset] * count,
            "domain": [OWN] * count,
            "backbone": [b for _, _, _, b in members],
            "source": [OWN] * count,
            "curve": [c for c, _, _, _ in members],
            "n_classes": [float(inputs.n_classes)] * count,
            "n_labelled": list(labels),
            "params": [p for _, _, p, _ in members],
            "value": [np.nan] * count,
        },
        typical,
    )


def member(candidate: Candidate) -> tuple[str, Approach, float, str]:
    """Curve, approach, parameters and base model of a candidate."""
    model = candidate.model
    params = model.params_total if model is not None and model.params_total else np.nan
    backbone = names.backbone_key(model.name) if model is not None else OWN
    return candidate.key, candidate.approach, float(params), backbone


def knot_rows(
    inputs: ProjectInputs, candidates: Sequence[Candidate], typical: Mapping[str, Any], dataset: str
) -> Rows:
    """Each candidate at every knot of its curve, candidate by candidate."""
    members = [member(c) for c in candidates for _ in KNOTS]
    rows = project_rows(inputs, members, [np.nan] * len(members), typical, dataset)
    per_class = np.tile(np.array(KNOTS), len(candidates))
    return rows.with_(
        log_per_class=per_class,
        n_unknown=np.zeros(len(members), bool),
        no_labels=rows.variant == "zero_shot",
    )


def pilot_rows(
    inputs: ProjectInputs, candidates: Sequence[Candidate], typical: Mapping[str, Any], dataset: str
) -> Rows | None:
    """The user's own measurements; those of an approach share that approach's curve."""
    if not inputs.pilot:
        return None
    by_approach = {c.approach: c for c in reversed(candidates)}
    members = []
    for point in inputs.pilot:
        found = by_approach.get(point.approach)
        members.append(
            member(found) if found else (str(point.approach), point.approach, np.nan, OWN)
        )
    labels = [float(p.n_labelled) for p in inputs.pilot]
    rows = project_rows(inputs, members, labels, typical, dataset)
    error = error_from_value(np.array([float(p.value) for p in inputs.pilot]), rows.group)
    return rows.with_(y=to_scale(error, rows.chance))


def test_set_variance(error: Array, chance: Array, n_evaluation: float, group: str) -> Array:
    """Variance on the scale of a metric measured on a finite test set (binomial)."""
    if n_evaluation <= 0 or group not in ("accuracy", "error", "f1", "top5", "em", "auc"):
        return np.zeros(np.shape(error))
    e = np.clip(np.asarray(error, float), 0.5 / n_evaluation, 1 - 0.5 / n_evaluation)
    slope = stretch(to_scale(e, chance)) / chance
    return np.asarray(e * (1 - e) / n_evaluation * slope**2)
