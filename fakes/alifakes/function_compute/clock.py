"""The emulator's clock: real time, or time that stands still, and in either case time that can be put forward."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from itertools import count

# from a sleeper's waking until it has acted and sleeps again; it waits for nothing in between
_TURNS = 5


class Clock:
    """Belongs to one event loop. `stands_at` is an aware time at which it stands still until it is advanced."""

    def __init__(self, stands_at: datetime | None = None) -> None:
        self._stands_at = stands_at
        self._ahead = timedelta()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        """In UTC."""
        base = datetime.now(timezone.utc) if self._stands_at is None else self._stands_at.astimezone(timezone.utc)
        return base + self._ahead

    def seconds(self) -> float:
        """The same as seconds since 1970."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Until so much time has passed, by itself or by `advance()`."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        entry = (self.now() + timedelta(seconds=seconds), next(self._numbers), woken)
        heapq.heappush(self._sleepers, entry)
        timer = loop.call_later(seconds, _wake, woken) if self._stands_at is None else None
        try:
            await woken
        finally:
            if timer is not None:
                timer.cancel()
            if entry in self._sleepers:
                self._sleepers.remove(entry)
                heapq.heapify(self._sleepers)

    async def advance(self, seconds: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Puts it forward; whoever sleeps wakes at the moment it asked for, and `settle` waits for what that starts."""
        target = self.now() + timedelta(seconds=seconds)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, woken = heapq.heappop(self._sleepers)
            self._ahead += max(due - self.now(), timedelta())
            _wake(woken)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            await settle()
        self._ahead += max(target - self.now(), timedelta())


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
