"""Accuracy as a function of labelled examples: what to expect and how surely."""

from estimator.engine.accuracy.backtest import backtest_curves
from estimator.engine.accuracy.fit import fit_accuracy
from estimator.engine.accuracy.predict import predict_accuracy

__all__ = ["backtest_curves", "fit_accuracy", "predict_accuracy"]
