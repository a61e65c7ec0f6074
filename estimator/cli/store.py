"""``store``: what a team keeps, on the command line of whoever runs the service."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from estimator.cli import own
from estimator.cli.files import TABLE_LIMIT_BYTES, load_scenario, read_text
from estimator.cli.output import BadInput, naming, print_json, print_table, write_file

if TYPE_CHECKING:
    from estimator.store.database import Database
    from estimator.store.people import Actor

SHORT = 16
Run = Callable[[argparse.Namespace], int | None]


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("store", help="kept projects: list, show, save, export, erase ...")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = _verb(verbs, "list", run_list, "every project that is shared or one's own")
    _in_whose_name(listing)
    show = _verb(verbs, "show", run_show, "one project with its versions")
    show.add_argument("id", metavar="ID")
    show.add_argument("--version", type=int, help="that version whole, with the figures shown")
    _in_whose_name(show)
    save = _verb(verbs, "save", run_save, "keep a scenario file with its answer")
    save.add_argument("file", metavar="FILE")
    save.add_argument("--id", help="as the next version of this project")
    save.add_argument("--based-on", type=int, help="version that the change began with")
    save.add_argument("--note", default="", help="why it was changed")
    save.add_argument("--private", action="store_true", help="not shared with the team")
    own.add(save)
    _in_whose_name(save)
    trail = _verb(verbs, "audit", run_audit, "who did what when, newest first")
    trail.add_argument("id", metavar="ID", nargs="?")
    export = _verb(verbs, "export", run_export, "everything, one JSON object a line")
    export.add_argument("--out", metavar="FILE", help="default: standard output")
    erase = _verb(verbs, "erase", run_erase, "replace a user's name everywhere; figures stay")
    erase.add_argument("name", metavar="NAME")
    redact = _verb(verbs, "redact", run_redact, "take the free text out of a project")
    redact.add_argument("id", metavar="ID")
    keep = _verb(verbs, "retention", run_retention, "forget what nobody changed for so long")
    keep.add_argument("--days", type=int, required=True)
    _verb(verbs, "rows", run_rows, "finished projects without names, one JSON object a line")
    merge = _verb(verbs, "merge", run_merge, "add the rows of another register")
    merge.add_argument("file", metavar="FILE")
    prices = _verb(verbs, "prices", run_prices, "the team's price book: show, set, drop")
    prices.add_argument("file", metavar="FILE", nargs="?", help="use this book from now on")
    prices.add_argument("--drop", action="store_true", help="the shipped prices again")
    _in_whose_name(prices)
    _verb(verbs, "migrate", run_migrate, "bring older tables up to date")


def _verb(verbs: Any, name: str, action: Run, text: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=action)
    return verb


def _in_whose_name(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--who", default="", metavar="NAME", help="in whose name; default: nobody's")


def connected() -> Database:
    """The store that the environment names."""
    from estimator import store

    address = store.url()
    if not address:
        raise BadInput(
            f"{store.URL} is not set; allowed: sqlite:///FILE or "
            "postgresql+pg8000://USER:PASSWORD@HOST/NAME"
        )
    return store.opened(address)


def _actor(arguments: argparse.Namespace) -> Actor:
    from estimator.store.packing import clean
    from estimator.store.people import Actor
    from estimator.store.tables import NAME

    return Actor(clean(getattr(arguments, "who", "") or "", NAME))


def run_list(arguments: argparse.Namespace) -> None:
    """Print the projects."""
    from estimator.store import scenarios

    found = scenarios.listed(connected(), _actor(arguments))
    if arguments.json:
        print_json([vars(kept) for kept in found])
        return
    rows = [[k.id, str(k.version), k.changed_at[:SHORT], k.owner, k.name] for k in found]
    print_table(["id", "version", "changed", "owner", "name"], rows, (1,))


def run_show(arguments: argparse.Namespace) -> None:
    """Print one project."""
    from estimator.store import scenarios

    database, actor = connected(), _actor(arguments)
    if arguments.version is not None or arguments.json:
        print_json(vars(scenarios.opened(database, actor, arguments.id, arguments.version)))
        return
    rows = [
        [str(v.version), v.at[:SHORT], v.who, v.data_version, v.code_version, v.note]
        for v in scenarios.history(database, actor, arguments.id)
    ]
    print_table(["version", "at", "who", "data", "code", "note"], rows, (0,))


def run_save(arguments: argparse.Namespace) -> int:
    """Keep a scenario file."""
    from estimator.cli.compare import compute
    from estimator.evidence.own_prices import read_book
    from estimator.store import scenarios

    database, actor = connected(), _actor(arguments)
    inputs = load_scenario(arguments.file)
    (moved,) = own.owned([inputs], arguments)
    answer = compute(moved, arguments.file)[0].to_dict()
    stated = {**answer["inputs"], "own_factors": inputs.to_dict()["own_factors"]}
    stated["prices"] = inputs.prices
    book = read_book(str(inputs.prices)) if inputs.prices else None
    try:
        kept = scenarios.save(
            database, actor, stated, answer, arguments.id, arguments.based_on,
            arguments.note, not arguments.private, book,
        )  # fmt: skip
    except scenarios.Conflict as error:
        raise BadInput(f"{arguments.file}: {error}") from error
    if arguments.json:
        print_json(vars(kept))
    else:
        print(f"{kept.id} version {kept.version}")
    return 0


def run_audit(arguments: argparse.Namespace) -> None:
    """Print the trail."""
    from estimator.store import audit

    lines = audit.trail(connected(), arguments.id)
    if arguments.json:
        print_json([vars(line) for line in lines])
        return
    rows = [
        [x.at[:SHORT], x.who, x.action, x.subject, "" if x.version is None else str(x.version)]
        for x in lines
    ]
    print_table(["at", "who", "action", "project", "version"], rows, (4,))


def run_export(arguments: argparse.Namespace) -> None:
    """Write everything that is kept."""
    from estimator.store import privacy

    lines = privacy.export(connected())
    if arguments.out:
        write_file(arguments.out, "".join(f"{line}\n" for line in lines))
        return
    for line in lines:
        sys.stdout.write(f"{line}\n")


def run_erase(arguments: argparse.Namespace) -> None:
    """Take a user's name out."""
    from estimator.store import privacy

    _told(arguments, {"rows": privacy.erase(connected(), _actor(arguments), arguments.name)})


