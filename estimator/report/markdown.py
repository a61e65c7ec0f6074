"""The answer as Markdown for a wiki: finding, cards, gates, money, the ten rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimator.engine.answer import Answer
from estimator.report.first_screen import cards, gates, money_line
from estimator.report.tables import all_lines
from estimator.report.text import recommended, story
from estimator.words.format import Style
from estimator.words.texts import say

MARKUP = "\\`*_[]<>#|~"


def markdown(answer: Answer, style: Style, date: str) -> str:
    """The first screen as Markdown; every text is escaped.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    style : Style
        Language and currency of the reader.
    date : str
        Printed under the title, ISO.
    """
    told, lang = story(answer, style), style.language
    parts = [
        f"## {_plain(answer['inputs']['name'])}",
        f"{_plain(date)} · {_plain(answer['data_version'])}",
        f"**{_plain(told.headline)}.** {_plain(told.detail)}",
        *(f"- {_plain(stop)}" for stop in told.warnings),
        _table([(c.label, c.value, c.note) for c in cards(answer, style)]),
    ]
    for i, gate in enumerate(gates(answer, style), start=1):
        zones = "; ".join(_plain(str(zone)) for zone in gate.zones)
        parts.append(f"{i}. **{_plain(gate.title)}**: {zones}")
    row = recommended(answer)
    if row is not None:
        parts.append(_plain(money_line(row, style)))
    parts.append(_plain(told.own))
    heads = [say(f"col.{c}", lang) for c in ("approach", "accuracy", "total", "weeks", "target")]
    body = [
        (f"{x.approach} {x.model}".strip(), f"{x.accuracy} {x.accuracy_range}".strip(),
         f"{x.total} {x.total_range}".strip(), x.weeks, x.reaches_target)
        for x in all_lines(answer, style)
    ]  # fmt: skip
    parts.append(_table([heads, *body]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows: Sequence[Iterable[str]]) -> str:
    """A table whose first row is its head; empty without rows."""
    cells = [[_plain(cell) or " " for cell in row] for row in rows]
    if not cells:
        return ""
    ruled = [cells[0], ["---"] * len(cells[0]), *cells[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


def _plain(text: str) -> str:
    """A text that Markdown shows as it stands, on one line."""
    joined = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in MARKUP else c for c in joined)
