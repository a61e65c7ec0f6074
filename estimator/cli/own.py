"""Own finished projects on the command line: those of a file, or of the store that is set up."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from estimator.cli.files import TABLE_LIMIT_BYTES, read_text
from estimator.cli.output import naming

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--register", metavar="F", help="finished projects of the firm (store rows): own factors"
    )
    which.add_argument(
        "--no-own-projects", action="store_true", help="as shipped, without own finished projects"
    )


def owned(scenarios: Sequence[ProjectInputs], arguments: argparse.Namespace) -> list[ProjectInputs]:
    """The scenarios as the firm's finished projects move them.

    Those of ``--register``, else of the store that ``ESTIMATOR_DATABASE_URL`` names, else none. A
    scenario that states factors, or that own projects shall not count, stays as it is. The team's
    price book is named in a scenario that names no other.
    """
    from estimator import load_evidence, store
    from estimator.engine.groups import OwnFactors
    from estimator.store.right import read_rows, with_own

    out = list(scenarios)
    if arguments.no_own_projects:
        out = [i.replace("own_factors.ignore", True) for i in out]
    rows: list[dict[str, Any]] = []
    if arguments.register:
        text = read_text(arguments.register, TABLE_LIMIT_BYTES)
        with naming(arguments.register):
            rows = read_rows(text)
        out = [dataclasses.replace(i, own_factors=OwnFactors()) for i in out]
    if store.url():
        from estimator.cli.store import connected
        from estimator.store import register, team_prices

        database = connected()
        rows, prices = rows or register.rows(database), team_prices.current(database)
        database.close()
        if prices is not None:
            out = [i if i.prices else i.replace("prices", prices.name) for i in out]
    return [with_own(i, rows, load_evidence()) for i in out] if rows else out


def kept_book(name: str) -> str | None:
    """The text of a price book that the store holds under this name; None without a store."""
    from estimator import store

    if not store.url():
        return None
    from estimator.cli.store import connected
    from estimator.store import team_prices

    database = connected()
    found = team_prices.text_named(database, name)
    database.close()
    return found
