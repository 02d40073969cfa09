"""How many operations on tables one instance allows in a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from alifakes.tablestore import errors

_WINDOW_MS = 1000


class TableOperations:
    """`limit` in any second, refused ones not counted; None is without limit."""

    def __init__(self, limit: int | None, now: Callable[[], int]) -> None:
        self._limit = limit
        self._now = now
        self._times_ms: deque[int] = deque()

    def count(self) -> None:
        """Raises OtsError 403 OTSQuotaExhausted."""
        if self._limit is None:
            return
        now_ms = self._now()
        while self._times_ms and self._times_ms[0] <= now_ms - _WINDOW_MS:
            self._times_ms.popleft()
        if len(self._times_ms) >= self._limit:
            raise errors.too_frequent_table_operations()
        self._times_ms.append(now_ms)
