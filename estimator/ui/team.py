"""What a team with a store shares: the connection, and what its finished projects say."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from estimator import ProjectInputs, store
from estimator.errors import EstimatorError
from estimator.evidence.load import Evidence
from estimator.ui import who

if TYPE_CHECKING:
    from estimator.store.database import Database
    from estimator.store.team_prices import TeamBook

FRESH_SECONDS, RETRY_SECONDS = 5.0, 30.0
"""So long the register that was read counts, and so long a store that failed is left alone."""
PATIENCE_SECONDS = 2.0
"""So long an answer waits for the register; then it goes on with what was read last."""
_LOCK = Lock()
_OPENED: dict[str, Database] = {}


@dataclass
class Register:
    """Finished projects and price book as last read, and the scenarios that projects moved."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    book: TeamBook | None = None
    next_at: float = float("-inf")
    lost: bool = False
    reader: Thread | None = None
    moved: dict[tuple[str, Any], ProjectInputs] = field(default_factory=dict)


_REGISTERS: dict[str, Register] = {}
MOST_MOVED = 500


def database() -> Database | None:
    """The store that the environment names; None without one. Raises StoreError."""
    address = store.url()
    if not address:
        return None
    with _LOCK:
        if address not in _OPENED:
            _OPENED[address] = store.opened(address)
        return _OPENED[address]


def owned(inputs: ProjectInputs, evidence: Evidence) -> ProjectInputs:
    """The scenario as the team's finished projects move it; itself without a store or a team."""
    own = inputs.own_factors
    if not store.url() or own.ignore or own.told or who.actor() is None:
        return inputs
    from estimator.store.right import with_own

    known = _known()
    key = inputs.canonical_json(), id(evidence)
    found = known.moved.get(key)
    if found is None:
        if len(known.moved) >= MOST_MOVED:
            known.moved.clear()
        found = known.moved[key] = with_own(inputs, known.rows, evidence)
    return found


def book() -> TeamBook | None:
    """The team's price book; None without a store, a team or a book."""
    if not store.url() or who.actor() is None:
        return None
    return _known().book


def is_lost() -> bool:
    """Could the register not be read just now? Then what was read last goes on counting."""
    known = _REGISTERS.get(store.url())
    return known is not None and known.lost


def forget() -> None:
    """Read the register again before the next answer: somebody here has changed it."""
    known = _REGISTERS.get(store.url())
    if known is not None:
        known.next_at = float("-inf")


def _known() -> Register:
    """The register, read again when its time has come; nobody waits long for a store."""
    known = _REGISTERS.setdefault(store.url(), Register())
    if time.monotonic() < known.next_at or (known.reader and known.reader.is_alive()):
        return known
    known.reader = Thread(target=_read, args=(known,), daemon=True)
    known.reader.start()
    known.reader.join(PATIENCE_SECONDS)
    known.lost = known.lost or known.reader.is_alive()
    return known


def _read(known: Register) -> None:
    try:
        found = database()
        from estimator.store import register, team_prices

        rows = register.rows(found) if found is not None else []
        known.book = team_prices.current(found) if found is not None else None
    except EstimatorError:
        known.lost, known.next_at = True, time.monotonic() + RETRY_SECONDS
        return
    if rows != known.rows:
        known.rows, known.moved = rows, {}
    known.lost, known.next_at = False, time.monotonic() + FRESH_SECONDS
