"""Money: every line of a project's life, its sums, the price book.

price_candidates(inputs, candidates, accuracies, computes, evidence, assumptions, draws)
    -> list[MoneyEstimate]
validate_cost(evidence) -> dict
check_prices, parse_price_csv, select: the price book (pricebook.py)
"""

from estimator.engine.money.cost_validation import validate_cost
from estimator.engine.money.price import price_candidates

__all__ = ["price_candidates", "validate_cost"]
