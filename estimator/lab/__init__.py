"""What is not needed to answer a visitor: fit, search, calibrate, validate, backtest, claims."""
