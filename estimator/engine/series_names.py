"""Forecasting evidence by its names: data sets, kinds of model, and who reads covariates."""

from __future__ import annotations

import re
from functools import lru_cache

from estimator.vocabulary import Approach

BOOSTED, CLASSICAL, TRAINED, AS_IS, TUNED = "boosted", "classical", "trained", "as_is", "tuned"
CELLS = (BOOSTED, CLASSICAL, TRAINED, AS_IS, TUNED)
"""What a forecaster is: boosted lags, statistics, a net trained here, a pre-trained one."""

PRETRAINED = "pretrained"
"""Difficulty of a data set is shared by a pre-trained model used as it is and tuned."""

_MODELS: tuple[tuple[str, str], ...] = (
    (r"lightgbm", "lightgbm"),
    (r"catboost", "catboost"),
    (r"xgboost", "xgboost"),
    (r"auto ?arima", "auto-arima"),
    (r"auto ?ets|exponential smoothing", "auto-ets"),
    (r"theta", "auto-theta"),
    (r"stat.{0,10}ensemble", "stat-ensemble"),
    (r"(?:seasonal|snaive) ?naive", "seasonal-naive"),
    (r"naive", "naive"),
    (r"drift", "drift"),
    (r"chronos ?bolt.{0,4}(tiny|mini|small|base)", "chronos-bolt-{}"),
    (r"chronos ?bolt", "chronos-bolt-base"),
    (r"chronos ?2.{0,3}small", "chronos-2-small"),
    (r"chronos ?2", "chronos-2"),
    (r"chronos.{0,5}?(tiny|mini|small|base|large)", "chronos-t5-{}"),
    (r"times ?fm ?2[ .]?5", "timesfm-2.5"),
    (r"times ?fm ?2", "timesfm-2.0"),
    (r"times ?fm", "timesfm-1.0"),
    (r"moirai ?2", "moirai-2.0"),
    (r"moirai.{0,8}?(small|base|large)", "moirai-{}"),
    (r"tirex ?2", "tirex-2"),
    (r"tirex", "tirex"),
    (r"toto.{0,3}2", "toto-2.0"),
    (r"toto", "toto-1.0"),
    (r"(?:ttm|tiny ?time ?mixer).{0,12}?r(\d)", "ttm-r{}"),
    (r"tabpfn.{0,3}ts", "tabpfn-ts"),
    (r"sundial", "sundial-base"),
    (r"vision ?ts", "visionts"),
    (r"lag.?llama", "lag-llama"),
    (r"patch ?tst", "patchtst"),
    (r"\btft\b|temporal fusion", "tft"),
    (r"deep ?ar", "deepar"),
    (r"n ?beats", "n-beats"),
    (r"i ?transformer", "itransformer"),
    (r"d ?linear", "dlinear"),
    (r"\btide\b", "tide"),
    (r"crossformer", "crossformer"),
)
"""Spellings of forecasting models; the first that fits counts, with its size put in."""

READ_COVARIATES = frozenset(
    {"lightgbm", "catboost", "xgboost", "tft", "deepar", "chronos-2", "timesfm-2.5", "tabpfn-ts"}
)
"""Models that are given what is known of the future (prices, holidays, weather forecasts)."""

STATISTICS = frozenset({"auto-arima", "auto-ets", "auto-theta", "stat-ensemble"})
TREES = frozenset({"lightgbm", "catboost", "xgboost"})
NAIVE = frozenset({"seasonal-naive", "naive", "drift"})

_FREQUENCY = {
    "yearly": "y", "quarterly": "q", "monthly": "m", "weekly": "w", "daily": "d", "hourly": "h",
    "15min": "15t", "30min": "30t", "a": "y", "short": "", "monash": "",
}  # fmt: skip
"""Words of a data set's name that say its frequency, or nothing. The 1h of fev-bench stays apart
from the H of others: its horizon is another one."""


@lru_cache(maxsize=4096)
def series_model(name: str) -> str:
    """Catalogue name of a forecasting model, by its spelling; the spelling where none fits."""
    low = re.sub(r"[^a-z0-9.]+", " ", name.lower()).strip()
    for pattern, model in _MODELS:
        found = re.search(pattern, low)
        if found:
            return model.format(*found.groups())
    return low


@lru_cache(maxsize=4096)
def series_set(name: str) -> str:
    """One id for the spellings of a data set at one frequency: monash_x_daily is x/D/short."""
    words = [w for w in re.split(r"[^a-z0-9.]+", name.lower()) if w]
    words = [_FREQUENCY.get(w, w) for w in words]
    return " ".join(dict.fromkeys(w for w in words if w))


def cell_of(approach: str, model: str) -> str | None:
    """Kind of forecaster of an approach; None where the approach means nothing for series."""
    if approach == Approach.BASELINE:
        return CLASSICAL if model in STATISTICS else None if model in NAIVE else BOOSTED
    if approach == Approach.ZERO_SHOT:
        return AS_IS
    if approach in (Approach.FULL_FINETUNE, Approach.LORA, Approach.PARTIAL_FINETUNE):
        return TUNED
    return TRAINED if approach == Approach.SCRATCH else None


def kind_of(cell: str) -> str:
    """Cells whose data sets are hard alike."""
    return PRETRAINED if cell in (AS_IS, TUNED) else cell


def base_of(model: str, cell: str) -> str:
    """Key of a model's own level: a tuned one has its own."""
    return f"{model}|{cell}"
