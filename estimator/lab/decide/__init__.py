"""Decisions checked on left-out data sets."""
