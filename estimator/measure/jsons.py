"""JSON and JSONL: plain records, and the exports of labelling tools."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from estimator.measure.label_times import time_note
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.table import MAX_ROWS, Marked, Table, unique

JOINT = "\u001f"
"""Between labels that occur together, inside a cell."""

TAKEN = ("accept", "accepted", True)


def read_json(text: str) -> Table | Marked:
    """A table or counts from JSON or JSONL.

    Raises
    ------
    UnreadableFile
        When it is no JSON, or JSON of a kind that holds no labelled examples.
    """
    data, kind, notes = _loaded(text)
    if isinstance(data, dict):
        if {"images", "annotations", "categories"} <= set(data):
            return _coco(data)
        if "paragraphs" in data or _squad(data):
            raise UnreadableFile("squad")
        if "version" in data and "shapes" in data:
            raise UnreadableFile("labelme")
        if "_via_img_metadata" in data or "_via_settings" in data:
            raise UnreadableFile("via")
        data = _records_inside(data)
    if not isinstance(data, list) or not data:
        raise UnreadableFile("no_list")
    if len(data) > MAX_ROWS:
        raise UnreadableFile("long", n=len(data), most=MAX_ROWS)
    if not all(isinstance(d, dict) for d in data):
        return _lists(data, kind, notes)
    first = data[0]
    if "annotations" in first and "data" in first:
        return _label_studio(data)
    if "regions" in first and "filename" in first:
        raise UnreadableFile("via")
    if "answer" in first and (
        "_input_hash" in first or "_session_id" in first or "_task_hash" in first
    ):
        return _prodigy(data)
    if "messages" in first or "conversations" in first:
        raise UnreadableFile("conversations")
    return _records(data, kind, notes)


def _loaded(text: str) -> tuple[Any, str, list[Note]]:
    try:
        return json.loads(text), "json", []
    except (ValueError, RecursionError):
        pass
    out, bad = [], 0
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            out.append(json.loads(line))
        except (ValueError, RecursionError):
            bad += 1
    if not out or bad > 0.02 * (len(out) + bad):
        raise UnreadableFile("broken_json")
    return out, "jsonl", [Note("broken_lines", {"n": bad}, warns=True)] if bad else []


def _squad(data: dict[str, Any]) -> bool:
    inside = data.get("data")
    return isinstance(inside, list) and bool(inside) and "paragraphs" in (inside[0] or {})


def _records_inside(data: dict[str, Any]) -> Any:
    lists = [v for v in data.values() if isinstance(v, list) and v]
    records = [v for v in lists if all(isinstance(r, dict) for r in v[:50])]
    if len(records) == 1:
        return records[0]
    if len(lists) >= 2 and len({len(v) for v in lists}) == 1:
        keys = [k for k, v in data.items() if isinstance(v, list) and v]
        return [dict(zip(keys, row, strict=True)) for row in zip(*lists, strict=True)]
    dicts = [v for v in data.values() if isinstance(v, dict)]
    sizes = {frozenset(v) for v in dicts}
    if len(dicts) >= 2 and len(dicts) == len(data) and len(sizes) == 1:
        keys = list(data)
        return [{k: data[k][i] for k in keys} for i in dicts[0]]
    return None


def _lists(data: list[Any], kind: str, notes: list[Note]) -> Table:
    rows = [d for d in data if isinstance(d, list)]
    if len(rows) != len(data) or len({len(r) for r in rows}) != 1 or len(rows) < 2:
        raise UnreadableFile("no_list")
    from estimator.measure.delimited import _has_header

    cells = [[cell(v) for v in r] for r in rows]
    head = cells[0] if _has_header(cells, len(cells[0])) else None
    body = cells[1:] if head else cells
    names = head or [f"column {i + 1}" for i in range(len(cells[0]))]
    extra = [] if head else [Note("no_header", {}, warns=True)]
    return Table(kind, unique(names), tuple(map(tuple, body)), (*notes, *extra))


def cell(value: Any) -> str:
    """A JSON value as the text of a cell; lists of words are labels that occur together."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(v, str | int | float | bool) for v in value):
        return JOINT.join(str(v) for v in value) if value else "[]"
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        return JOINT.join(str(v) for v in value["choices"])
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:2000]
    return str(value)


