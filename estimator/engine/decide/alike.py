"""Which of nearly equal plans: the one shown before, the simpler one, the one that loses less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.choose import Weighed
from estimator.engine.decide.stages import Policy

FINALISTS = 4
"""Plans of a search that are weighed again at all draws."""


@dataclass(frozen=True)
class Alike:
    """What counts as equal.

    Parameters
    ----------
    keep : float
        Share of the best plan's expected spend within which plans are equal.
    little : float
        Times the least money lost up to which the simpler of equal plans is taken.
    """

    keep: float
    little: float

    @classmethod
    def judged(cls, assumptions: Assumptions) -> Alike:
        """As the assumptions of the scenario say."""
        value = assumptions.value
        return cls(value("decision.keep_share"), value("decision.loses_as_little"))

    def pick(self, found: Sequence[Weighed], before: Policy | None = None) -> Weighed:
        """The highest net value; the one before, or a simpler one, is kept among equals.

        Of equally simple ones that which loses the least money where it fails.
        """
        best = max(found, key=lambda w: w.net)
        slack = self.keep * max(best.spend, 0.0)
        near = [w for w in found if w.net >= best.net - slack]
        kept = next((w for w in near if w.policy == before), None)
        return kept or min(self._simple(near), key=lambda w: (w.lost, -w.net))

    def cheapest(self, found: Sequence[Weighed], before: Policy | None = None) -> Weighed:
        """The least expected spend; a simpler plan, or the one before, is kept among equals."""
        least = min(w.spend for w in found)
        near = [w for w in found if w.spend <= least * (1.0 + self.keep)]
        kept = next((w for w in near if w.policy == before), None)
        return kept or min(self._simple(near), key=lambda w: w.spend)

    def _simple(self, near: Sequence[Weighed]) -> list[Weighed]:
        """Those with the fewest parts that lose little more than the others where they fail."""
        most = self.little * min(w.lost for w in near)
        safe = [w for w in near if w.lost <= most]
        fewest = min(w.policy.parts for w in safe)
        return [w for w in safe if w.policy.parts == fewest]


def finalists(found: Sequence[Weighed], keep: float) -> list[Policy]:
    """Plans that more draws may rank first: within three times what counts as equal."""
    best = max(found, key=lambda w: w.net)
    near = [w for w in found if w.net >= best.net - 3 * keep * max(best.spend, 0.0)]
    near.sort(key=lambda w: -w.net)
    return [w.policy for w in near[:FINALISTS]]
