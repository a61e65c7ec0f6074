"""Training compute: work, utilisation, memory and energy of every approach."""

from estimator.engine.compute.hours import utilisation
from estimator.engine.compute.predict import predict_compute

__all__ = ["predict_compute", "utilisation"]
