"""What a measured file tells: notes, headings and the JSON; counts and figures, no text of it."""

from __future__ import annotations

from typing import Any

from estimator.engine.typed import USES
from estimator.measure.describe import Facts
from estimator.measure.door import (
    IN_USE,
    Looked,
    asks_use,
    measured_fields,
    pilot_points,
    scenario_fields,
)
from estimator.measure.notes import Note
from estimator.measure.points import Measured
from estimator.measure.quantity import R2, quantity_line
from estimator.measure.scores import JOINT_MEASURED
from estimator.words.statement import Metric, Number, Share, Statement, state

IMBALANCED = 0.2
"""Share of the rarest class below which accuracy says little."""


def notes_of(facts: Facts) -> list[Note]:
    """Notes of reading and describing, the repeats and the imbalance among them."""
    notes = list(facts.notes)
    if facts.n_repeats:
        share = facts.n_repeats / max(facts.n_rows, 1)
        notes.append(Note("repeats", {"n": facts.n_repeats}, warns=share > 0.02))
    if facts.n_contradictory:
        notes.append(Note("contradictory", {"n": facts.n_contradictory}, warns=True))
    if facts.agreement is not None:
        notes.append(Note("agreement", {"share": Share(facts.agreement)}))
    if facts.minority_share is not None and facts.minority_share < IMBALANCED and not facts.joint:
        even = 1 / max(facts.n_classes, 1)
        if facts.minority_share < 0.5 * even:
            notes.append(Note("imbalanced", {"share": Share(facts.minority_share)}))
    return notes


def notes_measured(measured: Measured | None) -> list[Note]:
    """Notes of measuring, the errors of a quantity and the other figures of joint labels first."""
    if measured is None:
        return []
    first = []
    if measured.metric == R2:
        first = [quantity_line(measured)]
    elif measured.extra:
        shares = {name: Share(measured.extra[name]) for name in JOINT_MEASURED}
        first = [Note("joint_figures", {**shares})]
    return [*first, *measured.notes]


def document(
    looked: Looked, measured: Measured | None, in_use: str | None = None
) -> dict[str, Any]:
    """The JSON of ``measure``: counts, shares, column names, figures; no text of the file."""
    facts = looked.facts
    roles = facts.roles
    notes = notes_of(facts) + notes_measured(measured)
    statements = [n.statement for n in notes]
    out: dict[str, Any] = {
        "kind": facts.kind,
        "columns": {
            "text": roles.text or None,
            "label": roles.label or None,
            "one_hot": list(roles.one_hot),
            "time": roles.time or None,
            "group": roles.group or None,
            "split": roles.split or None,
            "annotator": roles.annotator or None,
        },
        "facts": {
            "task": facts.task or None,
            "n_rows": facts.n_rows,
            "n_labelled": facts.n_labelled,
            "n_unlabelled": facts.n_unlabelled,
            "n_repeats": facts.n_repeats,
            "n_contradictory": facts.n_contradictory,
            "n_classes": facts.n_classes,
            "class_counts": [n for _, n in facts.class_counts],
            "majority_share": facts.majority_share,
            "minority_share": facts.minority_share,
            "annotator_agreement": facts.agreement,
            "unit_length": facts.unit_length,
            "objects_per_example": facts.objects_per_example,
        },
        "notes": [str(s) for s in statements],
        "notes_statements": [s.to_json() for s in statements],
        "scenario": scenario_fields(facts),
        "measured": None,
        "pilot": [],
        "question": _question(facts, measured),
    }
    if measured is not None:
        out["measured"] = {
            "metric": measured.metric,
            "points": [p.__dict__ for p in measured.points],
            "frozen_points": [p.__dict__ for p in measured.frozen],
            "extra": measured.extra,
            "n_test": measured.n_test,
            "split": measured.split,
            "gaps": measured.gaps,
            "constant": measured.constant,
            "n_disagree": measured.n_disagree,
            "cpu_seconds": round(measured.cpu_seconds, 2),
            "memory_gb": round(measured.memory_gb, 2),
        }
        out["pilot"] = pilot_points(measured)
        if out["pilot"]:
            out["scenario"] |= {"target": {"metric": measured.metric}}
        out["scenario"] |= measured_fields(facts, measured, in_use)
    elif in_use and asks_use(facts, None):
        out["scenario"][IN_USE] = in_use
    return out


def _question(facts: Facts, measured: Measured | None) -> dict[str, Any] | None:
    """What the file cannot answer: the field of the scenario, what it may be, the sentence."""
    if not asks_use(facts, measured):
        return None
    told = state("measure.ask.in_use")
    return {"field": IN_USE, "allowed": list(USES), "text": str(told), **told.to_json()}


def heading(facts: Facts) -> list[Any]:
    """What a file holds, as statements for people."""
    n, rows = facts.n_labelled, facts.n_rows
    lines: list[Any] = [
        state("measure.cli.labelled", n=n, unlabelled=facts.n_unlabelled, rows=rows)
    ]
    roles = facts.roles
    if roles.text or roles.label or roles.one_hot:
        label = roles.label or ", ".join(roles.one_hot[:8])
        lines.append(state("measure.cli.columns", text=roles.text or "–", label=label or "–"))
    if facts.class_counts:
        most, least = facts.class_counts[0][1], facts.class_counts[-1][1]
        lines.append(state("measure.cli.classes", n=facts.n_classes, most=most, least=least))
    return lines


def point_lines(measured: Measured) -> list[Statement]:
    """The measured points, one sentence each; their spread is that of repeats and test part."""
    quantity = measured.metric == R2
    curves = (
        ("point_quantity" if quantity else "point", measured.points),
        ("point_frozen", measured.frozen),
    )
    lines = []
    for key, points in curves:
        for p in points:
            values = [p.value, (p.sd**2 + p.noise**2) ** 0.5]
            value, spread = [Number(v) if quantity else Metric(v, measured.metric) for v in values]
            told = {"value": value, "spread": spread, "test": measured.n_test}
            lines.append(state(f"measure.cli.{key}", n=p.n_labelled, **told))
    return lines
