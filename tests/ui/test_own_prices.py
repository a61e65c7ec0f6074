"""An own price book on the page: pasted, checked cell by cell, in force, gone again."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from estimator import compare_approaches, load_evidence
from estimator.engine.money.pricebook import select, template_csv, to_csv
from estimator.evidence.own_prices import book_hash
from tests.ui.pages import alerts, scenario, texts

AWS_BILL = """lineItem/LineItemType,lineItem/UsageType,lineItem/UsageStartDate,\
lineItem/UsageAmount,\
lineItem/UnblendedCost,lineItem/CurrencyCode,product/instanceType,product/region
Usage,BoxUsage:g6e.xlarge,2026-11-02T00:00:00Z,10,15.0,USD,g6e.xlarge,us-east-1
Usage,TimedStorage,2026-11-02T00:00:00Z,10,15.0,USD,,us-east-1
"""


def half_price() -> str:
    """The shipped offers of the example's place at half their price."""
    rows = select(load_evidence().prices, provider="aws", region="us-east-1")
    return to_csv(
        dataclasses.replace(r, usd_per_instance_hour=r.usd_per_instance_hour / 2) for r in rows
    )


def form() -> None:
    """The part of the form that takes own prices, as a script of its own."""
    from estimator.ui import own_prices, shell, state

    state.begin()
    shell.messages()
    own_prices.price_book("prices", state.current(), state.changed())


def form_at(query: str = "preset=support_tickets") -> AppTest:
    """The form as a visitor of an address sees it."""
    app = AppTest.from_function(form, default_timeout=60)
    for name, value in parse_qsl(query, keep_blank_values=True):
        app.query_params[name] = value
    return app.run()


def pasted(text: str) -> AppTest:
    """The form with a price book pasted into it."""
    return form_at().text_area(key="paste:prices").set_value(text).run()


def taken(text: str) -> AppTest:
    """The page with a price book in force."""
    app = pasted(text)
    app.button(key="prices:take").click().run()
    assert not app.exception
    return app


def totals(app: AppTest) -> dict[str, Any]:
    """Total cost of every row on the page's scenario."""
    from estimator.ui import cached

    rows = cached.summary(scenario(app))["approaches"]
    return {row["key"]: row["cost_usd"]["total"] for row in rows}


def test_own_prices_give_the_figures_of_the_command_line(tmp_path: Path) -> None:
    from estimator.ui import cached

    text = half_price()
    app = taken(text)
    book = tmp_path / "book.csv"
    book.write_text(text, encoding="utf-8")
    whole = compare_approaches(
        scenario(app).replace("prices", str(book)), load_evidence()
    ).to_dict()
    assert totals(app) == {r["key"]: r["cost_usd"]["total"] for r in whole["approaches"]}
    assert cached.summary(scenario(app))["data_version"] == whole["data_version"]
    before = totals(form_at())
    assert totals(app)["full_finetune"]["p50"] < before["full_finetune"]["p50"]


def test_before_and_after_stand_there_and_the_book_can_be_removed() -> None:
    first = scenario(form_at())
    app = taken(half_price())
    said = [m.value for m in app.markdown if " before, " in m.value]
    assert len(said) >= 5
    assert any(m.startswith("Full fine-tuning: ") for m in said)
    app.button(key="prices:drop").click().run()
    assert scenario(app) == first
    assert not [m for m in app.markdown if " before, " in m.value]


def test_every_bad_cell_has_a_sentence_and_nothing_changes() -> None:
    header, row = template_csv().splitlines()
    good = dict(zip(header.split(","), row.split(","), strict=True))
    first = {**good, "accelerator": "Abacus"}
    second = {**good, "usd_per_instance_hour": "-3", "purchase_option": "gift"}
    lines = [header, *(",".join(cells.values()) for cells in (first, second))]
    app = pasted("\n".join(lines))
    said = alerts(app)
    assert len(said) == 3
    for message, parts in zip(
        said,
        (
            ("Row 2", "accelerator", "Abacus", "L40S"),
            ("Row 3", "purchase_option", "gift", "on_demand, spot"),
            ("Row 3", "usd_per_instance_hour", "-3", "a number from"),
        ),
        strict=True,
    ):
        assert all(part in message for part in parts), message
    assert not [b for b in app.button if b.key == "prices:take"]
    assert scenario(app).prices is None


@pytest.mark.parametrize("text", ["nonsense", "a,b\n1,2", template_csv().splitlines()[0]])
def test_no_price_book_says_what_is_missing(text: str) -> None:
    app = pasted(text)
    assert len(alerts(app)) == 1
    assert not app.exception


def test_a_link_carries_the_hash_and_says_that_the_book_is_absent() -> None:
    from estimator.ui import state

    app = taken(half_price())
    address = state.address_of(scenario(app))
    assert address["price_book"] == book_hash(half_price())
    written = {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()}
    assert written["price_book"] == address["price_book"]
    again = form_at(urlencode(address))
    assert "own price book, which is not here" in texts(again)
    assert scenario(again).prices is None


def test_a_book_without_the_place_moves_the_plan_to_where_it_sells() -> None:
    header, row = template_csv().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    cells |= {"provider": "aws", "region": "eu-own-1", "accelerator": "L40S"}
    app = taken(f"{header}\n{','.join(cells.values())}\n")
    assert scenario(app).compute.region == "eu-own-1"
    assert not app.error


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_a_table_copied_from_a_spreadsheet_is_read(mark: str) -> None:
    text = template_csv().replace(",", mark)
    text = text.replace("1.861", "1,861").replace("2026-07-20", "20.07.2026")
    app = pasted(text)
    assert not alerts(app)
    assert "aws" in app.button(key="prices:take").label


def test_a_bill_is_taken_as_prices_of_its_own() -> None:
    """The kept book is the template's, so that a link and a file name the prices, not the bill."""
    from estimator.ui import cached

    app = taken(AWS_BILL)
    assert "AWS" in texts(app)
    assert scenario(app).prices is not None
    (row,) = cached.book_of(scenario(app)).rows
    assert row.usd_per_instance_hour == pytest.approx(1.5)
