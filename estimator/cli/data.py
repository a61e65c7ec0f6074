"""``data list|install FILE|rollback|build``: the data pack in use."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from estimator.cli.output import BadInput, print_json, print_table


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("data", help="data packs: list, install, roll back, build")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="list|install|rollback|build")
    for name, action, text in (
        ("list", run_list, "the shipped data and every installed pack"),
        ("install", run_install, "check a pack whole and use it"),
        ("rollback", run_rollback, "use the pack before this one"),
        ("build", run_build, "write the data in use as a pack"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("--json", action="store_true", help="one JSON document")
        if name in ("install", "build"):
            verb.add_argument("file", metavar="FILE")
        if name == "build":
            verb.add_argument("--name", required=True, help="for example 2026-12")
        verb.set_defaults(run=action)


def run_list(arguments: argparse.Namespace) -> None:
    """Print the packs."""
    from estimator.evidence import pack
    from estimator.evidence.load import Evidence

    found: list[dict[str, Any]] = [
        {
            "name": p.name,
            "in_use": p.used,
            "data_version": Evidence(p.root, pack=p.name).data_version,
            "schema": pack.schema_mark() if p.name == pack.SHIPPED else pack.schema_of(p.root),
        }
        for p in pack.installed()
    ]
    if arguments.json:
        print_json(found)
        return
    rows = [[p["name"], "in use" if p["in_use"] else "", p["data_version"], p["schema"]]
            for p in found]  # fmt: skip
    print_table(["pack", "", "data version", "schema"], rows)


def run_install(arguments: argparse.Namespace) -> None:
    """Install a pack."""
    from estimator.evidence import pack

    file = Path(arguments.file)
    if not file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    _told(arguments, pack.install(file).name)


def run_rollback(arguments: argparse.Namespace) -> None:
    """Go one pack back."""
    from estimator.evidence import pack

    _told(arguments, pack.rollback().name)


def run_build(arguments: argparse.Namespace) -> None:
    """Write a pack."""
    from estimator import load_evidence
    from estimator.evidence import pack

    target = Path(arguments.file)
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise BadInput(f"{arguments.file}: cannot be written; allowed: a file in a folder")
    n = pack.build(arguments.name, target, load_evidence().root)
    print_json({"files": n}) if arguments.json else print(f"{n} files")


def _told(arguments: argparse.Namespace, name: str) -> None:
    from estimator import load_evidence

    found = {"pack": name, "data_version": load_evidence().data_version}
    if arguments.json:
        print_json(found)
    else:
        print(f"in use: {name}, data version {found['data_version']}; restart the page to see it")
