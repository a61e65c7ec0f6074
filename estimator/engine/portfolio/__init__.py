"""Several projects on one budget and one team.

project_of(inputs, evidence, ...) -> Candidate project with its plan's money, weeks and value
best_set(projects, limits) -> Choice, exact; extra_money, extra_weeks: the least that buys more
make_portfolio(...) -> Portfolio (whole.py); portfolio_dict(portfolio): its JSON (told.py)
"""
