"""Every claim of data/evidence/claims.csv tested against the product's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.engine.decide.rerun import Evaluate, Progress, quiet
from estimator.engine.results import Evaluation
from estimator.errors import EstimatorError
from estimator.lab.claims import claims_compute, claims_money, claims_quality, claims_rules
from estimator.lab.claims.claim_world import ClaimWorld, Finding, Holds

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

CLAIM_DRAWS = 512
TEXT_ONLY = {"C17": "a statement about hubs, not about a project"}
SAME_TEST = {"C47": "C02"}


@dataclass(frozen=True)
class Verdict:
    """One claim: what the guide says, what was computed, on what evidence, and the exceptions."""

    claim_id: str
    claim: str
    guide: str
    figure: str
    verdict: Holds
    computed: str
    evidence: str
    exceptions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "claim_id": self.claim_id,
            "claim": self.claim,
            "guide": self.guide,
            "figure": self.figure,
            "verdict": str(self.verdict),
            "computed": self.computed,
            "evidence": self.evidence,
            "exceptions": list(self.exceptions),
        }


def tests() -> dict[str, Callable[[ClaimWorld], Finding]]:
    """The test of each claim by its id."""
    found: dict[str, Callable[[ClaimWorld], Finding]] = {}
    for module in (claims_compute, claims_money, claims_quality, claims_rules):
        for name, test in vars(module).items():
            if len(name) == 3 and name[0] == "c" and name[1:].isdigit():
                found[name.upper()] = test
    return found


def check_claims(
    evaluations: Mapping[str, Evaluation],
    evaluate: Evaluate,
    evidence: Evidence,
    progress: Progress = quiet,
) -> tuple[Verdict, ...]:
    """Test every claim over the presets.

    Parameters
    ----------
    evaluations : mapping of preset name to Evaluation
        With few draws (``CLAIM_DRAWS``); the re-runs keep their number.
    evaluate : callable
    evidence : Evidence
        Table ``claims`` and what the tests read.
    progress : callable
        Called with (done, total) after each claim.

    Notes
    -----
    ``holds``: true in every case; ``holds with exceptions``: in at least half, the others are
    named; ``does not hold``: in fewer; ``not tested``: nothing to compute it on, with the reason.
    """
    world = ClaimWorld(evaluations, evaluate, evidence)
    run = tests()
    table = evidence.table("claims")
    out: list[Verdict] = []
    columns = ("claim_id", "claim", "guide", "figure")
    for claim_id, claim, guide, figure in zip(
        *(table[c].astype(str) for c in columns), strict=True
    ):
        found = _one(world, run.get(SAME_TEST.get(claim_id, claim_id)), claim_id)
        out.append(
            Verdict(
                claim_id=claim_id,
                claim=claim,
                guide=guide,
                figure=figure,
                verdict=found.verdict,
                computed=found.computed,
                evidence=found.evidence,
                exceptions=found.exceptions,
            )
        )
        progress(len(out), len(table))
    return tuple(out)


def _one(world: ClaimWorld, test: Callable[[ClaimWorld], Finding] | None, claim_id: str) -> Finding:
    if test is None:
        return Finding(Holds.UNTESTED, TEXT_ONLY.get(claim_id, "no test for this claim"), "")
    try:
        return test(world)
    except EstimatorError as error:
        return Finding(Holds.UNTESTED, str(error), "")


def tally(verdicts: tuple[Verdict, ...]) -> dict[str, int]:
    """How many claims have each verdict."""
    return {str(h): sum(v.verdict == h for v in verdicts) for h in Holds}
