"""A user's own training runs as people note them, with the columns of runs.csv.

The shortest is the time of a step and what it holds: ``seconds_per_step`` with
``tokens_per_step`` or ``examples_per_step``, on the device and model of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from estimator.engine.compute import text as parse
from estimator.engine.compute.configs import is_config_run, own_run_of_config
from estimator.engine.inputs import ProjectInputs
from estimator.engine.usual import DEFAULT_UNIT
from estimator.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from estimator.vocabulary import TASK_MODALITY, Approach, Modality, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

STEADY_HOURS = 10.0
"""Length of the run that a measured step stands for: start-up no longer counts in it."""
_TRAINED = (
    Approach.LORA, Approach.FULL_FINETUNE, Approach.PARTIAL_FINETUNE, Approach.CONTINUED_PRETRAIN,
)  # fmt: skip


def own_hours(row: Mapping[str, object]) -> float | None:
    """Device-hours of a run: as stated, else wall-clock hours or minutes x devices."""
    hours = parse.number(row.get("device_hours"))
    wall = parse.number(row.get("wallclock_hours"))
    minutes = parse.number(row.get("minutes"))
    if wall is None and minutes is not None:
        wall = minutes * SECONDS_PER_MINUTE / SECONDS_PER_HOUR
    if hours is None and wall is not None:
        hours = wall * (parse.number(row.get("n_devices")) or 1.0)
    return hours


def own_row(
    row: Mapping[str, object], inputs: ProjectInputs, evidence: Evidence
) -> dict[str, object]:
    """A run as people note it, with the columns of runs.csv.

    Notes
    -----
    ``n_train`` examples times ``epochs`` are the units of the run, each as long as an example of
    the scenario where the run is of the same kind, else as long as usual for its task.
    """
    if is_config_run(row):
        row = own_run_of_config(row)
    out: dict[str, object] = {**row, "source_family": "", "source_title": ""}
    named = str(row.get("task") or "").strip()
    task = Task(named) if named in set(Task) else inputs.task
    modality = TASK_MODALITY[task]
    out["modality"] = row.get("modality") or str(modality)
    if parse.number(row.get("seconds_per_step")):
        _of_a_step(out, inputs, evidence)
    examples = parse.number(out.get("n_train"))
    stated = any(parse.number(out.get(c)) for c in ("units_seen", "units_per_epoch"))
    if examples and not stated:
        same = modality == TASK_MODALITY[inputs.task]
        length = inputs.unit_length if same else DEFAULT_UNIT[task]
        if modality is Modality.TEXT:
            out |= {"unit": "tokens", "units_per_epoch": examples * length}
        elif modality is Modality.AUDIO:
            hours = examples * length / SECONDS_PER_HOUR
            out |= {"unit": "audio_hours", "units_per_epoch": hours}
        else:
            named_unit = "images" if modality is Modality.VISION else "samples"
            out |= {"unit": named_unit, "units_per_epoch": examples}
        out["epochs"] = parse.number(out.get("epochs")) or 1.0
    return out


def _of_a_step(row: dict[str, object], inputs: ProjectInputs, evidence: Evidence) -> None:
    """Turn the time of one step into a run of some hours; blanks are those of the scenario."""
    n = row.setdefault("n_devices", inputs.compute.n_devices) or inputs.compute.n_devices
    row |= {"n_devices": n, "hardware": row.get("hardware") or inputs.compute.accelerator}
    row["approach"] = row.get("approach") or _approach(inputs, evidence)
    if not row.get("model"):
        row["model"] = _model(inputs, evidence, str(row["approach"]))
    row["precision"] = row.get("precision") or inputs.training.precision or ""
    if not row.get("context"):
        row["context"] = _context(inputs)
    steps = STEADY_HOURS * SECONDS_PER_HOUR / (parse.number(row.get("seconds_per_step")) or 1.0)
    row["wallclock_hours"], row["device_hours"] = STEADY_HOURS, None
    copies = (parse.number(n) or 1.0) if row.pop("per_device", None) else 1.0
    tokens = (parse.number(row.get("tokens_per_step")) or 0.0) * copies
    examples = (parse.number(row.get("examples_per_step")) or 0.0) * copies
    if tokens:
        row |= {"unit": "tokens", "units_seen": tokens * steps, "n_train": None}
    elif examples:
        row |= {"n_train": examples * steps, "epochs": 1.0, "units_seen": None}


def _approach(inputs: ProjectInputs, evidence: Evidence) -> str:
    named = [a for a in _TRAINED if a in inputs.models]
    usual = [a for a in _TRAINED if _model(inputs, evidence, a)]
    return str((named or usual or [Approach.FULL_FINETUNE])[0])


def _model(inputs: ProjectInputs, evidence: Evidence, approach: str) -> str:
    chosen = inputs.models.get(approach)
    if isinstance(chosen, str):
        return chosen
    usual = evidence.default_models.get((str(inputs.task), approach))
    return str(usual or "")


def _context(inputs: ProjectInputs) -> str:
    t = inputs.training
    said = [
        f"seq_length={round(t.sequence or inputs.unit_length)}"
        if inputs.unit_name == "tokens" else "",
        f"per_device_train_batch_size {t.micro_batch}" if t.micro_batch else "",
        f"gradient_accumulation_steps {t.accumulation}" if t.accumulation else "",
        f"gradient_checkpointing {t.checkpointing}" if t.checkpointing is not None else "",
        t.framework or "",
    ]  # fmt: skip
    return ", ".join(s for s in said if s)
