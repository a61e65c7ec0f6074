"""Results kept while they are used: bounded by bytes, each made once however many ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any


class Shelf:
    """The last results; nothing is kept of work that gave way.

    Parameters
    ----------
    limit_bytes : int
        What all results together may take; the one that was longest not asked for makes room.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Any, int, float]] = OrderedDict()
        self._making: dict[Hashable, tuple[Lock, int]] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """A kept result, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept[key] = (found[0], found[1], time.monotonic())
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Any, size_bytes: int) -> None:
        """Keep a result; what is larger than the whole shelf is not kept."""
        with self._lock:
            if key in self._kept:
                self.used_bytes -= self._kept.pop(key)[1]
            if size_bytes > self.limit_bytes:
                return
            self._kept[key] = value, size_bytes, time.monotonic()
            self.used_bytes += size_bytes
            while self.used_bytes > self.limit_bytes:
                self.used_bytes -= self._kept.popitem(last=False)[1][1]

    def forget(self, idle_seconds: float) -> int:
        """Drop what nobody has asked for in so long; returns how many results that were."""
        oldest = time.monotonic() - idle_seconds
        with self._lock:
            idle = [k for k, (_, _, used) in self._kept.items() if used <= oldest]
            for key in idle:
                self.used_bytes -= self._kept.pop(key)[1]
        return len(idle)

    def once(self, key: Hashable, make: Callable[[], Any], size_bytes: int) -> Any:
        """The kept result; where there is none, one caller makes it and the others wait."""
        found = self.get(key)
        if found is not None:
            return found
        with self._lock:
            turn, waiting = self._making.get(key, (Lock(), 0))
            self._making[key] = turn, waiting + 1
        try:
            with turn:
                found = self.get(key)
                if found is None:
                    found = make()
                    self.put(key, found, size_bytes)
                return found
        finally:
            with self._lock:
                turn, waiting = self._making.pop(key)
                if waiting > 1:
                    self._making[key] = turn, waiting - 1
