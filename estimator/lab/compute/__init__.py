"""Hours and memory fitted, left out and scored."""
