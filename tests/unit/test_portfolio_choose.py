"""The best set of projects against every set there is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from estimator.engine.portfolio.choose import (
    Choice,
    Limits,
    Option,
    Share,
    best_set,
    figures,
    groups_of,
    least_money,
    least_weeks,
)

GROUPS = (("labelling_tool", ""), ("base_model", "bert"), ("server", "g5"))


def projects(rng: np.random.Generator, count: int, valued: bool = True) -> list[Option]:
    out = []
    for k in range(count):
        money, weeks = float(rng.uniform(10e3, 90e3)), float(rng.uniform(3, 30))
        chance = float(rng.uniform(0.2, 0.9))
        shares = {
            g: Share(0.3 * money, 0.2 * money * (g[0] != "server"),
                     0.3 * weeks * (g[0] == "base_model"), chance)
            for g in GROUPS if rng.random() < 0.4
        }  # fmt: skip
        value = float(rng.uniform(-20e3, 120e3)) if valued else None
        out.append(Option(str(k), value, chance, money, weeks, 1.5 * money, shares, k % 11 != 10))
    return out


def inside(found: Choice, limits: Limits) -> bool:
    money, weeks = limits.budget_usd, limits.person_weeks
    return (money is None or found.budget_usd <= money + 1e-6) and (
        weeks is None or found.person_weeks <= weeks + 1e-9
    )


def every(options: Sequence[Option]) -> list[Choice]:
    """Every set with every choice of leaders."""
    groups = groups_of(options)
    able = [p for p, o in enumerate(options) if o.possible]
    out = []
    for size in range(len(able) + 1):
        for chosen in itertools.combinations(able, size):
            members = [[m for m in of if m in chosen] or [None] for of in groups.values()]
            for leaders in itertools.product(*members):
                named = {g: m for g, m in zip(groups, leaders, strict=True) if m is not None}
                out.append(figures(options, chosen, named))
    return out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("valued", [True, False])
def test_the_best_set_is_the_best_of_all(seed: int, valued: bool) -> None:
    options = projects(np.random.default_rng(seed), 8, valued)
    sets = every(options)
    for money, weeks in ((60e3, None), (150e3, 40.0), (None, 25.0), (0.0, 0.0), (None, None)):
        limits = Limits(money, weeks)
        best = max(s.score for s in sets if inside(s, limits))
        found = best_set(options, limits)
        assert inside(found, limits)
        assert found.score == pytest.approx(best, rel=1e-9, abs=1e-6)


def test_twelve_projects_against_all_their_sets() -> None:
    options = projects(np.random.default_rng(5), 12)
    plain = [Option(**{**o.__dict__, "shares": dict(list(o.shares.items())[:1])}) for o in options]
    sets, limits = every(plain), Limits(250e3, 70.0)
    best = max(s.score for s in sets if inside(s, limits))
    now = best_set(plain, limits)
    assert now.score == pytest.approx(best, rel=1e-9)
    more = least_money(plain, limits, now)
    assert more is not None
    wanted = [s for s in sets if inside(s, Limits(None, 70.0)) and s.score >= now.score + 1.0]
    assert more.budget_usd == pytest.approx(min(s.budget_usd for s in wanted), rel=1e-6)
    work = least_weeks(plain, limits, now)
    assert work is not None
    wanted = [s for s in sets if inside(s, Limits(250e3, None)) and s.score >= now.score + 1.0]
    assert work.person_weeks == pytest.approx(min(s.person_weeks for s in wanted), rel=1e-6)


def test_nothing_more_is_to_be_had_without_limits() -> None:
    options = projects(np.random.default_rng(1), 6)
    now = best_set(options, Limits())
    assert least_money(options, Limits(), now) is None


def test_what_is_shared_is_paid_once() -> None:
    share = {("server", "g5"): Share(1000.0, 0.0, 0.0, 0.5)}
    one = Option("a", 5000.0, 0.5, 100.0, 1.0, 3000.0, share)
    pair = best_set([one, one], Limits())
    assert pair.value_usd == pytest.approx(2 * 5000.0 + 0.5 * 1000.0)
    assert pair.spend_usd == pytest.approx(2 * 3000.0 - 500.0)
    assert len(pair.savings) == 1
    assert best_set([one], Limits()).savings == ()


def test_a_budget_is_kept_only_because_something_is_shared() -> None:
    share = {("base_model", "bert"): Share(40.0, 40.0, 0.0, 1.0)}
    one = Option("a", 10.0, 0.5, 100.0, 1.0, 100.0, share)
    assert len(best_set([one, one], Limits(160.0)).chosen) == 2
    assert len(best_set([one, one], Limits(159.0)).chosen) == 1


def test_fifty_projects_are_quick() -> None:
    import time

    options = projects(np.random.default_rng(9), 50)
    limits, start = Limits(700e3, 200.0), time.process_time()
    now = best_set(options, limits)
    least_money(options, limits, now)
    least_weeks(options, limits, now)
    assert inside(now, limits)
    assert time.process_time() - start < 30