def _spans(value: Any) -> list[str] | None:
    """Classes of marked spans: ``[[0, 4, "PER"], ...]`` or records with ``start`` and labels."""
    if not isinstance(value, list) or not value:
        return None
    out: list[str] = []
    for v in value:
        if isinstance(v, list) and len(v) == 3 and isinstance(v[2], str) and _whole(v[0]):
            out.append(v[2])
        elif isinstance(v, dict) and ("start" in v or "start_offset" in v):
            label = v.get("label") or v.get("labels") or v.get("entity") or v.get("tag") or ""
            out += [str(x) for x in (label if isinstance(label, list) else [label])]
        else:
            return None
    return out


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def marked(
    kind: str,
    task: str,
    per_example: list[list[str]],
    n_unlabelled: int,
    words: float | None,
    notes: tuple[Note, ...] = (),
) -> Marked:
    """Counts of marks from the classes of each labelled example."""
    counts = Counter(c for marks in per_example for c in marks if c)
    n = len(per_example)
    return Marked(
        kind,
        task,
        n,
        n_unlabelled,
        tuple(counts.most_common()),
        sum(counts.values()) / n if n else 0.0,
        words,
        notes,
    )


def _mean_words(texts: list[str]) -> float | None:
    from estimator.measure.lengths import mean_words

    return mean_words(texts) if texts else None


def _records(data: list[dict[str, Any]], kind: str, notes: list[Note]) -> Table | Marked:
    keys: dict[str, None] = {}
    for record in data:
        keys |= dict.fromkeys(str(k) for k in record)
    for key in ("entities", "spans", "label", "labels", "ner_tags"):
        found = [s for r in data if (s := _spans(r.get(key))) is not None]
        if found and len(found) >= 0.5 * sum(1 for r in data if r.get(key)):
            empty = sum(1 for r in data if not r.get(key))
            words = _mean_words([str(r.get("text") or r.get("data") or "") for r in data])
            return marked("doccano", "token_classification", found, empty, words, tuple(notes))
    if "tokens" in keys and ("ner_tags" in keys or "tags" in keys):
        key = "ner_tags" if "ner_tags" in keys else "tags"
        per = [[str(t) for t in r.get(key) or [] if str(t) not in ("O", "0")] for r in data]
        size = sum(len(r.get("tokens") or []) for r in data) / len(data)
        return marked("tokens", "token_classification", per, 0, size, tuple(notes))
    rows = tuple(tuple(cell(r.get(k)) for k in keys) for r in data)
    return Table(kind, unique(list(keys)), rows, tuple(notes))


def _prodigy(data: list[dict[str, Any]]) -> Table | Marked:
    accepted = [r for r in data if r.get("answer") in TAKEN]
    left = len(data) - len(accepted)
    notes = (Note("prodigy", {"n": len(accepted), "left": left}),)
    if not accepted:
        raise UnreadableFile("prodigy")
    if any("spans" in r for r in accepted):
        per = [[str(s.get("label", "")) for s in r.get("spans") or []] for r in accepted]
        words = _mean_words([str(r.get("text", "")) for r in accepted])
        return marked("prodigy", "token_classification", per, left, words, notes)
    rows = []
    for r in data:
        taken = r in accepted if len(data) < 50 else r.get("answer") in TAKEN
        label = r.get("accept") if isinstance(r.get("accept"), list) else r.get("label")
        rows.append((cell(r.get("text") or r.get("image")), cell(label) if taken else ""))
    rejected = [r for r in data if r.get("answer") == "reject"]
    labels = {str(r.get("label")) for r in data if r.get("label")}
    if len(labels) == 1 and rejected:
        # One question "is it X?": a rejected answer is a label too.
        name = labels.pop()
        of = {"accept": name, "reject": f"not {name}"}
        rows = [(cell(r.get("text")), of.get(str(r.get("answer")), "")) for r in data]
    return Table("prodigy", ("text", "label"), tuple(rows), notes)


