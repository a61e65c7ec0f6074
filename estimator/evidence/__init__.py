"""The only package that opens files under data/."""
