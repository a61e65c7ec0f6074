"""Why an answer moved: stored and today's figures apart, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from estimator.engine.answer import Answer, Row
from estimator.engine.answer_decision import StagedPlan
from estimator.engine.groups import QUANTITIES
from estimator.errors import InputError
from estimator.words.statement import (
    ENGLISH_USD,
    Approach,
    Count,
    Field,
    Hours,
    Metric,
    Setting,
    Share,
    Statement,
    Term,
    Text,
    Usd,
    Value,
    Weeks,
    listed,
    state,
)

Compared = tuple[str, Value | None, Value | None]

NAMED = 3
"""Lines, judgements and sources that a sentence names; the rest are counted."""
OWN_BOOK = "+prices."
"""What stands in a data version before the hash of an own price book."""


def moved(old: Answer, new: Answer, between: Answer | None = None) -> list[Statement]:
    """What moved from one answer to another, and why: code, data, prices, inputs.

    Parameters
    ----------
    old, new : mapping
        Answers (the JSON of ``compare``), or records that hold one in ``results``.
    between : mapping, optional
        The answer to the old inputs with the code and data of ``new``. Where the inputs differ,
        it tells what they did from what code and data did.

    Returns
    -------
    list of Statement
        First what moved, then why; one sentence where nothing did.

    Raises
    ------
    InputError
        Where one of them is no answer.
    """
    try:
        return _moved(_answer(old), _answer(new), between and _answer(between))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError("results", str(error), state("allowed.answer")) from error


def _moved(old: Answer, new: Answer, between: Answer | None) -> list[Statement]:
    effects = list(_effects(old, new))
    causes = [*_versions(old, new), *_judgements(old, new), *_own(old, new), *_inputs(old, new)]
    if not effects:
        return [state("moved.same"), *causes]
    if not causes:
        causes = [state("moved.unexplained")]
    return [*effects, *causes, *_bill(old, new, between)]


def _answer(found: Answer) -> Answer:
    return cast(Answer, found.get("results", found))


# what moved ----------------------------------------------------------------------------------


def _effects(old: Answer, new: Answer) -> Iterator[Statement]:
    chosen = [a["recommendation"].get("approach") for a in (old, new)]
    if chosen[0] != chosen[1]:
        was, is_now = (Approach(c) if c else state("moved.no_row") for c in chosen)
        yield state("moved.choice", before=was, now=is_now)
    rows = _pair(old, new)
    compared: list[tuple[dict[str, Value], Iterator[Compared]]] = [
        ({}, _plan_figures(old["staged_plan"], new["staged_plan"]))
    ]
    if rows:
        compared.append(({"approach": Approach(rows[0]["approach"])}, _row_figures(*rows)))
    for named, figures in compared:
        for key, *ends in figures:
            before, now = (end or state("moved.none") for end in ends)
            if _read(before) != _read(now):
                yield state(key, before=before, now=now, **named)


def _read(value: Value) -> str:
    """A figure as the sentences write it: what reads the same did not move."""
    return value.write(ENGLISH_USD, "cases" if isinstance(value, Share) else "")


def _pair(old: Answer, new: Answer) -> tuple[Row, Row] | None:
    """The row that was recommended, or comes first, as it was and as it is."""
    keys = (old["recommendation"].get("approach"), *(r["key"] for r in old["approaches"]))
    rows = [{r["key"]: r for r in a["approaches"]} for a in (old, new)]
    return next(((rows[0][k], rows[1][k]) for k in keys if k in rows[0] and k in rows[1]), None)


def _plan_figures(old: StagedPlan, new: StagedPlan) -> Iterator[Compared]:
    yield "moved.spend", *_both(old, new, Usd, "spend_usd", "mean")
    yield "moved.success", *_both(old, new, Share, "success_probability")


def _row_figures(old: Row, new: Row) -> Iterator[Compared]:
    yield "moved.total", *_both(old, new, Usd, "cost_usd", "total", "p50")
    quality = [r["accuracy"] and Metric(r["accuracy"]["p50"], r["accuracy"]["metric"])
               for r in (old, new)]  # fmt: skip
    yield "moved.accuracy", quality[0], quality[1]
    yield "moved.chance", *_both(old, new, Share, "target_probability")
    yield "moved.weeks", *_both(old, new, Weeks, "calendar_weeks", "p50")
    yield "moved.hours", *_both(old, new, Hours, "device_hours", "p50")


def _both(
    old: Row | StagedPlan, new: Row | StagedPlan, kind: Callable[[float], Value], *path: str
) -> tuple[Value | None, Value | None]:
    values: list[Any] = [old, new]
    for name in path:
        values = [(v or {}).get(name) for v in values]
    before, now = (None if v is None else kind(v) for v in values)
    return before, now


# why -----------------------------------------------------------------------------------------


def _versions(old: Answer, new: Answer) -> Iterator[Statement]:
    codes = [str(a.get("code_version")) for a in (old, new)]
    if codes[0] != codes[1]:
        yield state("moved.code", before=codes[0], now=codes[1])
    data = [str(a.get("data_version")).partition(OWN_BOOK) for a in (old, new)]
    if data[0][0] != data[1][0]:
        yield state("moved.data", before=data[0][0], now=data[1][0])
        sources = [{s["source_id"] for s in a.get("sources", ())} for a in (old, new)]
        joined, left = len(sources[1] - sources[0]), len(sources[0] - sources[1])
        if joined or left:
            yield state("moved.sources", joined=joined, left=left)
    if data[0][2] != data[1][2]:
        yield state("moved.own_prices")


def _judgements(old: Answer, new: Answer) -> Iterator[Statement]:
    before, now = ({a["assumption_id"]: a for a in x.get("assumptions", ())} for x in (old, new))
    changed = [i for i in before if i in now and before[i]["p50"] != now[i]["p50"]]
    for name in changed[:NAMED]:
        was, is_now = (float(found[name]["p50"]) for found in (before, now))
        yield state("moved.judgement", name=name, before=was, now=is_now)
    if len(changed) > NAMED:
        yield state("moved.judgements", n=len(changed) - NAMED)


def own_factors(answer: Answer) -> dict[str, dict[str, float]]:
    """Factors of own projects that moved an answer."""
    own = answer.get("own_projects")
    return own["factors"] if own else {}


def _own(old: Answer, new: Answer) -> Iterator[Statement]:
    """Factors of the firm's own projects: the register grew, or they were switched."""
    found = [own_factors(a) for a in (old, new)]
    for name in QUANTITIES:
        before, now = (float(x.get(name, {}).get("p50", 1.0)) for x in found)
        if before != now:
            quantity = state(f"own.quantity_{name}")
            yield state("moved.own_factor", quantity=quantity, before=before, now=now)


