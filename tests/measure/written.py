"""Texts, labels and containers of which the files of ``shapes`` are made."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook

TOPICS = (
    "Lieferung",
    "Erstattung",
    "Sonstiges",
    "Rechnung",
    "Technik",
    "Vertrag",
    "Kündigung",
    "Lob",
    "Tarif",
    "Konto",
    "Netz",
    "Gerät",
)
WORDS = (
    "the parcel has not come yet",
    "please send my money back",
    "where can I find the invoice",
    "my contract ends next month",
    "the router blinks red again",
    "thank you for the quick help",
)


def text(i: int) -> str:
    return f"{WORDS[i % len(WORDS)]} number {i}, customer"


def topic(i: int, k: int = 12) -> str:
    return TOPICS[(i * i + i // 7) % k]


def rows(head: str, line: Callable[[int], str], n: int = 300, end: str = "\n") -> str:
    return end.join([head, *(line(i) for i in range(n))]) + end


def ls_task(i: int, result: list[dict[str, Any]]) -> dict[str, Any]:
    made = {"result": result, "lead_time": 5.0 + i, "completed_by": 1}
    return {"id": i, "data": {"text": text(i)}, "annotations": [made] if result else []}


def choice(name: str) -> dict[str, Any]:
    return {"type": "choices", "value": {"choices": [name]}}


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(table: list[list[Any]], before: int = 0) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(before):
        sheet.append(["Export of the help desk"])
    for row in table:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CSV = rows("text,label", lambda i: f'"{text(i)}",{topic(i)}')
GERMAN = rows(
    "Ticket;Bearbeiter;Nachricht;Kategorie;Konfidenz",
    lambda i: f'{i};Team {"NS"[i % 2]};"{text(i)}";{topic(i)};0,{50 + i % 49}',
)
CHINESE = rows(
    "review,sentiment,cat",
    lambda i: f"我的包裹在哪里我已经等了三个星期了{i},{i % 2},{'书平手水洗热蒙衣计酒'[i % 10]}",
)
CONLL = "\n\n".join(["Anna B-PER\nworks O\nin O\nRome B-LOC\n. O", "Ben B-PER\nsleeps O"])
BOXES = "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"

COCO = json.dumps(
    {
        "images": [{"id": 1}, {"id": 2}, {"id": 3}],
        "annotations": [
            {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]},
            {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]},
            {"image_id": 2, "category_id": 5, "bbox": [1, 2, 3, 4]},
        ],
        "categories": [{"id": 3, "name": "cat"}, {"id": 5, "name": "dog"}],
    }
)
