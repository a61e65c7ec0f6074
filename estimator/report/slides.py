"""Three slides for a meeting: the answer, cost and quality, the bill. Needs python-pptx."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from typing import Any

from estimator.engine.answer import Answer, Row
from estimator.errors import InputError
from estimator.report.budget import budget_of, budget_rows
from estimator.report.first_screen import cards, gates, money_line
from estimator.report.text import recommended, row_name, story, target_text
from estimator.words.format import Style, capital
from estimator.words.texts import approach_label, say, term

WIDTH_IN, HEIGHT_IN, MARGIN_IN = 13.333, 7.5, 0.6
MOST_LINES = 11
"""Lines of the bill on the slide, the largest; the rest is one line."""


def slides_bytes(answer: Answer, style: Style, date: str) -> bytes:
    """A PPTX file; its charts and tables are native, so that they can be edited.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    style : Style
        Language and currency of the reader.
    date : str
        Printed under each slide, ISO.

    Raises
    ------
    InputError
        Where python-pptx is not installed.
    """
    try:
        import pptx
        from pptx.util import Inches
    except ImportError as error:
        allowed = "after pip install -r deploy/requirements-slides.txt"
        raise InputError("pptx", "slides", allowed) from error
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
    day = datetime.datetime.fromisoformat(date)
    deck.core_properties.created = deck.core_properties.modified = day
    deck.core_properties.title = str(answer["inputs"]["name"])
    foot = f"{answer['inputs']['name']} · {date} · {answer['data_version']}"
    _answer(_slide(deck, story(answer, style).headline, foot), answer, style)
    _frontier(_slide(deck, say("chart.frontier", style.language), foot), answer, style)
    row = recommended(answer)
    if row is not None:
        _bill(_slide(deck, row_name(row, style.language), foot), row, style)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _slide(deck: Any, title: str, foot: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    _text(slide, [title], 0.35, 28, bold=True)
    _text(slide, [foot], HEIGHT_IN - 0.5, 10)
    return slide


def _text(
    slide: Any, lines: Sequence[str], top_in: float, size_pt: float, bold: bool = False
) -> None:
    from pptx.util import Inches, Pt

    width = Inches(WIDTH_IN - 2 * MARGIN_IN)
    box = slide.shapes.add_textbox(Inches(MARGIN_IN), Inches(top_in), width, Inches(0.4))
    box.text_frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = box.text_frame.paragraphs[0] if i == 0 else box.text_frame.add_paragraph()
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = line, Pt(size_pt), bold


def _answer(slide: Any, answer: Answer, style: Style) -> None:
    told = story(answer, style)
    shown = cards(answer, style)
    if shown:
        rows = [[c.label for c in shown], [c.value for c in shown], [c.note for c in shown]]
        _table(slide, rows, 1.6, (14, 26, 12))
    ladder = [
        f"{i}. {gate.title}: {'; '.join(map(str, gate.zones))}"
        for i, gate in enumerate(gates(answer, style), start=1)
    ]
    row = recommended(answer)
    money = [money_line(row, style)] if row is not None else []
    _text(slide, [told.detail, *ladder, *money, *filter(None, [told.own]), *told.warnings], 3.9, 16)


def _table(slide: Any, rows: Sequence[Sequence[str]], top_in: float, sizes: Sequence[int]) -> None:
    from pptx.util import Inches, Pt

    width = Inches(WIDTH_IN - 2 * MARGIN_IN)
    table = slide.shapes.add_table(
        len(rows), len(rows[0]), Inches(MARGIN_IN), Inches(top_in), width, Inches(0.3 * len(rows))
    ).table
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            paragraph = table.cell(i, j).text_frame.paragraphs[0]
            run = paragraph.add_run()
            run.text, run.font.size = text, Pt(sizes[min(i, len(sizes) - 1)])


def _frontier(slide: Any, answer: Answer, style: Style) -> None:
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches

    data = XyChartData()
    for row in answer["approaches"]:
        if row["accuracy"] and row["feasible"]:
            series = data.add_series(approach_label(row["approach"], style.language))
            usd = budget_of(row)["expected"]
            series.add_data_point(style.convert(usd), row["accuracy"]["p50"])
    if not len(data):
        _text(slide, [say("slides.no_quality", style.language)], 1.6, 16)
        return
    size = (Inches(WIDTH_IN - 2 * MARGIN_IN), Inches(HEIGHT_IN - 2.4))
    place = (Inches(MARGIN_IN), Inches(1.6))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *place, *size, data).chart
    chart.has_legend, chart.has_title = True, False
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.RIGHT, False
    lang = style.language
    for axis, title in (
        (chart.category_axis, f"{say('col.total', lang)} ({style.currency})"),
        (chart.value_axis, capital(target_text(answer, style))),
    ):
        axis.has_title = True
        axis.axis_title.text_frame.text = title


def _bill(slide: Any, row: Row, style: Style) -> None:
    lang = style.language
    items = sorted(row["items"], key=lambda i: -i["usd"]["base"])
    shown, rest = items[:MOST_LINES], items[MOST_LINES:]
    lines = [
        [
            capital(term("item", i["item"], lang)),
            f"{style.about(i['quantity'])} {term('unit', i['unit'], lang)}",
            style.unit_price(i["unit_price_usd"]),
            style.money(i["usd"]["base"]),
        ]
        for i in shown
    ]
    if rest:
        usd = sum(i["usd"]["base"] for i in rest)
        lines.append([say("slides.rest", lang, n=len(rest)), "", "", style.money(usd)])
    lines += [[name, "", "", style.money(usd)] for name, usd in budget_rows(row, lang)]
    heads = [say(f"col.{c}", lang) for c in ("item", "quantity", "price", "plan")]
    _table(slide, [heads, *lines], 1.3, (12, 11))
