"""Approaches made of others: hybrids of their parts, unmeasured cells of their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from estimator.engine.accuracy.paths import Path
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.results import Candidate
from estimator.vocabulary import Approach, HybridKind

PARTS: dict[HybridKind, tuple[Approach, Approach]] = {
    HybridKind.FROZEN_PLUS_SCRATCH: (Approach.LINEAR_PROBE, Approach.SCRATCH),
    HybridKind.RETRIEVAL: (Approach.ZERO_SHOT, Approach.LINEAR_PROBE),
}
"""What a hybrid is built from; its curve lies between the two in every draw."""

AS_IS_KNOT = 2
"""Knot of a neighbour's curve, about 18 labels per class, whose level use as is usually has."""

NEIGHBOURS: dict[Approach, tuple[Approach, ...]] = {
    Approach.BASELINE: (Approach.LINEAR_PROBE, Approach.SCRATCH, Approach.ZERO_SHOT),
    Approach.ZERO_SHOT: (Approach.LINEAR_PROBE, Approach.FULL_FINETUNE, Approach.BASELINE),
    Approach.LINEAR_PROBE: (
        Approach.PARTIAL_FINETUNE,
        Approach.FULL_FINETUNE,
        Approach.BASELINE,
        Approach.SCRATCH,
    ),
    Approach.PARTIAL_FINETUNE: (
        Approach.LINEAR_PROBE,
        Approach.FULL_FINETUNE,
        Approach.LORA,
        Approach.SCRATCH,
        Approach.BASELINE,
    ),
    Approach.LORA: (
        Approach.FULL_FINETUNE,
        Approach.PARTIAL_FINETUNE,
        Approach.LINEAR_PROBE,
        Approach.SCRATCH,
        Approach.BASELINE,
    ),
    Approach.FULL_FINETUNE: (
        Approach.LORA,
        Approach.PARTIAL_FINETUNE,
        Approach.LINEAR_PROBE,
        Approach.SCRATCH,
        Approach.BASELINE,
    ),
    Approach.CONTINUED_PRETRAIN: (
        Approach.FULL_FINETUNE,
        Approach.LORA,
        Approach.SCRATCH,
        Approach.BASELINE,
    ),
    Approach.DISTILL: (Approach.FULL_FINETUNE, Approach.SCRATCH, Approach.BASELINE),
    Approach.HYBRID: (Approach.LINEAR_PROBE, Approach.SCRATCH, Approach.FULL_FINETUNE),
    Approach.SCRATCH: (Approach.BASELINE, Approach.FULL_FINETUNE, Approach.LINEAR_PROBE),
}
"""Approaches whose evidence in the task stands in for a missing cell, nearest first."""


TUNED = (
    Approach.LINEAR_PROBE,
    Approach.PARTIAL_FINETUNE,
    Approach.LORA,
    Approach.FULL_FINETUNE,
    Approach.CONTINUED_PRETRAIN,
)
"""Approaches that start from a pre-trained model and train on own labels."""


def with_passages(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    paths: Sequence[Path],
    assumptions: Assumptions,
    draws: Draws,
) -> list[Path]:
    """Curves of rows that are sent found passages: better by what the passages are worth to them.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    paths : sequence of Path
        One a candidate.
    assumptions : Assumptions
        ``accuracy.found_gain.as_is`` and ``.tuned`` [log odds].
    draws : Draws
    """
    out = []
    for c, path in zip(candidates, paths, strict=True):
        if c.retrieval:
            kind = "as_is" if as_is(inputs, c.approach) else "tuned"
            gain = assumptions.draw(f"accuracy.found_gain.{kind}", draws)
            path = replace(path, nodes=path.nodes - gain)
        out.append(path)
    return out


