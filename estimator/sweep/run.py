"""A sweep from its first part to its last: what is there is skipped, what dies is done again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from estimator.errors import EstimatorError
from estimator.sweep.part import do_part, part_path
from estimator.sweep.spec import Task

AHEAD = 3
"""Parts a worker has waiting."""
TRIES = 5
"""Times that a part is begun before the sweep gives up on it."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class SweepError(EstimatorError):
    """A sweep cannot go on; what is written stays."""


class StoppedError(SweepError):
    """A process was killed from outside."""


@dataclass
class Count:
    """How far a sweep is."""

    total: int
    skipped: int = 0
    done: int = 0
    problems: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Scenarios a second since the start."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def share(self) -> float:
        """Share that is done."""
        return (self.skipped + self.done) / self.total if self.total else 1.0

    def told(self) -> str:
        """Where it stands and how long it still takes."""
        here = f"{self.skipped + self.done:,} of {self.total:,} scenarios"
        if not self.rate:
            return here
        left = (self.total - self.skipped - self.done) / self.rate
        return f"{here}, {self.rate:,.0f} a second, {duration(left)} left"


Progress = Callable[[Count], None]


def duration(seconds: float) -> str:
    """Seconds in words: 42 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def run_local(tasks: Iterator[Task], total: int, workers: int, progress: Progress) -> Count:
    """Do the parts in processes of this machine, in this process where one is wanted.

    Raises
    ------
    StoppedError
        When a process was killed; what it had written stays.
    """
    count = Count(total)
    started = time.monotonic()

    def note(done: tuple[int, int]) -> None:
        count.done += done[0]
        count.problems += done[1]
        count.seconds = time.monotonic() - started
        progress(count)

    left = _missing(tasks, count)
    if workers == 1:
        for task in left:
            note(do_part(task))
        return count
    for name in THREADS:
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running: set[Future[tuple[int, int]]] = set()
        try:
            for task in left:
                running.add(pool.submit(do_part, task))
                if len(running) >= AHEAD * workers:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        note(future.result())
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    note(future.result())
        except BrokenProcessPool:
            raise StoppedError(
                "a process of the sweep was killed; finished parts stay, the same command goes on"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return count


def run_dask(tasks: Iterator[Task], total: int, address: str, progress: Progress) -> Count:
    """Do the parts on the workers of a Dask scheduler that share the folder.

    A worker that dies loses the part it was at; another one does it again.

    Raises
    ------
    SweepError
        Where Dask is not installed or the scheduler does not answer.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise SweepError(
            "--engine dask: Dask is not installed; pip install -r deploy/requirements-sweep.txt"
        ) from None
    count = Count(total)
    started = time.monotonic()
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        raise SweepError(f"--scheduler {address}: does not answer: {error}") from None
    with client:
        left = _missing(tasks, count)
        threads = max(sum(client.nthreads().values()), 1)
        running: Any = as_completed()
        waiting = 0
        for task in left:
            running.add(client.submit(do_part, task, key=f"part-{task.name}", retries=TRIES))
            waiting += 1
            if waiting >= AHEAD * threads:
                waiting -= _take(running, count, started, progress)
        while waiting:
            waiting -= _take(running, count, started, progress)
    return count


def _take(running: Any, count: Count, started: float, progress: Progress) -> int:
    """Take one finished part; raises what it raised."""
    future = next(running)
    done, problems = future.result()
    future.release()
    count.done += done
    count.problems += problems
    count.seconds = time.monotonic() - started
    progress(count)
    return 1


def _missing(tasks: Iterator[Task], count: Count) -> Iterator[Task]:
    """Parts that are not there yet."""
    for task in tasks:
        if part_path(task.folder, task.name).exists():
            count.skipped += len(task.rows)
        else:
            yield task
