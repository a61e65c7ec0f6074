"""The first screen: the finding, five cards, the gates of the plan, the money, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from estimator.engine.answer import Answer
from estimator.metrics import lower_is_better
from estimator.report import first_screen as pieces
from estimator.report.shape import shape_html
from estimator.report.text import Story, recommended
from estimator.ui import cached, state
from estimator.ui.components import e, tip, today
from estimator.ui.words import w
from estimator.words.format import Style

Draws = NDArray[np.float32]


def lead(answer: Answer, words: Story, draws: Draws | None, style: Style) -> str:
    """Everything above the rows as one piece of HTML, so that it arrives at once."""
    parts = (
        stops((*words.warnings, *stale_prices(answer, style))),
        finding(f"{words.headline}.", words.lead),
        cards(answer, draws, style),
        gates(answer, style),
        money(answer, words, style),
    )
    return f'<div class="es-lead">{"".join(parts)}</div>'


def finding(headline: str, detail: str) -> str:
    """The finding as one sentence, and one line of why."""
    more = f'<p class="es-say">{e(detail)}</p>' if detail else ""
    label = e(w("answer.label"))
    return (
        f'<section class="es" aria-label="{label}">'
        f'<h1 class="es-head">{e(headline)}</h1>{more}</section>'
    )


def cards(answer: Answer, draws: Draws | None, style: Style) -> str:
    """The cards; how sure shows the shape of the recommended row's draws."""
    cells = []
    for card in pieces.cards(answer, style):
        shape = _shape(answer, draws, style) if card.name == "sure" else ""
        cells.append(
            f'<div class="card {e(card.name)}"><dt>{e(card.label)}{tip(card.label, card.more)}</dt>'
            f"<dd><b>{e(card.value)}</b>{shape}<span>{e(card.note)}</span></dd></div>"
        )
    return f'<dl class="es es-cards">{"".join(cells)}</dl>' if cells else ""


def _shape(answer: Answer, draws: Draws | None, style: Style) -> str:
    row = recommended(answer)
    if row is None or draws is None or not row["accuracy"]:
        return ""
    target, quality = answer["inputs"]["target"], row["accuracy"]
    label = w(
        "card.shape",
        low=style.metric(quality["p10"], quality["metric"]),
        high=style.metric(quality["p90"], quality["metric"]),
    )
    return shape_html(draws, target["value"], label, lower_is_better(target["metric"]))


def gates(answer: Answer, style: Style) -> str:
    """The gates as steps, each with what follows from the measured value."""
    steps = []
    head = f'<em title="{e(w("gates.share_means"))}">{e(w("gates.share"))}</em>'
    for number, gate in enumerate(pieces.gates(answer, style)):
        zones = "".join(
            f'<li class="{e(z.kind)}"><span>{e(z.when)}: <b>{e(z.then)}</b></span>'
            f"<em>{e(z.share)}</em></li>"
            for z in gate.zones
        )
        steps.append(
            f"<li><p><strong>{e(gate.title)}</strong>{head if number == 0 else ''}</p>"
            f"<ul>{zones}</ul></li>"
        )
    label = e(w("gates.label"))
    return f'<ol class="es es-gates" aria-label="{label}">{"".join(steps)}</ol>' if steps else ""


def money(answer: Answer, words: Story, style: Style) -> str:
    """One line of money that adds up, and what own projects did to it."""
    row = recommended(answer)
    lines = [] if row is None else [pieces.money_line(row, style)]
    lines += [words.own] if words.own else []
    found = "".join(f'<p class="es es-money">{e(line)}</p>' for line in lines)
    return f'<div class="es-sums">{found}</div>' if found else ""


def stale_prices(answer: Answer, style: Style) -> tuple[str, ...]:
    """A sign where the price in use was read long ago."""
    row = recommended(answer)
    if row is None:
        return ()
    read = pieces.price_read(cached.evidence_of(state.current()).prices, answer["inputs"], row)
    return pieces.stale_price(row, read, today(), style)


def stops(signs: Sequence[str]) -> str:
    """Stop signs, in the reader's language."""
    items = "".join(f"<li>{e(text)}</li>" for text in signs)
    label = e(w("stops.label"))
    return f'<ul class="es es-stops" aria-label="{label}">{items}</ul>' if items else ""
