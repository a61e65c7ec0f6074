"""Accuracy as a function of labelled examples: what to expect and how surely."""

from estimator.engine.accuracy.plan import NextLabelsPlan, next_labels_plan, probability_better
from estimator.engine.accuracy.predict import predict_accuracy

__all__ = ["NextLabelsPlan", "next_labels_plan", "predict_accuracy", "probability_better"]
