"""Work beside the page: kept within bounds, made once, given up when nobody waits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from estimator import ProjectInputs
from estimator.errors import InputError
from estimator.ui import cached
from estimator.ui.pool import Pool, Turns
from estimator.ui.shelf import Shelf
from estimator.ui.worker import GivenUp, Task, done
from tests.conftest import load_preset

WAIT_SECONDS = 60.0


def scenario(**changes: Any) -> dict[str, Any]:
    return {**load_preset("support_tickets").to_dict(), "draws": 64, **changes}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    return Pool(workers=1)


def test_a_shelf_stays_within_its_bytes_and_keeps_what_is_used() -> None:
    shelf = Shelf(100)
    for name in "abc":
        shelf.put(name, name, 40)
        shelf.get("a")
    assert [shelf.get(n) for n in "abc"] == ["a", None, "c"]
    assert shelf.used_bytes == 80
    shelf.put("a", "new", 10)
    shelf.put("huge", 1, 101)
    assert (shelf.get("a"), shelf.get("huge"), shelf.used_bytes) == ("new", None, 50)


def test_what_nobody_asks_for_is_forgotten() -> None:
    shelf = Shelf(100)
    shelf.put("a", 1, 40)
    assert shelf.forget(60.0) == 0
    assert shelf.forget(0.0) == 1
    assert (shelf.get("a"), shelf.used_bytes) == (None, 0)


def test_what_many_ask_for_is_made_once() -> None:
    shelf, made = Shelf(100), []

    def make() -> str:
        made.append(1)
        time.sleep(0.05)
        return "made"

    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(shelf.once("k", make, 1))) for _ in range(8)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == ["made"] * 8
    assert len(made) == 1


def test_a_failure_is_not_kept_and_the_next_one_tries_again() -> None:
    shelf = Shelf(100)
    with pytest.raises(ZeroDivisionError):
        shelf.once("k", lambda: 1 / 0, 1)
    assert shelf.once("k", lambda: 7, 1) == 7


def test_two_readers_share_one_run_and_one_may_leave(pool: Pool) -> None:
    task = Task("break_even", scenario(seed=5))
    found: list[Any] = []
    reruns: list[int] = []

    def leaves(count: int) -> None:
        reruns.append(count)
        raise GivenUp

    first = threading.Thread(target=lambda: found.append(pool.run("b", task, lambda _: None)))
    first.start()
    while "b" not in pool._jobs:
        time.sleep(0.001)
    job = pool._jobs["b"]
    with pytest.raises(GivenUp):
        pool.run("b", task, leaves)
    assert pool._jobs.get("b") in (job, None)
    first.join(WAIT_SECONDS)
    assert repr(found) == repr([done(task, lambda: None)])


def test_what_nobody_waits_for_is_given_up_and_the_next_is_served(pool: Pool) -> None:
    heavy = Task("answer", scenario(draws=1024, seed=6))
    seen: list[int] = []

    def moves_on(count: int) -> None:
        seen.append(count)
        if count >= 2:
            raise GivenUp

    with pytest.raises(GivenUp):
        pool.run("c", heavy, moves_on)
    assert not pool._jobs
    assert pool.run("d", Task("limits", scenario()), lambda _: None) is not None


def test_a_refusal_comes_back_whole(pool: Pool) -> None:
    bad = scenario(limits={"regions": ["nowhere"]})
    with pytest.raises(InputError, match=r"limits\.regions") as caught:
        pool.run("e", Task("answer", bad), lambda _: None)
    assert caught.value.value == "nowhere"


def test_curves_can_travel(pool: Pool) -> None:
    here = done(Task("cost_curves", scenario()), lambda: None)
    there = pool.run("f", Task("cost_curves", scenario()), lambda _: None)
    assert repr(here) == repr(there)


def test_processes_end_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.ui.pool.IDLE_SECONDS", 0.2)
    short = Pool(workers=2)
    assert short.run("x", Task("limits", scenario()), lambda _: None) is not None
    end = time.monotonic() + WAIT_SECONDS
    while short._threads and time.monotonic() < end:
        time.sleep(0.02)
    assert short._threads == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"draws": 262_144},
        {"draws": 1_048_576},
        {"options": [{"approach": "lora", "n_labelled_to_buy": i} for i in range(200)]},
    ],
)
def test_what_the_page_cannot_carry_is_refused_at_once(changes: dict[str, Any]) -> None:
    inputs = ProjectInputs.from_dict({"task": "text_classification", **changes})
    begun = time.process_time()
    with pytest.raises(InputError, match="python -m estimator compare"):
        cached.summary(inputs)
    assert time.process_time() - begun < 0.1


def test_the_page_answers_one_reader_itself_and_a_process_those_who_ask_meanwhile() -> None:
    task = Task("quick", scenario(seed=3))
    turns = Turns(Pool(workers=1, urgent=True), lambda: task)
    told, quality = done(task, lambda: None)
    assert turns.run("alone", task, lambda: "here") == "here"
    first_is_in, first_may_end = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    def slow() -> str:
        first_is_in.set()
        first_may_end.wait(WAIT_SECONDS)
        return "here"

    def ask(name: str, here: Any) -> None:
        found[name] = turns.run(name, task, here)

    first = threading.Thread(target=ask, args=("first", slow))
    second = threading.Thread(target=ask, args=("second", lambda: "here"))
    first.start()
    assert first_is_in.wait(WAIT_SECONDS)
    second.start()
    second.join(WAIT_SECONDS)
    first_may_end.set()
    first.join(WAIT_SECONDS)
    assert found["first"] == "here"
    beside, draws = found["second"]
    assert beside == told
    assert (draws == quality).all()


def test_who_asked_first_is_answered_first() -> None:
    turns = Turns(Pool(workers=1, urgent=True), lambda: Task("quick", scenario()))
    turns._waking = True
    order: list[int] = []
    begun, end = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        end.wait(WAIT_SECONDS)

    def ask(number: int) -> None:
        turns.run(number, Task("quick", scenario()), lambda: order.append(number))

    threads = [threading.Thread(target=turns.run, args=("first", None, first))]
    threads[0].start()
    assert begun.wait(WAIT_SECONDS)
    for number in range(6):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    end.set()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert order == list(range(6))


def test_what_a_process_refuses_is_refused_in_the_same_words() -> None:
    bad = Task("quick", scenario(compute={"provider": "nobody"}))
    turns = Turns(Pool(workers=1, urgent=True), lambda: Task("quick", scenario()))
    turns._wake()
    with pytest.raises(InputError, match="provider"):
        turns.run("bad", bad, lambda: "here")


def test_where_no_process_can_work_the_page_does() -> None:
    turns = Turns(Pool(workers=1, urgent=True), lambda: Task("quick", scenario()))
    turns._wake()
    assert turns.run("lost", Task("no such work", scenario()), lambda: "here") == "here"


def test_an_answer_needs_no_statistics_and_no_solver() -> None:
    """They are 39 MiB and half a second of every process that answers."""
    code = (
        "import sys; from estimator.ui import cached, worker\n"
        "cached.summary(cached.first_preset())\n"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'sklearn', 'openpyxl', 'matplotlib',"
        " 'typst', 'sqlalchemy') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