def run_redact(arguments: argparse.Namespace) -> None:
    """Take free text out."""
    from estimator.store import privacy

    _told(arguments, {"rows": privacy.redact(connected(), _actor(arguments), arguments.id)})


def run_retention(arguments: argparse.Namespace) -> None:
    """Forget what is old."""
    from estimator.store import privacy

    _told(arguments, privacy.retain(connected(), _actor(arguments), arguments.days))


def run_rows(_: argparse.Namespace) -> None:
    """Print the anonymised rows."""
    from estimator.store import register
    from estimator.store.packing import text_of

    for row in register.rows(connected()):
        sys.stdout.write(f"{text_of(row)}\n")


def run_merge(arguments: argparse.Namespace) -> None:
    """Take in rows."""
    from estimator.store import register

    database, text = connected(), read_text(arguments.file, TABLE_LIMIT_BYTES)
    with naming(arguments.file):
        new, known = register.merge(database, _actor(arguments), text)
    _told(arguments, {"new": new, "known": known})


def run_prices(arguments: argparse.Namespace) -> None:
    """Set, drop or print the team's price book."""
    from estimator import load_evidence
    from estimator.api import with_price_text
    from estimator.evidence.own_prices import read_book
    from estimator.store import team_prices

    database, actor = connected(), _actor(arguments)
    if arguments.file:
        text = read_book(arguments.file)
        with_price_text(load_evidence(), text, arguments.file)
        team_prices.put(database, actor, text)
    elif arguments.drop:
        team_prices.drop(database, actor)
    found = team_prices.current(database)
    if arguments.json:
        print_json(None if found is None else {"name": found.name, **vars(found)})
    elif found is None:
        print("the shipped prices")
    else:
        by = f" by {found.who}" if found.who else ""
        print(f"{found.name}, set {found.at[:SHORT]}{by}")


def run_migrate(arguments: argparse.Namespace) -> None:
    """Bring the tables up to date."""
    from estimator import store

    address = store.url()
    if not address:
        connected()
    database = store.opened(address, migrate=True)
    _told(arguments, {"revision": int(database.newest())})


def _told(arguments: argparse.Namespace, found: dict[str, int]) -> None:
    if arguments.json:
        print_json(found)
        return
    for name, number in found.items():
        print(f"{name}: {number}")
