"""Texts, number formats and statements: everything that is said, in every language."""
