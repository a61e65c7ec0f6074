"""Writing an answer: what was read or said once is that of every equal array or sentence."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.comparison import Figures, money_spread, spread
from estimator.engine.decide.policy import stable_order
from estimator.words.statement import Count, Share, Usd, state


def test_equal_arrays_share_their_figures_and_others_do_not() -> None:
    rng = np.random.default_rng(0)
    first = rng.lognormal(size=257)
    other = first.copy()
    other[100] += 50.0  # the values that are looked at first are the same
    known = Figures()
    for draws in (first, first.copy(), other, np.full(257, np.nan)):
        assert money_spread(draws, known) == money_spread(draws)
        assert spread(draws, known) == spread(draws)
    assert known.of(first) != known.of(other)


@pytest.mark.parametrize("ties", [False, True])
def test_the_order_is_the_stable_one(ties: bool) -> None:
    values = np.random.default_rng(1).normal(size=4096)
    if ties:
        values = np.round(values, 2)
    assert (stable_order(values) == np.argsort(values, kind="stable")).all()


def test_sentences_with_other_values_are_not_mixed_up() -> None:
    one = state("plan.ends.clean", target=Share(0.9), works=Share(0.5), stops=Share(0.5))
    two = state("plan.ends.clean", target=Share(0.9), works=Share(0.6), stops=Share(0.4))
    assert str(one) != str(two)
    assert str(one) == one.say()
    again = state("plan.ends.clean", stops=Share(0.5), works=Share(0.5), target=Share(0.9))
    assert hash(again) == hash(one)
    assert str(again) == str(one)
    assert str(state("plan.act.rest", n=Count(3))) != str(state("plan.act.rest", n=Usd(3.0)))
