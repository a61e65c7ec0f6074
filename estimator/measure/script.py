"""The measured baseline as a script for scikit-learn alone, which gives the same result."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from estimator.measure import baseline, columns, describe, scores, splits
from estimator.measure.door import Looked
from estimator.measure.notes import UnreadableFile
from estimator.measure.points import MOST_EXAMPLES, REPEATS, Measured, repeats
from estimator.measure.quantity import R2
from estimator.version import __version__

MARKS = {"tab": "\t", "semicolon": ";", "pipe": "|"}

HEAD = '''"""The simple baseline of a labelled CSV file, as it was measured and priced.

    python baseline.py FILE

Needs numpy, scikit-learn and, where columns hold dates, pandas. Prints what the model reaches on
examples that it has not seen. Written by version {version}; measured there: {metric} {value}
with {n} training examples.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
'''

READING = '''
def read(path: str) -> tuple[list[str], list[list[str]]]:
    """Names of the columns and the filled rows."""
    with open(path, encoding=ENCODING, newline="") as file:
        text = file.read().replace("\\r\\n", "\\n").replace("\\r", "\\n").strip("\\n\\ufeff")
    if re.match(r'"?sep=', text, re.IGNORECASE):
        text = text.partition("\\n")[2]
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=SEPARATOR, skipinitialspace=SEPARATOR != "\\t"
    )
    rows = [row for row in reader if any(cell.strip() for cell in row)]
    if HEADER:
        head, rows = rows[0], rows[1:]
    return COLUMNS, [(row + [""] * len(COLUMNS))[: len(COLUMNS)] for row in rows]


def examples(path: str) -> tuple[list[Any], list[str], list[str], list[str]]:
    """Distinct labelled examples, their labels, keys of near-duplicates, groups or times."""
    head, rows = read(path)
    raw = [" ".join(row[head.index(LABEL)].split()) for row in rows]
    usual: dict[str, str] = {}
    for value, _ in Counter(v for v in raw if v.lower() not in MISSING).most_common():
        usual.setdefault(value.casefold(), value)
    labels = ["" if v.lower() in MISSING else usual[v.casefold()] for v in raw]
    places = [head.index(name) for name in (FEATURES or [TEXT])]
    cells = [tuple(row[i].strip() for i in places) for row in rows]
    whole = ["\\x1f".join(c) for c in cells]
    answers: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(whole):
        if text.strip("\\x1f "):
            answers[text].append(i)
    chosen = {}
    for where in answers.values():
        votes = Counter(labels[i] for i in where if labels[i]).most_common(1)
        chosen[where[0]] = votes[0][0] if votes else ""
    order = [i for i, label in chosen.items() if label in CLASSES]
    if len(order) > MOST_EXAMPLES:
        from sklearn.utils import check_random_state

        kept = np.sort(check_random_state(0).permutation(len(order))[:MOST_EXAMPLES])
        all_of = order
        order = [all_of[i] for i in kept]
    same = whole if FEATURES else [key_of(t) for t in whole]
    labelled = [i for i, label in chosen.items() if label in CLASSES]
    largest = Counter(same[i] for i in labelled).most_common(1)[0][1]
    if largest > max(3, 0.1 * len(labelled)):
        same = whole
    beside = [rows[i][head.index(BESIDE)].strip() if BESIDE else "" for i in order]
    found: list[Any] = [cells[i] for i in order]
    if not FEATURES:
        found = [rows[i][head.index(TEXT)][:3000] for i in order]
    return found, [chosen[i] for i in order], [same[i] for i in order], beside
'''

TEXT_MODEL = '''
def pipeline() -> Any:
    """Counted words and letters with a linear model; fit and predict as any of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(
        ngram_range=(1, 2), token_pattern=r"(?u)\\b\\w+\\b", sublinear_tf=True, dtype=np.float32
    )
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32
    )
    return make_pipeline(
        make_union(words, letters), LinearSVC(C=1.0, random_state=0, max_iter=2000)
    )


class Model:
    """The pipeline, trained on some of the texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def scores(self, train: Array, test: Array, y: Array, seed: int) -> Array:
        """Scores of every class for the test part."""
        model = pipeline().fit([self.texts[i] for i in train], y[train])
        found = model.decision_function([self.texts[i] for i in test])
        return by_class(found, model.classes_, int(y.max()) + 1)
