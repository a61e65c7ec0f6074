"""Money: every line of a project's life, its sums, the price book.

price_candidates(inputs, candidates, accuracies, computes, evidence, assumptions, draws)
    -> list[MoneyEstimate]
"""

from estimator.engine.money.price import price_candidates

__all__ = ["price_candidates"]
