"""Judgements: the row's spread, a typed value, and what may not be typed."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles
from estimator.errors import InputError
from estimator.evidence.things import Assumption


def row(name: str, distribution: str = "lognormal", source_id: str = "judgement") -> Assumption:
    return Assumption(name, 1.0, 2.0, 5.0, "hours", distribution, "why", source_id, 0.5, 50.0)


ROWS = {
    "a.b_hours": row("a.b_hours"),
    "a.normal_hours": row("a.normal_hours", "normal", "paper_1"),
    "a.fixed_hours": row("a.fixed_hours", "fixed"),
    "default.draws": row("default.draws", "fixed"),
}
DRAWS = Draws(4096, 3)


@pytest.mark.parametrize("name", ["a.b_hours", "a.normal_hours"])
def test_draws_keep_the_three_stated_values(name: str) -> None:
    x = Assumptions(ROWS).draw(name, DRAWS)
    assert x.shape == (4097,)
    assert x[0] == 2.0
    assert percentiles(x) == pytest.approx((1.0, 2.0, 5.0), rel=0.01)
    assert x.min() > 0


def test_fixed_and_typed_values_have_no_spread() -> None:
    assert np.all(Assumptions(ROWS).draw("a.fixed_hours", DRAWS) == 2.0)
    typed = Assumptions(ROWS, {"a.b_hours": 7.0})
    assert np.all(typed.draw("a.b_hours", DRAWS) == 7.0)
    assert typed.value("a.b_hours") == 7.0


def test_basis_says_where_the_value_comes_from() -> None:
    assert Assumptions(ROWS).basis("a.b_hours") == "assumed"
    assert Assumptions(ROWS).basis("a.normal_hours") == "published"
    assert Assumptions(ROWS, {"a.b_hours": 7.0}).basis("a.b_hours") == "typed"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("a.unknown", 1.0, "an id of data/assumptions.csv"),
        ("a.b_hours", 51.0, "0.5 – 50 hours"),
        ("default.draws", 64.0, "the field draws itself"),
    ],
)
def test_what_may_not_be_typed(name: str, value: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Assumptions(ROWS, {name: value})
