"""Pieces of pages: facts, charts with their tables, sources."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from estimator.engine.answer import Answer, Source
from estimator.report.chart import Chart
from estimator.report.csv_export import table_csv
from estimator.ui import state
from estimator.ui.words import language, w
from estimator.words.format import Style, style_of

WIDE = 5
"""Tables with more columns than this are scrolled sideways, not squeezed, on a telephone."""
PLOT_CONFIG = {"displaylogo": False, "displayModeBar": False, "responsive": True}


def e(value: Any) -> str:
    """Any text as harmless HTML."""
    return html.escape(str(value), quote=True)


def number_style() -> Style:
    """How numbers are written in the scenario in force, in the reader's language."""
    return style_of(state.current().to_dict(), language())


def dark() -> bool:
    """Is the page dark? The charts follow it."""
    return getattr(st.context.theme, "type", None) == "dark"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Small named figures in a grid."""
    cells = "".join(f"<div><dt>{e(k)}</dt><dd>{e(v)}</dd></div>" for k, v in pairs)
    return f'<dl class="es es-facts">{cells}</dl>'


def html_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[int] = (),
    label: str = "",
) -> str:
    """An accessible table; cells are HTML that is already escaped."""

    wide = " wide" if len(header) > WIDE else ""

    def row(cells: Sequence[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}{' class=num' if i in numeric else ''}>{c}</{tag}>"
            for i, c in enumerate(cells)
        )

    head = row([e(h) for h in header], "th")
    body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in rows)
    return (
        f'<div class="es es-scroll" role="region" tabindex="0" aria-label="{e(label)}">'
        f'<table class="es-table{wide}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        f"</table></div>"
    )


def heading(text: str, level: int = 2) -> None:
    """A quiet heading."""
    st.html(f'<h{level} class="es es-h">{e(text)}</h{level}>')


def today() -> str:
    """The date printed in files, ISO."""
    return datetime.date.today().isoformat()


def tip(name: str, sentences: Sequence[str]) -> str:
    """A question mark that opens what a figure means: by mouse, finger and key."""
    if not sentences:
        return ""
    texts = "".join(f"<p>{e(text)}</p>" for text in sentences)
    label = e(w("tip.label", name=name))
    return (
        f'<details class="tip" name="es-tip"><summary aria-label="{label}" title="{label}">?'
        f"</summary><div>{texts}</div></details>"
    )


def source_link(source: Source | None, source_id: str, locator: str = "") -> str:
    """A source as a link with its title, year and place in it."""
    if not source:
        return e(source_id)
    year = f", {source['year']}" if source.get("year") else ""
    name = f"{source.get('title') or source_id}{year}"
    place = f" ({e(locator)})" if locator else ""
    url = str(source.get("url") or "")
    if not url.startswith(("https://", "http://")):
        return f"{e(name)}{place}"
    return f'<a href="{e(url)}" target="_blank" rel="noopener noreferrer">{e(name)}</a>{place}'


def show_chart(chart: Chart, key: str, below: Callable[[], None] | None = None) -> None:
    """A chart with its words; the table and the CSV behind it are made when asked for.

    ``below`` draws the line right under the picture.
    """
    if chart.empty:
        st.html(f'<p class="es es-note">{e(chart.alt)}</p>')
        return
    st.plotly_chart(
        chart.figure.unchecked(), theme=None, key=f"chart:{key}", config=PLOT_CONFIG, alt=chart.alt
    )
    if below is not None:
        below()
    fold = st.expander(w("chart.table"), key=f"fold:{key}", on_change="rerun", type="compact")
    if fold.open:
        with fold:
            show_frame(chart.table, key)


def show_frame(frame: pd.DataFrame, key: str, height: int | None = None) -> None:
    """A table with a CSV download."""
    links = {c: st.column_config.LinkColumn() for c in ("url",) if c in frame}
    st.dataframe(
        frame, hide_index=True, key=f"frame:{key}", height=height or "auto", alt=w("chart.table"),
        column_config=links,
    )  # fmt: skip
    lang = language()
    st.download_button(
        w("chart.csv"),
        data=lambda: table_csv(frame, lang),
        file_name=f"{key.replace(':', '-')}.csv",
        mime="text/csv",
        key=f"csv:{key}",
        on_click="ignore",
    )


def choose_view(key: str, views: Mapping[str, Callable[[], None]], labels: str) -> None:
    """One of several views; only the chosen one is computed and drawn."""
    ids = list(views)
    pick = st.segmented_control(
        w(f"{labels}.choose"),
        ids,
        default=ids[0],
        required=True,
        format_func=lambda i: w(f"{labels}.{i}"),
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    views[pick or ids[0]]()


def sources_by_id(answer: Answer) -> dict[str, Source]:
    """Sources named in an answer, by id."""
    return {s["source_id"]: s for s in answer["sources"]}


def bullets(lines: Sequence[str], ordered: bool = False) -> None:
    """Lines of text one under the other; nothing where there is none."""
    if lines:
        tag, items = "ol" if ordered else "ul", "".join(f"<li>{e(line)}</li>" for line in lines)
        st.html(f'<{tag} class="es es-steps">{items}</{tag}>')
