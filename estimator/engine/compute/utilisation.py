"""The shipped utilisation fit as a predictor: slowdown over ideal hours, with its spread."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from estimator.engine.compute.model import Posterior
from estimator.engine.distributions import Array


@dataclass(frozen=True, eq=False)
class Utilisation:
    """Posterior of the shipped effects; ``shared_var`` is the variance of a new source."""

    names: tuple[str, ...]
    index: Mapping[str, int]
    mean: Array
    cov: Array
    source_var: float
    noise_var: Mapping[str, float]
    prior_var: Mapping[str, float]
    calibration: Mapping[str, float]
    project_sd: Mapping[str, float]
    between_sources_var: float
    within_source_var: float

    def log_mean(self, row: Mapping[str, float]) -> float:
        """Mean of log(device-hours / ideal hours) for one row; effects never seen add nothing."""
        at = self.index
        return float(sum(v * self.mean[at[k]] for k, v in row.items() if k in at))

    def predict(
        self, rows: Sequence[Mapping[str, float]], noise: str = "stated"
    ) -> tuple[Array, Array]:
        """Mean and variance of log(device-hours / ideal hours) for rows of a new source.

        An effect that the fit has never seen adds its prior variance.
        """
        x = np.zeros((len(rows), len(self.names)))
        unseen = np.zeros(len(rows))
        for i, row in enumerate(rows):
            for key, value in row.items():
                j = self.index.get(key)
                if j is None:
                    unseen[i] += self.prior_var.get(key.split("|")[0], 0.0) * value * value
                else:
                    x[i, j] = value
        used = np.flatnonzero(x.any(axis=0))
        x = x[:, used]
        cov = self.cov[np.ix_(used, used)]
        var = np.einsum("ij,jk,ik->i", x, cov, x, optimize=True) + unseen
        return x @ self.mean[used], var + self.source_var + self.noise_var[noise]


SHIPPED_AWAY = ("source", "source_model")


def pack(
    post: Posterior, prior_sd: Mapping[str, float], noise_sd: Mapping[str, float]
) -> dict[str, Any]:
    """The posterior as JSON values; effects of single sources stay out, their variance is kept."""
    keep = [j for j, n in enumerate(post.names) if n.split("|")[0] not in SHIPPED_AWAY]
    cov = post.cov[np.ix_(keep, keep)]
    lower = cov[np.tril_indices(len(keep))].astype("<f4")
    return {
        "names": [post.names[j] for j in keep],
        "mean": [float(f"{post.mean[j]:.9g}") for j in keep],
        "cov_lower_f4": base64.b64encode(lower.tobytes()).decode(),
        "prior_var": {g: float(f"{s * s:.9g}") for g, s in sorted(prior_sd.items())},
        "noise_var": {n: float(f"{s * s:.9g}") for n, s in sorted(noise_sd.items())},
    }


def unpack(fit: Mapping[str, Any]) -> Utilisation:
    """The predictor of a packed fit."""
    return _unpack(_Key(fit))


class _Key:
    """Hashable by identity, so that one loaded fit is unpacked once."""

    def __init__(self, fit: Mapping[str, Any]) -> None:
        self.fit = fit

    def __hash__(self) -> int:
        return id(self.fit)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.fit is self.fit


@lru_cache(maxsize=8)
def _unpack(key: _Key) -> Utilisation:
    fit = key.fit
    names = tuple(fit["names"])
    p = len(names)
    cov = np.zeros((p, p))
    cov[np.tril_indices(p)] = np.frombuffer(base64.b64decode(fit["cov_lower_f4"]), dtype="<f4")
    cov = cov + cov.T - np.diag(np.diag(cov))
    prior = fit["prior_var"]
    return Utilisation(
        names=names,
        index={n: j for j, n in enumerate(names)},
        mean=np.asarray(fit["mean"], dtype=float),
        cov=cov,
        source_var=prior["source"] + prior["source_model"],
        noise_var=fit["noise_var"],
        prior_var={g: v for g, v in prior.items() if g not in (*SHIPPED_AWAY, "intercept")},
        calibration=fit["calibration"],
        project_sd=fit["project_sd"],
        between_sources_var=fit["between_sources_var"],
        within_source_var=fit["within_source_var"],
    )
