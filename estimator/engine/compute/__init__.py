"""Training compute: work, utilisation, memory and energy of every approach."""

from estimator.engine.compute.backtest import backtest_runs
from estimator.engine.compute.calibrate import own_runs_table
from estimator.engine.compute.choose import AcceleratorChoice, choose_accelerators, hours_table
from estimator.engine.compute.fit import fit_utilisation
from estimator.engine.compute.hours import utilisation
from estimator.engine.compute.predict import predict_compute
from estimator.engine.compute.validate import (
    RunPoint,
    replacement_runs,
    run_points,
    validate_compute,
)

__all__ = [
    "AcceleratorChoice",
    "RunPoint",
    "backtest_runs",
    "choose_accelerators",
    "fit_utilisation",
    "hours_table",
    "own_runs_table",
    "predict_compute",
    "replacement_runs",
    "run_points",
    "utilisation",
    "validate_compute",
]
