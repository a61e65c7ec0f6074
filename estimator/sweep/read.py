"""A finished or growing sweep read back from its parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from estimator.engine.swept import NOTHING, Swept
from estimator.errors import InputError
from estimator.sweep.part import PARTS


def read_sweep(folder: str, manifest: dict[str, Any]) -> Swept:
    """Varied inputs and choices of the scenarios that are done.

    Parameters
    ----------
    folder : str
    manifest : dict
        The content of its ``sweep.json``.

    Raises
    ------
    InputError
        Where nothing is done yet.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    files = sorted((Path(folder) / PARTS).glob("*.parquet"))
    if not files:
        raise InputError("sweep", folder, "a folder with finished parts")
    told = json.loads((pq.read_schema(files[0]).metadata or {})[b"sweep"])
    paths = tuple(told["paths"])
    base = told["base"]
    wanted = float(base["target"]["probability"])
    by_plan = bool(told["plans"])
    one: list[pa.Table] = []
    for file in files:
        names = ["number", "problem", "approach", *paths]
        names += ["plan_outcome", "plan_approach"] if by_plan else [
            "feasible", "target_probability", "total_usd_p50",
        ]  # fmt: skip
        table = pq.read_table(file, columns=names)
        table = table.filter(pc.is_null(table["problem"]))
        rule = _by_plan if by_plan else _by_rule
        one.append(rule(table, wanted, paths))
    whole = pa.concat_tables(one)
    return Swept(
        paths=paths,
        columns=tuple(tuple(whole[p].to_pylist()) for p in paths),
        choices=tuple(whole["choice"].to_pylist()),
        by_plan=by_plan,
        metric=str(base["target"]["metric"]),
        origin={k: manifest.get(k) for k in ("data_version", "code_version", "seed", "draws")},
    )


def _by_plan(table: Any, wanted: float, paths: tuple[str, ...]) -> Any:
    """One row a scenario: where its plan ends."""
    import pyarrow.compute as pc

    table = table.filter(pc.equal(table["approach"], "baseline"))
    choice = pc.coalesce(table["plan_approach"], table["plan_outcome"])
    return table.select(["number", *paths]).append_column("choice", choice)


def _by_rule(table: Any, wanted: float, paths: tuple[str, ...]) -> Any:
    """One row a scenario: its cheapest row that is sure enough of the target."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = table.filter(pc.equal(table["approach"], "baseline"))
    need = (
        table["target.probability"]
        if "target.probability" in paths
        else pa.scalar(wanted, pa.float64())
    )
    sure = pc.and_(table["feasible"], pc.greater_equal(table["target_probability"], need))
    kept = table.filter(pc.fill_null(sure, False)).select(["number", "approach", "total_usd_p50"])
    kept = kept.sort_by([("number", "ascending"), ("total_usd_p50", "ascending"),
                         ("approach", "ascending")])  # fmt: skip
    best: dict[int, str] = {}
    for number, approach in zip(
        kept["number"].to_pylist(), kept["approach"].to_pylist(), strict=True
    ):
        best.setdefault(number, approach)
    choice: list[str] = [best.get(n, NOTHING) for n in first["number"].to_pylist()]
    return first.select(["number", *paths]).append_column("choice", pa.array(choice, pa.string()))
