"""A row on other machines: hours and price of its training wherever somebody rents them."""

from __future__ import annotations

from estimator.engine.answer import Row
from estimator.engine.decide.machines import machines
from estimator.ui import cached, state
from estimator.ui.components import e, html_table
from estimator.ui.words import w
from estimator.words.format import Style

SHOWN = 10


def machines_table(row: Row, style: Style) -> str:
    """The cheapest machines that hold the row's training; empty where there is none to choose."""
    inputs = state.current()
    book = cached.evidence_of(inputs)
    found = machines(inputs, row["key"], book, cached.judged(inputs))[:SHOWN]
    if not found:
        return ""
    header = [w(f"machines.{name}") for name in ("device", "hours", "price", "training", "where")]
    rows = [
        [
            f"{m.n_devices} x {e(m.accelerator)}",
            e(style.hours(m.wallclock_hours)),
            e(style.unit_price(m.usd / m.device_hours)),
            e(style.unit_price(m.usd)),
            e(f"{m.offer.provider}, {m.offer.region} ({m.offer.as_of})"),
        ]
        for m in found
    ]
    table = html_table(header, rows, (1, 2, 3), w("machines.title"))
    return (
        f'<details class="es"><summary>{e(w("machines.title"))}</summary>'
        f'<p class="es-say">{e(w("machines.note"))}</p>{table}</details>'
    )