def _inputs(old: Answer, new: Answer) -> Iterator[Statement]:
    before, now = _flat(old["inputs"]), _flat(new["inputs"])
    metric = str(new["inputs"]["target"]["metric"])
    for path in before:
        stated = path == "name" or path.startswith("own_factors.")
        if path in now and before[path] != now[path] and not stated:
            a, b = (_setting(path, x[path], metric) for x in (before, now))
            yield state("moved.input", field=Field(path), before=a, now=b)


def _flat(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Every field by its dotted path; lists stay whole."""
    out: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, Mapping) and value:
            out |= {f"{name}.{k}": v for k, v in _flat(value).items()}
        else:
            out[name] = value
    return out


def _setting(path: str, value: Any, metric: str) -> Value:
    if isinstance(value, list | Mapping):
        return state("moved.entries", n=Count(len(value)))
    return Text(value) if path == "task" else Setting(path, value, metric)


# what it did to the bill ---------------------------------------------------------------------


def _bill(old: Answer, new: Answer, between: Answer | None) -> Iterator[Statement]:
    """The change of a row's bill in its base case, split to the cent."""
    rows = _pair(old, new)
    if rows is None or "items" not in rows[0] or "items" not in rows[1]:
        return
    asked = between["approaches"] if between else ()
    middle = next((r for r in asked if r["key"] == rows[0]["key"]), None)
    before, now = _lines(rows[0]), _lines(middle or rows[1])
    both = [k for k in before if k in now]
    prices = {k: before[k][0] * (now[k][1] - before[k][1]) for k in both}
    by_price = sum(prices.values())
    bills = (before, now, _lines(rows[1]))
    whole = [sum(round(q * p, 2) for q, p in lines.values()) for lines in bills]
    by_amount = whole[1] - whole[0] - by_price
    name = Approach(rows[0]["approach"])
    if any(abs(x) >= 0.005 for x in (by_price, by_amount)):
        parts = {"prices": Usd(by_price), "amounts": Usd(by_amount)}
        yield state("moved.bill", approach=name, change=Usd(whole[1] - whole[0]), **parts)
    top = sorted((k for k in both if abs(prices[k]) >= 0.005), key=lambda k: -abs(prices[k]))
    for k in top[:NAMED]:
        figures = {"before": Usd(before[k][1]), "now": Usd(now[k][1]), "change": Usd(prices[k])}
        yield state("moved.price", item=Term("item", k[0]), unit=Term("unit", k[2]), **figures)
    for key, names in (
        ("moved.lines_new", [k[0] for k in now if k not in before]),
        ("moved.lines_gone", [k[0] for k in before if k not in now]),
    ):
        if names:
            items = [Term("item", n) for n in dict.fromkeys(names)]
            yield state(key, items=listed(items))
    if middle and abs(whole[2] - whole[1]) >= 0.005:
        yield state("moved.by_inputs", approach=name, change=Usd(whole[2] - whole[1]))


def _lines(row: Row) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Quantity and unit price [USD] of each line of a row's bill."""
    found: dict[tuple[str, str, str], tuple[float, float]] = {}
    for item in row["items"]:
        key = (item["item"], item["phase"], item["unit"])
        found[key] = (item["quantity"], item["unit_price_usd"])
    return found
