"""``scenarios``: up to six scenarios side by side with their differences."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from estimator.cli.compare import compute
from estimator.cli.files import load_scenario
from estimator.cli.output import BadInput, print_json, print_table

MOST = 6


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("scenarios", help="up to six scenarios side by side")
    p.add_argument("files", metavar="FILE", nargs="+", help="scenario files, two to six")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator.report.tables import differences, flat
    from estimator.report.text import recommended, row_name

    files = arguments.files
    if not 2 <= len(files) <= MOST:
        raise BadInput(f"scenarios: {len(files)} files are not allowed; allowed: 2 to {MOST}")
    loaded = [load_scenario(f) for f in files]
    answers = [compute(s, f)[0].to_dict() for s, f in zip(loaded, files, strict=True)]
    names = distinct([s.name for s in loaded], files)
    if arguments.json:
        tables = [flat(a["inputs"]) for a in answers]
        fields = [f for f in dict.fromkeys(k for t in tables for k in t) if f != "name"]
        print_json(
            {
                "scenarios": [
                    {"name": n, "file": f, **a}
                    for n, f, a in zip(names, files, answers, strict=True)
                ],
                "differences": {
                    "inputs": [
                        {"field": f, "values": [t.get(f) for t in tables]}
                        for f in fields
                        if len({repr(t.get(f)) for t in tables}) > 1
                    ],
                    "outputs": outputs(answers),
                },
            }
        )
        return
    changed, figures = differences(answers, names)
    for name, answer in zip(names, answers, strict=True):
        row = recommended(answer)
        print(f"{name}: {row_name(row) if row else 'no approach'}")
    for title, table in (("Inputs that differ", changed), ("Figures", figures)):
        print(f"\n{title}")
        print_table(list(table.columns), table.to_numpy().tolist())


def distinct(names: list[str], files: list[str]) -> list[str]:
    """Scenario names, with the file where two are called the same."""
    twice = {n for n in names if names.count(n) > 1}
    labels = [
        f"{n} ({Path(f).name})" if n in twice else n for n, f in zip(names, files, strict=True)
    ]
    return (
        labels
        if len(set(labels)) == len(labels)
        else [f"{i}. {n}" for i, n in enumerate(labels, 1)]
    )


def outputs(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per scenario the choice and its main figures, and the line of the bill that moved most."""
    from estimator.report.text import recommended

    first = recommended(answers[0])
    out = []
    for answer in answers:
        row = recommended(answer)
        if row is None:
            out.append({"approach": None})
            continue
        out.append(
            {
                "approach": answer["recommendation"]["approach"],
                "accuracy": row["accuracy"],
                "target_probability": row["target_probability"],
                "total_usd": row["cost_usd"]["total"],
                "calendar_weeks": row["calendar_weeks"],
                "moved_most": moved_most(first, row),
            }
        )
    return out


def moved_most(first: Any, row: Any) -> dict[str, Any] | None:
    """The line whose plan differs most from the first scenario's choice."""
    if first is None or first is row:
        return None
    before = {i["item"]: i["usd"]["base"] for i in first["items"]}
    after = {i["item"]: i["usd"]["base"] for i in row["items"]}
    changes = {k: after.get(k, 0.0) - before.get(k, 0.0) for k in {*before, *after}}
    item = max(sorted(changes), key=lambda k: abs(changes[k]), default=None)
    return None if item is None else {"item": item, "change_usd": changes[item]}
