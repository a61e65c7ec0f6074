"""The one place where numbers become text."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import (
    format_decimal,
    format_scientific,
    get_currency_precision,
    get_currency_symbol,
)

from estimator.errors import InputError
from estimator.metrics import decimals, is_fraction, own_metric
from estimator.vocabulary import METRIC_LABELS
from estimator.words.texts import Joint, catalogue, has, languages, listed, locale_of, say, term

NONE = "–"
NBSP = "\u00a0"
WORKING_DAYS_PER_WEEK = 5
MONTHS_PER_YEAR = 12


def metric_name(metric: str, language: str = "en") -> str:
    """The metric's name for people."""
    name = metric.lower()
    known = catalogue()[language].get(f"metric.{name}") or METRIC_LABELS.get(name)
    own = own_metric(metric)
    if own is not None:
        return own.name
    return known or term("metric", metric, language)


def metric_means(metric: str, language: str = "en") -> str:
    """What the metric says, as a sentence; empty for one that the catalogue does not explain."""
    own = own_metric(metric)
    if own is not None:
        key = "metric.means_lower" if own.lower else "metric.means_higher"
        low, high = (
            _decimal(x, len(f"{x:.10g}".partition(".")[2]), language) for x in (own.low, own.high)
        )
        return say(key, language, name=own.name, low=low, high=high)
    key = f"metric.means.{metric.lower()}"
    return say(key, language) if has(key) else ""


def capital(text: str) -> str:
    """The first letter as a capital, for headings."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=32)
def separators(language: str) -> tuple[str, str]:
    """Thousands and decimal separator of a language."""
    symbols = locale_of(language).number_symbols["latn"]
    return symbols["group"], symbols["decimal"]


@lru_cache(maxsize=32)
def percent_signs(language: str) -> tuple[str, str]:
    """What stands before and after a number of per cent."""
    pattern = locale_of(language).percent_formats[None]
    return pattern.prefix[0], pattern.suffix[0]


@lru_cache(maxsize=64)
def money_signs(currency: str, language: str) -> tuple[str, str]:
    """What stands before and after an amount of a currency; a code is set off by a space."""
    locale = locale_of(language)
    pattern = locale.currency_formats["standard"]
    symbol = get_currency_symbol(currency, locale)
    before, after = pattern.prefix[0].replace("¤", symbol), pattern.suffix[0].replace("¤", symbol)
    return before + NBSP if before[-1:].isalpha() else before, after


WRITTEN_OUT = 1e21
"""From here on a number is written as a power of ten: nobody counts its digits."""


@lru_cache(maxsize=8192)
def _decimal(x: float, decimals: int, language: str) -> str:
    locale = locale_of(language)
    if abs(x) >= WRITTEN_OUT:
        return str(format_scientific(x, "0.##E0", locale)).replace("-", "−")
    whole = locale.decimal_formats[None].pattern.split(".")[0]
    pattern = f"{whole}.{'0' * decimals}" if decimals else whole
    text = format_decimal(round(x, decimals) + 0.0, pattern, locale)
    return text.replace("-", "−")


@lru_cache(maxsize=256)
def _compact(size: float, language: str) -> tuple[float, str]:
    """Factor and ending of a shortened number, CLDR's; a small k, since K is kelvin."""
    patterns = locale_of(language).compact_decimal_formats["short"]["other"]
    digits = len(str(int(size))) - 1
    pattern = patterns.get(str(10 ** min(digits, max(map(len, patterns)) - 1)))
    if pattern is None or pattern.pattern == "0":
        return 1.0, ""
    zeros = pattern.pattern.count("0")
    top = min(digits, max(map(len, patterns)) - 1)
    return 10.0 ** (top - zeros + 1), pattern.suffix[0].replace("'", "").replace("K", "k")


