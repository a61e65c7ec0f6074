"""What a row's models really reach, draw by draw: the kept run, a new run, and simulated tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from estimator.engine.accuracy.measured import labels_of, run_name, run_sd
from estimator.engine.accuracy.paths import Path
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.testing import bearing, likelihood, luck, standard_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.errors import InputError

RUNS = ("kept", "new")


@dataclass(frozen=True, eq=False)
class Truths:
    """The draws behind one estimate; see `estimator.engine.results.Truth`.

    What is true is true in use; a test sees the labelled examples, which may be easier.

    Parameters
    ----------
    key : str
        Of the candidate.
    path : Path
        The curve, own results included.
    kept : mapping
        What the run of each measured model adds on the scale, by its number of labels.
    own : mapping
        data/fits/accuracy_own.json.
    planned : float
        Number of labels of the row.
    bearing : float
        Share of test examples that bear on the metric (testing.py).
    assumptions : Assumptions
    draws : Draws
    """

    key: str
    path: Path
    kept: Mapping[int, Array]
    own: Mapping[str, float]
    planned: float
    bearing: float
    assumptions: Assumptions
    draws: Draws
    spreads: dict[tuple[float, str], tuple[float, str]] = field(default_factory=dict, compare=False)
    """Standard deviation and name of the run at a number of labels, remembered."""

    def first(self, taken: int) -> Truths:
        """The same on the base case and the first ``taken`` draws only."""
        return replace(
            self,
            path=self.path.first(taken),
            kept={n: shift[: taken + 1] for n, shift in self.kept.items()},
            draws=self.draws.first(taken),
        )

    def __call__(self, n_labelled: Array, run: str = "kept") -> Array:
        """True value of the metric, shape (k, n + 1)."""
        if run not in RUNS:
            raise InputError("run", run, " or ".join(RUNS))
        n = np.atleast_1d(np.asarray(n_labelled, float))
        return self.path.value(n, np.stack([self.shift(x, run) for x in n]))

    def shift(self, n_labelled: float, run: str = "kept") -> Array:
        """What one run adds to the curve on the scale, shape (n + 1,)."""
        found = self.kept.get(labels_of(self.path, n_labelled))
        if run == "kept" and found is not None:
            return found
        spread, name = self._run(n_labelled, run)
        return spread * self.draws.normal(name)

    def _run(self, n_labelled: float, run: str) -> tuple[float, str]:
        at = float(n_labelled), run
        if at not in self.spreads:
            name = run_name(self.key, self.path, n_labelled, self.planned)
            if run == "new":
                name = f"accuracy.run.{self.key}.new"
            base = float(self.path.base().y(n_labelled)[0, 0])
            self.spreads[at] = run_sd(self.path, n_labelled, base, self.own), name
        return self.spreads[at]

    def result(self, n_labelled: float, n_test: int) -> Array:
        """What testing the kept model on ``n_test`` examples would show, shape (n + 1,)."""
        true, error = self._tested(n_labelled, n_test)
        paired = self.assumptions.value("accuracy.test_pairing")
        name = run_name(self.key, self.path, n_labelled, self.planned)
        counted = bearing(n_test, self.bearing)
        return np.asarray(true + error * luck(self.draws, f"{name}.test", counted, paired))

    def weights(self, n_labelled: float, n_test: int, value: float) -> Array:
        """Weight of every draw once ``value`` was measured so, shape (n + 1,)."""
        return likelihood(*self._tested(n_labelled, n_test), float(value))

    def _tested(self, n_labelled: float, n_test: int) -> tuple[Array, Array]:
        shift = self.shift(n_labelled)
        true = self.path.tested().value(np.array([float(n_labelled)]), shift)[0]
        counted = bearing(n_test, self.bearing)
        return true, standard_error(self.path.group, true, counted, self.assumptions)
