"""``measure --task time_series``: simple forecasts on own series, printed with pilot points."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import yaml

from estimator.cli.output import print_figures, progress

if TYPE_CHECKING:
    from estimator.measure.forecast import Forecasts
    from estimator.measure.series import SeriesTable


def run(arguments: argparse.Namespace, data: bytes) -> None:
    """Read, measure, print; the file is only read."""
    from estimator.measure.forecast import forecast
    from estimator.measure.notes import UnreadableFile
    from estimator.measure.read import parse_bytes
    from estimator.measure.series import read_series
    from estimator.measure.table import Table

    table = parse_bytes(data)
    if not isinstance(table, Table):
        raise UnreadableFile("marks")
    series = read_series(
        table, arguments.time, arguments.value, arguments.series,
        arguments.horizon, arguments.season,
    )  # fmt: skip
    found = None if arguments.facts else forecast(series, progress)
    document = to_document(table.kind, series, found)
    if arguments.json:
        print_figures(document)
    else:
        _print(document, series, found)


def to_document(kind: str, series: SeriesTable, found: Forecasts | None) -> dict[str, Any]:
    """The JSON of ``measure`` for series: counts, column names, figures; no value of the file."""
    out: dict[str, Any] = {
        "kind": kind,
        "columns": dict(series.columns),
        "facts": {
            "task": "time_series",
            "n_series": len(series.values) + series.n_left_out,
            "n_measured": len(series.values),
            "steps": series.steps,
            "season": series.season,
            "horizon": series.horizon,
            "known_covariates": series.n_covariates,
        },
        "scenario": scenario_fields(series),
        "measured": None,
        "pilot": [],
    }
    if found is not None:
        out["measured"] = {
            "metric": "relative_mase",
            "scores": [s.__dict__ for s in found.scores],
            "n_forecasts": found.n_forecasts,
            "cpu_seconds": round(found.cpu_seconds, 2),
        }
        out["pilot"] = pilot_points(found)
    return out


def scenario_fields(series: SeriesTable) -> dict[str, Any]:
    """What a file of series fills in a scenario."""
    unit = {
        "series": float(len(series.values) + series.n_left_out),
        "horizon": float(series.horizon),
        "steps": series.steps,
        "covariates": float(series.n_covariates),
    }
    return {"task": "time_series", "unit": unit, "target": {"metric": "relative_mase"}}


def pilot_points(found: Forecasts) -> list[dict[str, Any]]:
    """The boosted lags as own result of the baseline row."""
    boosted = next(s for s in found.scores if s.method == "boosted lags")
    point = {"approach": "baseline", "n_labelled": 0, "value": round(boosted.relative, 4)}
    return [{**point, "n_test": found.n_forecasts}]


def _print(document: dict[str, Any], series: SeriesTable, found: Forecasts | None) -> None:
    from estimator.words.statement import Metric, Number, state

    facts = document["facts"]
    print(
        state(
            "measure.series.read",
            n=facts["n_series"],
            steps=Number(facts["steps"], 0),
            season=series.season,
            horizon=series.horizon,
            columns=series.n_covariates,
        )
    )
    if series.n_left_out:
        print(state("measure.series.left_out", n=series.n_left_out))
    for score in found.scores if found else ():
        print(
            state(
                "measure.series.score",
                method=state("measure.method." + score.method.replace(" ", "_").lower()),
                value=Metric(score.relative, "relative_mase"),
                spread=Metric(score.noise, "relative_mase"),
            )
        )
    if found:
        seconds = Number(found.cpu_seconds, 1)
        print(state("measure.series.cost", seconds=seconds, n=found.n_forecasts))
    print()
    print(state("measure.cli.scenario"))
    out = {"schema": 1, **document["scenario"]}
    if document["pilot"]:
        out["pilot"] = document["pilot"]
    print(yaml.safe_dump(out, sort_keys=False, allow_unicode=True).rstrip())
