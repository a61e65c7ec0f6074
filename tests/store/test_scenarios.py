"""Scenarios with versions: nothing is overwritten, old states come back."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from estimator.errors import EstimatorError, InputError, StoreError
from estimator.store import audit, entries, scenarios
from estimator.store.database import Database
from estimator.store.scenarios import Conflict
from tests.store.conftest import ADA, ADMIN, BEN, GUEST, INPUTS, shown


def with_labels(n: int) -> dict[str, Any]:
    return {**INPUTS, "n_labelled_to_buy": n}


def test_a_scenario_comes_back_as_it_was_kept(database: Database) -> None:
    kept = scenarios.save(database, ADA, INPUTS, shown(), note="first", book="a,b\n1,2\n")
    found = scenarios.opened(database, BEN, kept.id)
    assert found.inputs == INPUTS
    assert found.shown == shown()
    assert (found.version, found.who, found.note) == (1, ADA.name, "first")
    assert (found.data_version, found.code_version) == ("d1", "1.0")
    assert scenarios.book_text(database, str(found.book_sha256)) == "a,b\n1,2\n"
    assert [k.name for k in scenarios.listed(database, BEN)] == ["Support tickets"]


def test_versions_stay_and_are_restored_as_new_ones(database: Database) -> None:
    kept = scenarios.save(database, ADA, with_labels(100), shown(1.0))
    scenarios.save(database, BEN, with_labels(200), shown(2.0), kept.id, based_on=1)
    restored = scenarios.restore(database, BEN, kept.id, 1, based_on=2)
    assert restored.version == 3
    versions = scenarios.history(database, ADA, kept.id)
    assert [v.version for v in versions] == [3, 2, 1]
    assert [v.inputs["n_labelled_to_buy"] for v in versions] == [100, 200, 100]
    assert versions[0].restored_from == 1
    assert scenarios.opened(database, ADA, kept.id).shown == shown(1.0)
    assert scenarios.opened(database, ADA, kept.id, 2).shown == shown(2.0)


def test_the_second_writer_gets_the_conflict_and_nothing_is_lost(database: Database) -> None:
    kept = scenarios.save(database, ADA, with_labels(100))
    scenarios.save(database, BEN, with_labels(200), None, kept.id, based_on=1)
    with pytest.raises(Conflict, match="version 2") as error:
        scenarios.save(database, ADA, with_labels(300), None, kept.id, based_on=1)
    assert error.value.theirs.inputs["n_labelled_to_buy"] == 200
    assert error.value.theirs.who == BEN.name
    assert error.value.base is not None
    assert error.value.base.inputs["n_labelled_to_buy"] == 100
    assert len(scenarios.history(database, ADA, kept.id)) == 2


def test_many_writers_at_once_conflict_or_are_kept(database: Database) -> None:
    kept = scenarios.save(database, ADA, with_labels(0))
    done: list[int] = []
    wrong: list[Exception] = []

    def write(n: int) -> None:
        for turn in range(5):
            base = scenarios.opened(database, ADA, kept.id, trace=False).version
            try:
                inputs = with_labels(10 * n + turn)
                done.append(
                    scenarios.save(database, ADA, inputs, None, kept.id, based_on=base).version
                )
            except Conflict:
                continue
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sorted(done) == list(range(2, len(done) + 2))
    assert len(scenarios.history(database, ADA, kept.id)) == len(done) + 1


def test_what_is_not_shared_is_seen_by_its_owner_only(database: Database) -> None:
    kept = scenarios.save(database, ADA, INPUTS, shared=False)
    assert scenarios.listed(database, BEN) == []
    with pytest.raises(StoreError, match="not shared"):
        scenarios.opened(database, BEN, kept.id)
    with pytest.raises(StoreError, match="not shared"):
        scenarios.save(database, BEN, INPUTS, None, kept.id, based_on=1)
    with pytest.raises(StoreError, match="not shared"):
        entries.decide(database, BEN, kept.id, 1, "lora", {})
    scenarios.share(database, ADA, kept.id, True)
    assert [k.id for k in scenarios.listed(database, BEN)] == [kept.id]
    with pytest.raises(StoreError, match="owner"):
        scenarios.share(database, BEN, kept.id, False)
    with pytest.raises(StoreError, match="owner"):
        scenarios.remove(database, BEN, kept.id)
    scenarios.remove(database, ADMIN, kept.id)
    assert scenarios.listed(database, ADA) == []


def test_a_viewer_opens_and_changes_nothing(database: Database) -> None:
    kept = scenarios.save(database, ADA, INPUTS)
    assert scenarios.opened(database, GUEST, kept.id).inputs == INPUTS
    tries = (
        lambda: scenarios.save(database, GUEST, INPUTS),
        lambda: scenarios.save(database, GUEST, INPUTS, None, kept.id, 1),
        lambda: scenarios.restore(database, GUEST, kept.id, 1, 1),
        lambda: entries.enter(database, GUEST, kept.id, "pilot", {}),
        lambda: entries.decide(database, GUEST, kept.id, 1, "lora", {}),
    )
    for attempt in tries:
        with pytest.raises(StoreError, match="editor"):
            attempt()
    assert len(scenarios.history(database, ADA, kept.id)) == 1


def test_results_and_decisions_belong_to_their_scenario(database: Database) -> None:
    kept = scenarios.save(database, ADA, INPUTS, shown())
    point = {"approach": "lora", "n_labelled": 300, "value": 0.84}
    entries.enter(database, BEN, kept.id, "pilot", point, "held-out set")
    entries.decide(database, ADA, kept.id, 1, "lora", {"usd": {"p50": 1.0}}, "go")
    (result,) = entries.results(database, ADA, kept.id)
    assert (result.body, result.who, result.note) == (point, BEN.name, "held-out set")
    (decision,) = entries.decisions(database, BEN, kept.id)
    assert (decision.approach, decision.forecast) == ("lora", {"usd": {"p50": 1.0}})
    with pytest.raises(InputError, match="kind"):
        entries.enter(database, ADA, kept.id, "rumour", {})
    with pytest.raises(StoreError, match="no version"):
        entries.decide(database, ADA, kept.id, 9, "lora", {})


def test_the_trail_says_who_did_what_on_which_figures(database: Database) -> None:
    kept = scenarios.save(database, ADA, INPUTS, shown(1234.0))
    scenarios.opened(database, BEN, kept.id)
    entries.decide(database, BEN, kept.id, 1, "lora", {})
    lines = audit.trail(database, kept.id)
    assert [(x.action, x.who) for x in lines] == [
        ("decide", BEN.name), ("open", BEN.name), ("save", ADA.name),
    ]  # fmt: skip
    for line in lines:
        assert (line.version, line.data_version, line.code_version) == (1, "d1", "1.0")
        assert len(line.shown_sha256) == 64
    assert lines[0].inputs_sha256 == lines[2].inputs_sha256 != ""
    assert '"usd_p50":1234.0' in lines[2].shown


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0", "'; DROP TABLE scenario; --", "<script>x</script>",
        "a\0b\ud800\u202e", "%s %(x)s :name",
    ],
)  # fmt: skip
def test_a_typed_text_is_data(database: Database, text: str) -> None:
    kept = scenarios.save(database, ADA, {**INPUTS, "name": text[:30]}, note=text)
    found = scenarios.history(database, ADA, kept.id)[0]
    assert found.name == text[:30]
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    assert found.note == clean
    for bad in (text, text * 50):
        with pytest.raises(EstimatorError):
            scenarios.opened(database, ADA, bad)
    assert len(scenarios.listed(database, ADA)) == 1
