"""The team's price book: a price admin sets it, every answer uses and names it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import load_evidence
from estimator.cli.main import main
from estimator.engine.money.pricebook import select, to_csv
from estimator.errors import StoreError
from estimator.report.exports import scenario_yaml
from estimator.store import privacy, team_prices
from estimator.store.database import Database
from estimator.store.people import Actor, Role
from tests.conftest import load_preset
from tests.store.conftest import ADA, ADMIN, GUEST


def dearer(factor: float) -> str:
    """The shipped offers of the example's place at another price."""
    rows = select(load_evidence().prices, provider="aws", region="us-east-1")
    return to_csv(
        dataclasses.replace(r, usd_per_instance_hour=factor * r.usd_per_instance_hour) for r in rows
    )


def test_only_a_price_admin_sets_it(database: Database, everything: Callable[[], str]) -> None:
    assert team_prices.current(database) is None
    for actor in (ADA, GUEST):
        with pytest.raises(StoreError, match="price admin"):
            team_prices.put(database, actor, "a,b\n")
    first = team_prices.put(database, ADMIN, dearer(2.0))
    found = team_prices.current(database)
    assert found is not None
    assert (found.text, found.who, found.name) == (dearer(2.0), ADMIN.name, first.name)
    assert first.name.startswith("team-prices-")
    team_prices.put(database, ADMIN, dearer(3.0))
    assert team_prices.text_named(database, first.name) == dearer(2.0)
    assert team_prices.text_named(database, "own-prices-.csv") is None
    with pytest.raises(StoreError, match="price admin"):
        team_prices.drop(database, ADA)
    team_prices.drop(database, ADMIN)
    assert team_prices.current(database) is None
    with pytest.raises(StoreError, match="no price book"):
        team_prices.drop(database, ADMIN)
    other = Actor("zoe@example.org", Role.PRICE_ADMIN)
    team_prices.put(database, other, dearer(4.0))
    privacy.erase(database, ADMIN, other.name)
    assert other.name not in everything()
    now = team_prices.current(database)
    assert now is not None
    assert now.text == dearer(4.0)


def test_retention_keeps_the_book_in_use(database: Database) -> None:
    import datetime

    old = team_prices.put(database, ADMIN, dearer(2.0))
    team_prices.put(database, ADMIN, dearer(3.0))
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=400)
    privacy.retain(database, ADMIN, 365, later)
    now = team_prices.current(database)
    assert now is not None
    assert now.text == dearer(3.0)
    assert team_prices.text_named(database, old.name) is None


def test_answers_of_the_command_line_use_and_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    book, small, record = (tmp_path / n for n in ("book.csv", "small.yaml", "record.json"))
    scenario = load_preset("support_tickets").replace("draws", 64)
    small.write_bytes(scenario_yaml(scenario.to_dict()))

    def price() -> float:
        capsys.readouterr()
        assert main(["compare", str(small), "--quick", "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["approaches"]
        return float(next(r for r in rows if r["key"] == "lora")["usd_per_device_hour"])

    shipped = price()
    book.write_text(dearer(2.0), encoding="utf-8")
    assert main(["store", "prices", str(book), "--who", "root@example.org"]) == 0
    assert "by root@example.org" in capsys.readouterr().out
    assert price() == pytest.approx(2 * shipped)
    assert main(["compare", str(small), "--record", str(record)]) == 0
    assert "Prices are those of the team's own price book, team-prices-" in capsys.readouterr().out
    book.write_text(dearer(3.0), encoding="utf-8")
    assert main(["store", "prices", str(book)]) == 0
    assert price() == pytest.approx(3 * shipped)
    assert main(["replay", str(record)]) == 0, "the book of then is kept"
    assert main(["store", "prices", "--drop"]) == 0
    assert price() == pytest.approx(shipped)
    book.write_text("provider,region\naws,nowhere\n", encoding="utf-8")
    assert main(["store", "prices", str(book)]) == 2
