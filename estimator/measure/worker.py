"""A measurement in a process of its own: bounded in time and memory, stopped when asked.

The examples go through a pipe; nothing is written to a disk.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any, BinaryIO

from estimator.errors import EstimatorError
from estimator.measure.door import Looked, Settings, run
from estimator.measure.notes import UnreadableFile
from estimator.measure.points import Measured

CPU_SECONDS = 240
MEMORY_BYTES = 4_000_000_000
"""Address space; what is resident stays below 1 GiB for 5,000 texts."""

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from estimator.measure.worker import main; main()"


class Job:
    """A measurement that runs elsewhere; ask ``share`` and ``ended`` now and then.

    Parameters
    ----------
    looked : Looked
    settings : Settings
    metric : str
    frozen : bool
        Whether frozen features are measured too.
    """

    def __init__(
        self, looked: Looked, settings: Settings, metric: str, frozen: bool = False
    ) -> None:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.share = 0.0
        self.result: Measured | None = None
        self.refusal: EstimatorError | None = None
        self.cancelled = False
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **limits, "PYTHONPATH": os.pathsep.join(p for p in paths if p)},
        )
        self._stop = weakref.finalize(self, _kill, self._process)
        listener = threading.Thread(
            target=_listen,
            args=(weakref.ref(self), self._process, (looked, settings, metric, frozen)),
            daemon=True,
        )
        listener.start()
        self._listener = listener

    @property
    def ended(self) -> bool:
        """Is there a result or a refusal?"""
        return self.result is not None or self.refusal is not None

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; is it ended?"""
        self._listener.join(seconds)
        return self.ended

    def cancel(self) -> None:
        """Stop the work because somebody asked for it."""
        self.cancelled = True
        self._stop()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()


def _listen(
    job: weakref.ref[Job],
    process: subprocess.Popen[bytes],
    work: tuple[Looked, Settings, str, bool],
) -> None:
    """Hand the work over and take what comes back, without keeping the job alive."""
    assert process.stdin is not None
    assert process.stdout is not None
    last: Any = None
    try:
        _send(process.stdin, work)
        process.stdin.close()
        del work
        while True:
            last = _receive(process.stdout)
            owner = job()
            if owner is None or not isinstance(last, float):
                break
            owner.share = last
            del owner
    except (OSError, EOFError, struct.error, pickle.UnpicklingError):
        last = None
    owner = job()
    if owner is None:
        return
    if isinstance(last, Measured):
        owner.result = last
    else:
        owner.refusal = last if isinstance(last, EstimatorError) else UnreadableFile("stopped")


def _send(stream: BinaryIO | Any, value: Any) -> None:
    raw = pickle.dumps(value)
    stream.write(struct.pack(">Q", len(raw)) + raw)
    stream.flush()


def _receive(stream: BinaryIO | Any) -> Any:
    head = stream.read(8)
    (size,) = struct.unpack(">Q", head)
    return pickle.loads(stream.read(size))


def main() -> None:
    """The work itself, in the other process."""
    _bound()
    out = sys.stdout.buffer
    looked, settings, metric, frozen = _receive(sys.stdin.buffer)
    try:
        answer: Any = run(
            looked, settings, metric, lambda share, what: _send(out, float(share)), frozen
        )
    except UnreadableFile as error:
        answer = error
    except MemoryError:
        answer = UnreadableFile("stopped")
    _send(out, answer)


def _bound() -> None:
    try:
        import resource
    except ImportError:
        return
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
