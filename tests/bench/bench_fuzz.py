"""Mutated files by the hundred thousand, run by hand: none crashes, none hangs.

    nice python -m tests.bench.bench_fuzz 0 100000
    nice python -m tests.bench.bench_fuzz 0 100000 --measure 200     # each 200th is measured too

A file that takes longer than its bound is stopped and counted; the seed of each fault is printed.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter
from typing import Any

from estimator.errors import InputError
from estimator.measure.door import look_at_bytes, metrics_of, run, why_not
from tests.measure.test_fuzz import SETTINGS, mutated, outcome

HANG_SECONDS, HANG_MEASURED_SECONDS = 20, 120


class Hang(Exception):
    """A file took too long."""


def _stop(*_: Any) -> None:
    raise Hang


def measured(data: bytes) -> str:
    """How the measurement of a mutated file ended."""
    try:
        looked = look_at_bytes(data, SETTINGS)
    except InputError:
        return "not read"
    metric = metrics_of(looked.facts)[0]
    if why_not(looked.facts, metric) is not None:
        return "not measured"
    run(looked, SETTINGS, metric)
    return "measured"


def main() -> None:
    """Count how the files of some seeds end."""
    p = argparse.ArgumentParser()
    p.add_argument("first", type=int)
    p.add_argument("last", type=int)
    p.add_argument("--measure", type=int, default=0, metavar="N")
    arguments = p.parse_args()
    signal.signal(signal.SIGALRM, _stop)
    ends: Counter[str] = Counter()
    slowest, started = 0.0, time.monotonic()
    for seed in range(arguments.first, arguments.last):
        data, begun = mutated(seed), time.process_time()
        try:
            signal.alarm(HANG_SECONDS)
            ends[outcome(data)] += 1
            slowest = max(slowest, time.process_time() - begun)
            if arguments.measure and seed % arguments.measure == 0:
                signal.alarm(HANG_MEASURED_SECONDS)
                ends[measured(data)] += 1
        except (Exception, Hang) as fault:
            ends["FAULT"] += 1
            print(seed, type(fault).__name__, str(fault)[:200], flush=True)
        finally:
            signal.alarm(0)
    for end, n in ends.most_common():
        print(f"{n:8,} {end}")
    print(f"slowest {slowest:.2f} CPU seconds, {time.monotonic() - started:.0f} seconds in all")
    raise SystemExit(1 if ends["FAULT"] else 0)


if __name__ == "__main__":
    main()
