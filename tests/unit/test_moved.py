"""Why an answer moved: what did, and how much of it is code, data, prices and inputs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from estimator.engine.simulate import quick_comparison
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.report.moved import moved
from estimator.report.record import compare_records, make_record, record_bytes
from estimator.words.format import Style
from estimator.words.statement import Statement, said
from tests.conftest import load_preset

Answer = dict[str, Any]
TICKETS = load_preset("support_tickets").replace("draws", 128)


@pytest.fixture(scope="module")
def today(evidence: Evidence) -> Answer:
    return quick_comparison(TICKETS, evidence).to_dict()


@pytest.fixture
def stored(today: Answer) -> Answer:
    return copy.deepcopy(today)


def chosen(answer: Answer) -> Answer:
    key = answer["recommendation"]["approach"]
    return next(row for row in answer["approaches"] if row["key"] == key)


def found(statements: list[Statement], key: str) -> Statement:
    [one] = [s for s in statements if s.key == key]
    return one


def test_the_same_answer_did_not_move(today: Answer) -> None:
    assert [s.key for s in moved(today, today)] == ["moved.same"]


def test_a_bill_is_split_into_unit_prices_and_amounts(stored: Answer, today: Answer) -> None:
    row = chosen(stored)
    row["cost_usd"]["total"]["p50"] *= 1.5
    label = next(i for i in row["items"] if i["item"] == "labelling")
    hours = next(i for i in row["items"] if i["item"] == "upkeep")
    by_price = -3000.0 * 0.5
    label["quantity"], label["unit_price_usd"] = 3000.0, label["unit_price_usd"] + 0.5
    now = next(i for i in chosen(today)["items"] if i["item"] == "labelling")
    amounts = (now["quantity"] - 3000.0) * now["unit_price_usd"]
    hours["quantity"] += 10.0
    amounts -= 10.0 * hours["unit_price_usd"]
    stored["code_version"] = "0.0.1"
    bill = found(moved(stored, today), "moved.bill").values
    assert bill["prices"].usd == pytest.approx(by_price)
    assert bill["amounts"].usd == pytest.approx(amounts)
    assert bill["change"].usd == pytest.approx(by_price + amounts)
    price = found(moved(stored, today), "moved.price")
    assert price.values["change"].usd == pytest.approx(by_price)
    assert "labelling" in price


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("code_version", "0.0.1", "moved.code"),
        ("data_version", "0123456789ab", "moved.data"),
        ("data_version", "{now}+prices.77", "moved.own_prices"),
    ],
)
def test_each_version_is_named_alone(
    stored: Answer, today: Answer, field: str, value: str, key: str
) -> None:
    chosen(stored)["calendar_weeks"]["p50"] *= 2
    stored[field] = value.format(now=today[field])
    keys = [s.key for s in moved(stored, today)]
    assert keys == ["moved.weeks", key]


def test_a_judgement_and_a_source_that_changed_are_named(stored: Answer, today: Answer) -> None:
    chosen(stored)["calendar_weeks"]["p50"] *= 2
    stored["data_version"] = "0123456789ab"
    stored["assumptions"][0]["p50"] = 77.0
    del stored["sources"][0]
    told = moved(stored, today)
    assert "77" in found(told, "moved.judgement")
    assert stored["assumptions"][0]["assumption_id"] in found(told, "moved.judgement")
    assert found(told, "moved.sources").values["joined"].n == 1


def test_lines_that_came_and_went_are_named(stored: Answer, today: Answer) -> None:
    row = chosen(stored)
    row["cost_usd"]["total"]["p50"] *= 2
    row["items"][0]["item"] = "an old line"
    told = moved(stored, today)
    assert "an old line" in found(told, "moved.lines_gone")
    assert "labelling" in found(told, "moved.lines_new")
    assert found(told, "moved.unexplained")


def test_inputs_are_told_from_code_and_data(
    stored: Answer, today: Answer, evidence: Evidence
) -> None:
    now = quick_comparison(TICKETS.replace("people.wage_factor", 2.0), evidence).to_dict()
    label = next(i for i in chosen(stored)["items"] if i["item"] == "labelling")
    label["unit_price_usd"] += 0.5
    told = moved(stored, now, today)
    assert "Wages: 2 in place of 1" in found(told, "moved.input")
    bases = [chosen(today)["cost_usd"]["total"]["base"]]
    bases += [r["cost_usd"]["total"]["base"] for r in now["approaches"]
              if r["key"] == chosen(today)["key"]]  # fmt: skip
    world, inputs = found(told, "moved.bill").values, found(told, "moved.by_inputs").values
    assert world["change"].usd == pytest.approx(-0.5 * label["quantity"])
    assert inputs["change"].usd == pytest.approx(bases[1] - bases[0], abs=0.02)


def test_a_replay_tells_why_in_the_readers_language(stored: Answer, today: Answer) -> None:
    chosen(stored)["cost_usd"]["total"]["p50"] *= 2
    replayed = compare_records(make_record(stored), today)
    assert replayed["moved"]
    german = said(replayed, "moved", Style("de", "EUR", 1.25))
    assert "zuvor" in german[0]
    assert "€" in german[0]
    assert compare_records(make_record(today), today)["moved"] == []


@pytest.mark.parametrize(
    "results", [{}, {"approaches": 3}, {"recommendation": [], "approaches": []}]
)
def test_what_is_no_answer_is_refused_in_a_sentence(results: Answer, today: Answer) -> None:
    with pytest.raises(InputError, match="an answer of compare"):
        moved({"results": results}, today)


def test_the_page_tells_inputs_from_the_rest(stored: Answer, today: Answer) -> None:
    from estimator.ui.moved import told

    chosen(stored)["cost_usd"]["total"]["p50"] *= 2
    text = record_bytes(make_record(stored)).decode()
    dear = TICKETS.replace("people.wage_factor", 2.0)
    keys = [s.key for s in told(text, dear)]
    assert {"moved.input", "moved.by_inputs", "moved.total"} <= set(keys)
    with pytest.raises(InputError):
        told("[1]", dear)
