"""Texts whose lines are words with tags, labels in front, box coordinates or plain sentences."""

from __future__ import annotations

import re
from collections import Counter

from estimator.measure.jsons import JOINT, marked
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.table import Marked, Table

TAG = re.compile(r"^(O|[BIESLU]-\S+)$")


def read_conll(text: str) -> Marked | None:
    """Sentences of tagged words; None where the lines are something else.

    One word a line, its tag last, a blank line between sentences.
    """
    sentences: list[list[str]] = [[]]
    good = lines = 0
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("-DOCSTART-") or line.startswith("# "):
            continue
        if not line:
            if sentences[-1]:
                sentences.append([])
            continue
        lines += 1
        cells = line.split("\t") if "\t" in line else line.split(" ")
        cells = [c for c in cells if c] if "\t" not in line else cells
        tag = cells[-1].strip() if len(cells) > 1 else ""
        good += bool(TAG.match(tag))
        sentences[-1].append(tag)
        if lines == 200 and good < 0.8 * lines:
            return None
    sentences = [s for s in sentences if s]
    begins = any(re.match("[BSU]-", t) for s in sentences for t in s)
    if not sentences or good < 0.95 * lines or not begins:
        return None
    per = [[t[2:] for t in s if t[:2] in ("B-", "S-", "U-")] for s in sentences]
    notes = (Note("conll_one", {}, warns=True),) if len(sentences) == 1 and lines > 200 else ()
    words = lines / len(sentences)
    return marked("conll", "token_classification", per, 0, words, notes)


def read_fasttext(text: str) -> Table:
    """Labels in front of each text, as fastText has them."""
    rows = []
    for raw in text.splitlines():
        line = raw.strip()
        if line:
            labels = re.findall(r"__label__(\S+)", line)
            rows.append((re.sub(r"__label__\S+\s?", "", line).strip(" ,\t"), JOINT.join(labels)))
    return Table("fasttext", ("text", "label"), tuple(rows))


def refuse_boxes(text: str) -> None:
    """Refuse one picture's label file of YOLO, which holds no classes of a data set."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:50]
    pattern = re.compile(r"^\d+( [01]?\.\d+| [01]){4,}$")
    if lines and all(pattern.match(line.strip()) for line in lines):
        raise UnreadableFile("yolo")


def read_lines(text: str) -> Table | None:
    """One text a line without any separator: unlabelled examples; None otherwise."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    head = lines[:200]
    if any(Counter(line)[mark] for line in head for mark in "\t;,|"):
        return None
    if any(line.startswith('"') for line in head):
        return None
    first = lines[0].lower() in ("text", "texts", "sentence", "comment", "message")
    body = lines[1:] if first else lines
    return Table("lines", ("text",), tuple((line,) for line in body))
