"""Money: every line of a project's life, its sums, the price book.

price_candidates(inputs, candidates, accuracies, computes, evidence, assumptions, draws)
    -> list[MoneyEstimate]
parse_price_csv, select: the price book (pricebook.py)
check_prices: doubts about a price book (price_check.py)
"""

from estimator.engine.money.price import price_candidates

__all__ = ["price_candidates"]
