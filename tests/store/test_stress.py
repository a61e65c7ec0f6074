"""A thousand saves of twenty clients at once; killed in the middle two hundred times."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest

from estimator.store import privacy, scenarios
from estimator.store.database import Database
from estimator.store.scenarios import Conflict
from tests.store.conftest import ADA, INPUTS, shown

CLIENTS, SAVES, PROJECTS, KILLS = 20, 50, 8, 200
KILLS_AGAIN = 50
"""Of the second driver of a database that was killed 200 times by the first."""
PADDING = 40_000
FORK = multiprocessing.get_context("fork")


@pytest.mark.slow
def test_a_thousand_saves_of_twenty_clients(address: str) -> None:
    first = Database(address)
    ids = [scenarios.save(first, ADA, {**INPUTS, "n": 0}).id for _ in range(PROJECTS)]
    kept: Counter[str] = Counter()
    marks: list[tuple[str, int, str]] = []
    conflicts, wrong = [0], []
    guard = threading.Lock()

    def client(number: int) -> None:
        database = Database(address)
        try:
            for turn in range(SAVES):
                one, mark = ids[(number + turn) % PROJECTS], f"{number}:{turn}"
                while True:
                    base = scenarios.opened(database, ADA, one, trace=False).version
                    try:
                        done = scenarios.save(
                            database, ADA, {**INPUTS, "mark": mark}, shown(), one, base
                        )
                    except Conflict:
                        conflicts[0] += 1
                        continue
                    with guard:
                        kept[one] += 1
                        marks.append((one, done.version, mark))
                    break
        except Exception as error:
            wrong.append(repr(error))
        finally:
            database.close()

    began = time.monotonic()
    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    assert wrong == []
    assert len(marks) == CLIENTS * SAVES
    found = {
        (one, v.version, str(v.inputs["mark"]))
        for one in ids
        for v in scenarios.history(first, ADA, one)
        if "mark" in v.inputs
    }
    assert found == set(marks), "every save is there under the number it was told"
    for one in ids:
        assert scenarios.opened(first, ADA, one, trace=False).version == kept[one] + 1
    lines = sum('"action": "save"' in line for line in privacy.export(first))
    assert lines == CLIENTS * SAVES + PROJECTS
    first.close()
    print(f"{address[:6]}: {len(marks)} saves, {conflicts[0]} conflicts, {took:.1f} s")


@pytest.mark.slow
def test_killed_at_any_moment_a_version_is_old_or_new_and_whole(address: str) -> None:
    database = Database(address)
    kills = KILLS_AGAIN if "psycopg" in address else KILLS
    one = scenarios.save(database, ADA, {**INPUTS, "padding": ""}, {"word": ""}).id
    rng, unsaid = np.random.default_rng(5), 0
    for _ in range(kills):
        listening, telling = FORK.Pipe(duplex=False)
        writer = FORK.Process(target=write, args=(address, one, telling))
        writer.start()
        telling.close()
        last = listening.recv()
        time.sleep(float(rng.uniform(0.0, 0.06)))
        writer.kill()
        writer.join()
        with contextlib.suppress(EOFError):
            while True:
                last = listening.recv()
        listening.close()
        newest = scenarios.opened(database, ADA, one, trace=False)
        assert newest.version in (last, last + 1), "what was told is kept, at most one more"
        unsaid += newest.version == last + 1
        whole(database, one, newest.version)
    versions = [v.version for v in scenarios.history(database, ADA, one)]
    assert versions == list(range(len(versions), 0, -1))
    assert len(versions) > kills / 4, "the writers were killed at work, not before it"
    database.close()
    print(f"{address[:6]}: {kills} kills, {len(versions)} versions, {unsaid} kept but not yet told")


def write(address: str, one: str, telling: Any) -> None:
    """Save version after version, telling each number, until killed."""
    database = Database(address)
    version = scenarios.opened(database, ADA, one, trace=False).version
    telling.send(version)
    while True:
        word = f"{version + 1}".ljust(12, "x")
        inputs = {**INPUTS, "name": word, "padding": word * (PADDING // 12)}
        shown = {"word": word, "more": word * (PADDING // 12)}
        try:
            version = scenarios.save(database, ADA, inputs, shown, one, version).version
        except Conflict as error:
            # The server finished the save of a writer that was killed before this one began.
            version = error.theirs.version
        telling.send(version)


def whole(database: Database, one: str, version: int) -> None:
    """The newest version is complete, and both copies of its word agree."""
    found: Any = scenarios.opened(database, ADA, one, version, trace=False)
    if version == 1:
        return
    word = f"{version}".ljust(12, "x")
    assert found.inputs["name"] == word
    assert found.inputs["padding"] == word * (PADDING // 12)
    assert found.shown == {"word": word, "more": word * (PADDING // 12)}
