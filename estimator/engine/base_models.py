"""Which base model each row works with, where the scenario names none, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.accuracy.block import predict_block
from estimator.engine.accuracy.posterior import shared_posterior
from estimator.engine.accuracy.project import OWN, member, project_rows
from estimator.engine.accuracy.scales import OUT_OF_SCALE, Array, metric_group, stretch, to_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.compute import predict_compute
from estimator.engine.distributions import Z90, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.money.model_lines import model_usd
from estimator.engine.results import Candidate, Choice, Other
from estimator.engine.watched import varied
from estimator.vocabulary import Approach
from estimator.words.statement import Number, Statement, Usd, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence
    from estimator.evidence.things import BaseModel

ENGLISH = (None, "english", "code")
POINTS = 100.0
QUARTER = 0.25
"""Below this share of the points and the money that count, a model is not priced, and no reason to
leave the usual one."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Candidates of one approach from small to large, and what is expected of them.

    ``points`` [percent points]; ``cov`` their covariance; ``usd`` [USD], inf where a model does
    not fit, nan where it was not priced.
    """

    names: Sequence[str]
    points: Array
    cov: Array
    usd: Array


def choose_models(
    inputs: ProjectInputs, evidence: Evidence, assumptions: Assumptions
) -> Mapping[str, Choice]:
    """The base model of every approach that has one.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
        ``base_models`` names the candidates, ``fits["accuracy"]`` what the results say of them.
    assumptions : Assumptions

    Returns
    -------
    mapping of approach to Choice

    Notes
    -----
    Of the candidates whose licence allows commercial use and that fit the devices and the wanted
    latency: the cheapest to which no dearer one is expected to add ``accuracy.points_apart`` at
    ``accuracy.usd_per_point`` or less. Money is that of training once and of answering, at the
    price book's prices: a typed price of a device-hour, of labels or wages moves no choice.
    """
    out: dict[str, Choice] = {}
    wanted: list[Candidate] = []
    for approach in Approach:
        usual = evidence.default_models.get((str(inputs.task), str(approach)))
        if str(approach) in inputs.models:
            out[str(approach)] = Choice(None, state("model.named"))
        elif usual is not None:
            told = "model.unchanged" if as_is(inputs, approach) else "model.usual"
            out[str(approach)] = Choice(usual, state(told))
            wanted += _candidates(inputs, approach, evidence, assumptions)
    if not wanted or not _comparable(inputs, evidence):
        return out
    for key, found in _compared(inputs, wanted, evidence, assumptions).items():
        if np.isfinite(found.usd).any():
            out[key] = _chosen(inputs, found, str(out[key].model), assumptions)
    return out


def _candidates(
    inputs: ProjectInputs, approach: Approach, evidence: Evidence, assumptions: Assumptions
) -> list[Candidate]:
    """Models that may stand in a row: by task, language, licence, length and size of a device."""
    spoken = "english" if inputs.facts.language in ENGLISH else "other"
    rows = evidence.base_models.get((str(inputs.task), str(approach)), ())
    models = [evidence.models[name] for name, language in rows if language in ("any", spoken)]
    most = assumptions.value("decision.edge_params") if inputs.limits.edge_device else math.inf
    return [
        Candidate(f"{approach}:{m.name}", approach, "", m, inputs.n_labelled_to_buy)
        for m in models
        if m.commercial_use == "yes" and (m.params_total or 0.0) <= most and _reads(m, inputs)
    ]


def _reads(model: BaseModel, inputs: ProjectInputs) -> bool:
    """Whether a whole example goes in, as far as the longest input is known."""
    if inputs.unit_name != "tokens" or model.input_unit != "tokens" or model.max_input is None:
        return True
    return float(inputs.unit_length) <= model.max_input


def _comparable(inputs: ProjectInputs, evidence: Evidence) -> bool:
    task, group = str(inputs.task), metric_group(inputs.target.metric)
    cells = evidence.fits["accuracy"]["cells"]
    return group not in OUT_OF_SCALE and any(key.split("|")[0] == task for key in cells)


def _compared(
    inputs: ProjectInputs, wanted: Sequence[Candidate], evidence: Evidence, assumptions: Assumptions
) -> dict[str, Compared]:
    """What is expected of every candidate, and what those worth pricing cost."""
    posterior = shared_posterior(evidence.fits["accuracy"])
    labels = [float(c.n_labelled(inputs)) for c in wanted]
    sure = assumptions.value("accuracy.kind_sure")
    rows = project_rows(inputs, [member(c) for c in wanted], labels, posterior.typical, OWN, sure)
    block = predict_block(posterior, rows)
    points = POINTS * (1.0 - to_error(block.mean, rows.chance))
    slope = POINTS * rows.chance / stretch(block.mean)
    cov = block.cov * np.outer(slope, slope)
    places: dict[str, list[int]] = {}
    for i, candidate in enumerate(wanted):
        places.setdefault(str(candidate.approach), []).append(i)
    step = QUARTER * assumptions.value("accuracy.points_apart")
    priced: list[int] = []
    for approach, at in places.items():
        usual = evidence.default_models[str(inputs.task), approach]
        named = [i for i in at if wanted[i].model.name == usual]  # type: ignore[union-attr]
        priced += sorted({at[k] for k in rising(points[at], step)} | set(named))
    usd = np.full(len(wanted), math.nan)
    usd[priced] = _usd(inputs, [wanted[i] for i in priced], evidence, assumptions)
    names = [c.model.name if c.model else "" for c in wanted]
    return {
        a: Compared([names[i] for i in at], points[at], cov[np.ix_(at, at)], usd[at])
        for a, at in places.items()
    }


def rising(points: Array, step: float) -> list[int]:
    """Places of models that add at least ``step`` to every smaller one that is kept."""
    kept = [0]
    for i in range(1, len(points)):
        if points[i] >= points[kept[-1]] + step:
            kept.append(i)
    return kept


def _usd(
    inputs: ProjectInputs, wanted: Sequence[Candidate], evidence: Evidence, assumptions: Assumptions
) -> list[float]:
    if inputs.compute.usd_per_device_hour is not None:
        inputs = varied(inputs, "compute", usd_per_device_hour=1.0)
    draws = Draws(1, 0)
    computes = predict_compute(inputs, wanted, evidence, assumptions, draws)
    return model_usd(inputs, wanted, computes, evidence, assumptions, draws)


def _chosen(inputs: ProjectInputs, found: Compared, usual: str, assumptions: Assumptions) -> Choice:
    least = assumptions.value("accuracy.points_apart")
    worth = worth_of_point(inputs, assumptions)
    pick = cheapest_enough(found.points, found.usd, least, worth)
    if usual in found.names:
        stay = found.names.index(usual)
        apart = abs(found.points[pick] - found.points[stay])
        saved = found.usd[stay] - found.usd[pick]
        if apart < QUARTER * least and saved < QUARTER * least * worth:
            pick = stay
    wide = Z90 * assumptions.value("accuracy.model_spread")
    others = []
    for i, name in enumerate(found.names):
        if i != pick and not math.isinf(found.usd[i]):
            variance = found.cov[i, i] + found.cov[pick, pick] - 2.0 * found.cov[i, pick]
            more = float(found.points[i] - found.points[pick])
            spread = wide * math.sqrt(max(float(variance), 0.0))
            usd = float(found.usd[i] - found.usd[pick])
            others.append(Other(name, more, spread, None if math.isnan(usd) else usd))
    return Choice(found.names[pick], _reason(len(found.names), others), tuple(others))


def worth_of_point(inputs: ProjectInputs, assumptions: Assumptions) -> float:
    """What a percent point more may cost [USD]: a hundredth of the stated value, or judged."""
    value = inputs.value.value_per_month_usd
    if value > 0:
        return value * inputs.serving.horizon_months / POINTS
    return assumptions.value("accuracy.usd_per_point")


def cheapest_enough(points: Array, usd: Array, least: float, worth: float) -> int:
    """Place of the cheapest model to which no dearer one adds enough for its price.

    Parameters
    ----------
    points, usd : arrays, shape (n,)
        Expected quality [percent points] and money [USD]; models without a finite price are out.
    least : float
        Points below which two models are not told apart.
    worth : float
        What a point more may cost [USD].
    """
    order = sorted(np.flatnonzero(np.isfinite(usd)), key=lambda i: (usd[i], -points[i]))
    for i in order:
        more, dearer = points[order] - points[i], usd[order] - usd[i]
        if not np.any((more >= least) & (dearer <= worth * more)):
            return int(i)
    return int(order[-1])


def _reason(count: int, others: Sequence[Other]) -> Statement:
    if not others:
        return state("model.only")
    priced = [(o, o.more_usd) for o in others if o.more_usd is not None]
    better = [(o, usd) for o, usd in priced if o.more_points > 0 and usd > 0]
    cheaper = [(o, usd) for o, usd in priced if o.more_points <= 0 and usd <= 0]
    if not (better or cheaper):
        return state("model.near", n=count)
    other, usd = max(better or cheaper, key=lambda pair: pair[0].more_points)
    return state(
        "model.enough" if better else "model.best", n=count, other=other.base_model,
        points=Number(abs(other.more_points), 2), spread=Number(other.spread_points, 2),
        usd=Usd(abs(usd)),
    )  # fmt: skip
