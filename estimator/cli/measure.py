"""``measure``: read a labelled file, measure its baseline here, print facts and pilot points."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import yaml

from estimator.cli import measure_series
from estimator.cli.files import read_bytes
from estimator.cli.output import naming, print_figures, progress
from estimator.engine.typed import USES

if TYPE_CHECKING:
    from estimator.measure.curve import Measured
    from estimator.measure.door import Looked


SERIES = "time_series"
TASKS_READ = ("text_classification", "tabular_classification")
SERIES_OPTIONS = {
    "time": "column of the time",
    "value": "column of the value",
    "series": "column that names the series",
}
SERIES_NUMBERS = {"horizon": "steps ahead", "season": "steps of a season"}
MOST_STEPS = 100_000


def whole(text: str) -> int:
    """A whole number of steps."""
    number = int(text)
    if not 1 <= number <= MOST_STEPS:
        raise ValueError(text)
    return number


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("measure", help="measure the baseline on your own labelled file")
    p.add_argument("file", metavar="FILE", help="CSV, XLSX, JSON, JSONL or a labelling export")
    p.add_argument("--text", metavar="COL", help="column of the text")
    p.add_argument("--label", metavar="COL", help="column of the label")
    p.add_argument(
        "--task", metavar="T", help="text_classification, tabular_classification or time_series"
    )
    for name, what in SERIES_OPTIONS.items():
        p.add_argument(f"--{name}", metavar="COL", help=f"time_series: {what}")
    for name, what in SERIES_NUMBERS.items():
        p.add_argument(f"--{name}", metavar="N", type=whole, help=f"time_series: {what}")
    p.add_argument("--metric", metavar="M", default="accuracy", help="what is measured")
    p.add_argument(
        "--in-use", choices=USES, help="examples in use: like these, or later and other ones"
    )
    p.add_argument("--facts", action="store_true", help="read and count only")
    p.add_argument("--json", action="store_true", help="one JSON document")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, measure, print; the file is only read."""
    from estimator import load_evidence
    from estimator.measure import door
    from estimator.measure.decode import MAX_BYTES
    from estimator.measure.table import Table

    settings = door.Settings.of(load_evidence().assumptions)
    data = read_bytes(arguments.file, MAX_BYTES)
    if arguments.task == SERIES:
        with naming(arguments.file):
            measure_series.run(arguments, data)
        return
    with naming(arguments.file):
        looked = door.look_at_bytes(
            data, settings, text=arguments.text, label=arguments.label, task=arguments.task
        )
        if isinstance(looked.table, Table):
            door.check_label(looked.facts, looked.table.header)
        measured = None
        refusal = door.why_not(looked.facts, arguments.metric)
        if refusal is None and not arguments.facts:
            measured = door.run(looked, settings, arguments.metric, progress)
    document = door.document(looked, measured, arguments.in_use)
    if refusal is not None:
        document["notes"].append(str(refusal))
        document["notes_statements"].append(refusal.statement.to_json())
    if arguments.json:
        print_figures(document)
    else:
        _print(document, looked, measured)


def _print(document: dict[str, Any], looked: Looked, measured: Measured | None) -> None:
    from estimator.measure import door
    from estimator.words.statement import Metric, Number, state

    for line in door.heading(looked.facts):
        print(line)
    for point in measured.points if measured else ():
        metric = measured.metric if measured else "accuracy"
        spread = (point.sd**2 + point.noise**2) ** 0.5
        print(
            state(
                "measure.cli.point",
                n=point.n_labelled,
                value=Metric(point.value, metric),
                spread=Metric(spread, metric),
                test=measured.n_test if measured else 0,
            )
        )
    if measured:
        seconds, memory = Number(measured.cpu_seconds, 2), Number(measured.memory_gb, 2)
        print(state("measure.cli.cost", seconds=seconds, memory=memory))
    for note in document["notes"]:
        print(f"- {note}")
    if document["question"] and document["question"]["field"] not in document["scenario"]:
        print(document["question"]["text"])
        print(state("measure.cli.in_use", answers=", ".join(document["question"]["allowed"])))
    print()
    print(state("measure.cli.scenario"))
    print(yaml.safe_dump(_nested(document), sort_keys=False, allow_unicode=True).rstrip())


def _nested(document: dict[str, Any]) -> dict[str, Any]:
    """The part for a scenario file, dotted paths as groups."""
    out: dict[str, Any] = {"schema": 1}
    for path, value in document["scenario"].items():
        group, _, name = path.partition(".")
        if name:
            out.setdefault(group, {})[name] = value
        else:
            out[path] = value
    if document["pilot"]:
        out["pilot"] = document["pilot"]
    return out
