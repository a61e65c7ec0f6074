"""Classic single forms of a learning curve, fitted by least squares: what prior none must beat."""

from __future__ import annotations

import numpy as np

from estimator.engine.accuracy.scales import Array

EXPONENTS = np.geomspace(0.01, 3.0, 120)
RATES = np.geomspace(1e-3, 30.0, 120)
SHIFTS = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])

FORMS = ("power law with floor", "power law", "logarithm", "exponential", "shifted power law")


def predict_form(form: str, n: Array, error: Array, wanted: Array) -> Array:
    """Error at ``wanted`` from a least-squares fit of one form, shape (k,).

    Notes
    -----
    c + a n^-b, a n^-b, a - b log n, c + a exp(-b n / n_max), c + a (n + d)^-b with a, c >= 0; the
    non-linear parameters on a grid, the rest solved exactly.
    """
    if form == "logarithm":
        slope, level = np.polyfit(np.log(n), error, 1)
        slope = min(float(slope), 0.0)
        level = float(np.mean(error - slope * np.log(n)))
        return np.asarray(level + slope * np.log(wanted))
    if form == "exponential":
        shapes = [(np.exp(-r * n / n.max()), np.exp(-r * wanted / n.max())) for r in RATES]
    elif form == "shifted power law":
        shapes = [
            ((n + d * n.min()) ** -b, (wanted + d * n.min()) ** -b)
            for b in EXPONENTS
            for d in SHIFTS
        ]
    else:
        shapes = [(n**-b, wanted**-b) for b in EXPONENTS]
    fitted = [_linear(g, error, floor=form != "power law") for g, _ in shapes]
    best = int(np.argmin([loss for loss, _, _ in fitted]))
    _, level, gain = fitted[best]
    return np.asarray(level + gain * shapes[best][1])


def _linear(g: Array, error: Array, floor: bool) -> tuple[float, float, float]:
    """Loss, floor and gain of error = floor + gain g with both at least 0."""
    centred = g - g.mean()
    spread = float(centred @ centred)
    gain = float(centred @ error) / spread if floor and spread > 1e-300 else 0.0
    level = float(error.mean() - gain * g.mean())
    if not floor or level < 0:
        level, gain = 0.0, float(g @ error) / float(g @ g)
    elif gain < 0:
        level, gain = float(error.mean()), 0.0
    rest = error - level - gain * g
    return float(rest @ rest), level, gain
