"""``measure``: read a labelled file, measure its baseline here, print facts and pilot points."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import yaml

from estimator.cli import measure_series
from estimator.cli.files import read_bytes
from estimator.cli.output import BadInput, naming, print_figures, progress, write_file
from estimator.engine.typed import USES

if TYPE_CHECKING:
    from estimator.measure.door import Looked
    from estimator.measure.points import Measured


SERIES = "time_series"
FROZEN = "deploy/requirements-measure.txt"
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
    p.add_argument("--metric", metavar="M", help="what is measured; default: the usual one")
    p.add_argument(
        "--in-use", choices=USES, help="examples in use: like these, or later and other ones"
    )
    p.add_argument(
        "--frozen",
        action="store_true",
        help="frozen features too (deploy/requirements-measure.txt)",
    )
    p.add_argument("--script", metavar="FILE", help="write the measured baseline as a script")
    p.add_argument("--facts", action="store_true", help="read and count only")
    p.add_argument("--json", action="store_true", help="one JSON document")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Read, measure, print; the file is only read."""
    from estimator import load_evidence
    from estimator.measure import door, frozen, telling
    from estimator.measure.decode import MAX_BYTES
    from estimator.measure.table import Table

    settings = door.Settings.of(load_evidence().assumptions)
    data = read_bytes(arguments.file, MAX_BYTES)
    if arguments.task == SERIES:
        with naming(arguments.file):
            measure_series.run(arguments, data)
        return
    if arguments.frozen and not frozen.available():
        raise BadInput(f"measure: --frozen needs pip install -r {FROZEN}")
    with naming(arguments.file):
        looked = door.look_at_bytes(
            data, settings, text=arguments.text, label=arguments.label, task=arguments.task
        )
        if isinstance(looked.table, Table):
            door.check_label(looked.facts, looked.table.header)
        measured = None
        metric = arguments.metric or door.metrics_of(looked.facts)[0]
        refusal = door.why_not(looked.facts, metric)
        if refusal is None and not arguments.facts:
            measured = door.run(looked, settings, metric, progress, arguments.frozen)
        script = _script(looked, measured) if arguments.script else ""
    document = telling.document(looked, measured, arguments.in_use)
    if refusal is not None:
        document["notes"].append(str(refusal))
        document["notes_statements"].append(refusal.statement.to_json())
    if arguments.json:
        print_figures(document)
    else:
        _print(document, looked, measured)
    if script:
        write_file(arguments.script, script)


def _script(looked: Looked, measured: Measured | None) -> str:
    from estimator.measure import door
    from estimator.measure.script import script_of

    if measured is None:
        refusal = door.why_not(looked.facts, door.metrics_of(looked.facts)[0])
        raise refusal or BadInput("measure: --script writes what is measured; leave out --facts")
    return script_of(looked, measured)


def _print(document: dict[str, Any], looked: Looked, measured: Measured | None) -> None:
    from estimator.measure import telling
    from estimator.words.statement import Number, state

    for line in telling.heading(looked.facts):
        print(line)
    if measured:
        for line in telling.point_lines(measured):
            print(line)
        seconds, memory = Number(measured.cpu_seconds, 2), Number(measured.memory_gb, 2)
        print(state("measure.cli.cost", seconds=seconds, memory=memory))
    for note in document["notes"]:
        print(f"- {note}")
    if document["question"] and document["question"]["field"] not in document["scenario"]:
        print(document["question"]["text"])
        print(state("measure.cli.in_use", answers=", ".join(document["question"]["allowed"])))
    if "task" not in document["scenario"]:
        return
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
