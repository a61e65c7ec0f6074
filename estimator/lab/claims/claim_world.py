"""What every claim is tested on: the presets' rows, re-runs, and the published pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import direction
from estimator.engine.decide.recommend import Recommendation, recommend
from estimator.engine.decide.rerun import Evaluate, changed
from estimator.engine.distributions import Array
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Approach, Phase

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

HOLDS_SHARE, EXCEPTIONS_SHARE = 1.0, 0.5
TEXT_PRESET = "support_tickets"


class Holds(StrEnum):
    """Verdict on a claim."""

    HOLDS = "holds"
    EXCEPTIONS = "holds with exceptions"
    NOT = "does not hold"
    UNTESTED = "not tested"


@dataclass(frozen=True)
class Finding:
    """Result of one test: the verdict, the figure in words, on what, and what contradicts it."""

    verdict: Holds
    computed: str
    evidence: str
    exceptions: tuple[str, ...] = ()


def of_cases(cases: Mapping[str, bool], computed: str, evidence: str) -> Finding:
    """Verdict by the share of cases in which a claim is true: all, at least half, fewer."""
    if not cases:
        return Finding(Holds.UNTESTED, "no case to test it on", evidence)
    share = sum(cases.values()) / len(cases)
    verdict = (
        Holds.HOLDS
        if share >= HOLDS_SHARE
        else Holds.EXCEPTIONS
        if share >= EXCEPTIONS_SHARE
        else Holds.NOT
    )
    text = f"true in {sum(cases.values())} of {len(cases)}; {computed}"
    return Finding(verdict, text, evidence, tuple(k for k, good in cases.items() if not good))


def of_fact(good: bool, computed: str, evidence: str) -> Finding:
    """Verdict on a single fact."""
    return Finding(Holds.HOLDS if good else Holds.NOT, computed, evidence)


def med(draws: Array) -> float:
    """Median of the draws, base left out."""
    return float(np.median(draws[1:]))


def span(values: list[float], digits: int = 3) -> str:
    """Smallest, median and largest of some figures in words."""
    known = [v for v in values if np.isfinite(v)]
    if not known:
        return "no figure"
    low, middle, high = (float(f"{f(known):.{digits}g}") for f in (min, np.median, max))
    return f"median {middle:,.10g} ({low:,.10g} to {high:,.10g})"


@dataclass(frozen=True)
class ClaimWorld:
    """Presets evaluated with few draws, a way to run them again, and the evidence.

    Parameters
    ----------
    evaluations : mapping of preset name to Evaluation
    evaluate : callable
    evidence : Evidence
        For its tables of curves and runs, its models and its judgements.
    """

    evaluations: Mapping[str, Evaluation]
    evaluate: Evaluate
    evidence: Evidence
    _runs: dict[tuple[Any, ...], Evaluation] = field(
        default_factory=dict, compare=False, repr=False
    )

    def assumptions(self, evaluation: Evaluation) -> Assumptions:
        """The judgements of one scenario."""
        return Assumptions(self.evidence.assumptions, evaluation.inputs.assumptions)

    @cached_property
    def recommended(self) -> dict[str, Recommendation]:
        """Recommendation of every preset."""
        return {k: recommend(e, self.assumptions(e)) for k, e in self.evaluations.items()}

    def rerun(self, preset: str, **changes: Any) -> Evaluation:
        """A preset with some fields set; double underscores stand for dots."""
        key = (preset, *sorted((k, repr(v)) for k, v in changes.items()))
        if key not in self._runs:
            inputs = self.evaluations[preset].inputs
            for path, value in changes.items():
                inputs = changed(inputs, path.replace("__", "."), value)
            self._runs[key] = self.evaluate(inputs)
        return self._runs[key]

    def rows(self, *approaches: Approach) -> dict[str, tuple[CandidateResult, ...]]:
        """Presets in which every named approach has a price, with those rows."""
        out: dict[str, tuple[CandidateResult, ...]] = {}
        for name, evaluation in self.evaluations.items():
            found = [row_of(evaluation, a) for a in approaches]
            if all(np.isfinite(r.money.total_draws).all() for r in found):
                out[name] = tuple(found)
        return out

    def known(self, *approaches: Approach) -> dict[str, tuple[CandidateResult, ...]]:
        """As ``rows``, with accuracy known too."""
        return {
            k: rows
            for k, rows in self.rows(*approaches).items()
            if all(r.accuracy.draws is not None for r in rows)
        }

    @cached_property
    def pairs(self) -> dict[tuple[str, str], list[tuple[str, float, float, float]]]:
        """Published values of two approaches on one data set, metric, source and size.

        ``pairs[a, b]`` lists (task, n_labelled, value of a, value of b), turned so that higher is
        better; rows without own labels meet every size; the best value of an approach counts.
        """
        return published_pairs(self.evidence.table("curves"))


def row_of(evaluation: Evaluation, approach: Approach) -> CandidateResult:
    """The standard row of an approach."""
    return next(r for r in evaluation.results if r.candidate.key == str(approach))


def oriented(result: CandidateResult) -> Array:
    """Draws of the metric, higher is better."""
    draws = result.accuracy.draws
    if draws is None:
        raise ValueError(f"{result.candidate.key} has no accuracy")
    return direction(result.accuracy.metric) * draws


def phase_usd(result: CandidateResult, *phases: Phase) -> float:
    """Median money of some phases [USD]."""
    return med(np.sum([result.money.by_phase_draws[p] for p in phases], axis=0))


def one_off_usd(result: CandidateResult) -> float:
    """Median one-off money [USD]."""
    return med(result.money.one_off_draws)


def weeks(result: CandidateResult) -> float:
    """Median calendar weeks until ready."""
    return med(result.money.calendar_weeks_draws)


def hours(result: CandidateResult) -> float:
    """Median device-hours."""
    return med(result.compute.device_hours_draws)


def labels_needed(result: CandidateResult) -> float:
    """Median labels for the target; inf where none in range suffices."""
    needed = result.accuracy.labels_for_target_draws
    return np.inf if needed is None else float(np.quantile(needed[1:], 0.5, method="higher"))


def published_pairs(frame: Any) -> dict[tuple[str, str], list[tuple[str, float, float, float]]]:
    """See ``ClaimWorld.pairs``."""
    columns = ("task_family", "dataset", "metric", "source_family", "approach", "n_labelled")
    table: dict[tuple[str, str, str, str], dict[float, dict[str, float]]] = {}
    for task, dataset, metric, source, approach, n, value in zip(
        *(frame[c].tolist() for c in columns), frame["value"].tolist(), strict=True
    ):
        if value is None or not np.isfinite(value):
            continue
        name = ALIASES.get(approach, approach)
        size = 0.0 if name == "zero_shot" else float(n) if n is not None else np.nan
        if not np.isfinite(size):
            continue
        score = _sign(metric) * float(value)
        cell = table.setdefault((task, dataset, metric, source), {}).setdefault(size, {})
        cell[name] = max(cell.get(name, -np.inf), score)
    out: dict[tuple[str, str], list[tuple[str, float, float, float]]] = {}
    for (task, *_), sizes in table.items():
        free = sizes.get(0.0, {})
        for size, cell in sizes.items():
            both = {**free, **cell}
            for a in cell:
                for b in both:
                    if a == b:
                        continue
                    entry = (task, size, both[a], both[b])
                    out.setdefault((a, b), []).append(entry)
                    if b not in cell:
                        out.setdefault((b, a), []).append((task, size, both[b], both[a]))
    return out


ALIASES = {"adapter": "lora", "continued_pretrain_finetune": "continued_pretrain"}
LOWER_WORDS = ("wer", "cer", "error", "eer", "per", "fid", "fad", "mae", "rmse", "mase", "loss")


def _sign(metric: str) -> float:
    words = metric.lower().replace("-", " ").replace("_", " ").replace("(", " ").split()
    return -1.0 if any(w.startswith(LOWER_WORDS) for w in words) else 1.0
