"""The engine: pure functions on arrays and frozen dataclasses; no files, no clock, no prints."""
