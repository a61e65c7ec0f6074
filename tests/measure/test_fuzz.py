"""Mutated files: read or refused with a sentence, never a crash, never slow.

`tests/bench/bench_fuzz.py` runs them by the hundred thousand.
"""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from estimator.errors import InputError
from estimator.measure.door import Settings, look_at_bytes
from estimator.measure.telling import document
from tests.measure.shapes import READ, REFUSED

SETTINGS = Settings()
WHOLE = [
    c if isinstance(c, bytes) else c.encode()
    for c in [*(v[0] for v in READ.values()), *(v[0] for v in REFUSED.values())]
]
PIECES = (
    b'"',
    b"'",
    b"\n",
    b"\r",
    b"\t",
    b";",
    b",",
    b"|",
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b"NaN",
    b"1e999",
    b"\xef\xbb\xbf",
    b"\\",
    b"\\u0000",
    b"=1+1",
    b"-DOCSTART-",
    b"__label__",
    b"sep=;\n",
    b"\xf0\x9f\x98\x80",
    b"null",
    b"0" * 400,
    b"PK\x03\x04",
    b"%",
)
SLOW_SECONDS = 5.0


def mutated(seed: int) -> bytes:
    """A known file with some bytes cut, doubled, swapped or replaced."""
    rng = np.random.default_rng(seed)
    data = bytearray(WHOLE[int(rng.integers(len(WHOLE)))])
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(len(data) + 1))
        to = min(len(data), at + int(rng.integers(1, 60)))
        kind = int(rng.integers(6))
        if kind == 0:
            del data[at:to]
        elif kind == 1:
            data[at:at] = data[at:to] * int(rng.integers(1, 5))
        elif kind == 2:
            data[at:at] = PIECES[int(rng.integers(len(PIECES)))]
        elif kind == 3 and data:
            data[min(at, len(data) - 1)] = int(rng.integers(256))
        elif kind == 4:
            del data[at:]
        else:
            other = WHOLE[int(rng.integers(len(WHOLE)))]
            data[at:to] = other[: to - at]
    return bytes(data)


def outcome(data: bytes) -> str:
    """How a file ended: its kind, or the key of the refusal."""
    started = time.process_time()
    try:
        looked = look_at_bytes(data, SETTINGS)
        document(looked, None)
        end = looked.facts.kind
    except InputError as error:
        end = f"refused {error.value}"
    assert time.process_time() - started < SLOW_SECONDS
    return end


@pytest.mark.parametrize("part", range(4))
def test_mutated_files_are_read_or_refused(part: int) -> None:
    ends = Counter(outcome(mutated(100 * part + i)) for i in range(100))
    assert len(ends) > 5
