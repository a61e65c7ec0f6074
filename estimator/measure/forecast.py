"""Simple forecasts on own series by rolling origin: seasonal naive, smoothing, Theta, boosted lags.

Each method is fitted on the past of an origin and judged on the steps after it; the error is MASE,
as in the published benchmarks, and its ratio to that of seasonal naive is what scenarios read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from estimator.measure.series import Array, SeriesTable

ORIGINS = 3
MOST_MEASURED = 300
MOST_ROWS = 20_000
LAGS = 14
LEAST_ROWS = 20
STRIDE = 7919
"""A prime: the steps ahead of neighbouring rows differ, without drawing them."""
ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
TREES = 100
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Score:
    """One method: its error over that of seasonal naive, and the spread of that over series."""

    method: str
    relative: float
    error: float
    noise: float


@dataclass(frozen=True)
class Forecasts:
    """What was measured.

    Parameters
    ----------
    scores : tuple of Score
        Seasonal naive first.
    n_series, n_forecasts : int
        Series and windows that were forecast.
    cpu_seconds : float
    """

    scores: tuple[Score, ...]
    n_series: int
    n_forecasts: int
    cpu_seconds: float


def seasonal_naive(past: Array, horizon: int, season: int) -> Array:
    """The last season, repeated."""
    last = past[-season:]
    return np.asarray(np.resize(last, horizon))


def _without_season(past: Array, season: int) -> tuple[Array, Array]:
    """Past without its season, and the season of the steps that follow; additive means."""
    if season < 2 or len(past) < 2 * season:
        return past, np.zeros(season)
    place = np.arange(len(past)) % season
    level = np.array([past[place == s].mean() for s in range(season)])
    level = level - level.mean()
    ahead = level[(len(past) + np.arange(season)) % season]
    return past - level[place], ahead


def _smoothed(past: Array, alpha: float) -> tuple[float, float]:
    """Last level of simple exponential smoothing, and its mean squared one-step error."""
    level, squares = float(past[0]), 0.0
    for x in past[1:]:
        squares += (x - level) ** 2
        level += alpha * (x - level)
    return level, squares / max(len(past) - 1, 1)


def _best_level(past: Array) -> tuple[float, float]:
    """Level and weight of the smoothing with the least one-step error."""
    tried = [(_smoothed(past, a), a) for a in ALPHAS]
    (level, _), alpha = min(tried, key=lambda t: t[0][1])
    return level, alpha


def smoothing(past: Array, horizon: int, season: int) -> Array:
    """Simple exponential smoothing of the deseasonalised past."""
    flat, ahead = _without_season(past, season)
    return np.asarray(_best_level(flat)[0] + np.resize(ahead, horizon))


def theta(past: Array, horizon: int, season: int) -> Array:
    """The Theta method: smoothing with half of the linear trend as drift.

    References
    ----------
    Assimakopoulos, Nikolopoulos 2000; as smoothing with drift: Hyndman, Billah 2003.
    """
    flat, ahead = _without_season(past, season)
    n = len(flat)
    slope = float(np.polyfit(np.arange(n), flat, 1)[0]) / 2
    level, alpha = _best_level(flat)
    start = (1 - (1 - alpha) ** n) / alpha
    steps = np.arange(horizon)
    return np.asarray(level + slope * (steps + start) + np.resize(ahead, horizon))


def _scale(past: Array, season: int) -> float:
    """In-sample error of seasonal naive, the unit of MASE."""
    step = min(season, len(past) - 1)
    return float(np.mean(np.abs(past[step:] - past[:-step])))


def _filled(values: Array) -> Array:
    """Missing values take the one before."""
    at = np.where(np.isfinite(values), np.arange(len(values)), 0)
    np.maximum.accumulate(at, out=at)
    out = values[at]
    first = out[np.isfinite(out)][0]
    return np.asarray(np.where(np.isfinite(out), out, first))


def forecast(table: SeriesTable, progress: Progress = lambda share, what: None) -> Forecasts:
    """Measure the simple forecasts on a table of series.

    Parameters
    ----------
    table : SeriesTable
    progress : callable
        ``progress(share, what)``.
    """
    begun = time.process_time()
    picked = np.unique(np.linspace(0, len(table.values) - 1, MOST_MEASURED).round().astype(int))
    series = [_filled(table.values[i]) for i in picked]
    beside = [np.nan_to_num(table.covariates[i]) for i in picked]
    h, season = table.horizon, table.season
    simple = {"seasonal naive": seasonal_naive, "exponential smoothing": smoothing, "Theta": theta}
    errors: dict[str, list[float]] = {name: [] for name in (*simple, "boosted lags")}
    origins = [k for k in range(ORIGINS, 0, -1) if _long_enough(series, k * h, season)] or [1]
    model: Trees | None = None
    for done, back in enumerate(origins):
        progress(done / len(origins), "origins")
        pasts, wanted, kept = _cut(series, back * h, h, season)
        known = [beside[i] for i in kept]
        model = model or _boosted(pasts, known, h, season)
        boosted = [_ahead(model, p, k, h, season) for p, k in zip(pasts, known, strict=True)]
        for j, (past, true) in enumerate(zip(pasts, wanted, strict=True)):
            unit = _scale(past, season)
            if unit <= 0:
                continue
            for name, method in simple.items():
                errors[name].append(float(np.mean(np.abs(true - method(past, h, season)))) / unit)
            errors["boosted lags"].append(float(np.mean(np.abs(true - boosted[j]))) / unit)
    progress(1.0, "origins")
    naive = np.array(errors["seasonal naive"])
    scores = tuple(_score(name, np.array(e), naive) for name, e in errors.items())
    return Forecasts(scores, len(series), len(naive), time.process_time() - begun)


def _long_enough(series: list[Array], back: int, season: int) -> bool:
    return float(np.mean([len(s) - back >= season + 8 for s in series])) > 0.8


def _cut(
    series: list[Array], back: int, h: int, season: int
) -> tuple[list[Array], list[Array], list[int]]:
    """Past and future of every series that is long enough at an origin."""
    kept = [i for i, s in enumerate(series) if len(s) - back >= max(season + 2, 4)]
    pasts = [series[i][: len(series[i]) - back] for i in kept]
    wanted = [series[i][len(series[i]) - back :][:h] for i in kept]
    return pasts, wanted, kept


def _score(name: str, error: Array, naive: Array) -> Score:
    relative = float(error.mean() / naive.mean())
    away = error - relative * naive
    noise = float(away.std(ddof=1) / naive.mean() / np.sqrt(len(naive))) if len(naive) > 1 else 0.0
    return Score(name, relative, float(error.mean()), noise)


class Trees(Protocol):
    """A fitted model of the next values."""

    def predict(self, x: Array) -> Array:
        """Values on the frame of each series."""


def _boosted(pasts: list[Array], beside: list[Array], h: int, season: int) -> Trees | None:
    """One boosted model over all series: lags and season, the step ahead and known columns.

    It is fitted once, at the first origin, and asked at the later ones too.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    rows, target = [], []
    every = max(sum(len(p) for p in pasts) // MOST_ROWS, 1)
    for number, (past, more) in enumerate(zip(pasts, beside, strict=True)):
        ends = np.arange(_least(season) + number % every, len(past) - 1, every)
        steps = (np.arange(len(ends)) * STRIDE + number) % h
        ok = ends + 1 + steps < len(past)
        for end, step in zip(ends[ok], steps[ok], strict=True):
            level, unit = _frame(past[: end + 1])
            rows.append(_features(past[: end + 1], more, end + 1 + step, step, season, level, unit))
            target.append((past[end + 1 + step] - level) / unit)
    if len(rows) < LEAST_ROWS:
        return None
    model = HistGradientBoostingRegressor(max_iter=TREES, learning_rate=0.1, random_state=0)
    fitted: Trees = model.fit(np.array(rows), np.array(target))
    return fitted


def _ahead(model: Trees | None, past: Array, more: Array, h: int, season: int) -> Array:
    """Forecast of one series; seasonal naive where there is too little past."""
    if model is None or len(past) <= _least(season):
        return seasonal_naive(past, h, season)
    level, unit = _frame(past)
    asked = [_features(past, more, len(past) + s, s, season, level, unit) for s in range(h)]
    return np.asarray(level + unit * model.predict(np.array(asked)))


def _least(season: int) -> int:
    return max(LAGS, season) + 1


def _frame(past: Array) -> tuple[float, float]:
    """Level and unit of the last values: series of any size look alike to the trees."""
    last = past[-4 * LAGS :]
    return float(last.mean()), float(last.std()) or 1.0


def _features(
    past: Array, more: Array, at: int, step: int, season: int, level: float, unit: float
) -> list[float]:
    lags = (past[-LAGS:] - level) / unit
    back = season * (1 + step // season) - step
    same = (past[-back] - level) / unit if back <= len(past) else 0.0
    row = more[min(at, len(more) - 1)] if more.shape[1] else np.zeros(0)
    return [*lags, same, float(step), float(at % season), *row]
