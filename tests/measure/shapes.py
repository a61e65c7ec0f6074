"""Files as people and labelling tools write them, small, and what each of them holds."""

from __future__ import annotations

import json
from typing import Any

from tests.measure.written import (
    BOXES,
    CHINESE,
    COCO,
    CONLL,
    CSV,
    GERMAN,
    choice,
    ls_task,
    rows,
    text,
    topic,
    workbook,
    zipped,
)

READ: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "comma": (CSV, {"label": "label", "text": "text", "n_labelled": 300, "n_classes": 12}),
    "utf-8 bom": (CSV.encode("utf-8-sig"), {"text": "text", "n_classes": 12}),
    "utf-16": (CSV.encode("utf-16"), {"text": "text", "n_classes": 12, "notes": {"encoding"}}),
    "utf-16 without bom": (CSV.encode("utf-16-le"), {"text": "text", "n_classes": 12}),
    "utf-16 tab, as Excel": (
        CSV.replace('",', "\t")
        .replace('"', "")
        .replace("text,label", "text\tlabel")
        .encode("utf-16"),
        {"text": "text", "label": "label", "n_classes": 12},
    ),
    "cp1252": (GERMAN.encode("cp1252"), {"label": "Kategorie", "n_classes": 12}),
    "cp932": (
        rows(
            "本文,label", lambda i: f"荷物がまだ届きません、{i}回も確認しました,{'ab'[i % 2]}"
        ).encode("cp932"),
        {"n_classes": 2, "label": "label", "notes": {"encoding"}},
    ),
    "crlf": (CSV.replace("\n", "\r\n"), {"n_labelled": 300, "n_classes": 12}),
    "cr": (CSV.replace("\n", "\r"), {"n_labelled": 300, "n_classes": 12}),
    "quoted newlines": (
        rows("text,label", lambda i: f'"{text(i)}\nsecond line ""said""",{topic(i)}'),
        {"n_labelled": 300, "n_classes": 12, "text": "text"},
    ),
    "sep line": ("sep=;\n" + GERMAN, {"label": "Kategorie", "n_classes": 12}),
    "commas in a semicolon header": (
        rows("text, of the customer;topic, first;note", lambda i: f"{text(i)};{topic(i)};x"),
        {"n_labelled": 300},
    ),
    "pipe": (rows("text|label", lambda i: f"{text(i)}|{topic(i)}"), {"n_classes": 12}),
    "tab": (rows("text\tlabel", lambda i: f"{text(i)}\t{topic(i)}"), {"n_classes": 12}),
    "no header": (
        rows(f'"{text(0)}",Lob', lambda i: f'"{text(i)}",{topic(i)}'),
        {"n_labelled": 300, "n_classes": 12, "notes": {"no_header"}},
    ),
    "no header, many columns": (
        rows(
            f'1.json\thalf-true\t"{text(0)}"\tpolitics',
            lambda i: f"{i + 2}.json\t{topic(i)}\t{text(i)}\tpolitics",
        ),
        {"n_rows": 301, "notes": {"no_header"}},
    ),
    "one stray quote": (
        rows(
            "text,label",
            lambda i: f"{'' if i != 3 else chr(34)}{text(i).replace(',', '')},{topic(i)}",
        ),
        {"n_labelled": 300, "n_classes": 12, "notes": {"stray_quote"}},
    ),
    "german export, clerk beside category": (
        GERMAN,
        {"label": "Kategorie", "text": "Nachricht", "n_classes": 12},
    ),
    "status and priority beside queue": (
        rows(
            "id,subject,status,priority,queue",
            lambda i: f'{i},"{text(i)}",{["open", "closed"][i % 2]},{i % 3},{topic(i, 8)}',
        ),
        {"label": "queue", "n_classes": 8},
    ),
    "split column": (
        rows(
            "text,split,category",
            lambda i: f'"{text(i)}",{["train", "test"][i % 5 == 0]},{topic(i)}',
        ),
        {"label": "category", "split": "split", "n_classes": 12},
    ),
    "pandas index": (
        rows(",text,label", lambda i: f'{i},"{text(i)}",{topic(i)}'),
        {"label": "label", "text": "text", "n_classes": 12},
    ),
    "stars beside verified": (
        rows("review_text,stars,verified", lambda i: f'"{text(i)}",{1 + i % 5},{"YN"[i % 2]}'),
        {"label": "stars", "n_classes": 5},
    ),
    "target 0 and 1": (
        rows("id,keyword,location,text,target", lambda i: f'{i},fire,,"{text(i)}",{i % 2}'),
        {"label": "target", "n_classes": 2, "text": "text"},
    ),
    "text column called Tag": (
        rows("Tag,is_spam", lambda i: f'"{text(i)}",{i % 2}'),
        {"label": "is_spam", "text": "Tag", "n_classes": 2},
    ),
    "chinese": (
        CHINESE.replace("sentiment", "verified"),
        {"label": "cat", "text": "review", "n_classes": 10, "unit_length": 18},
    ),
    "thai": (
        rows("text,label", lambda i: f"พัสดุของฉันอยู่ที่ไหน{i},{'ab'[i % 2]}"),
        {"text": "text", "unit_length": 22},
    ),
    "arabic and hebrew": (
        rows("text,label", lambda i: f"أين الطرد الخاص بي {i} איפה החבילה שלי,{'ab'[i % 2]}"),
        {"text": "text", "n_classes": 2},
    ),
    "missing labels": (
        rows(
            "text,label",
            lambda i: (
                f'"{text(i)}",{("x", "y", "NaN", "None", "-", "N/A", "?")[i % 7]}'
                if i % 7 < 2 or i < 70
                else f'"{text(i)}",x'
            ),
        ),
        {"n_classes": 2, "n_unlabelled": 50, "notes": {"missing_labels"}},
    ),
    "capitals and blanks": (
        rows(
            "text,label", lambda i: f'"{text(i)}",{("Billing", "billing ", "Tech", "TECH")[i % 4]}'
        ),
        {"n_classes": 2, "notes": {"merged_labels"}},
    ),
    "one typo row": (
        rows("text,label", lambda i: f'"{text(i)}",{"Biling" if i == 7 else topic(i, 3)}'),
        {"n_classes": 3, "notes": {"folded"}},
    ),
    "one-hot, exclusive": (
        rows(
            "text,Access,Hardware,HR",
            lambda i: f'"{text(i)}",{i % 3 == 0:d},{i % 3 == 1:d},{i % 3 == 2:d}',
        ),
        {"n_classes": 3, "notes": {"one_hot"}, "measurable": True},
    ),
    "one-hot, joint": (
        rows(
            "id,comment_text,toxic,obscene,threat",
            lambda i: f'{i},"{text(i)}",{i % 2},{i % 4 == 1:d},{i % 9 == 1:d}',
        ),
        {"n_classes": 3, "joint": True, "measurable": True},
    ),
    "joint labels, hash": (
        rows("id,data,label", lambda i: f'{i},"{text(i)}",{("a#b", "a", "b", "c#a")[i % 4]}'),
        {"n_classes": 3, "joint": True},
    ),
    "joint labels, pipe": (
        rows("text,labels", lambda i: f'"{text(i)}",{("a|b", "a", "b", "c|a")[i % 4]}'),
        {"n_classes": 3, "joint": True},
    ),
    "joint labels, choices": (
        rows(
            "id,text,topics",
            lambda i: f'{i},"{text(i)}",' + ('"{""choices"":[""a"",""b""]}"', "a", "b", "c")[i % 4],
        ),
        {"n_classes": 3, "joint": True, "label": "topics"},
    ),
    "numeric target": (
        rows("area,rooms,target", lambda i: f"{50 + i},{i % 4},{100000 + 137 * i}"),
        {"task": "tabular_regression", "notes": {"regression"}, "measurable": True},
    ),
    "wine": (
        rows(
            '"fixed acidity";"volatile acidity";"pH";"quality"',
            lambda i: f"{5 + i % 40 / 10};{i % 9 / 10};{3 + i % 7 / 10};{3 + i % 6}",
        ),
        {"task": "tabular_classification", "label": "quality", "n_classes": 6, "unit_length": 3},
    ),
    "decimal commas": (
        rows("a;b;Klasse", lambda i: f"{i % 50},5;1.{i % 9}00,2;{'xy'[i % 2]}"),
        {"task": "tabular_classification", "label": "Klasse", "n_classes": 2},
    ),
    "last column of measurements": (
        rows("length,width,variety", lambda i: f"{i % 50},{i % 7},{'xyz'[i % 3]}"),
        {"label": "variety", "n_classes": 3},
    ),
    "two annotators": (
        rows(
            "annotation_id,annotator,id,text,sentiment",
            lambda i: (
                f'{i},{["ann", "ben"][i % 2]},{i // 2},"{text(i // 2)}",'
                f"{['pos', 'neg'][i // 2 % 2 if i % 20 else 1]}"
            ),
        ),
        {"n_labelled": 150, "n_classes": 2, "agreement": 0.9, "label": "sentiment"},
    ),
    "label studio csv": (
        rows(
            "annotation_id,annotator,created_at,id,lead_time,text,topic,updated_at",
            lambda i: (
                f'{i},{1 + i % 2},2026-01-01T10:00:{i % 60:02d}Z,{i},{i / 10},"{text(i)}",'
                f"{topic(i)},2026-01-01"
            ),
        ),
        {"label": "topic", "n_classes": 12, "n_labelled": 300},
    ),
    "label studio csv, choices": (
        rows("annotation_id,choice,id,text", lambda i: f'{i},{topic(i)},{i},"{text(i)}"'),
        {"label": "choice", "n_classes": 12},
    ),
    "label studio json": (
        json.dumps([ls_task(i, [choice(topic(i))] if i % 3 else []) for i in range(60)], indent=2),
        {"kind": "label_studio", "n_labelled": 40, "n_unlabelled": 20, "label": "label"},
    ),
    "label studio json, spans": (
        json.dumps(
            [
                ls_task(i, [{"type": "labels", "value": {"start": 0, "end": 3, "labels": ["PER"]}}])
                for i in range(20)
            ]
        ),
        {"task": "token_classification", "n_labelled": 20, "n_classes": 1},
    ),
    "label studio json, boxes": (
        json.dumps(
            [
                ls_task(i, [{"type": "rectanglelabels", "value": {"rectanglelabels": ["car"]}}] * 2)
                for i in range(20)
            ]
        ),
        {"task": "object_detection", "n_labelled": 20, "objects_per_example": 2.0},
    ),
    "label studio csv, spans": (
        rows(
            "annotation_id,annotator,id,label,lead_time,text",
            lambda i: (
                f'{i},1,{i},"[{{""start"":0,""end"":3,""labels"":'
                f'[""{("PER", "LOC")[i % 2]}""]}}]",5.2,"{text(i)}"'
            ),
            n=40,
        ),
        {"task": "token_classification", "n_labelled": 40, "n_classes": 2},
    ),
    "prodigy": (
        "\n".join(
            json.dumps(
                {
                    "text": text(i),
                    "label": topic(i, 3),
                    "_session_id": "s",
                    "answer": "reject" if i % 5 == 0 else "accept",
                }
            )
            for i in range(100)
        ),
        {"kind": "prodigy", "n_labelled": 80, "n_classes": 3},
    ),
    "prodigy, one question": (
        "\n".join(
            json.dumps(
                {
                    "text": text(i),
                    "label": "urgent",
                    "_task_hash": i,
                    "answer": ("accept", "reject", "ignore")[i % 3],
                }
            )
            for i in range(90)
        ),
        {"n_labelled": 60, "n_unlabelled": 30, "n_classes": 2},
    ),
    "doccano jsonl": (
        "\n".join(json.dumps({"id": i, "text": text(i), "label": [topic(i)]}) for i in range(300)),
        {"n_labelled": 300, "n_classes": 12},
    ),
    "doccano spans": (
        "\n".join(json.dumps({"text": text(i), "label": [[0, 3, "PER"]]}) for i in range(30)),
        {"task": "token_classification", "n_labelled": 30},
    ),
    "argilla csv": (
        rows(
            "id,text,label.responses,label.responses.users,label.responses.status,label.suggestion",
            lambda i: f'{i},"{text(i)}","[\'{topic(i)}\']","[\'u1\']","[\'submitted\']",{topic(i)}',
        ),
        {"label": "label.responses", "n_classes": 12},
    ),
    "json array": (
        json.dumps([{"text": text(i), "label": topic(i)} for i in range(300)]),
        {"kind": "json", "n_labelled": 300, "n_classes": 12},
    ),
    "json columns": (
        json.dumps(
            {"text": [text(i) for i in range(300)], "label": [topic(i) for i in range(300)]}
        ),
        {"n_labelled": 300, "n_classes": 12},
    ),
    "json inside": (
        json.dumps({"data": [{"text": text(i), "label": topic(i)} for i in range(300)]}),
        {"n_labelled": 300},
    ),
    "jsonl": (
        "\n".join(json.dumps({"text": text(i), "label": topic(i)}) for i in range(300)),
        {"kind": "jsonl", "n_labelled": 300, "n_classes": 12},
    ),
    "fasttext": (
        "\n".join(f"__label__{topic(i)} {text(i)}" for i in range(300)),
        {"kind": "fasttext", "n_labelled": 300, "n_classes": 12},
    ),
    "conll, blank": (CONLL, {"task": "token_classification", "n_labelled": 2, "n_classes": 2}),
    "conll, tab": (
        CONLL.replace(" ", "\t"),
        {"task": "token_classification", "n_labelled": 2, "n_classes": 2},
    ),
    "coco": (
        COCO,
        {
            "task": "object_detection",
            "n_labelled": 2,
            "n_unlabelled": 1,
            "objects_per_example": 1.5,
        },
    ),
    "yolo": (
        zipped(
            {
                "labels/a.txt": BOXES,
                "labels/b.txt": BOXES,
                "labels/c.txt": "",
                "classes.txt": "cat\ndog\n",
            }
        ),
        {"task": "object_detection", "n_labelled": 2, "n_unlabelled": 1, "n_classes": 2},
    ),
    "zip of one table": (zipped({"export/data.csv": CSV}), {"n_labelled": 300, "n_classes": 12}),
    "xlsx": (
        workbook([["Text", "Label"], *([text(i), topic(i)] for i in range(300))]),
        {"kind": "xlsx", "text": "Text", "label": "Label", "n_classes": 12},
    ),
    "xlsx with a title": (
        workbook([["Text", "Label"], *([text(i), topic(i)] for i in range(60))], before=2),
        {"n_labelled": 60, "notes": {"titles_skipped"}},
    ),
    "lines": ("\n".join(f"line of words {i}" for i in range(30)), {"n_unlabelled": 30}),
}

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "empty"),
    "blank": ("\n\n \n", "empty"),
    "header only": ("text,label\n", "header_only"),
    "cvat": ('<?xml version="1.0"?>\n<annotations><image id="0"></image></annotations>', "cvat"),
    "voc": ("<annotation><object></object></annotation>", "voc"),
    "web page": ("<!DOCTYPE html><html></html>", "web_page"),
    "via csv": (
        'filename,region_shape_attributes,region_attributes\na.jpg,"{""x"":1}","{""class"":""car""}"\n'
        'b.jpg,"{""x"":1}","{""class"":""car""}"\n',
        "via",
    ),
    "via json": (json.dumps({"_via_settings": {}, "_via_img_metadata": {}}), "via"),
    "labelme": (json.dumps({"version": "5", "shapes": []}), "labelme"),
    "squad": (json.dumps({"version": "2", "data": [{"title": "a", "paragraphs": []}]}), "squad"),
    "conversations": (json.dumps([{"messages": []}]), "conversations"),
    "arff": ("@RELATION iris\n@ATTRIBUTE a NUMERIC\n@DATA\n1,2\n", "arff"),
    "one yolo file": (BOXES, "yolo"),
    "pdf": (b"%PDF-1.7 ...", "pdf"),
    "parquet": (b"PAR1" + bytes(range(200)), "columnar"),
    "gzip": (b"\x1f\x8b\x08" + bytes(20), "archive"),
    "broken workbook": (workbook([["a", "b"], [1, 2]])[:-200], "workbook"),
    "broken json": (json.dumps([{"text": "a", "label": "b"}] * 5)[:-20], "broken_json"),
    "bytes": (bytes(range(256)) * 20, "encoding"),
    "several tables": (zipped({"a.csv": CSV, "b.csv": CSV}), "zip_tables"),
    "word": (zipped({"word/document.xml": "<a/>"}), "office"),
}

ASK: dict[str, str] = {
    "two plain candidates": rows(
        "text,mood,place", lambda i: f'"{text(i)}",{["good", "bad"][i % 2]},{topic(i)}'
    ),
    "price as target": rows(
        "area,rooms,year,price",
        lambda i: f"{50 + i},{i % 4},{1950 + i % 60},{100000 + 137 * i}",
    ),
    "sentiment beside category": CHINESE,
    "only side columns": rows(
        "text,status,priority",
        lambda i: f'"{text(i)}",{["open", "closed"][i % 2]},{i % 3}',
    ),
}
"""Files whose label nobody can know: the choice is asked for."""
