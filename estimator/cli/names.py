"""``tasks``, ``approaches``, ``accelerators``, ``models``: the allowed names."""

from __future__ import annotations

import argparse
from typing import Any

from estimator.cli.output import print_figures, print_table
from estimator.vocabulary import (
    APPROACH_LABELS,
    TASK_LABELS,
    TASK_MODALITY,
    UNIT_BY_MODALITY,
    Approach,
    Task,
)

Rows = list[dict[str, Any]]


def add(commands: Any) -> None:
    """Declare the commands."""
    for name, rows in (
        ("tasks", tasks),
        ("approaches", approaches),
        ("accelerators", accelerators),
        ("models", models),
    ):
        p = commands.add_parser(name, help=f"the allowed {name}")
        p.add_argument("--json", action="store_true", help="one JSON document on standard output")
        p.set_defaults(run=run, rows=rows)


def run(arguments: argparse.Namespace) -> None:
    """Print the names with a few facts each."""
    rows = arguments.rows()
    if arguments.json:
        print_figures(rows)
        return
    heads = list(rows[0])
    cells = [["" if r[h] is None else _text(r[h]) for h in heads] for r in rows]
    print_table([h.replace("_", " ") for h in heads], cells)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def tasks() -> Rows:
    """Tasks with the unit of one example and the usual metric."""
    from estimator.engine.usual import TASK_METRIC

    return [
        {
            "task": str(t),
            "label": TASK_LABELS[t],
            "unit": UNIT_BY_MODALITY[TASK_MODALITY[t]],
            "metric": TASK_METRIC[t],
        }
        for t in Task
    ]


def approaches() -> Rows:
    """The ten approaches in the order of the spectrum."""
    return [{"approach": str(a), "label": APPROACH_LABELS[a]} for a in Approach]


def accelerators() -> Rows:
    """Accelerators with memory and peak rate."""
    from estimator import load_evidence

    return [
        {
            "accelerator": a.accelerator,
            "kind": str(a.kind),
            "vendor": a.vendor,
            "memory_gb": a.memory_gb,
            "peak_tflop_per_s": max(a.peak_tflop_per_s.values(), default=None),
            "tdp_watts": a.tdp_watts,
            "launch_year": a.launch_year,
            "source_id": a.source_id,
        }
        for a in load_evidence().accelerators.values()
    ]


def models() -> Rows:
    """Base models with size, tasks and licence."""
    from estimator import load_evidence

    return [
        {
            "model": m.name,
            "family": m.family,
            "modality": str(m.modality),
            "params_total": m.params_total,
            "tasks": [str(t) for t in m.tasks],
            "hosted": m.hosted,
            "licence": m.licence,
            "commercial_use": m.commercial_use,
            "source_id": m.source_id,
        }
        for m in load_evidence().models.values()
    ]
