"""An own run of a scenario: a row of runs.csv, a timed step, or a training configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.engine.fields import FrozenMap, Spec
from estimator.errors import InputError
from estimator.words.statement import listed, state

COLUMNS_LIMIT = 60
RUN_HOURS = {"device_hours", "wallclock_hours", "minutes", "seconds_per_step", "train_runtime"}
"""An own run says at least how long it took, in one of these columns; minutes are wall-clock."""
STEP_HOLDS = {"tokens_per_step", "examples_per_step"}
"""A timed step says what it holds, all devices and accumulated passes together."""
BATCHES = {"per_device_train_batch_size", "micro_batch_size", "train_batch_size", "batch"}
"""A training configuration says what its step holds by these."""
TEXT = Spec("text", "a text")
NUMBER = Spec("number", "a number", -1e20, 1e20)
STEP = Spec("number", "a number", 1e-6, 1e12)


def own_run(path: str, row: Any) -> FrozenMap:
    """An own run as the scenario keeps it; raises InputError with what is allowed."""
    if not isinstance(row, Mapping):
        raise InputError(path, row, state("allowed.run"))
    row = _leaves(row)
    if not RUN_HOURS & row.keys():
        hours = state("allowed.run_hours", names=listed(sorted(RUN_HOURS)))
        raise InputError(path, sorted(map(str, row))[:9], hours)
    if row.get("seconds_per_step") not in (None, "") and not (STEP_HOLDS | BATCHES) & row.keys():
        holds = state("allowed.run_hours", names=listed(sorted(STEP_HOLDS)))
        raise InputError(path, sorted(map(str, row))[:9], holds)
    if len(row) > COLUMNS_LIMIT:
        raise InputError(path, f"{len(row)} columns", state("allowed.columns", n=COLUMNS_LIMIT))
    for name in sorted({"seconds_per_step", *STEP_HOLDS} & row.keys()):
        if isinstance(row[name], int | float):
            STEP.check(f"{path}.{name}", row[name])
    clean = {TEXT.check(path, str(k)): _cell(f"{path}.{k}", v) for k, v in row.items()}
    return FrozenMap(clean)


def _leaves(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row without sections and with its lists as texts, as configurations have them."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            out = {**_leaves(value), **out}
        elif isinstance(value, list | tuple):
            out[name] = ", ".join(str(v) for v in value if isinstance(v, str | int | float))
        else:
            out[name] = value
    return out


def _cell(path: str, cell: Any) -> Any:
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return (
            NUMBER.check(path, cell) if isinstance(cell, float) else int(NUMBER.check(path, cell))
        )
    return TEXT.check(path, cell)
