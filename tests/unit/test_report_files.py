"""Files that leave the house: the same figures everywhere, no live text from users."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import zipfile
from typing import Any

import jsonschema
import openpyxl
import pandas as pd
import pytest
import typst
from pypdf import PdfReader

from estimator.errors import InputError
from estimator.report import exports, first_screen, record, tables
from estimator.report.csv_export import safe_cell, table_csv
from estimator.report.plan_tables import worth_lines
from estimator.report.schema import results_schema, schema_of
from estimator.report.text import recommended, story
from estimator.report.typeset import spelled
from estimator.words.format import Style
from estimator.words.texts import say
from tests.unit.report_sample import answer, comparison, scenario

EVIL = '=HYPERLINK("http://evil","x")'


def pdf_text(raw: bytes) -> str:
    pages = PdfReader(io.BytesIO(raw)).pages
    return re.sub(r"\s+", " ", " ".join(p.extract_text() for p in pages))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return exports.pdf(comparison(scenario()), date="2027-01-04")


def test_pdf_repeats_byte_for_byte(pdf: bytes) -> None:
    assert pdf == exports.pdf(comparison(scenario()), date="2027-01-04")


def test_pdf_says_what_the_screen_says(pdf: bytes) -> None:
    text = pdf_text(pdf).replace("\u00a0", " ")
    a = answer(scenario())
    told = story(a)
    found = [text for c in first_screen.cards(a, Style()) for text in (c.label, c.value)]
    found += [z.then for gate in first_screen.gates(a, Style()) for z in gate.zones]
    found += worth_lines(a, Style())
    for part in (told.headline, told.approve, "2027-01-04", a["data_version"], *found):
        assert re.sub(r"\s+", " ", part).replace("\u00a0", " ") in text
    for line in tables.lines(a):
        assert line.approach in text
        assert line.total in text
    row = recommended(a)
    assert row is not None
    for item in row["items"]:
        assert Style().money(item["usd"]["base"]) in text


def test_pdf_is_tagged_titled_and_carries_its_fonts(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Support tickets: which way to the model"
    assert "/CreationDate" not in reader.metadata
    fonts = {str(f["/BaseFont"]) for p in reader.pages for f in _fonts(p)}
    assert fonts
    assert all("+" in f for f in fonts)


def _fonts(page: Any) -> list[Any]:
    return [f.get_object() for f in page["/Resources"].get("/Font", {}).values()]


@pytest.mark.parametrize("name", ["#import evil", "*bold* $x$ @y", "\\\\ \" ' <tag>", "漢字 🙂 ﷺ"])
def test_pdf_prints_user_text_as_data(name: str) -> None:
    raw = exports.pdf(comparison(scenario(name=name)))
    assert raw.startswith(b"%PDF")
    if name.isascii():
        assert name.split()[0] in pdf_text(raw)


def test_signs_without_a_font_are_spelled_out_and_it_is_said() -> None:
    text = pdf_text(exports.pdf(comparison(scenario(name="漢字 かな 🚀 Ж"))))
    assert "U+6F22 U+5B57 ka na (rocket) Ж" in text
    assert say("pdf.signs") in " ".join(text.split())
    assert spelled({"name": "Größe ≥ 5", "n": 1.5}) == {"name": "Größe ≥ 5", "n": 1.5}


def test_a_pdf_that_cannot_be_tagged_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    set_by_typst = typst.compile

    def refuses(*args: Any, pdf_standards: str | None, **named: Any) -> bytes:
        if pdf_standards:
            raise typst.TypstError("not accessible")
        made: bytes = set_by_typst(*args, pdf_standards=None, **named)
        return made

    monkeypatch.setattr("estimator.report.typeset.typst.compile", refuses)
    text = " ".join(pdf_text(exports.pdf(comparison(scenario()), full=False)).split())
    assert say("pdf.untagged") in text


def test_pdf_in_german_and_euro() -> None:
    inputs = scenario(finance={"currency": "EUR", "usd_rate": 1.25})
    text = pdf_text(exports.pdf(comparison(inputs), style=Style("de", "EUR", 1.25)))
    assert "Wie die Zahlen entstehen" in text
    assert "€" in text
    assert "$" not in text.split("Eingaben")[0]


def test_pdf_of_no_recommendation() -> None:
    c = comparison(scenario())
    import dataclasses

    empty = dataclasses.replace(
        c, recommendation={**c.recommendation, "approach": None}, pilot_plan={}, frontier=()
    )
    assert empty.staged_plan["sentence"].rstrip(".")[:30] in pdf_text(exports.pdf(empty))


def test_one_page_is_one_page() -> None:
    short = exports.pdf(comparison(scenario()), full=False)
    assert len(PdfReader(io.BytesIO(short)).pages) == 1
    assert story(answer(scenario())).headline in pdf_text(short)


def test_finance_figures_leave_out_what_does_not_apply() -> None:
    row = recommended(answer(scenario()))
    assert row is not None
    shown = dict(tables.finance(row))
    assert "Paid back after" not in shown
    expected = row["extras"]["budget"]["expected_usd"]
    assert shown["Total over the horizon"].startswith(Style().money_short(expected))
    assert shown["Expected total"] == Style().money_about(expected)
    extras = {
        "budget": row["extras"]["budget"],
        "payback_months": 14.0,
        "irr": 0.21,
        "usd_per_point": 1500.0,
    }
    more = dict(tables.finance({**row, "extras": extras}))
    assert more["Paid back after"] == "14 months"
    assert more["Internal rate of return, a year"] == "21%"


def test_csv_has_the_figures_of_the_answer() -> None:
    a = answer(scenario())
    rows = list(csv.DictReader(io.StringIO(exports.csv(a).decode())))
    assert [r["key"] for r in rows] == [r["key"] for r in a["approaches"]]
    for got, row in zip(rows, a["approaches"], strict=True):
        assert float(got["total_usd_base"]) == row["cost_usd"]["total"]["base"]
        assert float(got["accuracy_p50"]) == row["accuracy"]["p50"]
        assert float(got["device_hours_p90"]) == row["device_hours"]["p90"]
        assert got["data_version"] == a["data_version"]


def test_a_german_csv_has_semicolons_commas_and_the_same_figures() -> None:
    a = answer(scenario())
    raw = exports.csv(a, "de")
    assert raw.startswith(b"\xef\xbb\xbf")
    german = pd.read_csv(io.BytesIO(raw), sep=";", decimal=",")
    plain = pd.read_csv(io.BytesIO(exports.csv(a)))
    pd.testing.assert_frame_equal(german, plain)
    english = pd.read_csv(io.BytesIO(exports.csv(a, "en")), encoding="utf-8-sig")
    pd.testing.assert_frame_equal(english, plain)
    frame = pd.DataFrame({"Preis; netto": [1.5, -0.25, float("nan")], "Wort": ["a;b", "1,5", "=1"]})
    told = table_csv(frame, "de").decode("utf-8-sig").splitlines()
    assert told[1:3] == ['1,5;"a;b"', '-0,25;"1,5"']
    back = pd.read_csv(io.BytesIO(table_csv(frame, "de")), sep=";", decimal=",")
    assert back["Preis; netto"].dropna().tolist() == [1.5, -0.25]


@pytest.mark.parametrize("text", [EVIL, "+1", "-1", "@x", "\t=1", "\r=1"])
def test_formulas_are_neutralised(text: str) -> None:
    assert safe_cell(text) == "'" + text.replace("\t", " ").replace("\r", " ")
    assert safe_cell(-1.5) == -1.5
    raw = table_csv(pd.DataFrame({text: [text]}))
    assert raw.decode().count("'") >= 2


def test_no_line_of_a_csv_begins_with_a_foreign_formula() -> None:
    assert safe_cell("x\r=cmd|' /C calc'!A0\r") == "x =cmd|' /C calc'!A0 "
    raw = table_csv(pd.DataFrame({"a": ["x\r=1", "y\n=1", "z\u2028=1"]})).decode()
    assert not [line for line in raw.splitlines() if line.startswith("=")]
    assert raw.splitlines()[1] == '"x =1"'


def workbook(a: dict[str, Any]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(exports.xlsx(a)))


def test_workbook_formulas_recompute_the_totals() -> None:
    a = answer(scenario())
    book = workbook(a)
    lines, top = book["lines"], book["approaches"]
    money: dict[tuple[str, str], float] = {}
    for n, row in enumerate(lines.iter_rows(min_row=2), start=2):
        assert row[7].value == f"=ROUND(E{n}*G{n},2)"
        key = (row[0].value, row[2].value)
        money[key] = money.get(key, 0.0) + round(row[4].value * row[6].value, 2)
    heads = [c.value for c in top[1]]
    first = heads.index("labelling_usd")
    for n, row in enumerate(a["approaches"], start=2):
        cells = top[n]
        assert cells[heads.index("total_usd")].value == f"=SUM(L{n}:P{n})"
        for k, phase in enumerate(("labelling", "compute", "people", "running", "other")):
            formula = cells[first + k].value
            assert formula.startswith("=SUMIFS(lines!$H$2")
            assert f'"{phase}"' in formula
            base = row["cost_usd"]["by_phase"][phase]["base"]
            assert money.get((row["key"], phase), 0.0) == pytest.approx(base, abs=0.02)


OUR_FORMULAS = ("=ROUND(", "=SUMIFS(", "=SUM(", "=SUMPRODUCT(", "=INT((", "=B3", "=B5")


def test_workbook_text_is_never_a_formula() -> None:
    a = copy.deepcopy(answer(scenario()))
    a["inputs"]["name"] = EVIL
    a["approaches"][0]["items"][0]["note"] = EVIL
    a["sources"][0]["title"] = "@SUM(1)"
    book = workbook(a)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    assert cell.value.startswith(OUR_FORMULAS)


def test_workbook_repeats_and_carries_only_the_given_date() -> None:
    a = answer(scenario())
    assert exports.xlsx(a, "2027-01-04") == exports.xlsx(a, "2027-01-04")
    with zipfile.ZipFile(io.BytesIO(exports.xlsx(a, "2027-01-04"))) as z:
        stamps = re.findall(rb"\d{4}-\d\d-\d\dT", z.read("docProps/core.xml"))
        assert set(stamps) == {b"2027-01-04T"}
        assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_page_opens_alone_and_escapes_every_text() -> None:
    name = '<script>alert("x")</script>'
    raw = exports.html(comparison(scenario(name=name)), date="2027-01-04").decode()
    assert "<script" not in raw
    assert "&lt;script&gt;" in raw
    assert "&lt;b&gt;paper&lt;/b&gt;" in raw
    loaded = re.findall(r"(?:src|href)=[\"']?([^\"' >]+)", raw)
    outside = [u for u in loaded if not u.startswith(("data:", "#"))]
    assert outside == ["https://example.org/a"]
    assert "default-src 'none'" in raw
    assert raw.count("<svg") == raw.count('<svg role="img" aria-label="') >= 4
    ids = re.findall(r'\bid="([^"]+)"', raw)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", raw)) <= set(ids)


def test_page_refuses_addresses_that_run() -> None:
    c = comparison(scenario())
    import dataclasses

    evil = dataclasses.replace(
        c, sources=({**c.sources[0], "url": "javascript:alert(1)"},), pilot_plan={}
    )
    assert b"javascript:" not in exports.html(evil)


def test_schema_of_the_answer_is_made_of_its_types() -> None:
    schema = results_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    row = schema["properties"]["approaches"]["items"]
    assert row["properties"]["approach"]["enum"][0] == "baseline"
    assert row["properties"]["target_probability"]["type"] == ["number", "null"]
    assert "work" in row["required"]
    assert "applies" not in row["required"]
    lacking = {
        k: v for k, v in json.loads(exports.as_json(answer(scenario()))).items() if k != "seed"
    }
    problems = {e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(lacking)}
    assert "'seed' is a required property" in problems


def test_no_schema_is_made_up_for_an_unknown_type() -> None:
    with pytest.raises(TypeError, match="no JSON Schema of"):
        schema_of(complex)


def test_record_replays_and_names_every_change() -> None:
    a = answer(scenario())
    saved = json.loads(exports.record(a, "2027-01-04T10:00:00", "A. Person"))
    assert (saved["who"], saved["when"]) == ("A. Person", "2027-01-04T10:00:00")
    found = record.compare_records(record.check_record(saved), a)
    assert found["same"]
    assert found["intact"]
    assert found["changes"] == []
    later = copy.deepcopy(a)
    later["approaches"][2]["cost_usd"]["total"]["p50"] += 1
    later["data_version"] = "new"
    changed = record.compare_records(saved, later)
    assert not changed["same"]
    assert {c["path"] for c in changed["changes"]} == {
        "data_version",
        "approaches[2].cost_usd.total.p50",
    }
    assert "data changed" in changed["verdict"]


def test_a_tampered_record_is_named() -> None:
    a = answer(scenario())
    saved = json.loads(exports.record(a))
    saved["results"]["approaches"][0]["cost_usd"]["total"]["p50"] = 1.0
    found = record.compare_records(saved, a)
    assert not found["intact"]
    assert "altered" in found["verdict"]


@pytest.mark.parametrize("bad", [{}, {"record": 9}, {"record": 1, "inputs": {}}])
def test_what_is_no_record_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        record.check_record(bad)


def test_tables_show_all_rows_and_mark_changed_inputs() -> None:
    from estimator.engine.inputs import ProjectInputs

    a = answer(scenario())
    assert len(tables.lines(a)) == 10
    usual = ProjectInputs.from_dict({"task": "text_classification"}).to_dict()
    shown = tables.inputs(a, usual)
    changed = set(shown[shown["Changed"]]["Field"])
    assert changed == {"name", "n_classes", "start_date", "draws"}


def test_bars_share_one_scale() -> None:
    found = tables.lines(answer(scenario()))
    bars = [x.accuracy_bar for x in found if x.accuracy_bar]
    assert min(b.low for b in bars) == 0.0
    assert max(max(b.high, b.target or 0) for b in bars) == 1.0
    assert all(b.low <= b.middle <= b.high for b in bars)


def test_differences_of_two_scenarios() -> None:
    a, b = answer(scenario()), answer(scenario(n_labelled_to_buy=3000))
    changed, outputs = tables.differences([a, b], ["a", "b"])
    assert changed["Field"].tolist() == ["n_labelled_to_buy"]
    assert changed.loc[0, ["a", "b"]].tolist() == ["1000", "3000"]
    assert outputs.shape[1] == 3
