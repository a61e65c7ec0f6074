"""Random scenarios must never take the machine's memory with them."""

from __future__ import annotations

import resource
from collections.abc import Generator

import pytest

LIMIT_BYTES = 8 * 1024**3
"""Address space of a process of these tests: a law that asks for more fails in a sentence."""


@pytest.fixture(scope="module", autouse=True)
def bounded_memory() -> Generator[None, None, None]:
    """Lower the soft limit while a module of laws runs, and give it back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
