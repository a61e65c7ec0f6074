"""Learning curves fitted, left out, calibrated and scored."""
