"""Numbers become text in one place: separators, signs, currencies, units of metrics."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.errors import InputError
from estimator.metrics import lower_is_better
from estimator.words.format import NONE, Style, style_of

EN, DE = Style(), Style("de", "EUR", 1.25)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "money", "about", "short"),
    [
        (14234.567, "$14,234.57", "$14,200", "$14.2k"),
        (0.5, "$0.50", "$0.50", "$0.50"),
        (0, "$0.00", "$0", "$0"),
        (-1234.5, "−$1,234.50", "−$1,230", "−$1.23k"),
        (999_999, "$999,999.00", "$1,000,000", "$1M"),
        (62.4, "$62.40", "$62", "$62"),
        (3.21e9, "$3,210,000,000.00", "$3,210,000,000", "$3.21B"),
    ],
)
def test_money(value: float, money: str, about: str, short: str) -> None:
    assert EN.money(value) == money
    assert EN.money_about(value) == about
    assert EN.money_short(value) == short


def test_other_currency_is_converted_at_its_rate() -> None:
    assert DE.money(1250) == f"1.000,00{NBSP}€"
    assert Style("en", "CHF", 1.25).money(1250) == f"CHF{NBSP}1,000.00"


def test_decimal_comma() -> None:
    assert DE.number(1234.5, 1) == "1.234,5"
    assert DE.percent(0.875, 1) == f"87,5{NBSP}%"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_dash(value: float | None) -> None:
    for write in (EN.number, EN.money, EN.money_short, EN.percent, EN.hours, EN.count, EN.weeks):
        assert write(value) == NONE


def test_no_figure_is_rounded_to_certainty() -> None:
    assert EN.percent(0.9999) == ">99.9%"
    assert EN.percent(0.0001) == "<0.1%"
    assert EN.percent(1.0) == "100%"
    assert EN.chances(0.999) == "more than 99 of 100"
    assert EN.chances(0.0) == "fewer than 1 of 100"
    assert EN.chances(0.42) == "4 of 10"


def test_hours_change_their_unit() -> None:
    assert EN.hours(14.2) == f"14{NBSP}h"
    assert EN.hours(0.3) == f"18{NBSP}min"
    assert EN.hours(0.001) == f"3.6{NBSP}s"


def test_metrics_keep_their_unit() -> None:
    assert EN.metric(0.87, "accuracy") == "87%"
    assert EN.metric(31.24, "bleu") == "31.2"
    assert EN.metric(0.1, "wer") == "10%"
    assert EN.metric_gap(0.85, 0.9, "accuracy") == "5.0"
    assert EN.metric_gap(31.0, 30.0, "bleu") == "1.0"


def test_metrics_are_shown_as_the_table_of_metrics_says(evidence: Any) -> None:
    for name, metric in evidence.metrics.items():
        assert lower_is_better(name) == (metric.direction == "lower"), name
        shown_as_percent = EN.metric(0.5, name).endswith("%")
        assert shown_as_percent == (metric.unit in ("percent", "fraction")), name


def test_small_numbers_are_not_rounded_to_nothing() -> None:
    assert EN.short(0.003) == "0.003"
    assert EN.short(0.25) == "0.25"
    assert EN.quantity(0.336) == "0.336"
    assert EN.quantity(3000.0) == "3,000"


def test_small_prices_keep_their_digits() -> None:
    assert EN.unit_price(1.5e-6) == "$0.00000150"
    assert EN.unit_price(3.286) == "$3.29"


def test_a_range_with_equal_ends_is_one_text() -> None:
    assert EN.between("5", "5") == "5"
    assert EN.between("5", "7") == "5 – 7"


def test_style_of_a_scenario() -> None:
    style = style_of({"finance": {"currency": "EUR", "usd_rate": 1.1}})
    assert (style.currency, style.usd_rate) == ("EUR", 1.1)
    with pytest.raises(InputError, match="language"):
        Style("xx")


@given(st.floats(1e-9, 1e15, allow_nan=False))
def test_significant_digits_are_kept(x: float) -> None:
    shown = float(EN.about(x, 4).replace(",", ""))
    assert shown == pytest.approx(x, rel=1e-3)


@given(st.floats(1, 1e14))
def test_short_form_reads_back(x: float) -> None:
    text = EN.short(x)
    factor = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1], 1.0)
    assert float(text.rstrip("kMBT")) * factor == pytest.approx(x, rel=6e-3)
