"""What a team keeps: scenarios with versions, results, decisions, and who did what when.

Nothing is kept without ``ESTIMATOR_DATABASE_URL``; this module alone can be imported without the
driver of a database (``deploy/requirements-store.txt``), every other of this room needs it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from estimator.errors import StoreError
from estimator.words.statement import state

if TYPE_CHECKING:
    from estimator.store.database import Database

URL = "ESTIMATOR_DATABASE_URL"


def url() -> str:
    """Where things are kept; empty: nowhere."""
    return os.environ.get(URL, "").strip()


def opened(address: str, migrate: bool = False) -> Database:
    """The database at an address, its tables made where it is empty.

    Parameters
    ----------
    address : str
        ``sqlite:///FILE`` or ``postgresql+pg8000://USER:PASSWORD@HOST/NAME``.
    migrate : bool
        Bring older tables up to date; without it they are refused.

    Raises
    ------
    StoreError
        The driver is missing, the address is none, nobody answers there, or its tables belong to
        another version of the code.
    """
    try:
        from estimator.store.database import Database
    except ImportError as error:
        raise StoreError(state("store.driver", name=str(error.name))) from error
    return Database(address, migrate)
