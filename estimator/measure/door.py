"""From the bytes of a file to facts, measured points and what they fill in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimator.engine.typed import USES
from estimator.errors import InputError
from estimator.evidence.things import Assumption
from estimator.measure.columns import Roles, guess_roles
from estimator.measure.curve import measure
from estimator.measure.describe import (
    LEAST_EXAMPLES,
    Examples,
    Facts,
    describe,
    describe_marks,
    key_of,
)
from estimator.measure.frozen import available
from estimator.measure.joint import measure_joint
from estimator.measure.leaks import leaks, side_leaks, split_leak
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.points import Measured, Progress
from estimator.measure.quantity import R2, measure_quantity
from estimator.measure.read import parse_bytes
from estimator.measure.scores import JOINT_MEASURED, MEASURED
from estimator.measure.table import Marked, Table
from estimator.words.statement import Number, listed

TASKS = ("text_classification", "tabular_classification")
CPU_SECONDS = "assumptions.compute.cpu_seconds_per_million_values"
IN_USE = "facts.in_use"
"""Field for what a file without dates and groups cannot tell: is use like these examples?"""


@dataclass(frozen=True)
class Settings:
    """Judgements that reading and measuring need, rows of data/assumptions.csv.

    Parameters
    ----------
    per_word, per_letter : float
        Tokens a word, and tokens a letter of a script without blanks [tokens].
    gap_median, gap_tenth : float
        What a random split promises too much, in the median and in one of ten sets [fraction].
    """

    per_word: float = 1.33
    per_letter: float = 1.0
    gap_median: float = 0.026
    gap_tenth: float = 0.133

    @classmethod
    def of(cls, assumptions: Mapping[str, Assumption]) -> Settings:
        """The settings of the shipped judgements."""
        gap = assumptions["data.random_split_gap"]
        return cls(
            assumptions["data.tokens_per_word"].p50,
            assumptions["data.tokens_per_letter"].p50,
            gap.p50,
            gap.p90,
        )


@dataclass(frozen=True)
class Looked:
    """A file that was read: what it holds and how its columns are used.

    Parameters
    ----------
    table : Table or Marked
    facts : Facts
    examples : Examples or None
        Distinct labelled examples; None where there are no rows to measure.
    """

    table: Table | Marked
    facts: Facts
    examples: Examples | None


def look(
    table: Table | Marked,
    settings: Settings,
    text: str | None = None,
    label: str | None = None,
    task: str | None = None,
) -> Looked:
    """Facts of a file that was read.

    Parameters
    ----------
    table : Table or Marked
        Of ``parse_bytes``.
    settings : Settings
    text, label : str, optional
        Columns of the example and the label where the guess is wrong; ``""`` for no text.
    task : str, optional
        One of ``TASKS`` where the guess is wrong.

    Raises
    ------
    InputError
        When a named column or task does not exist.
    """
    if isinstance(table, Marked):
        return Looked(table, describe_marks(table, settings.per_word), None)
    if task is not None and task not in TASKS:
        raise InputError("--task", task, " or ".join(TASKS))
    if task == "tabular_classification" and text is None:
        text = ""
    roles = guess_roles(table, text, label)
    facts, examples = describe(table, roles, settings.per_word, settings.per_letter)
    facts = replace(facts, notes=(*facts.notes, *_split_notes(table, roles)))
    return Looked(table, facts, examples)


def look_at_bytes(data: bytes, settings: Settings, **named: Any) -> Looked:
    """As ``look`` for the bytes of a file."""
    return look(parse_bytes(data), settings, **named)


def check_label(facts: Facts, columns: tuple[str, ...]) -> None:
    """Refuse to guess where no column, or more than one, may hold the label."""
    roles = facts.roles
    if roles.label or roles.one_hot or facts.task not in TASKS:
        return
    if roles.candidates:
        raise UnreadableFile("which_label", columns=listed(roles.candidates[:8]))
    raise UnreadableFile("no_label", columns=listed(columns[:12]))


def metrics_of(facts: Facts) -> tuple[str, ...]:
    """Metrics that are measured on such labels, the usual one first."""
    if facts.quantity:
        return (R2,)
    return JOINT_MEASURED if facts.joint else MEASURED


def why_not(facts: Facts, metric: str) -> UnreadableFile | None:
    """Why the baseline of a file is not measured; None where it is."""
    if facts.task not in TASKS and not facts.quantity:
        return UnreadableFile("marks")
    if not facts.measurable:
        n, k = facts.n_labelled, facts.n_classes
        if facts.quantity:
            return UnreadableFile("few_numbers", n=n, least=LEAST_EXAMPLES)
        return UnreadableFile("few", n=n, classes=k, least=LEAST_EXAMPLES)
    if metric not in metrics_of(facts):
        return UnreadableFile("metric", metric=metric, known=listed(metrics_of(facts)))
    return None


def offers_frozen(facts: Facts) -> bool:
    """Can frozen features be measured: texts of exclusive classes, and a model installed?"""
    return bool(facts.roles.text) and not facts.joint and not facts.quantity and available()


def run(
    looked: Looked,
    settings: Settings,
    metric: str,
    progress: Progress = lambda share, what: None,
    frozen: bool = False,
) -> Measured:
    """Measure the baseline of a file; raises UnreadableFile where that makes no sense."""
    facts = looked.facts
    refusal = why_not(facts, metric)
    if refusal is not None or looked.examples is None or isinstance(looked.table, Marked):
        raise refusal or UnreadableFile("marks")
    if facts.quantity:
        found = measure_quantity(facts, looked.examples, progress)
    elif facts.joint:
        found = measure_joint(facts, looked.examples, metric, progress)
    else:
        frozen = frozen and offers_frozen(facts)
        found = measure(facts, looked.examples, metric, progress, frozen=frozen)
    notes = [_with_gap(n, settings) for n in found.notes]
    if not facts.joint and not facts.quantity:
        notes += possible_leaks(looked)
    if found.n_disagree:
        notes.append(Note("noise", {"n": found.n_disagree, "checked": found.n_checked}))
    return replace(found, notes=tuple(notes))


def possible_leaks(looked: Looked, seed: int = 0) -> list[Note]:
    """Columns, ids, dates and words that may give an exclusive class away."""
    table, found = looked.table, looked.examples
    if found is None or isinstance(table, Marked):
        return []
    names = sorted(set(found.labels))
    codes = {name: i for i, name in enumerate(names)}
    y = np.array([codes[label] for label in found.labels])
    beside = side_leaks(_beside(table, looked.facts.roles), _labels(looked), seed)
    return leaks(found, y, names, seed) + beside


def _with_gap(note: Note, settings: Settings) -> Note:
    if note.key != "ask_later":
        return note
    median, tenth = 100 * settings.gap_median, 100 * settings.gap_tenth
    return Note(note.key, {"median": Number(median), "tenth": Number(tenth)})


def _labels(looked: Looked) -> list[str]:
    table, roles = looked.table, looked.facts.roles
    return table.column(roles.label) if isinstance(table, Table) and roles.label else []


def _beside(table: Table, roles: Roles) -> dict[str, list[str]]:
    """Columns that are not used as examples but may give the label away."""
    if not roles.label:
        return {}
    names = [n for n in (roles.ident, roles.time, roles.group) if n]
    if roles.text:
        used = {roles.text, roles.label, roles.annotator, roles.split, *names}
        names += [n for n in table.header if n not in used]
    return {name: table.column(name) for name in names[:30]}


def _split_notes(table: Table, roles: Roles) -> list[Note]:
    """Does a stated test part hold examples of the training part?"""
    if not roles.split:
        return []
    if roles.text:
        keys = [key_of(t) for t in table.column(roles.text)]
    else:
        places = [table.header.index(n) for n in roles.features]
        keys = ["\x1f".join(row[i] for i in places) for row in table.rows]
    return split_leak(table.column(roles.split), keys)


def scenario_fields(facts: Facts) -> dict[str, Any]:
    """What a file fills in a scenario, by dotted path."""
    fields: dict[str, Any] = {
        "n_labelled_available": facts.n_labelled,
        "n_unlabelled_available": facts.n_unlabelled,
    }
    if facts.task:
        fields = {"task": facts.task, **fields}
    if facts.n_classes > 1:
        fields["n_classes"] = facts.n_classes
    if facts.unit_length is not None and facts.task != "":
        word = "columns" if facts.task.startswith("tabular") else "tokens"
        fields["unit"] = {word: max(1.0, float(facts.unit_length))}
    if facts.minority_share and facts.n_classes > 1:
        fields["facts.minority_share"] = round(min(0.5, facts.minority_share), 6)
    if facts.majority_share and facts.n_classes > 1:
        fields["facts.majority_share"] = round(facts.majority_share, 6)
    if facts.joint and facts.n_labelled:
        held = sum(count for _, count in facts.class_counts) / facts.n_labelled
        fields["facts.labels_per_example"] = round(min(max(held, 1.01), facts.n_classes), 2)
    if facts.agreement is not None:
        fields["facts.annotator_agreement"] = round(facts.agreement, 6)
    if facts.seconds_per_label:
        seconds = min(max(facts.seconds_per_label, 0.1), 100_000.0)
        fields["labelling.seconds_per_label"] = seconds
    if facts.objects_per_example and facts.task in ("object_detection", "semantic_segmentation"):
        per_image = min(max(facts.objects_per_example, 0.1), 1000.0)
        fields["assumptions.labelling.objects_per_image"] = round(per_image, 2)
    return fields


def asks_use(facts: Facts, measured: Measured | None) -> bool:
    """Is it asked whether use is on later data or other customers? Dates or groups tell it."""
    if measured is not None:
        return measured.split == "random" and not facts.quantity
    return facts.task in TASKS and not (facts.roles.time or facts.roles.group)


def measured_fields(facts: Facts, measured: Measured, in_use: str | None = None) -> dict[str, Any]:
    """What a measurement fills in a scenario besides its own results, by dotted path.

    ``in_use`` is the answer where ``asks_use``; a split by time or group answers it itself.
    """
    values = measured.points[-1].n_labelled * max(facts.unit_length or 1.0, 1.0) / 1e6
    seconds = min(max(measured.seconds_per_run / max(values, 1e-9), 0.001), 10_000.0)
    told = in_use if asks_use(facts, measured) else USES[0]
    return {CPU_SECONDS: float(f"{seconds:.2g}")} | ({IN_USE: told} if told else {})


def pilot_points(measured: Measured) -> list[dict[str, Any]]:
    """The measured points as own results of a scenario; a quantity of texts has none."""
    if any(n.key == "quantity_use" for n in measured.notes):
        return []
    curves = (("baseline", measured.points), ("linear_probe", measured.frozen))
    return [
        {
            "approach": approach,
            "n_labelled": p.n_labelled,
            "value": round(p.value, 4),
            "n_test": measured.n_test,
        }
        for approach, points in curves
        for p in points
    ]
