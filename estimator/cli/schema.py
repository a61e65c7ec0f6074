"""``schema``: the JSON Schema of a scenario file and of the results."""

from __future__ import annotations

import argparse
from typing import Any

from estimator.cli.output import print_json


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("schema", help="JSON Schema of scenarios and results")
    p.add_argument("--json", action="store_true", help="accepted for symmetry; it is JSON anyway")
    p.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print both schemas as one document."""
    from estimator.engine.inputs import json_schema
    from estimator.report.schema import results_schema

    print_json({"scenario": json_schema(), "results": results_schema()})
