"""From the bytes of a file to facts, measured points and what they fill in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimator.engine.typed import USES
from estimator.errors import InputError
from estimator.evidence.things import Assumption
from estimator.measure.columns import Roles, guess_roles
from estimator.measure.curve import LEAST_EXAMPLES, Measured, Progress, measure
from estimator.measure.describe import Examples, Facts, describe, describe_marks, key_of
from estimator.measure.leaks import side_leaks, split_leak
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.read import parse_bytes
from estimator.measure.scores import MEASURED
from estimator.measure.table import Marked, Table
from estimator.words.statement import Number, Share, listed, state

TASKS = ("text_classification", "tabular_classification")
CPU_SECONDS = "assumptions.compute.cpu_seconds_per_million_values"
IN_USE = "facts.in_use"
"""Field for what a file without dates and groups cannot tell: is use like these examples?"""

IMBALANCED = 0.2
"""Share of the rarest class below which accuracy says little."""


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


def why_not(facts: Facts, metric: str) -> UnreadableFile | None:
    """Why the baseline of a file is not measured; None where it is."""
    if facts.joint:
        return UnreadableFile("joint")
    if not facts.task:
        return UnreadableFile("regression")
    if facts.task not in TASKS:
        return UnreadableFile("marks")
    if not facts.measurable:
        n, k = facts.n_labelled, facts.n_classes
        return UnreadableFile("few", n=n, classes=k, least=LEAST_EXAMPLES)
    if metric not in MEASURED:
        return UnreadableFile("metric", metric=metric, known=listed(MEASURED))
    return None


def run(
    looked: Looked, settings: Settings, metric: str, progress: Progress = lambda share, what: None
) -> Measured:
    """Measure the baseline of a file; raises UnreadableFile where that makes no sense."""
    refusal = why_not(looked.facts, metric)
    if refusal is not None or looked.examples is None or isinstance(looked.table, Marked):
        raise refusal or UnreadableFile("marks")
    found = measure(looked.facts, looked.examples, metric, progress)
    notes = [_with_gap(n, settings) for n in found.notes]
    notes += side_leaks(_beside(looked.table, looked.facts.roles), _labels(looked))
    if found.n_disagree:
        notes.append(Note("noise", {"n": found.n_disagree, "checked": found.n_checked}))
    return Measured(**{**found.__dict__, "notes": tuple(notes)})


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
        word = "columns" if facts.task == "tabular_classification" else "tokens"
        fields["unit"] = {word: max(1.0, float(facts.unit_length))}
    if facts.minority_share and facts.n_classes > 1:
        fields["facts.minority_share"] = round(min(0.5, facts.minority_share), 6)
    if facts.majority_share and facts.n_classes > 1:
        fields["facts.majority_share"] = round(facts.majority_share, 6)
    if facts.agreement is not None:
        fields["facts.annotator_agreement"] = round(facts.agreement, 6)
    if facts.objects_per_example and facts.task in ("object_detection", "semantic_segmentation"):
        per_image = min(max(facts.objects_per_example, 0.1), 1000.0)
        fields["assumptions.labelling.objects_per_image"] = round(per_image, 2)
    return fields


def asks_use(facts: Facts, measured: Measured | None) -> bool:
    """Is it asked whether use is on later data or other customers? Dates or groups tell it."""
    if measured is not None:
        return measured.split == "random"
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
    """The measured points as own results of a scenario."""
    return [
        {
            "approach": "baseline",
            "n_labelled": p.n_labelled,
            "value": round(p.value, 4),
            "n_test": measured.n_test,
        }
        for p in measured.points
    ]


def document(
    looked: Looked, measured: Measured | None, in_use: str | None = None
) -> dict[str, Any]:
    """The JSON of ``measure``: counts, shares, column names, figures; no text of the file."""
    facts = looked.facts
    roles = facts.roles
    notes = notes_of(facts) + list(measured.notes if measured else ())
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
            "n_test": measured.n_test,
            "split": measured.split,
            "gaps": measured.gaps,
            "constant": measured.constant,
            "n_disagree": measured.n_disagree,
            "cpu_seconds": round(measured.cpu_seconds, 2),
            "memory_gb": round(measured.memory_gb, 2),
        }
        out["pilot"] = pilot_points(measured)
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
