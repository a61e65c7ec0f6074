"""Approaches made of others: a hybrid lies between its parts, last layers between neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from estimator.engine.accuracy.paths import Path
from estimator.engine.accuracy.scales import Array
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.vocabulary import Approach, HybridKind

PARTS: dict[HybridKind, tuple[Approach, Approach]] = {
    HybridKind.FROZEN_PLUS_SCRATCH: (Approach.LINEAR_PROBE, Approach.SCRATCH),
    HybridKind.RETRIEVAL: (Approach.ZERO_SHOT, Approach.LINEAR_PROBE),
}
"""What a hybrid is built from; its curve lies between the two in every draw."""


def combined(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    paths: Sequence[Path],
    cells: Mapping[str, Any],
    assumptions: Assumptions,
    draws: Draws,
) -> list[Path]:
    """The paths with those of hybrids and of unmeasured last-layer transfer put together.

    Hybrid: from its better part towards its worse one by the share ``accuracy.hybrid_mix``. Last
    layers without a point of their own: between probe and full fine-tuning by
    ``accuracy.partial_mix``.
    """
    own: dict[Approach, Path] = {}
    for candidate, path in zip(candidates, paths, strict=True):
        own.setdefault(candidate.approach, path)
    out = []
    for candidate, path in zip(candidates, paths, strict=True):
        measured = any(p.approach == candidate.approach for p in inputs.pilot)
        cell = f"{inputs.task}|{candidate.approach}"
        if candidate.approach == Approach.HYBRID and not measured and cell not in cells:
            first, second = (own.get(a) for a in PARTS[inputs.hybrid.kind])
            if first is not None and second is not None:
                mix = assumptions.draw("accuracy.hybrid_mix", draws)
                better = np.minimum(first.nodes, second.nodes)
                worse = np.maximum(first.nodes, second.nodes)
                path = replace(path, nodes=better + mix * (worse - better))
        if candidate.approach == Approach.PARTIAL_FINETUNE and not measured and cell not in cells:
            probe, full = own.get(Approach.LINEAR_PROBE), own.get(Approach.FULL_FINETUNE)
            if probe is not None and full is not None:
                mix = assumptions.draw("accuracy.partial_mix", draws)
                path = replace(path, nodes=_between(probe.nodes, full.nodes, mix))
        out.append(path)
    return out


def _between(first: Array, second: Array, share: Array) -> Array:
    return np.asarray(first + share * (second - first))
