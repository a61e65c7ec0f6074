"""Value of information against a case with a closed form, and the plan as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from estimator.engine.decide import pilot_plan
from estimator.engine.decide.pilot import evsi, measuring_noise
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from tests.decide_world import assumptions, evaluate


def test_evsi_of_two_actions_with_normal_payoff_has_a_closed_form(rng):
    """Act (payoff theta ~ N(mu, s)) or not (0), after one measurement with noise e.

    EVSI = sd phi(mu / sd) - |mu| Phi(-|mu| / sd) with sd = s^2 / sqrt(s^2 + e^2).
    """
    mu, s, e = 0.5, 2.0, 1.5
    theta = rng.normal(mu, s, 40_000)
    seen = theta + rng.normal(0, e, theta.size)
    sd = s**2 / np.sqrt(s**2 + e**2)
    exact = sd * norm.pdf(mu / sd) - mu * norm.cdf(-mu / sd)
    losses = np.array([-theta, np.zeros_like(theta)])
    assert evsi(losses, seen[None, :]) == pytest.approx(exact, rel=0.05)


def test_a_result_that_says_nothing_is_worth_nothing(rng):
    theta = rng.normal(0.5, 1.0, 20_000)
    noise = rng.normal(size=(1, theta.size))
    assert evsi(np.array([-theta, np.zeros_like(theta)]), noise) < 0.01


def test_noise_of_a_test_set_is_binomial_for_shares():
    assert measuring_noise(np.full(3, 0.9), 400)[0] == pytest.approx(0.015)
    assert measuring_noise(np.full(3, 30.0), 400)[0] == pytest.approx(100 * 0.0229129, rel=1e-4)


@pytest.fixture(scope="module")
def inputs():
    return ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_classes": 12,
            "draws": 4096,
            "value": {"cost_per_error_usd": 0.05},
        }
    )


@pytest.fixture(scope="module")
def plan(inputs):
    return pilot_plan(evaluate(inputs), assumptions(), Draws(4096, 0))


def test_no_pilot_saves_more_than_knowing_everything(plan):
    assert plan.options
    for option in plan.options:
        assert 0 <= option.evsi_usd <= plan.perfect_usd * 1.02
        assert option.cost_usd > 0
        assert option.weeks > 0


def test_two_approaches_tell_more_than_one(plan):
    for one, two in zip(plan.options[::2], plan.options[1::2], strict=True):
        assert one.n_labelled == two.n_labelled
        assert two.evsi_usd >= one.evsi_usd


def test_the_best_pilot_has_the_highest_net_saving_and_narrows_the_interval(plan):
    assert plan.best.net_usd == max(o.net_usd for o in plan.options)
    assert plan.worth_it == (plan.best.net_usd > 0)
    before, after = plan.narrows
    assert after < 0.5 * before


def test_plan_as_json_has_size_approaches_cost_saving_and_questions(plan):
    out = plan.to_dict()
    assert out["n_labelled"] == plan.best.n_labelled
    assert out["expected_saving_usd"] - out["cost_usd"] == pytest.approx(out["net_saving_usd"])
    assert len(out["approaches"]) in (1, 2)
    assert len(out["questions"]) >= 3
    assert all(q[0].isupper() for q in out["questions"])


def test_higher_stakes_make_a_pilot_worth_more(inputs, plan):
    richer = inputs.replace("value.cost_per_error_usd", 0.5)
    more = pilot_plan(evaluate(richer), assumptions(), Draws(4096, 0))
    assert more.perfect_usd > plan.perfect_usd


def test_one_possible_approach_needs_no_pilot(inputs):
    only = inputs.replace("limits.full_control", True)
    plan = pilot_plan(evaluate(only), assumptions(), Draws(4096, 0))
    assert not plan.worth_it
    assert "cannot change" in plan.text
