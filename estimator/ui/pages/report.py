"""Report: the same figures as files, as a link, as a command and in a frame."""

from __future__ import annotations

import html

import streamlit as st

from estimator.report import exports
from estimator.report.limits_file import limits_bytes
from estimator.ui import blocks, cached, errors, moved, shell, state
from estimator.ui import who as visitor
from estimator.ui.address import page_address
from estimator.ui.components import e, heading, number_style, today
from estimator.ui.words import language, w

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


NAMES = {"record": "record.json", "pdf_page": "page.pdf", "limits": "limits.yaml"}
"""Endings of files that are not called by their kind."""


def page() -> None:
    """The page."""
    who = visitor.name() or None
    inputs, lang, style = state.current(), language(), number_style()
    whole = cached.owned(inputs)
    stem = blocks.file_stem(inputs.name)

    heading(w("page.report"), 1)
    st.html(f'<p class="es es-say">{e(w("report.intro"))}</p>')
    with st.container(horizontal=True, gap="small"):
        blocks.pdf_button("report", primary=True)
        files = [
            ("pdf_page", lambda: blocks.printed("pdf_page", inputs, lang), "application/pdf"),
            ("xlsx", lambda: exports.xlsx(cached.full_answer(inputs), today()), XLSX),
            ("csv", lambda: exports.csv(cached.full_answer(inputs), lang), "text/csv"),
            ("json", lambda: exports.as_json(cached.full_answer(inputs)), "application/json"),
            ("html", lambda: blocks.printed("html", inputs, lang), "text/html"),
            ("record", lambda: blocks.record_file(inputs, who), "application/json"),
            ("yaml", lambda: exports.scenario_yaml(whole.to_dict()), "application/yaml"),
            ("limits", lambda: limits_bytes(cached.full_answer(inputs)), "application/yaml"),
        ]
        if exports.has_slides():
            files.append(("pptx", lambda: blocks.slides(inputs, style), PPTX))
        for kind, make, mime in files:
            name = f"{stem}.{NAMES.get(kind, kind)}"
            st.download_button(
                w(f"export.{kind}"), data=make, file_name=name, mime=mime, key=f"export:{kind}",
                on_click="ignore", help=w(f"export.{kind}_help"),
            )  # fmt: skip

    address, lost = page_address()
    heading(w("report.link"), 2)
    st.code(address, language=None, wrap_lines=True)
    if lost:
        errors.note(lost)

    moved.since_record(inputs)
    heading(w("report.command"), 2)
    st.html(f'<p class="es es-say">{e(w("report.command_help"))}</p>')
    st.code(f"python -m estimator compare {stem}.yaml --json", language=None)

    heading(w("report.embed"), 2)
    st.html(f'<p class="es es-say">{e(w("report.embed_help"))}</p>')
    view = st.selectbox(
        w("report.view"), ("", *blocks.VIEWS), format_func=lambda v: w(f"view.{v or 'all'}"),
        key="report:view",
    )  # fmt: skip
    query = f"embed=true{'&view=' + view if view else ''}"
    framed = html.escape(f"{address}&{query}", quote=True)
    st.code(
        f'<iframe src="{framed}" width="900" height="600"\n'
        '  sandbox="allow-scripts allow-same-origin allow-forms allow-downloads allow-popups">'
        "</iframe>",
        language=None,
        wrap_lines=True,
    )
    heading(w("report.markdown"), 2)
    fold = st.expander(w("report.markdown_show"), key="report:markdown", on_change="rerun")
    if fold.open:
        fold.code(blocks.wiki(inputs), language="markdown", wrap_lines=True)
    heading(w("report.scenario"), 2)
    fold = st.expander(w("report.scenario_show"), key="report:scenario", on_change="rerun")
    if fold.open:
        fold.code(exports.scenario_yaml(whole.to_dict()).decode("utf-8"), language="yaml")


shell.show(page)
