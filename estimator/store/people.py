"""Who acts, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from estimator.errors import StoreError
from estimator.words.statement import Term, state


class Role(IntEnum):
    """Each may do what those below it may."""

    VIEWER = 0
    """Sees what is shared."""
    EDITOR = 1
    """Saves scenarios, enters results, decides."""
    PRICE_ADMIN = 2
    """Also keeps price books for the team, erases and sets retention."""


@dataclass(frozen=True)
class Actor:
    """A visitor: the name a sign-on gave, empty where nobody signed on, and the role."""

    name: str = ""
    role: Role = Role.PRICE_ADMIN

    def needs(self, role: Role) -> None:
        """Raise StoreError where the role is not enough."""
        if self.role < role:
            wanted = Term("role_of_store", role.name.lower())
            raise StoreError(state("store.forbidden", role=wanted))