'''

MAIN = '''
def main(path: str) -> float:
    """The mean result over repeats on examples that were held out."""
    found, labels, same, beside = examples(path)
    codes = {name: i for i, name in enumerate(sorted(set(labels)))}
    y = np.array([codes[label] for label in labels])
    model = Model(found)
    train, test = SPLIT_CALL
    values = []
    for repeat in range(repeats(len(train))):
        if repeat and SPLIT == "random":
            train, test = random_split(same, y, repeat)
        values.append(score(METRIC, model.scores(train, test, y, 0), y[test]))
    result = float(np.mean(values))
    print(f"{METRIC} {result:.4f} with {len(train)} training and {len(test)} test examples")
    return result


if __name__ == "__main__":
    main(sys.argv[1])
'''

CALLS = {
    "random": "random_split(same, y, 0)",
    "group": "group_split(beside, 0)",
    "time": "time_split(moments(beside), 0)",
}


def script_of(looked: Looked, measured: Measured) -> str:
    """A script that measures the last point of the curve again, from the same CSV file.

    Parameters
    ----------
    looked : Looked
    measured : Measured
        Of the same file.

    Raises
    ------
    UnreadableFile
        For files other than CSV and for labels that are no exclusive classes.

    Notes
    -----
    Splits, scores and the table's columns are the product's own functions, copied at the moment
    of writing; names of columns and classes stand in it as the file has them.
    """
    facts, table, found = looked.facts, looked.table, looked.examples
    plain = table.kind == "csv" and not {n.key for n in table.notes} & {"stray_quote"}
    if facts.joint or measured.metric == R2 or not plain or not facts.roles.label or found is None:
        raise UnreadableFile("no_script")
    notes = {n.key: n.values for n in table.notes}
    roles, last = facts.roles, measured.points[-1]
    split = {"time": roles.time, "group": roles.group}
    constants: dict[str, Any] = {
        "ENCODING": str(notes.get("encoding", {}).get("encoding", "utf-8-sig")),
        "SEPARATOR": MARKS.get(str(notes.get("separator", {}).get("separator")), ","),
        "HEADER": "no_header" not in notes,
        "COLUMNS": list(table.header),  # type: ignore[union-attr]
        "TEXT": roles.text,
        "FEATURES": list(roles.features),
        "LABEL": roles.label,
        "CLASSES": sorted(set(found.labels)),
        "BESIDE": split.get(measured.split, ""),
        "SPLIT": measured.split,
        "METRIC": measured.metric,
        "MISSING": sorted(columns.MISSING),
        "MOST_EXAMPLES": MOST_EXAMPLES,
        "MOST_TEST": splits.MOST_TEST,
        "TEST_SHARE": splits.TEST_SHARE,
        "REPEATS": REPEATS,
    }
    told = {"version": __version__, "metric": measured.metric, "value": f"{last.value:.4f}"}
    parts = [
        HEAD.format(n=last.n_labelled, **told),
        "\n".join(f"{name} = {value!r}" for name, value in constants.items()),
        _patterns(),
        *(_source(one) for one in _functions(measured.split, bool(roles.text))),
        READING,
        TEXT_MODEL if roles.text else "",
        MAIN.replace("SPLIT_CALL", CALLS[measured.split]),
    ]
    return "\n\n".join(p.strip("\n") for p in parts if p).replace("TableBaseline", "Model") + "\n"


def _patterns() -> str:
    """Patterns and limits that the copied functions read."""
    kept = {"SAME": describe.SAME, "NUMBER": columns.NUMBER, "DATE": columns.DATE}
    lines = [f"{name} = re.compile({p.pattern!r}, {p.flags & ~32})" for name, p in kept.items()]
    limits = {"MAX_VALUES": baseline.MAX_VALUES, "BOOST_TREES": baseline.BOOST_TREES}
    return "\n".join([*lines, *(f"{name} = {value}" for name, value in limits.items())])


def _functions(split: str, texts: bool) -> list[Callable[..., Any]]:
    chosen: list[Callable[..., Any]] = [describe.key_of, repeats, splits.random_split]
    if split == "group":
        chosen.append(splits.group_split)
    if split == "time":
        chosen.append(splits.time_split)
    if split == "time" or not texts:
        chosen += [baseline.number_of, baseline.moments]
    chosen += [baseline.by_class, scores.score, scores.area]
    if not texts:
        chosen += [baseline.as_numbers, baseline.TableBaseline]
    return chosen


def _source(thing: Callable[..., Any]) -> str:
    return inspect.getsource(thing)