def neighbours(task: str, approach: Approach, cells: Mapping[str, Any]) -> tuple[Approach, ...]:
    """The two nearest approaches that the task has points for; fewer where it has fewer."""
    order = dict.fromkeys((*NEIGHBOURS[approach], *Approach))
    return tuple(a for a in order if f"{task}|{a}" in cells and a != approach)[:2]


def combined(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    paths: Sequence[Path],
    cells: Mapping[str, Any],
    assumptions: Assumptions,
    draws: Draws,
) -> list[Path]:
    """The paths with those of cells without points pooled from the task's other approaches.

    Hybrid: from its better part towards its worse one by the share ``accuracy.hybrid_mix``. Any
    other approach: between its two nearest neighbours by ``accuracy.borrowed_mix``, moved by the
    share ``accuracy.borrowed_contrast`` towards what the approach differs by in other tasks, give
    or take ``accuracy.borrowed_spread``; where the task has no published tuned model, as for
    tables, what pre-training gains elsewhere does not count. A pilot point of the approach itself
    ends the borrowing.
    """
    own: dict[Approach, Path] = {}
    for candidate, path in zip(candidates, paths, strict=True):
        own.setdefault(candidate.approach, path)
    for approach in Approach:
        if approach in own and _borrows(inputs, approach, cells) and approach != Approach.HYBRID:
            own[approach] = _pooled(inputs, approach, own, cells, assumptions, draws)
    out = []
    for candidate, path in zip(candidates, paths, strict=True):
        if _borrows(inputs, candidate.approach, cells):
            if candidate.approach == Approach.HYBRID:
                path = _hybrid(inputs, path, own, assumptions, draws)
            else:
                path = own[candidate.approach]
        out.append(path)
    return out


def _borrows(inputs: ProjectInputs, approach: Approach, cells: Mapping[str, Any]) -> bool:
    measured = any(p.approach == approach for p in inputs.pilot)
    return not measured and f"{inputs.task}|{approach}" not in cells


def _pooled(
    inputs: ProjectInputs,
    approach: Approach,
    own: Mapping[Approach, Path],
    cells: Mapping[str, Any],
    assumptions: Assumptions,
    draws: Draws,
) -> Path:
    path = own[approach]
    found = [own[a] for a in neighbours(str(inputs.task), approach, cells) if a in own]
    if not found:
        return path
    mix = assumptions.draw("accuracy.borrowed_mix", draws) if len(found) == 2 else 0.0
    nodes = found[0].nodes + mix * (found[-1].nodes - found[0].nodes)
    tuned = any(f"{inputs.task}|{a}" in cells for a in TUNED)
    elsewhere = assumptions.draw("accuracy.borrowed_contrast", draws) if tuned else 0.0
    if not path.needs_labels:
        nodes = np.repeat(nodes[AS_IS_KNOT : AS_IS_KNOT + 1], len(nodes), axis=0)
    nodes = nodes + elsewhere * (path.nodes - nodes)
    apart = assumptions.value("accuracy.borrowed_spread")
    nodes = nodes + apart * draws.normal(f"accuracy.borrowed.{approach}")
    return replace(path, nodes=nodes)


def _hybrid(
    inputs: ProjectInputs,
    path: Path,
    own: Mapping[Approach, Path],
    assumptions: Assumptions,
    draws: Draws,
) -> Path:
    first, second = (own.get(a) for a in PARTS[inputs.hybrid.kind])
    if first is None or second is None:
        return path
    labels = first.needs_labels and second.needs_labels
    one, two = first.nodes, second.nodes
    if not labels:
        one, two = (np.repeat(n[AS_IS_KNOT : AS_IS_KNOT + 1], len(n), axis=0) for n in (one, two))
    mix = assumptions.draw("accuracy.hybrid_mix", draws)
    first_better = one.mean(0) <= two.mean(0)
    better, worse = np.where(first_better, one, two), np.where(first_better, two, one)
    gain = path.gain if labels else None
    return replace(path, nodes=better + mix * (worse - better), needs_labels=labels, gain=gain)
