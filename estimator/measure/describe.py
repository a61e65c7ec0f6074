"""Facts of a labelled file: examples, classes, imbalance, repeats, agreement, length."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.measure.columns import MISSING, NUMBER, Roles
from estimator.measure.jsons import JOINT
from estimator.measure.label_times import seconds_of
from estimator.measure.lengths import tokens
from estimator.measure.notes import Note
from estimator.measure.table import Marked, Table

NEAR_EMPTY = 10
"""Classes with fewer examples are folded before the rarest class is named."""

LEAST_EXAMPLES = 40
"""Labelled examples that a measurement needs."""

MANY_NUMBERS, MOSTLY = 20, 0.95
"""Different numbers from which a label may be a quantity, and their share of all labels."""
QUANTITY_TASK = "tabular_regression"
"""What a table whose label is a number asks for."""

JOINERS = ("#", "|", ";", ",", " / ")
NONE = "none of them"
"""Label of an example for which none of several columns holds."""

EMPTY = "[]"
"""A list without a label: none of them where labels occur together, else no answer."""

SAME = re.compile(r"\b\d+\b|[\W_]+")


@dataclass(frozen=True)
class Facts:
    """What a file tells about a project.

    Parameters
    ----------
    kind : str
        Kind of the file.
    task : str
        Task that the labels belong to; empty where it is not one of them.
    n_labelled, n_unlabelled : int
        Distinct examples with and without a label.
    n_rows : int
        Rows of the file.
    n_repeats, n_contradictory : int
        Rows whose example occurs earlier; distinct examples with two labels.
    class_counts : tuple of (str, int)
        Examples of each class, most frequent first, near-empty classes left out.
    n_folded : int
        Near-empty classes left out.
    majority_share, minority_share : float or None
        Share of the most frequent and of the rarest class.
    unit_length : float or None
        Tokens of a text, columns of a table.
    agreement : float or None
        Share of pairs of answers about one example that agree.
    seconds_per_label : float or None
        Mean time of one answer as the tool noted it.
    joint, quantity : bool
        Whether labels occur together, and whether they are numbers to predict.
    measurable : bool
        Whether its baseline can be measured here.
    """

    kind: str
    task: str
    n_rows: int
    n_labelled: int
    n_unlabelled: int
    n_repeats: int = 0
    n_contradictory: int = 0
    class_counts: tuple[tuple[str, int], ...] = ()
    n_folded: int = 0
    majority_share: float | None = None
    minority_share: float | None = None
    unit_length: float | None = None
    agreement: float | None = None
    objects_per_example: float | None = None
    seconds_per_label: float | None = None
    joint: bool = False
    quantity: bool = False
    measurable: bool = False
    roles: Roles = field(default_factory=Roles)
    notes: tuple[Note, ...] = ()

    @property
    def n_classes(self) -> int:
        """Classes that are not nearly empty."""
        return len(self.class_counts)


@dataclass(frozen=True)
class Examples:
    """Distinct labelled examples, ready to be measured; never printed.

    Parameters
    ----------
    texts : list of str
        Texts; empty for tables.
    rows : list of tuples of str
        Cells of the feature columns; empty for texts.
    labels : list of str
    groups, times : list of str
        Cells of those columns; empty lists where there are none.
    same : list of str
        Examples that are nearly the same have the same key.
    """

    texts: list[str]
    rows: list[tuple[str, ...]]
    labels: list[str]
    groups: list[str]
    times: list[str]
    same: list[str]
    features: tuple[str, ...] = ()


def key_of(text: str) -> str:
    """Texts that differ by case, numbers, blanks and marks only have the same key."""
    return " ".join(SAME.sub(" ", text.lower()).split()) or text.strip()


def describe_marks(found: Marked, per_word: float) -> Facts:
    """Facts of a file whose labels are marks in examples."""
    counts = [c for _, c in found.class_counts]
    total = sum(counts)
    length = found.tokens_per_example
    return Facts(
        kind=found.kind,
        task=found.task,
        n_rows=found.n_labelled + found.n_unlabelled,
        n_labelled=found.n_labelled,
        n_unlabelled=found.n_unlabelled,
        class_counts=found.class_counts,
        minority_share=min(counts) / total if len(counts) > 1 else None,
        unit_length=None if length is None else max(1.0, round(length * per_word, 1)),
        objects_per_example=found.marks_per_example,
        seconds_per_label=seconds_of(found),
        notes=found.notes,
    )


def describe(
    table: Table, roles: Roles, per_word: float, per_letter: float
) -> tuple[Facts, Examples]:
    """Facts of a table and its distinct examples.

    Parameters
    ----------
    table : Table
    roles : Roles
        Use of its columns.
    per_word, per_letter : float
        Tokens a word, and tokens a letter of a script without blanks [tokens].
    """
    notes = list(table.notes)
    labels, more = _label_cells(table, roles)
    notes += more
    texts = table.column(roles.text) if roles.text else []
    places = [table.header.index(n) for n in roles.features]
    cells = [tuple(row[i].strip() for i in places) for row in table.rows]
    whole = [t.strip() for t in texts] if texts else ["\x1f".join(c) for c in cells]
    by_ident = _idents(table, roles, whole)
    answers: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(whole):
        if text.strip("\x1f "):
            answers[by_ident[i] if by_ident else text].append(i)
    agreement = _agreement(answers, labels) if roles.annotator else None
    joint, quantity, notes = _kind_of_labels(labels, roles, notes)
    labels = [(NONE if joint else "") if v == EMPTY else v for v in labels]
    chosen: dict[int, str] = {}
    contradictory = 0
    for where in answers.values():
        votes = Counter(labels[i] for i in where if labels[i]).most_common(2)
        contradictory += len(votes) > 1
        chosen[where[0]] = votes[0][0] if votes else ""
    pieces = Counter(p for v in chosen.values() if v for p in (v.split(JOINT) if joint else [v]))
    if joint:
        pieces.pop(NONE, None)
    kept, folded = ([], 0) if quantity else _kept(pieces)
    if folded:
        notes.append(Note("folded", {"n": folded}))
    n_labelled = sum(1 for v in chosen.values() if v)
    repeats = sum(len(w) for w in answers.values()) - len(answers)
    total = sum(c for _, c in kept) if not joint else n_labelled
    names = {c for c, _ in kept}
    text_task = bool(roles.text)
    task = "text_classification" if text_task else "tabular_classification"
    length = _length(texts, per_word, per_letter) if texts else float(len(roles.features))
    enough = quantity or len(kept) >= (1 if joint else 2)
    # A class of one example cannot train and test.
    enough = enough and (joint or quantity or n_labelled >= 2 * len(kept))
    measurable = enough and n_labelled >= LEAST_EXAMPLES
    facts = Facts(
        kind=table.kind,
        task=(QUANTITY_TASK if not text_task else "") if quantity else task,
        n_rows=len(table.rows),
        n_labelled=n_labelled,
        n_unlabelled=len(chosen) - n_labelled,
        n_repeats=repeats if not roles.annotator else 0,
        n_contradictory=contradictory,
        class_counts=tuple(kept),
        n_folded=folded,
        majority_share=kept[0][1] / total if len(kept) > 1 and not joint else None,
        minority_share=kept[-1][1] / total if len(kept) > 1 and total else None,
        unit_length=length,
        agreement=agreement,
        seconds_per_label=seconds_of(table),
        joint=joint,
        quantity=quantity,
        measurable=measurable,
        roles=roles,
        notes=tuple(notes),
    )
    every = joint or quantity
    order = [i for i, v in chosen.items() if v and (every or v in names)]
    return facts, Examples(
        texts=[texts[i][:3000] for i in order] if texts else [],
        rows=[] if texts else [cells[i] for i in order],
        labels=[chosen[i] for i in order],
        groups=_cells(table, roles.group, order),
        times=_cells(table, roles.time, order),
        same=_same([whole[i] for i in order], bool(texts)),
        features=roles.features,
    )


def _same(whole: list[str], texts: bool) -> list[str]:
    """Keys of near-duplicates; the texts themselves where most would fall together."""
    keys = [key_of(t) for t in whole] if texts else whole
    largest = Counter(keys).most_common(1)
    return whole if largest and largest[0][1] > max(3, 0.1 * len(keys)) else keys


def _cells(table: Table, name: str, order: Sequence[int]) -> list[str]:
    if not name:
        return []
    i = table.header.index(name)
    return [table.rows[k][i].strip() for k in order]


def _idents(table: Table, roles: Roles, whole: list[str]) -> list[str]:
    """With several annotators an example is its id where that names one text."""
    if not roles.annotator or not roles.ident:
        return []
    ids = table.column(roles.ident)
    texts: dict[str, set[str]] = defaultdict(set)
    for ident, text in zip(ids, whole, strict=True):
        texts[ident].add(text)
    repeated = len(set(ids)) < len(ids)
    return ids if repeated and all(len(t) == 1 for t in texts.values()) else []


def _agreement(answers: dict[str, list[int]], labels: list[str]) -> float | None:
    same = pairs = 0
    for where in answers.values():
        given = [labels[i] for i in where if labels[i]]
        counts = Counter(given).values()
        pairs += len(given) * (len(given) - 1) // 2
        same += sum(c * (c - 1) // 2 for c in counts)
    return same / pairs if pairs >= 2 else None


def _label_cells(table: Table, roles: Roles) -> tuple[list[str], list[Note]]:
    """Labels with missing ones empty, and spellings of one label made one."""
    notes: list[Note] = []
    if roles.one_hot:
        return _from_one_hot(table, roles)
    if not roles.label:
        return [""] * len(table.rows), notes
    # JOINT counts as a blank: each label is cleaned by itself.
    pieces = [c.split(JOINT) for c in table.column(roles.label)]
    raw = [_listed(JOINT.join(" ".join(p.split()) for p in c)) for c in pieces]
    missing = sum(1 for c in raw if c and c.lower() in MISSING)
    if missing:
        notes.append(Note("missing_labels", {"n": missing}))
    counts = Counter(c for c in raw if c.lower() not in MISSING)
    usual: dict[str, str] = {}
    for value, _ in counts.most_common():
        usual.setdefault(value.casefold(), value)
    merged = len(counts) - len(usual)
    padded = sum(1 for c in table.column(roles.label) if c != c.strip())
    if merged or padded:
        notes.append(Note("merged_labels", {"n": merged, "blanks": padded}))
    return ["" if c.lower() in MISSING else usual[c.casefold()] for c in raw], notes


def _listed(cell: str) -> str:
    """A cell that holds a list of labels in JSON or Python spelling as joined labels."""
    if cell[:1] not in "[{" or cell[-1:] not in "]}" or len(cell) < 2:
        return cell
    found = re.findall(r"\"([^\"]*)\"|'([^']*)'", cell)
    words = [a or b for a, b in found]
    if cell[0] == "{":
        words = words[1:] if words[:1] == ["choices"] else []
    return JOINT.join(words) if words else EMPTY if cell in ("[]", "{}") else cell


def _from_one_hot(table: Table, roles: Roles) -> tuple[list[str], list[Note]]:
    places = [table.header.index(n) for n in roles.one_hot]
    out = []
    for row in table.rows:
        on = [table.header[i] for i in places if row[i].strip().lower() in ("1", "1.0", "true")]
        out.append(JOINT.join(on))
    several = any(JOINT in v for v in out)
    empty = sum(1 for v in out if not v)
    if several or empty > 0.02 * len(out):
        return [v or NONE for v in out], [Note("one_hot_joint", {"n": len(places)})]
    return out, [Note("one_hot", {"n": len(places)})]


def _kind_of_labels(
    labels: list[str], roles: Roles, notes: list[Note]
) -> tuple[bool, bool, list[Note]]:
    """Do labels occur together, or are they numbers to predict?"""
    filled = [v for v in labels if v and v != EMPTY]
    distinct = set(filled)
    numbers = {v for v in distinct if NUMBER.match(v)}
    if _is_quantity(numbers, len(distinct), len(filled)):
        told = [Note("regression", {"n": len(numbers)}, warns=True)]
        odd = [i for i, v in enumerate(labels) if v and v not in numbers]
        for i in odd:
            labels[i] = ""
        told += [Note("no_numbers", {"n": len(odd)}, warns=True)] if odd else []
        return False, True, [*notes, *told]
    if filled and len(numbers) == len(distinct):
        return False, False, notes
    joint = any(JOINT in v for v in distinct)
    if not joint:
        for mark in JOINERS:
            with_mark = [v for v in filled if mark in v]
            pieces = {p.strip() for v in distinct for p in v.split(mark)}
            if len(with_mark) >= max(2, 0.03 * len(filled)) and len(pieces) < len(distinct) + 1:
                alone = sum(1 for p in pieces if p in distinct)
                fewer = len(pieces) < len(distinct) or alone >= 0.5 * len(pieces)
                if fewer and all(len(p) < 60 for p in pieces) and alone:
                    for i, v in enumerate(labels):
                        labels[i] = JOINT.join(p.strip() for p in v.split(mark) if p.strip())
                    joint = True
                    break
    if joint:
        notes = [*notes, Note("joint_labels", {}, warns=True)]
    elif len(distinct) > max(20, 0.3 * len(filled)):
        notes = [*notes, Note("many_labels", {"n": len(distinct)}, warns=True)]
    return joint, False, notes


def _is_quantity(numbers: set[str], n_distinct: int, n_filled: int) -> bool:
    """Are labels numbers to predict? Whole ones of few kinds are classes: stars, grades, codes."""
    if len(numbers) < MOSTLY * n_distinct or len(numbers) <= MANY_NUMBERS:
        return False
    parts = sum(1 for v in numbers if re.search(r"[.,]\d*[1-9]", v))
    broken = parts > 0.5 * len(numbers) and len(numbers) > 2 * MANY_NUMBERS
    return broken or len(numbers) > 0.05 * n_filled


def _kept(counts: Counter[str]) -> tuple[list[tuple[str, int]], int]:
    """Classes that are not nearly empty, most frequent first, and how many were folded."""
    if not counts:
        return [], 0
    least = min(NEAR_EMPTY, sum(counts.values()) / len(counts) / 4)
    kept = [(c, n) for c, n in counts.most_common() if n >= least]
    return kept, len(counts) - len(kept)


def _length(texts: list[str], per_word: float, per_letter: float) -> float:
    step = max(1, len(texts) // 5000)
    probe = [t for t in texts[::step] if t.strip()]
    mean = sum(tokens(t, per_word, per_letter) for t in probe) / max(len(probe), 1)
    return float(max(1, round(mean)))


def preview(table: Table, n: int = 5) -> list[dict[str, Any]]:
    """The first rows for the eyes of the person who brought the file, and for nobody else."""
    return [dict(zip(table.header, (c[:200] for c in r), strict=True)) for r in table.rows[:n]]
