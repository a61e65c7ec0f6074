"""``replay``: recompute a saved record and say what changed."""

from __future__ import annotations

import argparse
import os
from typing import Any

from estimator.cli.compare import compute
from estimator.cli.files import load_json
from estimator.cli.output import naming, print_json
from estimator.words.texts import languages

SHOWN = 20


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("replay", help="recompute a saved record")
    p.add_argument("record", metavar="RECORD", help="file written by compare --record")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument("--language", default="en", choices=languages(), help="language of the reasons")
    p.add_argument("--pack", metavar="NAME", help="with this data pack (data list)")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; exit status 1 where the figures differ from the record."""
    from estimator.engine.inputs import ProjectInputs
    from estimator.report.record import check_record, compare_records
    from estimator.words.format import style_of
    from estimator.words.statement import said

    path = arguments.record
    if arguments.pack:
        from estimator.evidence import pack

        os.environ[pack.CHOSEN] = arguments.pack
    with naming(path):
        record = check_record(load_json(path))
        inputs = ProjectInputs.from_dict(record["inputs"])
    answer = compute(inputs, path)[0].to_dict()
    found = compare_records(record, answer)
    status = 0 if found["same"] and found["intact"] else 1
    if arguments.json:
        print_json(found)
        return status
    print(found["verdict"])
    for sentence in said(found, "moved", style_of(answer["inputs"], arguments.language)):
        print(sentence)
    for change in found["changes"][:SHOWN]:
        print(f"{change['path']}: {change['before']} -> {change['now']}")
    if len(found["changes"]) > SHOWN:
        print(f"... and {len(found['changes']) - SHOWN} more (--json shows all)")
    return status
