"""Server-sent events: what has changed since the last look, a few times a second, while somebody watches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable

from alifakes.console.recording import Recording

INTERVAL_S = 0.3
MOST = 400  # changes told at once; who is told so many asks for the rest
PING_TICKS = 17  # about every five seconds, so that a browser that has gone is noticed
MOST_WATCHERS = 16


class Live:
    def __init__(self, recording: Recording, status: Callable[[], dict[str, object]]) -> None:
        self.watchers = 0
        self._recording = recording
        self._status = status

    async def events(self) -> AsyncGenerator[bytes, None]:
        """From the next change on; the first event tells where that begins."""
        self.watchers += 1
        try:
            told = self._recording.version
            yield _event("hello", {"version": told, **self._status()})
            status = self._status()
            quiet = 0
            while True:
                await asyncio.sleep(INTERVAL_S)
                changed = self._recording.changes(told, MOST)
                told = self._recording.version
                now = self._status()
                if changed or now != status:
                    status, quiet = now, 0
                    news = {"records": [record.summary() for record in changed], "more": len(changed) == MOST, **now}
                    yield _event("changes", news)
                elif (quiet := quiet + 1) % PING_TICKS == 0:
                    yield b": still here\n\n"
        finally:
            self.watchers -= 1


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
