"""One part of a sweep: computed, written under another name, renamed when it is whole."""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.engine.cell import ManyMemo
from estimator.engine.inputs import ProjectInputs
from estimator.engine.many import evaluate_many
from estimator.engine.summaries import UNKNOWN, PlanSummary, RowSummary, ScenarioSummary
from estimator.errors import EstimatorError, InputError
from estimator.evidence.load import Evidence
from estimator.sweep.spec import NAME_LENGTH, Header, Row, Task, scenario_of

if TYPE_CHECKING:
    import pyarrow as pa

PARTS = "parts"
THREE = ("p10", "p50", "p90")
FIGURES = ("accuracy", "device_hours", "weeks", "one_off_usd", "total_usd")
PLAN = (
    "plan_outcome", "plan_approach", "plan_success", "plan_first_step", "plan_first_approach",
    "plan_first_usd", "plan_spend_usd", "plan_value_month_usd",
)  # fmt: skip
TEXTS = frozenset(
    {
        "scenario",
        "name",
        "approach",
        "metric",
        "problem",
        "plan_outcome",
        "plan_approach",
        "plan_first_step",
        "plan_first_approach",
    }
)


class StaleDataError(EstimatorError):
    """A worker has other tables than the sweep was begun with."""


def part_path(folder: str, name: str) -> Path:
    """Where a part stands once it is whole."""
    return Path(folder) / PARTS / f"{name}.parquet"


@lru_cache(maxsize=1)
def _evidence(prices: str | None) -> Evidence:
    from estimator.api import with_price_book
    from estimator.evidence.load import load_evidence

    return with_price_book(load_evidence(), prices) if prices else load_evidence()


@lru_cache(maxsize=1)
def _memo(data_version: str) -> ManyMemo:
    return ManyMemo()


def do_part(task: Task) -> tuple[int, int]:
    """Compute and write one part; scenarios and those among them that have a problem.

    Raises
    ------
    StaleDataError
        Where this process has other tables than the sweep.
    """
    import pyarrow.parquet as pq

    path = part_path(task.folder, task.name)
    evidence = _evidence(task.header.prices)
    if evidence.data_version != task.header.data_version:
        raise StaleDataError(
            f"this worker has data {evidence.data_version}, the sweep {task.header.data_version}; "
            "give every machine the same release"
        )
    table, problems = part_table(task, evidence, _memo(evidence.data_version))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            pq.write_table(table, stream, compression="zstd")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return len(task.rows), problems


def part_table(
    task: Task, evidence: Evidence, memo: ManyMemo | None = None
) -> tuple[pa.Table, int]:
    """The table of a part, one row a scenario and approach, and scenarios with a problem."""
    import pyarrow as pa

    header = task.header
    made: list[ProjectInputs | str] = []
    for row in task.rows:
        try:
            made.append(scenario_of(header, row))
        except InputError as error:
            made.append(str(error))
    good = [m for m in made if isinstance(m, ProjectInputs)]
    answers = iter(evaluate_many(good, evidence, header.plans, memo))
    columns: dict[str, list[Any]] = {name: [] for name in column_names(header)}
    problems = 0
    for row, inputs in zip(task.rows, made, strict=True):
        known = isinstance(inputs, ProjectInputs)
        found = next(answers) if known else ScenarioSummary(problem=str(inputs))
        problems += bool(found.problem)
        _add(columns, header, row, inputs if isinstance(inputs, ProjectInputs) else None, found)
    fields = [pa.field(name, _type(name, header)) for name in columns]
    told = {**header.identity(), "seed": header.base.get("seed"), "draws": header.base.get("draws")}
    schema = pa.schema(fields, metadata={"sweep": json.dumps(told, sort_keys=True)})
    return pa.table(columns, schema=schema), problems


def column_names(header: Header) -> list[str]:
    """Columns of a part in their order."""
    figures = [f"{figure}_{p}" for figure in FIGURES for p in THREE]
    return [
        "number", "scenario", *header.paths, "approach", "feasible", "metric",
        "target_probability", *figures, *(PLAN if header.plans else ()), "problem",
    ]  # fmt: skip


def _type(name: str, header: Header) -> pa.DataType:
    import pyarrow as pa

    if name in header.paths:
        kind = header.kinds[header.paths.index(name)]
        return {"number": pa.float64(), "flag": pa.bool_()}.get(kind, pa.string())
    if name == "number":
        return pa.int64()
    if name == "feasible":
        return pa.bool_()
    return pa.string() if name in TEXTS else pa.float64()


def scenario_hash(inputs: ProjectInputs) -> str:
    """What a scenario is known by: the hash of all its fields."""
    return hashlib.sha256(inputs.canonical_json().encode()).hexdigest()[:NAME_LENGTH]


def _add(
    columns: dict[str, list[Any]],
    header: Header,
    row: Row,
    inputs: ProjectInputs | None,
    found: ScenarioSummary,
) -> None:
    """The rows of one scenario; one without an approach where it has a problem."""
    rows = found.rows or (
        RowSummary("", False, "", None, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    )
    count = len(rows)
    columns["number"] += [row.number] * count
    columns["scenario"] += [scenario_hash(inputs) if inputs else None] * count
    for path, kind, value in zip(header.paths, header.kinds, row.values, strict=True):
        columns[path] += [_cell(kind, value)] * count
    columns["approach"] += [r.key or None for r in rows]
    columns["feasible"] += [r.feasible if r.key else None for r in rows]
    columns["metric"] += [r.metric or None for r in rows]
    columns["target_probability"] += [r.target_probability for r in rows]
    for figure in FIGURES:
        for k, p in enumerate(THREE):
            columns[f"{figure}_{p}"] += [getattr(r, figure)[k] for r in rows]
    if header.plans:
        plan = found.plan
        for name in PLAN:
            columns[name] += [_of(plan, name.removeprefix("plan_"))] * count
    columns["problem"] += [found.problem or None] * count


def _of(plan: PlanSummary | None, name: str) -> Any:
    return None if plan is None else getattr(plan, name)


def _cell(kind: str, value: Any) -> Any:
    """A varied value as its column holds it."""
    if value is None:
        return None
    if kind == "number":
        return float(value)
    if kind == "flag":
        return bool(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
