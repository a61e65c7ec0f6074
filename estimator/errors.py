"""Errors and warnings of the estimator.

Every message says what was received, where, and what is allowed; nothing above this module
shows a traceback to a user.
"""

from __future__ import annotations

import reprlib
from typing import Any

FIELD_LIMIT = 120
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 80, 80


class EstimatorError(Exception):
    """Base of all errors that are shown to a user as one sentence."""


class InputError(EstimatorError):
    """A scenario, table or link holds a value that is not allowed.

    Parameters
    ----------
    field : str
        Dotted path of the field, for example ``labelling.usd_per_label``.
    value : object
        The value as received.
    allowed : str or what says itself in English
        What would have been accepted.
    """

    def __init__(self, field: str, value: object, allowed: Any) -> None:
        self.field, self.value, self.allowed = printable(field[:FIELD_LIMIT]), value, allowed
        super().__init__(f"{self.field}: {shown(value)} is not allowed; allowed: {allowed}")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, object, str]]:
        """Made anew from its parts where it travels between processes."""
        return type(self), (self.field, self.value, self.allowed)


class EvidenceError(EstimatorError):
    """A shipped table breaks its schema: names table, row key, column, value and rule."""


class PriceNotFoundError(EstimatorError):
    """The price book holds no price for this combination; a price is never guessed or 0."""


class FitError(EstimatorError):
    """A fit did not converge, or a shipped fit does not belong to the shipped evidence."""


class StoreError(EstimatorError):
    """The store cannot be reached, or does not hold or allow what was asked of it."""


def printable(text: str) -> str:
    """The text with a space for every control character, surrogate and invisible mark."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def shown(value: object) -> str:
    """A value as a message shows it: short however large it is, and never built whole."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 300:
        return f"a whole number of some {int(value.bit_length() * 0.30103)} digits"
    text = _SHORT.repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
