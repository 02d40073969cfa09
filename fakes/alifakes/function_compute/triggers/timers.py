"""Fires timer triggers: at their time, or at once when asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from alifakes.function_compute import events
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.model import Function, Project, TimerTrigger
from alifakes.function_compute.triggers.cron import Schedule

# a suspended machine's monotonic clock stands still, and a wall clock may be set: look at it again now and then
LONGEST_SLEEP_S = 30.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Timers:
    """The timer triggers of a project; `now` and `sleep` (seconds) are their clock."""

    def __init__(
        self,
        project: Project,
        invocations: Invocations,
        *,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._triggers = [(function, trigger) for function in project.functions for trigger in function.timer_triggers]
        self._invocations = invocations
        self._now = now
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Lets every enabled trigger run on its schedule."""
        self._tasks = [
            asyncio.ensure_future(self._run(function, trigger))
            for function, trigger in self._triggers
            if trigger.enabled
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, function: Function, trigger: TimerTrigger) -> None:
        schedule = Schedule(trigger.cron)
        due = schedule.after(self._now())
        while True:
            # of the times missed while the machine was suspended, only the first is made up for
            while (left := (due - self._now()).total_seconds()) > 0:
                await self._sleep(min(left, LONGEST_SLEEP_S))
            self._fire(function, trigger, due)
            due = schedule.after(self._now())

    def fire(self, name: str, trigger_name: str | None = None) -> list[str]:
        """Fires timer triggers of a function (name or address) now, enabled or not: that of the name given, or all.

        Returns the request ids.
        """
        moment = self._now()
        return [
            self._fire(function, trigger, moment)
            for function, trigger in self._triggers
            if name in (function.name, function.address) and trigger_name in (None, trigger.name)
        ]

    def listing(self) -> list[dict[str, Any]]:
        """Every trigger, and when its schedule has it next, in ms since 1970; that runs while `running` says so."""
        moment = self._now()
        return [
            {
                "function": function.address,
                "name": trigger.name,
                "cron": trigger.cron,
                "enabled": trigger.enabled,
                "running": bool(self._tasks) and trigger.enabled,
                "payload": trigger.payload,
                "next_ms": int(Schedule(trigger.cron).after(moment).timestamp() * 1000),
            }
            for function, trigger in self._triggers
        ]

    def _fire(self, function: Function, trigger: TimerTrigger, moment: datetime) -> str:
        invocation = Invocation.of(function, "timer", trigger.name)
        self._invocations.enqueue(invocation, events.timer(moment, trigger.name, trigger.payload))
        return invocation.request_id