def _coco(data: dict[str, Any]) -> Marked:
    names = {c.get("id"): str(c.get("name", c.get("id"))) for c in data["categories"]}
    by_image: dict[Any, list[str]] = {}
    polygons = boxes = 0
    for a in data["annotations"]:
        by_image.setdefault(a.get("image_id"), []).append(
            names.get(a.get("category_id"), str(a.get("category_id")))
        )
        polygons += bool(a.get("segmentation"))
        boxes += bool(a.get("bbox"))
    task = "semantic_segmentation" if polygons and polygons >= boxes else "object_detection"
    notes = (Note("coco_both", {}),) if polygons and boxes and task[0] == "s" else ()
    known = {i.get("id") for i in data["images"]} or set(by_image)
    per = [marks for image, marks in by_image.items() if image in known]
    return marked("coco", task, per, len(known) - len(per), None, notes)


REGIONS = {
    "rectanglelabels": "object_detection",
    "polygonlabels": "semantic_segmentation",
    "brushlabels": "semantic_segmentation",
    "labels": "token_classification",
    "hypertextlabels": "token_classification",
}


def _label_studio(data: list[dict[str, Any]]) -> Table | Marked:
    """One row an answer, so that two annotators of a task are compared later."""
    regions: dict[str, list[list[str]]] = {}
    rows: list[tuple[str, str, str, str]] = []
    seconds: list[float] = []
    texts: list[str] = []
    bare = 0
    for task in data:
        inside = task.get("data")
        text = _longest(inside if isinstance(inside, dict) else {"text": inside})
        texts.append(text)
        answers = [
            a
            for a in task.get("annotations") or []
            if isinstance(a, dict) and not a.get("was_cancelled")
        ]
        found = False
        for a in answers:
            if isinstance(a.get("lead_time"), int | float):
                seconds.append(float(a["lead_time"]))
            marks = [r for r in a.get("result") or [] if isinstance(r, dict)]
            who = str(a.get("completed_by") or "")
            for r in marks:
                value = r.get("value") or {}
                kind = next((k for k in REGIONS if isinstance(value.get(k), list)), None)
                if kind:
                    if not found:
                        regions.setdefault(REGIONS[kind], []).append([])
                    regions[REGIONS[kind]][-1] += [str(v) for v in value[kind]]
                    found = True
            chosen = [str(c) for r in marks for c in (r.get("value") or {}).get("choices") or []]
            rated = [str(v["rating"]) for r in marks if "rating" in (v := r.get("value") or {})]
            if chosen or rated:
                rows.append(
                    (str(task.get("id", len(rows))), text, JOINT.join(chosen or rated), who)
                )
        if not answers or not (found or any(a.get("result") for a in answers)):
            bare += 1
            rows.append((str(task.get("id", len(rows))), text, "", ""))
    notes = [Note("label_studio", {"n": len(data), "bare": bare})]
    timed = time_note(seconds)
    if timed is not None:
        notes.append(timed)
    if regions:
        task_name = max(regions, key=lambda k: len(regions[k]))
        words = _mean_words(texts) if task_name == "token_classification" else None
        return marked(
            "label_studio",
            task_name,
            regions[task_name],
            len(data) - len(regions[task_name]),
            words,
            tuple(notes),
        )
    return Table("label_studio", ("id", "text", "label", "annotator"), tuple(rows), tuple(notes))


def _longest(inside: dict[str, Any]) -> str:
    named = [v for k, v in inside.items() if k.lower() in ("text", "content", "body")]
    texts = [str(v) for v in named or inside.values() if isinstance(v, str)]
    return max(texts, key=len, default="")


def spans_in_cells(table: Table) -> Marked | None:
    """Counts of marks where a column of a table holds marked spans as JSON; None elsewhere."""
    for i, name in enumerate(table.header):
        cells = [r[i].strip() for r in table.rows]
        if sum(1 for c in cells[:50] if c.startswith("[{")) < max(1, 0.3 * len(cells[:50])):
            continue
        try:
            values = [json.loads(c) if c else [] for c in cells]
        except (ValueError, RecursionError):
            continue
        per = [s for v in values if (s := _spans(v))]
        if not per:
            continue
        texts = [max(r[:i] + r[i + 1 :], key=len, default="") for r in table.rows]
        notes = (*table.notes, Note("spans", {"column": name}))
        empty = len(values) - len(per)
        return marked("spans", "token_classification", per, empty, _mean_words(texts), notes)
    return None
