"""The engine's time: that of the machine or of a test, which can be moved on but never back."""

from __future__ import annotations

import time
from collections.abc import Callable


def wall_clock() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


class Clock:
    """Calling it gives ms since 1970: `base` and what it was moved on by, and never less than it gave before."""

    def __init__(self, base: Callable[[], int] = wall_clock) -> None:
        self._base = base
        self._ahead_ms = 0
        self._last_ms = 0

    def __call__(self) -> int:
        self._last_ms = max(self._last_ms, self._base() + self._ahead_ms)
        return self._last_ms

    def begin_anew(self) -> None:
        """Whatever it gave before has left no trace: the base may have been set back."""
        self._last_ms = 0

    def advance(self, ms: int) -> None:
        """Raises ValueError when `ms` is negative."""
        if ms < 0:
            raise ValueError(f"the clock never runs backwards: {ms} ms")
        self.set(self() + ms)

    def set(self, ms: int) -> None:
        """Make it `ms` since 1970 now; it goes on from there. Raises ValueError when that is in its past."""
        now_ms = self()
        if ms < now_ms:
            raise ValueError(f"the clock never runs backwards: it shows {now_ms} ms, which is after {ms} ms")
        self._ahead_ms = ms - self._base()
