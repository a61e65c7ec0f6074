"""Training compute: work, utilisation, memory and energy of every approach."""

from estimator.engine.compute.backtest import backtest_runs
from estimator.engine.compute.fit import fit_utilisation
from estimator.engine.compute.predict import predict_compute

__all__ = ["backtest_runs", "fit_utilisation", "predict_compute"]
