"""Token prices of hosted models from the data of genai-prices, read when prices are refreshed.

The package is a requirement of development: what it says is written to a table of the product with
its version and day, and nothing asks it at run time.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from estimator.errors import FitError

PROVIDERS = {
    "OpenAI": "openai", "Anthropic": "anthropic", "Google": "google", "Mistral": "mistral",
    "xAI": "x-ai", "Groq": "groq", "DeepSeek": "deepseek", "Cohere": "cohere",
    "Fireworks": "fireworks", "Together AI": "together", "Cerebras": "cerebras",
    "AWS Bedrock": "aws", "Voyage": "voyageai",
}  # fmt: skip
"""Our name of a provider and the package's."""

SOURCE = "genai-prices-0-2-3-package-data"
PRICES = ("input_usd_per_mtok", "cached_input_usd_per_mtok", "output_usd_per_mtok")
KEYS = ("input_mtok", "cache_read_mtok", "output_mtok")


@dataclass(frozen=True)
class Listed:
    """What the package lists for a model, standard tier."""

    usd: tuple[float | None, ...]
    """Input, cached input and output [USD per million tokens]."""
    since: str
    """Day from which it holds, where the package says so."""
    locator: str
    left: tuple[tuple[float | None, ...], ...] = ()
    """What it listed before that day."""


@dataclass(frozen=True)
class Compared:
    """One row of data/catalog/api.csv against the package."""

    row_id: str
    model: str
    state: str
    """agrees, changed (dated in the package after our row, and in force), differs, absent."""
    ours: tuple[float | None, ...]
    listed: Listed | None


def listed_prices(day: datetime.date) -> tuple[dict[tuple[str, str], Listed], str]:
    """Prices in force on a day by (provider, model) of the package, and its version.

    Raises
    ------
    FitError
        Where the package is not installed.

    Notes
    -----
    Of prices that differ by the time of day the dearest; of tiers by length the first.
    """
    try:
        import genai_prices
        from genai_prices.data import providers
    except ImportError as error:
        wanted = "pip install -r tests/requirements.txt"
        raise FitError(f"prices refresh needs genai-prices: {wanted}") from error
    version = str(genai_prices.__version__)
    found = {}
    for provider in providers:
        for model in provider.models:
            where = f"genai-prices {version}, {provider.id}/{model.id}"
            found[provider.id, model.id] = _in_force(model.prices, day, where)
    return found, version


def _in_force(prices: Any, day: datetime.date, where: str) -> Listed:
    """The last dated price that has begun; beside it those of hours of the day."""
    begun: list[Any] = []
    left: list[tuple[float | None, ...]] = []
    since = ""
    for step in prices if isinstance(prices, list) else [prices]:
        start = getattr(getattr(step, "constraint", None), "start_date", None)
        if start is not None and start > day:
            continue
        if start is not None:
            left, begun, since = [*left, _dearest(begun)], [], start.isoformat()
        begun.append(getattr(step, "prices", step))
    return Listed(_dearest(begun), since, where, tuple(left))


def _dearest(prices: list[Any]) -> tuple[float | None, ...]:
    columns = [[_usd(getattr(p, key)) for p in prices] for key in KEYS]
    return tuple(max((x for x in c if x is not None), default=None) for c in columns)


def _usd(value: Any) -> float | None:
    return None if value is None else float(getattr(value, "base", value))


def compared(
    rows: Iterable[Mapping[str, Any]], listed: Mapping[tuple[str, str], Listed]
) -> list[Compared]:
    """Every row with token prices against the package.

    Notes
    -----
    Only a price that the package dates later than our row replaces it, or one that followed on
    ours by its own account: of two undated figures neither is known to be newer, so that ours
    stays and the difference is shown.
    """
    out = []
    for row in rows:
        provider = PROVIDERS.get(row["provider"])
        if provider is None or math.isnan(row["input_usd_per_mtok"]):
            continue
        names = (row["model"], row["model"].split("/", 1)[-1])
        there = next((listed[provider, n] for n in names if (provider, n) in listed), None)
        ours = tuple(None if math.isnan(row[c]) else float(row[c]) for c in PRICES)
        if there is None:
            state = "absent"
        elif _same(ours, there.usd):
            state = "agrees"
        elif there.since > row["as_of"] or any(_same(ours, old) for old in there.left):
            state = "changed"
        else:
            state = "differs"
        out.append(Compared(row["row_id"], row["model"], state, ours, there))
    return out


def _same(ours: tuple[float | None, ...], theirs: tuple[float | None, ...]) -> bool:
    """Equal to a twentieth of a thousandth, where both say something."""
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    return all(abs(a - b) <= 5e-5 * max(a, b) for a, b in pairs)


def refreshed_rows(found: Iterable[Compared]) -> list[dict[str, str]]:
    """Rows of data/catalog/api_refreshed.csv for what changed."""
    out = []
    for one in found:
        if one.state != "changed" or one.listed is None:
            continue
        usd = {
            c: "" if u is None else f"{u:g}" for c, u in zip(PRICES, one.listed.usd, strict=True)
        }
        told = {"as_of": one.listed.since, "source_id": SOURCE, "locator": one.listed.locator}
        out.append({"row_id": one.row_id, **usd, **told})
    return out
