"""Draws: named, repeatable, base case first."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.distributions import Draws, enough, median, medians, percentiles


def test_same_name_same_draws_in_any_order() -> None:
    a, b = Draws(1024, 7), Draws(1024, 7)
    first = a.normal("x").copy()
    b.normal("y")
    assert np.array_equal(b.normal("x"), first)
    assert not np.array_equal(a.normal("y"), first)
    assert not np.array_equal(Draws(1024, 8).normal("x"), first)


def test_base_case_is_the_median() -> None:
    d = Draws(512, 0)
    assert d.normal("x")[0] == 0.0
    assert d.uniform("x")[0] == 0.5
    assert d.lognormal("x", 1, 3, 12)[0] == 3.0
    assert d.split_normal("x", -1, 3, 5)[0] == 3.0


@pytest.mark.parametrize("n", [64, 1024, 8192])
def test_draws_are_standard_normal(n: int) -> None:
    z = Draws(n, 1).normal("x")
    assert z.shape == (n + 1,)
    assert np.mean(z[1:]) == pytest.approx(0, abs=0.02)
    assert np.std(z[1:]) == pytest.approx(1, abs=0.05)


def test_names_are_independent() -> None:
    d = Draws(8192, 0)
    r = np.corrcoef(d.normal("a")[1:], d.normal("b")[1:])[0, 1]
    assert abs(r) < 0.05


@pytest.mark.parametrize(("p10", "p50", "p90"), [(1, 2, 3), (0.1, 2, 2.5), (2, 2, 9)])
def test_stated_percentiles_come_back(p10: float, p50: float, p90: float) -> None:
    d = Draws(8192, 5)
    for x in (d.lognormal("q", p10, p50, p90), d.split_normal("q", p10, p50, p90)):
        assert percentiles(x) == pytest.approx((p10, p50, p90), rel=1e-2)


def test_draws_cannot_be_changed_by_a_caller() -> None:
    z = Draws(64, 0).normal("x")
    with pytest.raises(ValueError, match="read-only"):
        z[0] = 1.0


@pytest.mark.parametrize("bad", [(0.0, 1.0, 2.0), (2.0, 1.0, 3.0), (1.0, 3.0, 2.0)])
def test_percentiles_in_the_wrong_order_are_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="need"):
        Draws(64, 0).lognormal("x", *bad)


def test_percentiles_leave_the_base_out_and_keep_infinity() -> None:
    x = np.concatenate([[1e9], np.arange(1, 101, dtype=float)])
    assert percentiles(x) == pytest.approx((10.9, 50.5, 90.1))
    y = np.concatenate([[0.0], np.full(50, 1.0), np.full(50, np.inf)])
    assert percentiles(y)[0] == 1.0
    assert percentiles(y)[2] == np.inf


@pytest.mark.parametrize("n", [1, 2, 7, 64, 1025])
def test_medians_are_numpys_own(n: int) -> None:
    x = np.random.default_rng(n).lognormal(size=(3, n + 1))
    x[1, ::2] = np.inf
    assert [median(row) for row in x] == np.median(x[:, 1:], axis=1).tolist()
    assert medians(x).tolist() == np.median(x[:, 1:], axis=1).tolist()
    for q in (0.0, 0.1, 0.5, 0.8, 0.9, 1.0):
        assert enough(x[0], q) == np.quantile(x[0, 1:], q, method="higher")


def test_the_median_of_an_unknown_is_unknown() -> None:
    assert np.isnan(median(np.array([1.0, 2.0, np.nan, 3.0])))


def test_lognormal_draws_are_kept_and_cannot_be_spoilt() -> None:
    x = Draws(64, 3).lognormal("kept", 1, 2, 4)
    assert Draws(64, 3).lognormal("kept", 1, 2, 4) is x
    assert Draws(64, 3).lognormal("kept", 1, 2, 5) is not x
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 7.0
