"""Seconds of a text judgement by the tokens read, fitted to published times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from estimator.engine.distributions import Array
    from estimator.evidence.load import Evidence


def _fit(tokens: Array, seconds: Array) -> tuple[float, float]:
    power, scale = np.polyfit(np.log(tokens), np.log(seconds), 1)
    return float(np.exp(scale)), float(power)


def fit_label_seconds(evidence: Evidence) -> dict[str, Any]:
    """Scale and power of ``seconds = scale x tokens^power``, and every point left out in turn.

    Returns
    -------
    dict
        ``scale`` [s], ``power``, ``sd`` of the logarithm, ``rows``: what, stated and predicted
        seconds, factor = predicted over stated.
    """
    table = evidence.table("label_seconds_text_fit")
    tokens = table["tokens_read"].to_numpy(dtype=float)
    seconds = table["seconds"].to_numpy(dtype=float)
    scale, power = _fit(tokens, seconds)
    left = np.log(seconds) - np.log(scale * tokens**power)
    rows = []
    for i, what in enumerate(table["what"]):
        others = np.arange(len(seconds)) != i
        a, b = _fit(tokens[others], seconds[others])
        guess = a * float(tokens[i]) ** b
        rows.append(
            {
                "what": str(what),
                "stated": float(seconds[i]),
                "p50": guess,
                "factor": guess / float(seconds[i]),
            }
        )
    return {"scale": scale, "power": power, "sd": float(left.std(ddof=2)), "rows": rows}
