"""Results in; figures, tables, sentences and files out. Nothing here computes an estimate."""
