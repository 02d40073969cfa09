"""A clock that can be put forward."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Clock:
    """`base` in milliseconds since 1970, plus what it was put forward by."""

    def __init__(self, base: Callable[[], int]) -> None:
        self._base = base
        self._ahead_ms = 0
        self._lock = Lock()

    def now(self) -> int:
        return self._base() + self._ahead_ms

    def move_to(self, ms: int) -> None:
        """Never back: a moment that has passed changes nothing."""
        with self._lock:
            self._ahead_ms += max(0, ms - self.now())
