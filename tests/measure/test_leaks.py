"""Leaks of many sorts are flagged, and honest columns are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from estimator.measure.door import Settings, look_at_bytes, possible_leaks, run
from estimator.measure.telling import notes_of
from tests.measure.files import TABLE_HEAD, csv_of, table, texts
from tests.measure.test_kinds import quantity

SETTINGS = Settings()
Rows = list[tuple[str, ...]]


def flagged(data: bytes, **named: str) -> set[str]:
    """Keys of the leaks that are named."""
    looked = look_at_bytes(data, SETTINGS, **named)
    notes = [*notes_of(looked.facts), *possible_leaks(looked)]
    return {n.key for n in notes if n.key.startswith("leak")}


def with_column(cell: Callable[[int, str], str], name: str, rows: Rows, head: str) -> bytes:
    return csv_of([(cell(i, r[-1]), *r) for i, r in enumerate(rows)], f"{name},{head}")


def in_table(cell: Callable[[int, str], str], name: str) -> bytes:
    return with_column(cell, name, table(400), TABLE_HEAD)


def in_texts(cell: Callable[[int, str], str], name: str, ordered: bool = False) -> bytes:
    rows: Rows = sorted(texts(320), key=lambda r: r[1]) if ordered else list(texts(320))
    return with_column(cell, name, rows, "text,label")


def every(share: float, i: int) -> bool:
    """A fixed share of the rows, spread over them."""
    return (i * 0.618034) % 1 < share


def day(i: int) -> str:
    return f"2026-{1 + i // 30 % 12:02d}-{1 + i // 2 % 15:02d}"


LEAKS: dict[str, tuple[bytes, str]] = {
    "numbers rise with the label": (in_texts(lambda i, y: str(1000 + i), "id", True), "beside"),
    "the id begins with the label": (
        in_texts(lambda i, y: f"{'ABCD'[int(y[-1])]}Q-{i * 7919 % 997}", "ticket_id"),
        "beside",
    ),
    "the path names the label": (
        in_texts(lambda i, y: f"/data/{y.replace(' ', '_')}/{i}.txt", "path"),
        "beside",
    ),
    "dates separate the classes": (in_texts(lambda i, y: day(i), "created_at", True), "beside"),
    "a second date separates them": (
        in_table(lambda i, y: f"{2024 + (y == 'yes')}-0{1 + i % 9}-1{i % 9}", "closed_on"),
        "leak_",
    ),
    "a copy under another name": (in_table(lambda i, y: f"code-{y}", "status_code"), "column"),
    "a copy that is wrong in one of ten": (
        in_table(lambda i, y: y if not every(0.1, i) else "no", "decision_2"),
        "column",
    ),
    "a number known afterwards": (
        in_table(lambda i, y: f"{(y == 'yes') * 3 + i % 7 / 7:.3f}", "refund"),
        "column",
    ),
    "filled afterwards, for one class only": (
        in_table(lambda i, y: f"reason {i % 5}" if y == "yes" and every(0.6, i) else "", "reason"),
        "filled",
    ),
    "missing afterwards, for one class only": (
        in_table(lambda i, y: "" if y == "yes" else str(i * 7 % 30), "days_open"),
        "column",
    ),
    "the text names its label": (
        csv_of([(f"{t} queue: {y.upper()}", y) for t, y in texts(320)]),
        "named",
    ),
    "the text holds a code of its label": (
        csv_of([(f"#{'qxzw'[int(y[-1])]}7 {t}", y) for t, y in texts(320)]),
        "word",
    ),
    "the file is in the order of its labels": (
        csv_of([(f"{y} {t}", y) for t, y in sorted(texts(7000), key=lambda r: r[1])]),
        "named",
    ),
    "test rows stand in the training part": (
        csv_of(
            [(t, y, "train" if i % 4 else "test") for i, (t, y) in enumerate(texts(200))]
            + [(f"{t.upper()}!", y, "test") for t, y in texts(200)[1:30:4]],
            "text,label,split",
        ),
        "split",
    ),
}


@pytest.mark.parametrize("sort", LEAKS)
def test_a_leak_is_flagged(sort: str) -> None:
    data, key = LEAKS[sort]
    found = flagged(data)
    assert any(key in k for k in found), found


HONEST: dict[str, bytes] = {
    "texts": csv_of(list(texts(320))),
    "table": csv_of(table(400), TABLE_HEAD),
    "numbers in order of arrival": in_texts(lambda i, y: str(1000 + i), "id"),
    "dates in order of arrival": in_texts(lambda i, y: day(i), "created_at"),
    "a team that handles two of four": in_texts(lambda i, y: f"team {int(y[-1]) // 2}", "team"),
    "a column that is often empty": in_table(lambda i, y: "" if every(0.5, i) else "a", "notes"),
    "more often filled for one class": in_table(
        lambda i, y: "x" if every(0.6 if y == "yes" else 0.2, i) else "", "voucher"
    ),
    "a good column among others": in_table(
        lambda i, y: f"{(y == 'yes') * 1.0 + np.sin(i * 12.9898) * 1.2:.3f}", "income"
    ),
    "yes and no in another column": in_table(
        lambda i, y: "no" if every(0.8, i) else "yes", "member"
    ),
    "topics that are named in some texts": csv_of(
        [(f"{t} {y if every(0.3, i) else ''}", y) for i, (t, y) in enumerate(texts(320))]
    ),
}


@pytest.mark.parametrize("sort", HONEST)
def test_an_honest_file_is_not_flagged(sort: str) -> None:
    assert flagged(HONEST[sort]) == set()


def test_hardly_any_false_alarm_on_tables_that_everybody_knows() -> None:
    from sklearn import datasets

    alarms = {}
    for load in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer):
        found = load()
        rows = [
            (*(f"{x:g}" for x in row), f"kind {y}")
            for row, y in zip(found.data, found.target, strict=True)
        ]
        head = ",".join(n.replace(" ", "_").replace(",", "") for n in found.feature_names)
        alarms[load.__name__] = flagged(csv_of(rows, f"{head},label"), label="label")
    assert not any(alarms.values()), alarms


def test_a_column_that_tells_a_quantity_is_flagged() -> None:
    head, *rows = quantity(300).decode().splitlines()
    taxes = [0.19 * float(row.split('"')[-2]) for row in rows]
    leaked = [f"{head},tax", *(f'{r},"{t:.2f}"' for r, t in zip(rows, taxes, strict=True))]
    looked = look_at_bytes("\n".join(leaked).encode(), SETTINGS, label="price")
    assert "leak_quantity" in {n.key for n in run(looked, SETTINGS, "r2").notes}
    honest = look_at_bytes(quantity(300), SETTINGS, label="price")
    assert "leak_quantity" not in {n.key for n in run(honest, SETTINGS, "r2").notes}
