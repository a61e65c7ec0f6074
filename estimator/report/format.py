"""The one place where numbers become text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.errors import InputError
from estimator.report.texts import catalogue, say, term
from estimator.vocabulary import HUNDRED_SCALE, METRIC_LABELS, PLAIN_SCALE

SYMBOLS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪",
    "UAH": "₴", "VND": "₫", "TRY": "₺",
}  # fmt: skip
"""Currencies written with a sign; all others with their ISO code."""

SUFFIXES = {
    "en": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")),
    "de": ((1e12, "\u00a0Bio."), (1e9, "\u00a0Mrd."), (1e6, "M"), (1e3, "k")),
}
"""Ends of shortened numbers by language: a German Billion is a million millions."""

SEPARATORS = {"en": (",", "."), "de": (".", ",")}
"""Thousands and decimal separator by language."""

LOWER_IS_BETTER = {
    "wer", "cer", "per", "eer", "error", "error_rate", "label_error_rate", "fid", "fad",
    "perplexity", "rmse", "mae", "mase", "seconds", "usd", "spread_over_splits",
}  # fmt: skip

NONE = "–"
NBSP = "\u00a0"


def lower_is_better(metric: str) -> bool:
    """True for metrics that count mistakes or distance."""
    return metric.lower() in LOWER_IS_BETTER


def metric_name(metric: str, language: str = "en") -> str:
    """The metric's name for people."""
    name = metric.lower()
    known = catalogue()[language].get(f"metric.{name}") or METRIC_LABELS.get(name)
    return known or term("metric", metric, language)


def is_fraction(metric: str) -> bool:
    """True for metrics of 0 to 1, which people read in per cent."""
    return metric.lower() not in HUNDRED_SCALE | PLAIN_SCALE


def capital(text: str) -> str:
    """The first letter as a capital, for headings."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Style:
    """How numbers are written for one reader.

    Parameters
    ----------
    language : {"en", "de"}
        Decides separators; texts have the same key.
    currency : str
        ISO 4217 code of the money on the page.
    usd_rate : float
        USD for one unit of ``currency``.
    """

    language: str = "en"
    currency: str = "USD"
    usd_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.language not in SEPARATORS:
            raise InputError("language", self.language, ", ".join(SEPARATORS))

    # numbers ---------------------------------------------------------------------------------

    def number(self, x: float | None, decimals: int = 0) -> str:
        """Fixed decimals with separators; a dash where there is no number."""
        if x is None or not math.isfinite(x):
            return NONE
        text = f"{x:,.{decimals}f}"
        if float(text.replace(",", "")) == 0:
            text = text.lstrip("-")
        thousands, decimal = SEPARATORS[self.language]
        swapped = text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)
        return swapped.replace("-", "−")

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
        for factor, suffix in SUFFIXES[self.language]:
            if abs(rounded) >= factor:
                return self._trim(rounded / factor, digits) + suffix
        if 0 < abs(rounded) < 1:
            return self._without_zeros(self.about(rounded, digits))
        return self._trim(rounded, digits)

    def _trim(self, x: float, digits: int) -> str:
        whole = len(str(int(abs(x)))) if abs(x) >= 1 else 1
        return self._without_zeros(self.number(x, max(0, digits - whole)))

    def _without_zeros(self, text: str) -> str:
        decimal = SEPARATORS[self.language][1]
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
                return end[0] + self.number(end[1], 1) + self._sign("%")
        return self.number(value, decimals) + self._sign("%")

    def _sign(self, sign: str) -> str:
        return sign if self.language == "en" else NBSP + sign

    # money -----------------------------------------------------------------------------------

    def convert(self, usd: float) -> float:
        """USD in the reader's currency."""
        return usd / self.usd_rate

    def _money(self, text: str) -> str:
        negative = text.startswith("−")
        body = text.lstrip("−")
        symbol = SYMBOLS.get(self.currency, self.currency + NBSP)
        if self.language == "en":
            return ("−" if negative else "") + symbol + body
        return text + NBSP + SYMBOLS.get(self.currency, self.currency)

    def money(self, usd: float | None, decimals: int = 2) -> str:
        """The exact amount in the reader's currency, cents included."""
        return NONE if _missing(usd) else self._money(self.number(self.convert(usd or 0), decimals))

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

    # ranges ----------------------------------------------------------------------------------

    def between(self, low: str, high: str) -> str:
        """Two ends of a range; one text where both read the same."""
        return low if low == high else f"{low} – {high}"

    def metric(self, value: float | None, metric: str) -> str:
        """A metric in its usual unit: per cent for fractions, plain for BLEU or FID."""
        name = metric.lower()
        if name in HUNDRED_SCALE or name in PLAIN_SCALE:
            return self.number(value, 1)
        return self.percent(value)

    def metric_gap(self, a: float, b: float, metric: str) -> str:
        """The distance of two values of a metric, in points."""
        factor = 1.0 if metric.lower() in HUNDRED_SCALE | PLAIN_SCALE else 100.0
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
    return Style(language, finance.get("currency", "USD"), finance.get("usd_rate", 1.0))


def _missing(x: float | None) -> bool:
    return x is None or not math.isfinite(x)
