"""Judging a test set: the split of a budget, its error, and its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.judging import agreement_weight, best_split, error
from estimator.engine.simulate import evaluate
from estimator.errors import InputError

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@pytest.mark.parametrize("agreement", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("judge", [0.001, 0.05, 0.5])
def test_no_other_split_of_the_money_measures_better(agreement: float, judge: float) -> None:
    budget, person, r = 400.0, 1.0, agreement_weight(agreement)
    people, judged = best_split(budget, person, judge, agreement, 1e9)
    assert people * person + judged * judge <= budget + 1e-6
    best = error(people, judged, r)
    for n in np.linspace(1, budget, 300):
        both = (budget - n) / judge
        if both >= n:
            assert best <= error(float(n), both, r) + 1e-9
    assert best <= error(budget / person, 0.0, r) + 1e-9


def test_the_corrected_mean_is_as_sure_as_it_says() -> None:
    rng = np.random.default_rng(1)
    people, judged, agreement = 100, 2000, 0.85
    found = []
    for _ in range(4000):
        truth = rng.random(judged) < 0.5
        verdict = np.where(rng.random(judged) < agreement, truth, ~truth)
        r = agreement_weight(agreement)
        found.append(truth[:people].mean() - r * (verdict[:people].mean() - verdict.mean()))
    assert np.std(found) == pytest.approx(
        error(people, judged, agreement_weight(agreement)), rel=0.05
    )
    assert np.mean(found) == pytest.approx(0.5, abs=0.005)


def test_a_judge_that_agrees_by_chance_is_not_asked() -> None:
    assert best_split(100.0, 1.0, 0.001, 0.5, 1e9) == (100.0, 0.0)


def lines(evidence: Evidence, **judging: Any) -> dict[str, tuple[float, float]]:
    data = {"task": "summarisation", "n_evaluation": 400, "judging": judging, "draws": 256}
    row = evaluate(ProjectInputs.from_dict(data), evidence).results[1]
    return {i.item: (float(i.quantity_draws[0]), float(i.usd_draws[0])) for i in row.money.items}


def test_people_are_the_default_and_a_judge_alone_needs_none(evidence: Evidence) -> None:
    plain, alone = lines(evidence), lines(evidence, by="judge")
    assert "evaluation_judge" not in plain
    assert "evaluation_set" not in alone
    assert alone["evaluation_judge"][0] == 400
    assert 0 < alone["evaluation_judge"][1] < plain["evaluation_set"][1]


def test_both_cost_what_people_alone_would(evidence: Evidence) -> None:
    plain, both = lines(evidence), lines(evidence, by="both", agreement=0.85)
    assert both["evaluation_judge"][0] > 400 > both["evaluation_set"][0] / 3
    spent = both["evaluation_judge"][1] + both["evaluation_set"][1]
    assert spent == pytest.approx(plain["evaluation_set"][1], rel=0.02)


def test_the_judge_is_priced_by_its_own_tokens(evidence: Evidence) -> None:
    dear = lines(evidence, by="judge", judge="claude-sonnet-4-5")["evaluation_judge"][1]
    cheap = lines(evidence, by="judge", judge="gpt-5-nano")["evaluation_judge"][1]
    assert dear > 10 * cheap
    with pytest.raises(InputError, match="judge"):
        lines(evidence, by="judge", judge="roberta-base")
