"""``compare``: every approach of a scenario, one row each, on the screen and as files."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.cli import own
from estimator.cli.files import (
    SCENARIO_LIMIT_BYTES,
    load_scenario,
    read_text,
)
from estimator.cli.output import BadInput, naming, print_json, print_table, progress, write_file
from estimator.engine.answer import Answer
from estimator.reading import parse_any
from estimator.words.texts import languages

if TYPE_CHECKING:
    from estimator.engine.comparison import Comparison
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence
    from estimator.words.format import Style

WHOLE = ("xlsx", "pdf", "html", "record")
"""Files that print switching values or drivers, or are recomputed later."""
FORMATS = ("csv", "xlsx", "pdf", "pptx", "html", "record")


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("compare", help="every approach of a scenario, one row each")
    p.add_argument("file", metavar="FILE", help="scenario, YAML or JSON; - reads standard input")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument(
        "--quick", action="store_true", help="without what needs re-runs: switching values, drivers"
    )
    for name in FORMATS:
        p.add_argument(f"--{name}", metavar="F", help=f"write a {name} file")
    p.add_argument(
        "--csv-locale",
        choices=languages(),
        help="CSV for office software of a language (separator, decimal mark, byte order mark); "
        "default: comma and point, for machines",
    )
    p.add_argument("--config", metavar="F", help="write the trained row as a file that trains it")
    p.add_argument(
        "--config-for", choices=("trl", "axolotl", "scikit-learn"),
        help="what --config is written for; default: the framework of the scenario, else trl",
    )  # fmt: skip
    p.add_argument(
        "--limits", metavar="F",
        help="write budget, hours and stop rules for a scheduler, YAML or, named so, JSON",
    )  # fmt: skip
    own.add(p)
    p.add_argument("--one-page", action="store_true", help="the first page of the PDF alone")
    p.add_argument("--date", metavar="DATE", help="date printed in the files; default today")
    p.add_argument("--who", metavar="NAME", help="name kept in the record")
    p.add_argument("--language", default="en", choices=languages(), help="language of the files")
    p.add_argument(
        "--step", nargs=2, type=float, metavar=("SECONDS", "TOKENS"),
        help="a measured step on the scenario's devices and what it holds: an own run",
    )  # fmt: skip
    p.add_argument(
        "--own-run", metavar="F", action="append", default=[],
        help="a training configuration with train_runtime, minutes or seconds_per_step in it",
    )  # fmt: skip
    p.set_defaults(run=run)


def _own_runs(inputs: ProjectInputs, arguments: argparse.Namespace) -> ProjectInputs:
    """The scenario with the own runs that the command line names."""
    from estimator.engine.compute.configs import is_config_run, own_run_of_config

    rows = list(inputs.to_dict()["own_runs"])
    if arguments.step:
        held = "tokens_per_step" if inputs.unit_name == "tokens" else "examples_per_step"
        rows.append({"seconds_per_step": arguments.step[0], held: arguments.step[1]})
    for path in arguments.own_run:
        text = read_text(path, SCENARIO_LIMIT_BYTES)
        with naming(path):
            row = parse_any(text)
            if not is_config_run(row):
                raise BadInput(
                    f"{path}: is no training configuration; allowed: Axolotl, LLaMA-Factory, TRL, "
                    "Unsloth, kohya or Ultralytics, with the time it took in it"
                )
            rows.append(own_run_of_config(row))
            inputs.replace("own_runs", rows)
    return inputs.replace("own_runs", rows)


def _config(answer: Answer, inputs: ProjectInputs, evidence: Evidence, framework: str) -> bytes:
    """The recommended row where it is trained, else the adapters, as it is priced."""
    from estimator.report.training_file import SCRIPT, chosen_row, training_files

    rows = {r["approach"]: r for r in answer["approaches"]}
    row = rows.get("baseline") if framework == SCRIPT else chosen_row(answer)
    files = training_files(row, inputs, evidence) if row else {}
    if framework not in files:
        raise BadInput(f"--config: no row of this scenario is trained by {framework}")
    return files[framework]


def _unused(answer: Answer, style: Style) -> tuple[str, ...]:
    """Why own runs could not be used, once each."""
    from estimator.words.statement import said

    recipes = [r.get("recipe") or {} for r in answer["approaches"]]
    recipe = next((r for r in recipes if r.get("own_runs_unused")), {})
    return said(recipe, "own_runs_unused", style)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator.engine.typed import advice

    targets = {f: getattr(arguments, f) for f in FORMATS if getattr(arguments, f)}
    _check_targets(arguments.file, targets)
    if arguments.quick and (lacking := [f"--{f}" for f in WHOLE if f in targets]):
        raise BadInput(f"--quick: {', '.join(lacking)} needs the whole answer; leave --quick out")
    when = given_date(arguments.date)
    stated = _own_runs(load_scenario(arguments.file), arguments)
    with naming(arguments.file):
        (inputs,) = own.owned([stated], arguments)
    comparison, evidence = compute(inputs, arguments.file, not arguments.quick)
    answer = comparison.to_dict()
    with naming(arguments.file):
        from estimator.words.format import style_of

        style = style_of(answer["inputs"], arguments.language)
    for name, path in targets.items():
        data = _build(name, comparison, answer, evidence, style, when, arguments)
        write_file(path, data)
    if arguments.limits:
        from estimator.report.limits_file import limits_bytes

        write_file(arguments.limits, limits_bytes(answer, arguments.limits))
    if arguments.config:
        usual = "axolotl" if inputs.training.framework == "axolotl" else "trl"
        framework = arguments.config_for or usual
        write_file(arguments.config, _config(answer, inputs, evidence, framework))
    if arguments.json:
        print_json(answer)
    else:
        show(answer, style)
        for said in advice(inputs):
            print(said.say(style))
        for unused in _unused(answer, style):
            print(unused)
        for path in targets.values():
            print(f"written: {path}")


def compute(inputs: ProjectInputs, path: str, searches: bool = True) -> tuple[Comparison, Evidence]:
    """Compare the approaches; complaints about the scenario name its file."""
    from estimator.engine.simulate import compare_approaches, quick_comparison

    evidence = evidence_for(inputs, path)
    with naming(path):
        if not searches:
            return quick_comparison(inputs, evidence), evidence
        found = compare_approaches(
            inputs, evidence, lambda done, total: progress(done / total, "comparing")
        )
    return found, evidence


def evidence_for(inputs: ProjectInputs, path: str) -> Evidence:
    """The shipped evidence, with the scenario's own price book where it names one.

    A relative path counts from the scenario file; a book that is not there is looked for in the
    store, where one is set up.
    """
    from estimator import load_evidence

    evidence = load_evidence()
    if inputs.prices:
        from estimator.api import with_price_book, with_price_text

        book = Path(path).parent / inputs.prices if path != "-" else Path(inputs.prices)
        text = None if book.exists() else own.kept_book(inputs.prices)
        with naming(path):
            if text is not None:
                return with_price_text(evidence, text, inputs.prices)
            return with_price_book(evidence, str(book))
    return evidence


def _check_targets(source: str, targets: dict[str, str]) -> None:
    seen = {Path(source).resolve(): "FILE"} if source != "-" else {}
    for name, path in targets.items():
        place = Path(path).resolve()
        if place.is_dir() or not place.parent.is_dir():
            raise BadInput(
                f"{path}: cannot be written: --{name} needs a file in a folder that exists"
            )
        if place in seen:
            raise BadInput(f"{path}: --{name} would overwrite {seen[place]}")
        seen[place] = f"--{name}"


def given_date(text: str | None) -> str:
    """An ISO date; today where none is given."""
    if text is None:
        return datetime.date.today().isoformat()
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(f"--date: {text!r} is not allowed; allowed: YYYY-MM-DD") from None


def _build(
    name: str,
    comparison: Comparison,
    answer: Answer,
    evidence: Evidence,
    style: Style,
    when: str,
    arguments: argparse.Namespace,
) -> bytes:
    if name == "csv":
        from estimator.report.csv_export import csv_bytes

        return csv_bytes(answer, arguments.csv_locale)
    if name == "xlsx":
        from estimator.report.xlsx import xlsx_bytes

        return xlsx_bytes(answer, when)
    if name == "record":
        from estimator.report.record import make_record, record_bytes

        return record_bytes(make_record(answer, when, arguments.who))
    if name == "pptx":
        from estimator.report.slides import slides_bytes

        return slides_bytes(answer, style, when)
    if name == "html":
        from estimator.report.html import html_bytes

        return html_bytes(comparison, evidence, style, when)
    from estimator.report.pdf import pdf_bytes

    return pdf_bytes(comparison, evidence, style, when, not arguments.one_page)


def show(answer: Answer, style: Style) -> None:
    """The headline and the ten rows, for a terminal."""
    from estimator.report.tables import all_lines
    from estimator.report.text import left_out, story
    from estimator.words.texts import say

    told = story(answer, style)
    print(f"{told.headline}.")
    for sentence in (*told.lines(), *told.gates[1:], *told.values):
        print(sentence)
    if told.changes:
        print(f"{say('change.title', style.language)}: " + "; ".join(told.changes))
    print()
    columns = ("approach", "accuracy", "total", "labels", "hours", "cloud", "people", "weeks")
    heads = [" ", *(say(f"col.{c}", style.language) for c in (*columns, "target", "evidence"))]
    rows = []
    for x in all_lines(answer, style):
        mark = ">" if x.recommended else " " if x.feasible else "x"
        quality = f"{x.accuracy} ({x.accuracy_range})" if x.accuracy_range else x.accuracy
        name = f"{x.approach} ({x.model})" if x.model else x.approach
        figures = (x.labelling, x.hours, x.cloud, x.people, x.weeks, x.reaches_target, x.grade)
        total = f"{x.total} ({x.total_range})" if x.total_range else x.total
        rows.append([mark, name, quality, total, *figures])
    print_table(heads, rows, right=(4, 5, 6, 7, 8, 9))
    if note := left_out(answer, style.language):
        print(note)
    excluded = [x for x in all_lines(answer, style) if not x.feasible]
    for x in excluded:
        print(f"x {x.approach}: {x.reason}")
