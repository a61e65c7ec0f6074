"""Who does the work beside the page: few processes, each task once, none that nobody waits for."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from estimator.ui.worker import HURRY, Task

WORKERS = "ESTIMATOR_WORKERS"
MOST_WORKERS = 4
IDLE_SECONDS = 60.0
"""A process that has had nothing to do for so long is ended; its memory goes back."""
LOOK_SECONDS = 0.05
ROOT = Path(__file__).resolve().parents[2]


class Job:
    """One task under way, and how many wait for it."""

    def __init__(self, key: Hashable, task: Task) -> None:
        self.key, self.task = key, task
        self.waiting, self.reruns = 1, 0
        self.value: Any = None
        self.error: Exception | None = None
        self.over = threading.Event()


class WorkFailed(Exception):
    """A process died or met what nobody foresaw; the page says that the search is not possible."""


class Pool:
    """Processes that are started when there is work and ended when there is none.

    Parameters
    ----------
    workers : int
        How many tasks run at once.
    urgent : bool
        A reader waits for the result before anything else: the processes are not held back.
    """

    def __init__(self, workers: int | None = None, urgent: bool = False) -> None:
        cores = os.cpu_count() or 1
        usual = min(MOST_WORKERS, max(1, cores - 1))
        self.workers = workers or int(os.environ.get(WORKERS) or usual)
        self._jobs: dict[Hashable, Job] = {}
        self._queue: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._arguments = [HURRY] if urgent else []

    def run(self, key: Hashable, task: Task, tick: Callable[[int], None]) -> Any:
        """The result of a task; two that ask for the same key share one run.

        Parameters
        ----------
        key : hashable
        task : Task
        tick : callable
            Called every moment with the number of re-runs made; an exception from it means that
            this reader has moved on.
        """
        job = self._join(key, task)
        try:
            while not job.over.wait(LOOK_SECONDS):
                tick(job.reruns)
        finally:
            self._leave(job)
        if job.error is not None:
            raise job.error
        return job.value

    def _join(self, key: Hashable, task: Task) -> Job:
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                job.waiting += 1
                return job
            job = self._jobs[key] = Job(key, task)
            self._queue.put(job)
            if self._threads < min(self.workers, len(self._jobs)):
                self._threads += 1
                threading.Thread(target=self._serve, daemon=True).start()
            return job

    def _leave(self, job: Job) -> None:
        with self._lock:
            job.waiting -= 1
            if not job.waiting and self._jobs.get(job.key) is job:
                del self._jobs[job.key]

    def _serve(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        number = 0
        while True:
            try:
                job = self._queue.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if not self._queue.empty():
                        continue
                    self._threads -= 1
                if process is not None:
                    _end(process)
                return
            if not job.waiting:
                continue
            number += 1
            try:
                if process is None or process.poll() is not None:
                    process = _started(self._arguments)
                self._work(process, number, job)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                job.error = WorkFailed(str(error))
                if process is not None:
                    _end(process)
                process = None
            with self._lock:
                if self._jobs.get(job.key) is job:
                    del self._jobs[job.key]
            job.over.set()

    def _work(self, process: subprocess.Popen[bytes], number: int, job: Job) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process, ("task", number, job.task))
        stopping = False
        while True:
            kind, _, value = pickle.load(process.stdout)
            if kind == "tick":
                job.reruns += 1
                if not job.waiting and not stopping:
                    stopping = True
                    _send(process, ("stop", number, None))
                continue
            if kind == "done":
                job.value = value
            elif kind == "error":
                job.error = value
            else:
                job.error = WorkFailed(value or "given up")
            return


class _Place:
    """A reader's place in the queue."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.beside = False


class Turns:
    """Who makes the next answer: a process beside the page where one is awake, else the page.

    While one reader asks at a time the page itself is quickest and no process is kept. When two
    ask at once a process is started, and from then on the page has its hands free to draw.

    Parameters
    ----------
    pool : Pool
    wake : callable
        Gives work that loads what a process needs.
    """

    def __init__(self, pool: Pool, wake: Callable[[], Task]) -> None:
        self._pool, self._wake_with = pool, wake
        self._free, self._own = pool.workers, True
        self._waking, self._awake_until = False, 0.0
        self._waiting: deque[_Place] = deque()
        self._lock = threading.Lock()

    def run(self, key: Hashable, task: Task, here: Callable[[], Any]) -> Any:
        """The result of a task, made by ``here`` or by a process; first come, first served."""
        beside = self._taken()
        try:
            if beside:
                try:
                    return self._pool.run(key, task, lambda _: None)
                except WorkFailed:
                    return here()
            return here()
        finally:
            with self._lock:
                if beside:
                    self._free += 1
                    self._awake_until = time.monotonic() + IDLE_SECONDS / 2
                else:
                    self._own = True
                self._call()

    def _taken(self) -> bool:
        with self._lock:
            beside = None if self._waiting else self._open()
            if beside is not None:
                return beside
            place = _Place()
            self._waiting.append(place)
            if not self._waking and time.monotonic() >= self._awake_until:
                self._waking = True
                threading.Thread(target=self._wake, daemon=True).start()
        place.called.wait()
        return place.beside

    def _open(self) -> bool | None:
        """Take a process, or the page; None where both are at work."""
        if self._free and time.monotonic() < self._awake_until:
            self._free -= 1
            return True
        if self._own:
            self._own = False
            return False
        return None

    def _call(self) -> None:
        while self._waiting and (beside := self._open()) is not None:
            place = self._waiting.popleft()
            place.beside = beside
            place.called.set()

    def _wake(self) -> None:
        """Start every process of the pool; only then is one counted on."""
        woken: list[bool] = []

        def one(number: int) -> None:
            with contextlib.suppress(WorkFailed):
                self._pool.run(("wake", number), self._wake_with(), lambda _: None)
                woken.append(True)

        starts = [threading.Thread(target=one, args=(i,)) for i in range(self._pool.workers)]
        for start in starts:
            start.start()
        for start in starts:
            start.join()
        with self._lock:
            self._waking = False
            self._awake_until = time.monotonic() + IDLE_SECONDS / 2 if woken else 0.0
            self._call()


def _started(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "estimator.ui.worker", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _send(process: subprocess.Popen[bytes], message: tuple[Any, ...]) -> None:
    assert process.stdin is not None
    pickle.dump(message, process.stdin, protocol=5)
    process.stdin.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
