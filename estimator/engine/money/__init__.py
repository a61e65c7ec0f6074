"""Money: every line of a project's life, its sums, the price book.

price_candidates(inputs, candidates, accuracies, computes, evidence, assumptions, draws)
    -> list[MoneyEstimate]
check_prices, parse_price_csv, select: the price book (pricebook.py)
"""

from estimator.engine.money.price import price_candidates

__all__ = ["price_candidates"]
