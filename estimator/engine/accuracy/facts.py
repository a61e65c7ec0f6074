"""What the user states about the data, as shifts of the curves; each moves them one way only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy.effects import error_of_agreement, majority_error
from estimator.engine.accuracy.scales import ACCURACY_LIKE, Array, metric_group
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.typed import SPLIT_GAPS, UNLIKE
from estimator.vocabulary import Approach, LabellingSource

NO_PRETRAINING = frozenset({Approach.SCRATCH, Approach.BASELINE})
NO_LABELS = frozenset({Approach.ZERO_SHOT})
USES_UNLABELLED = frozenset({Approach.CONTINUED_PRETRAIN, Approach.DISTILL, Approach.HYBRID})


@dataclass(frozen=True)
class Gain:
    """What one label is worth: 10 ** (constant + few / (1 + n / half)) plain labels.

    ``constant`` and ``few`` are draws of log10 factors; the part ``few`` fades with labels.
    """

    constant: Array
    few: Array
    half: float

    def base(self) -> Gain:
        """The base case alone."""
        return Gain(self.constant[:1], self.few[:1], self.half)

    def first(self, taken: int) -> Gain:
        """The base case and the first ``taken`` draws."""
        return Gain(self.constant[: taken + 1], self.few[: taken + 1], self.half)

    def log10(self, n: Array) -> Array:
        """log10 of the factor at n labels, shape (k, n + 1)."""
        return np.asarray(self.constant + self.few / (1 + np.asarray(n, float) / self.half))


def wrong_label_share(inputs: ProjectInputs, effects: Mapping[str, Any], a: Assumptions) -> float:
    """Share of wrong training labels after votes and review.

    The noise of one annotator is what is stated, else what the stated agreement implies, else the
    usual one of the labelling source. A model is asked once. The one place that computes it: the
    quality and the risk of the labels both read it.
    """
    labelling = inputs.labelling
    one = labelling.label_noise
    if one is None and inputs.facts.annotator_agreement is not None:
        one = error_of_agreement(inputs.facts.annotator_agreement, inputs.n_classes)
    if one is None:
        one = a.value(f"decision.label_noise.{labelling.source}")
    votes = 1 if labelling.source is LabellingSource.MODEL else labelling.labels_per_item
    voted = majority_error(one, votes, effects["shared_confusion"]["p50"])
    return voted * (1 - labelling.review_share * a.value("accuracy.review_catch"))


def shift_of(
    inputs: ProjectInputs,
    approach: Approach,
    effects: Mapping[str, Any],
    a: Assumptions,
    draws: Draws,
) -> Array:
    """Shift of y by label noise and domain distance, shape (n + 1,); positive is worse."""
    total = np.zeros(draws.size)
    if approach not in NO_LABELS:
        kind = "noise_scratch" if approach in NO_PRETRAINING else "noise_pretrained"
        found = effects[kind]
        wrong = wrong_label_share(inputs, effects, a) - a.value("accuracy.usual_noise")
        if wrong > 0:
            slope = draws.split_normal(f"accuracy.{kind}", found["p10"], found["p50"], found["p90"])
            total += np.maximum(slope, 0.0) * wrong
    if approach not in NO_PRETRAINING:
        distance = effects["domain"]["shift"][str(inputs.domain)]
        total += distance * a.draw("accuracy.domain_weight", draws)
    return total


def gain_of(inputs: ProjectInputs, approach: Approach, a: Assumptions, draws: Draws) -> Gain | None:
    """What augmentation, unlabelled examples and a rare class make of one label; None: nothing."""
    unlabelled = float(inputs.n_unlabelled_available) if approach in USES_UNLABELLED else 0.0
    rare = inputs.facts.minority_share is not None and (
        metric_group(inputs.target.metric) not in ACCURACY_LIKE
    )
    if not (unlabelled or rare or inputs.facts.augmentation):
        return None
    constant, few = np.zeros(draws.size), np.zeros(draws.size)
    classes = max(float(inputs.n_classes), 1.0)
    if rare and inputs.facts.minority_share is not None and classes >= 2:
        share = min(inputs.facts.minority_share * classes, 1.0)
        constant += a.draw("accuracy.minority_power", draws) * np.log10(share)
    if inputs.facts.augmentation:
        few += np.log10(a.draw("accuracy.augmentation_factor", draws))
    if unlabelled > 0:
        usual = a.value("accuracy.unlabelled_half")
        reach = unlabelled / (unlabelled + usual)
        few += np.log10(a.draw("accuracy.unlabelled_factor", draws)) * reach
    return Gain(constant, few, a.value("accuracy.gain_half_per_class") * classes)


def lost_in_use(inputs: ProjectInputs, a: Assumptions, draws: Draws) -> Array | None:
    """Error that later data or other customers add, shape (n + 1,); None where use is the same.

    The same for all approaches in a draw: it belongs to the examples.
    """
    gap = SPLIT_GAPS.get(str(inputs.target.metric))
    if inputs.facts.in_use != UNLIKE or gap is None:
        return None
    return a.draw(gap, draws)


def stated_levels(inputs: ProjectInputs, a: Assumptions) -> list[tuple[float, float, float]]:
    """Stated human and best levels as (value, gap, spread) on the scale of scales.py.

    A project's own fully tuned model with plenty of labels is expected ``gap`` above (worse than)
    the stated level in y, give or take ``spread``.
    """
    out = []
    for field, name in (
        (inputs.facts.human_level, "human"),
        (inputs.facts.state_of_the_art, "best"),
    ):
        if field is not None:
            gap = a.value(f"accuracy.{name}_gap")
            out.append((float(field), gap, a.value(f"accuracy.{name}_spread")))
    return out
