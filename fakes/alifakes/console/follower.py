"""Follows the log of the Tablestore emulator and hands each request to the recording."""

from __future__ import annotations

import asyncio

from alifakes.console.recording import Recording
from alifakes.console.records import Call
from alifakes.console.remote import Refused, Remote, Unreachable

INTERVAL_S = 0.5
AT_ONCE = 250  # requests between two chances for others to go on


class Follower:
    """`lost` counts requests that the log forgot before they were read; `problem` says why it cannot be read now."""

    def __init__(self, remote: Remote, recording: Recording) -> None:
        self.lost = 0
        self.read = 0
        self.problem: str | None = None
        self._remote = remote
        self._recording = recording
        self._number = 0
        self._reading = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            await self.catch_up()
            await asyncio.sleep(INTERVAL_S)

    async def catch_up(self) -> None:
        """What has been answered before is known after this; never raises."""
        async with self._reading:
            try:
                answer = await self._remote.ask("GET", f"log/after?number={self._number}")
            except (Unreachable, Refused) as error:
                self.problem = str(error)
                return
            self.problem = None
            self._number = answer["number"]
            self.lost += answer["lost"]
            rows = answer["rows"]
            self.read += len(rows)
            for start in range(0, len(rows), AT_ONCE):
                for row in rows[start : start + AT_ONCE]:
                    self._recording.called(Call.of(row))
                await asyncio.sleep(0)
