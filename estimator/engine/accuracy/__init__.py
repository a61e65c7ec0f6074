"""Accuracy as a function of labelled examples: what to expect and how surely."""

from estimator.engine.accuracy.backtest import backtest_curves
from estimator.engine.accuracy.fit import fit_accuracy
from estimator.engine.accuracy.known import nearest_datasets
from estimator.engine.accuracy.plan import NextLabelsPlan, next_labels_plan, probability_better
from estimator.engine.accuracy.predict import predict_accuracy
from estimator.engine.accuracy.published import curve_table, fitted_range
from estimator.engine.accuracy.search import search_accuracy
from estimator.engine.accuracy.validate import validate_accuracy

__all__ = [
    "NextLabelsPlan",
    "backtest_curves",
    "curve_table",
    "fit_accuracy",
    "fitted_range",
    "nearest_datasets",
    "next_labels_plan",
    "predict_accuracy",
    "probability_better",
    "search_accuracy",
    "validate_accuracy",
]
