"""The door of the accuracy room: a predictive distribution for every row of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import names
from estimator.engine.accuracy.block import Block, predict_block, root
from estimator.engine.accuracy.grade import grade_candidate
from estimator.engine.accuracy.kernel import KNOTS, level_variance
from estimator.engine.accuracy.paths import Path, falling
from estimator.engine.accuracy.posterior import Posterior, load
from estimator.engine.accuracy.project import (
    OWN,
    knot_rows,
    pilot_rows,
    test_set_variance,
)
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import OUT_OF_SCALE, metric_group, to_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def predict_accuracy(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> list[AccuracyEstimate]:
    """Accuracy of every candidate on the user's data, jointly, given all that is known of it.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    evidence : Evidence
        ``fits["accuracy"]`` and, where a public data set is named, the table ``curves``.
    assumptions : Assumptions
    draws : Draws

    Returns
    -------
    list of AccuracyEstimate
        In the order of ``candidates``. Draws share the data set's difficulty over all of them.
    """
    fit = evidence.fits["accuracy"]
    metric = str(inputs.target.metric)
    reason = _nothing_known(inputs, fit)
    if reason:
        return [_unknown(metric, reason) for _ in candidates]
    posterior = shared_posterior(fit)
    dataset = names.dataset_key(inputs.facts.similar_dataset or OWN)
    knots = knot_rows(inputs, candidates, posterior.typical, dataset)
    observed = pilot_rows(inputs, candidates, posterior.typical, dataset)
    extra = None
    if observed is not None:
        error = to_error(observed.y, observed.chance)
        extra = test_set_variance(error, observed.chance, inputs.n_evaluation, metric_group(metric))
    block = predict_block(posterior, knots, observed, extra)
    paths = _paths(block, knots, candidates, draws)
    return [
        _estimate(inputs, candidate, path, fit, draws, _run_sd(posterior, block, knots, path, i, n))
        for i, (candidate, path) in enumerate(zip(candidates, paths, strict=True))
        for n in [candidate.n_labelled(inputs)]
    ]


def _paths(block: Block, knots: Rows, candidates: Sequence[Candidate], draws: Draws) -> list[Path]:
    z = np.stack(
        [draws.normal(f"accuracy.{c.key}.{k}") for c in candidates for k in range(len(KNOTS))]
    )
    y = block.mean[:, None] + root(block.cov) @ z
    out = []
    for i, _ in enumerate(candidates):
        first = len(KNOTS) * i
        out.append(
            Path(
                nodes=falling(y[first : first + len(KNOTS)]),
                divisor=_divisor(knots, first),
                chance=float(knots.chance[first]),
                group=str(knots.group[first]),
                needs_labels=not bool(knots.no_labels[first]),
            )
        )
    return out


def _run_sd(posterior: Posterior, block: Block, knots: Rows, path: Path, i: int, n: int) -> float:
    """Standard deviation on the scale of one training run about its curve."""
    at = len(KNOTS) * i + 3
    row = knots.take(np.array([at]))
    level = level_variance(row, path.y(n)[0, :1], posterior.sds)[0]
    return float(np.sqrt(block.free[at] + level))


def _divisor(rows: Rows, i: int) -> float:
    if rows.task[i] in names.NO_CLASS_TASKS or rows.group[i] in ("wer", "bleu", "chrf", "rouge"):
        return 1.0
    k = float(rows.n_classes[i])
    return k if k >= 2 else 1.0


def _estimate(
    inputs: ProjectInputs,
    candidate: Candidate,
    path: Path,
    fit: Mapping[str, Any],
    draws: Draws,
    noise: float,
) -> AccuracyEstimate:
    metric = str(inputs.target.metric)
    n = candidate.n_labelled(inputs)
    run = noise * draws.normal(f"accuracy.run.{candidate.key}")
    middle = to_error(path.y(n)[0, :1] + run[:1], path.chance)
    test = np.sqrt(
        test_set_variance(middle, np.array([path.chance]), inputs.n_evaluation, path.group)
    )
    tested = run + test * draws.normal("accuracy.test_set")
    values = path.value(n, tested)[0]
    target = inputs.target.value
    reached, needed = None, None
    if target is not None:
        low = path.group in ("wer", "error")
        ahead = values[1:] <= target if low else values[1:] >= target
        reached = float(np.mean(ahead))
        needed = path.labels_for(float(target), run)
    return AccuracyEstimate(
        metric=metric,
        draws=values,
        reason="",
        target_probability=reached,
        labels_for_target_draws=needed,
        grade=grade_candidate(inputs, candidate, fit),
        curve=lambda labels: path.value(labels, tested),
        noise_free=lambda labels: path.value(labels, run),
    )


def _nothing_known(inputs: ProjectInputs, fit: Mapping[str, Any]) -> str:
    task = str(inputs.task)
    words = task.replace("_", " ")
    if not any(key.split("|")[0] == task for key in fit["cells"]):
        return f"the evidence holds no published learning curve for {words}"
    group = metric_group(inputs.target.metric)
    if group in OUT_OF_SCALE:
        return f"the evidence holds no point in {inputs.target.metric} for {words}"
    return ""


def _unknown(metric: str, reason: str) -> AccuracyEstimate:
    grade = EvidenceGrade("none", reason, 0, 0, (), None)
    return AccuracyEstimate(metric, None, reason, None, None, grade)


_LOADED: list[tuple[Mapping[str, Any], Posterior]] = []


def shared_posterior(fit: Mapping[str, Any]) -> Posterior:
    """The decoded posterior of a fit; the last few are kept, decoding takes milliseconds."""
    for known, posterior in _LOADED:
        if known is fit:
            return posterior
    posterior = load(fit)
    _LOADED.append((fit, posterior))
    del _LOADED[:-4]
    return posterior
