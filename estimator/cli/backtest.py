"""``backtest curves|runs``: predict published values that the caller brings."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from estimator.cli.files import load_table
from estimator.cli.output import naming, print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

GIVEN = ("1", "1.0", "true", "yes")
CURVE_NEEDS = ("curve_id", "task_family", "dataset", "approach", "n_labelled", "metric", "value")
CURVE_NUMBERS = ("n_labelled", "value")
CURVE_SIZES = ("n_classes", "backbone_params", "std", "year")
RUN_NEEDS = ("model", "approach", "hardware", "n_devices", "device_hours")
RUN_NUMBERS = ("device_hours", "wallclock_hours", "peak_memory_gb")


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("backtest", help="predict published values that you bring")
    kinds = p.add_subparsers(dest="kind", required=True, metavar="curves|runs")
    curves = kinds.add_parser("curves", help="rows with given = 0 of each curve_id")
    curves.add_argument("file", metavar="FILE.csv")
    curves.add_argument("--prior", choices=("evidence", "none"), default="evidence")
    curves.set_defaults(run=run_curves)
    runs = kinds.add_parser("runs", help="device-hours and memory of each run")
    runs.add_argument("file", metavar="FILE.csv")
    runs.set_defaults(run=run_runs)
    for kind in (curves, runs):
        kind.add_argument("--json", action="store_true", help="one JSON document")


def run_curves(arguments: argparse.Namespace) -> None:
    """Predict the rows of curves that are not given."""
    from estimator import load_evidence
    from estimator.lab.accuracy.backtest import backtest_curves

    frame = load_table(arguments.file, CURVE_NEEDS, CURVE_NUMBERS)
    written = {c: frame[c].copy() for c in CURVE_SIZES if c in frame.columns}
    for column, cells in written.items():
        frame[column] = readable(cells)
    with naming(arguments.file):
        result = backtest_curves(frame, load_evidence(), arguments.prior)
    asked = [i for i, g in enumerate(frame.get("given", [])) if str(g).strip().lower() not in GIVEN]
    rows = asked if "given" in frame.columns else range(len(frame))
    for line, i in zip(result["rows"], rows, strict=True):
        line |= {c: cells.iloc[i] for c, cells in written.items()}
    _report(result, frame, arguments.json)


def readable(cells: pd.Series) -> pd.Series:
    """Sizes as numbers where they can be read; a size written otherwise counts as unknown."""
    import pandas as pd

    return pd.to_numeric(cells.str.strip(), errors="coerce").astype(float)


def run_runs(arguments: argparse.Namespace) -> None:
    """Predict the device-hours of every run."""
    from estimator import load_evidence
    from estimator.lab.compute.backtest import backtest_runs

    frame = load_table(arguments.file, RUN_NEEDS, RUN_NUMBERS)
    with naming(arguments.file):
        _report(backtest_runs(frame, load_evidence()), frame, arguments.json)


def _report(result: dict[str, Any], frame: pd.DataFrame, as_json: bool) -> None:
    if as_json:
        print_json(_printed(result, frame.select_dtypes("number").columns))
        return
    summary = result["summary"]
    figures = [(k, v) for k, v in summary.items() if not isinstance(v, dict | list)]
    print_table(("figure", "value"), [(k.replace("_", " "), _text(v)) for k, v in figures], (1,))


def _printed(result: dict[str, Any], echoed: Iterable[str]) -> dict[str, Any]:
    """The figures as printed; numbers of the file itself are repeated in full, not rounded."""
    from estimator.engine.comparison import clean

    document: dict[str, Any] = clean(result)
    for line, row in zip(document["rows"], result["rows"], strict=True):
        for column in echoed:
            if isinstance(row.get(column), float) and math.isfinite(row[column]):
                line[column] = float(row[column])
    return document


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