@dataclass(frozen=True)
class Style:
    """How numbers are written for one reader.

    Parameters
    ----------
    language : str
        A language of the catalogue; its CLDR locale writes numbers, money, dates and lists.
    currency : str
        ISO 4217 code of the money on the page.
    usd_rate : float
        USD for one unit of ``currency``.
    """

    language: str = "en"
    currency: str = "USD"
    usd_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.language not in languages():
            raise InputError("language", self.language, ", ".join(languages()))

    # numbers ---------------------------------------------------------------------------------

    def number(self, x: float | None, decimals: int = 0) -> str:
        """Fixed decimals with separators; a dash where there is no number."""
        if x is None or not math.isfinite(x):
            return NONE
        return _decimal(float(x), decimals, self.language)

    def about(self, x: float | None, digits: int = 3) -> str:
        """Rounded to significant digits and written out: 14,200."""
        if x is None or not math.isfinite(x):
            return NONE
        if x == 0:
            return "0"
        place = digits - 1 - math.floor(math.log10(abs(x)))
        return self.number(round(x, place), max(0, min(place, 12)))

    def short(self, x: float | None, digits: int = 3) -> str:
        """Rounded and shortened: 14.2k, 1.2M, 3.4B."""
        if x is None or not math.isfinite(x):
            return NONE
        rounded = float(f"{x:.{digits}g}")
        factor, suffix = _compact(abs(rounded), self.language)
        if factor > 1:
            return self._trim(rounded / factor, digits) + suffix
        if abs(rounded) >= 10**digits:
            return self.number(rounded)
        if 0 < abs(rounded) < 1:
            return self._without_zeros(self.about(rounded, digits))
        return self._trim(rounded, digits)

    def _trim(self, x: float, digits: int) -> str:
        whole = len(str(int(abs(x)))) if abs(x) >= 1 else 1
        return self._without_zeros(self.number(x, max(0, digits - whole)))

    def _without_zeros(self, text: str) -> str:
        decimal = separators(self.language)[1]
        return text.rstrip("0").rstrip(decimal) if decimal in text else text

    def quantity(self, x: float | None) -> str:
        """Six significant digits without trailing zeros, for the lines of a bill."""
        if x is None or not math.isfinite(x):
            return NONE
        return self._without_zeros(self.about(x, 6))

    def count(self, x: float | None) -> str:
        """Whole things such as labels: all digits below 10,000, three above."""
        if x is None or not math.isfinite(x):
            return NONE
        return self.number(x) if abs(x) < 10_000 else self.about(x)

    def percent(self, share: float | None, decimals: int | None = None) -> str:
        """A fraction as per cent; decimals only where they tell something."""
        if share is None or not math.isfinite(share):
            return NONE
        value = share * 100
        if decimals is None:
            decimals = 1 if 0 < value < 1 or 99 < value < 100 else 0
            if 0 < value < 0.05 or 99.95 <= value < 100:
                end = ("<", 0.1) if value < 1 else (">", 99.9)
                return end[0] + self.percent_sign(self.number(end[1], 1))
        return self.percent_sign(self.number(value, decimals))

    def percent_sign(self, number: str) -> str:
        """A written number with the per cent sign where the language has it."""
        before, after = percent_signs(self.language)
        return f"{before}{number}{after}"

    # money -----------------------------------------------------------------------------------

    def convert(self, usd: float) -> float:
        """USD in the reader's currency."""
        return usd / self.usd_rate

    def _money(self, text: str) -> str:
        negative = text.startswith("−")
        before, after = money_signs(self.currency, self.language)
        return ("−" if negative else "") + before + text.lstrip("−") + after

    def money(self, usd: float | None, decimals: int | None = None) -> str:
        """The exact amount in the reader's currency, with the decimals that it has."""
        if _missing(usd):
            return NONE
        places = get_currency_precision(self.currency) if decimals is None else decimals
        return self._money(self.number(self.convert(usd or 0), places))

    def money_about(self, usd: float | None) -> str:
        """Three significant digits, written out: $14,200."""
        if _missing(usd):
            return NONE
        x = self.convert(usd or 0)
        if abs(x) < 1000:
            return self._money(self.number(x, 2 if 0 < abs(x) < 10 else 0))
        return self._money(self.about(x))

    def money_short(self, usd: float | None) -> str:
        """Compact: $14.2k."""
        if _missing(usd):
            return NONE
        x = self.convert(usd or 0)
        return self._money(self.short(x)) if abs(x) >= 1000 else self.money_about(usd)

    def money_part(self, usd: float | None) -> str:
        """A part of a total, compact and without cents: $14.2k, $8, <$1."""
        x = self.convert(usd or 0)
        if usd is None or not 0 < x < 10:
            return self.money_short(usd)
        return f"<{self._money('1')}" if x < 1 else self._money(self.number(x))

    def money_rough(self, usd: float | None) -> str:
        """Two figures, compact, for what is known no better: $36k."""
        if usd is None or not math.isfinite(usd) or not usd:
            return self.money_part(usd)
        return self.money_part(float(f"{self.convert(usd):.2g}") * self.usd_rate)

    def amount_short(self, x: float) -> str:
        """A compact amount that is already in the reader's currency, for axes."""
        return self.money_short(x * self.usd_rate)

    def unit_price(self, usd: float | None) -> str:
        """A price with as many digits as it needs: $0.0000015."""
        if _missing(usd):
            return NONE
        x = self.convert(usd or 0)
        return self._money(self.number(x, 2) if abs(x) >= 1 or x == 0 else self._small(x))

    def _small(self, x: float) -> str:
        place = min(14, 3 - 1 - math.floor(math.log10(abs(x))))
        return self.number(x, max(2, place))

    # time ------------------------------------------------------------------------------------

    def hours(self, x: float | None) -> str:
        """Hours; below one hour in minutes or seconds; a dash where no device works."""
        if not x or not math.isfinite(x):
            return NONE
        if 0 < x < 1 / 60:
            return f"{self.about(x * 3600, 2)}{NBSP}s"
        if 0 < x < 1:
            return f"{self.about(x * 60, 2)}{NBSP}min"
        return f"{self.count(x) if x >= 10 else self.about(x, 2)}{NBSP}h"

    def weeks(self, x: float | None) -> str:
        """Weeks as a number: one decimal below ten."""
        return self.number(x, 1 if x is not None and abs(x) < 10 else 0)

    def span(self, weeks: float) -> str:
        """A time in words: working days below a week, whole weeks above."""
        days = max(1, round(weeks * WORKING_DAYS_PER_WEEK))
        return say("span.days", self.language, n=days) if weeks < 1 else self.whole_weeks(weeks)

    def whole_weeks(self, weeks: float) -> str:
        """A number of weeks in words: 3 weeks."""
        return say("span.weeks", self.language, n=round(weeks))

    def horizon(self, months: float) -> str:
        """A time of use: in years where it is whole years."""
        if months % MONTHS_PER_YEAR:
            return self.months(months)
        return say("span.years", self.language, n=round(months / MONTHS_PER_YEAR))

    def months(self, months: float) -> str:
        """A number of months in words: 18 months."""
        return say("span.months", self.language, n=round(months))

    def date(self, day: str | datetime.date) -> str:
        """A day as the language writes it; takes an ISO text too."""
        if isinstance(day, str):
            day = datetime.date.fromisoformat(day)
        return format_date(day, "medium", locale_of(self.language, "prose"))

    # lists -----------------------------------------------------------------------------------

    def listed(self, names: Sequence[str], style: Joint = "standard") -> str:
        """Names as a list in words."""
        return listed(names, self.language, style)

    # ranges ----------------------------------------------------------------------------------

    def between(self, low: str, high: str) -> str:
        """Two ends of a range; one text where both read the same."""
        return low if low == high else f"{low} – {high}"

    def metric(self, value: float | None, metric: str) -> str:
        """A metric in its usual unit: per cent for fractions, plain for BLEU or FID."""
        return self.percent(value) if is_fraction(metric) else self.number(value, decimals(metric))

    def metric_exact(self, value: float, metric: str) -> str:
        """A metric with a decimal more, where a decision hangs on it: 90.4%."""
        if is_fraction(metric):
            return self.percent(value, 1)
        return self.number(value, decimals(metric))

    def metric_gap(self, a: float, b: float, metric: str) -> str:
        """The distance of two values of a metric, in points."""
        if decimals(metric) > 1:
            return self.number(abs(a - b), decimals(metric))
        factor = 100.0 if is_fraction(metric) else 1.0
        gap = abs(a - b) * factor
        return self.number(gap, 1 if gap < 10 else 0)

    def chances(self, share: float | None) -> str:
        """A probability as chances in ten, in hundred near the ends."""
        if share is None or not math.isfinite(share):
            return NONE
        if 0.095 <= share <= 0.905:
            return say("chances.ten", self.language, n=round(share * 10))
        if share < 0.005:
            return say("chances.under", self.language)
        if share > 0.995:
            return say("chances.over", self.language)
        return say("chances.hundred", self.language, n=round(share * 100))


def style_of(inputs: Mapping[str, Any], language: str = "en") -> Style:
    """The style that a scenario asks for."""
    finance = inputs.get("finance") or {}
    return Style(language, finance.get("currency", "USD"), finance.get("usd_rate") or 1.0)


def _missing(x: float | None) -> bool:
    return x is None or not math.isfinite(x)
