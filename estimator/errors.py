"""Errors and warnings of the estimator.

Every message says what was received, where, and what is allowed; nothing above this module
shows a traceback to a user.
"""

from __future__ import annotations


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
    allowed : str
        What would have been accepted, in words.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field, self.value, self.allowed = field, value, allowed
        super().__init__(f"{field}: {_shown(value)} is not allowed; allowed: {allowed}")


class EvidenceError(EstimatorError):
    """A shipped table breaks its schema: names table, row key, column, value and rule."""


class PriceNotFoundError(EstimatorError):
    """The price book holds no price for this combination; a price is never guessed or 0."""


class FitError(EstimatorError):
    """A fit did not converge, or a shipped fit does not belong to the shipped evidence."""


class ExtrapolationWarning(UserWarning):
    """A quantity was asked for outside the range of the evidence behind it."""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
