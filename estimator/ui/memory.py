"""Memory of the page's process: few arenas, and what is not used goes back to the machine."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from collections.abc import Callable

ARENAS = 2
LARGE_BYTES = 262_144
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
LOOK_SECONDS = 5.0


def tidy() -> None:
    """Few arenas, large arrays apart, so that what is freed can go back (glibc).

    Otherwise each thread that draws a page keeps free memory of its own.
    """
    _libc(lambda c: c.mallopt(M_ARENA_MAX, ARENAS))
    _libc(lambda c: c.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES))


def give_back() -> None:
    """Return free memory to the system (glibc); elsewhere nothing happens."""
    _libc(lambda c: c.malloc_trim(0))


def settle() -> None:
    """Keep what is loaded out of every later collection, and give back what loading left."""
    gc.collect()
    gc.freeze()
    give_back()


def watch(forget: Callable[[], int]) -> None:
    """Now and then forget what is unused, and give its memory back.

    Parameters
    ----------
    forget : callable
        Forgets what was not used for a while; returns how many results that were.
    """

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            if forget():
                give_back()

    threading.Thread(target=look, daemon=True, name="memory").start()


def _libc(call: Callable[[ctypes.CDLL], object]) -> None:
    try:
        call(ctypes.CDLL("libc.so.6"))
    except (OSError, AttributeError):
        return
