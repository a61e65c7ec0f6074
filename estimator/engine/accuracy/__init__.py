"""Accuracy as a function of labelled examples: what to expect and how surely."""

from estimator.engine.accuracy.fit import fit_accuracy
from estimator.engine.accuracy.predict import predict_accuracy

__all__ = ["fit_accuracy", "predict_accuracy"]
