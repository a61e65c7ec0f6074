"""What was decided while a file was read, and what is refused: statements of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from estimator.errors import InputError
from estimator.words.statement import Plain, Statement, state


@dataclass(frozen=True)
class Note:
    """One thing that was decided or noticed.

    Parameters
    ----------
    key : str
        ``measure.note.KEY`` of the catalogue of texts.
    values : dict
        Numbers and column names that the sentence holds; never a text of the file.
    warns : bool
        True where the figures may mislead and not only differ.
    """

    key: str
    values: dict[str, Plain] = field(default_factory=dict)
    warns: bool = False

    @property
    def statement(self) -> Statement:
        """The note as a sentence in any language."""
        return state(f"measure.note.{self.key}", **self.values)


class UnreadableFile(InputError):
    """A file that is not read: its kind and the way on.

    Parameters
    ----------
    key : str
        ``measure.refused.KEY`` of the catalogue of texts.
    values : numbers
        That the sentence holds; never a text of the file.
    """

    def __init__(self, key: str, **values: Plain) -> None:
        self.statement = state(f"measure.refused.{key}", **values)
        self._given = (key, values)
        super().__init__("file", key, self.statement)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, self._given)

    def __str__(self) -> str:
        return str(self.statement)


def _again(key: str, values: dict[str, Plain]) -> UnreadableFile:
    return UnreadableFile(key, **values)
