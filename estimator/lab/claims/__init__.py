"""What guides of the field claim, tested on the shipped examples."""
