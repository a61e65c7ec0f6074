"""``scenarios``: up to six scenarios side by side with their differences."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.cli import own
from estimator.cli.compare import evidence_for
from estimator.cli.files import load_scenario
from estimator.cli.output import BadInput, naming, print_json, print_table
from estimator.engine.answer import Answer

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs

MOST = 6


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("scenarios", help="up to six scenarios side by side")
    p.add_argument("files", metavar="FILE", nargs="+", help="scenario files, two to six")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    own.add(p)
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    files = arguments.files
    if not 2 <= len(files) <= MOST:
        raise BadInput(f"scenarios: {len(files)} files are not allowed; allowed: 2 to {MOST}")
    scenarios = own.owned([load_scenario(file) for file in files], arguments)
    answers, columns = compute(files, scenarios)
    names = distinct([c["name"] for c in columns], files)
    if arguments.json:
        rows = zip(names, files, columns, answers, strict=True)
        print_json(
            {
                "scenarios": [
                    {**column, "name": name, "file": file, "results": answer}
                    for name, file, column, answer in rows
                ]
            }
        )
        return
    show(names, answers, columns)


def compute(
    files: list[str], scenarios: list[ProjectInputs]
) -> tuple[list[Answer], list[dict[str, Any]]]:
    """Per file the answer without what needs re-runs, and its column beside the first."""
    from estimator.engine.comparison import clean
    from estimator.engine.own_factors import judged_by
    from estimator.engine.scenarios import compare_scenarios, to_dict
    from estimator.engine.simulate import quick_comparison

    evaluations, judged, answers = [], [], []
    for file, inputs in zip(files, scenarios, strict=True):
        evidence = evidence_for(inputs, file)
        with naming(file):
            comparison = quick_comparison(inputs, evidence)
        evaluations.append(comparison.evaluation)
        judged.append(judged_by(inputs, evidence))
        answers.append(comparison.to_dict())
    return answers, clean(to_dict(compare_scenarios(evaluations, judged)))["scenarios"]


def show(names: list[str], answers: list[Answer], columns: list[dict[str, Any]]) -> None:
    """Inputs that differ, figures, and a sentence on each scenario."""
    from estimator.report.tables import differences

    changed, figures = differences(answers, names)
    for title, table in (("Inputs that differ", changed), ("Figures", figures)):
        print(title)
        print_table(list(table.columns), table.to_numpy().tolist())
        print()
    for name, column in zip(names, columns, strict=True):
        print(f"{name}: {column['text']}")


def distinct(names: list[str], files: list[str]) -> list[str]:
    """Scenario names, with the file where two are called the same."""
    twice = {n for n in names if names.count(n) > 1}
    pairs = zip(names, files, strict=True)
    labels = [f"{n} ({Path(f).name})" if n in twice else n for n, f in pairs]
    if len(set(labels)) == len(labels):
        return labels
    return [f"{i}. {n}" for i, n in enumerate(labels, start=1)]
