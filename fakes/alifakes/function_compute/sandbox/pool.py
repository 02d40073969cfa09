"""The instances of one function: taken when idle, started up to a limit, waited for up to a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from alifakes.function_compute.sandbox.environment import Surroundings
from alifakes.function_compute.sandbox.instance import Instance, LogLine, Outcome

MAX_WAITING = 100


class Exhausted(Exception):
    """Every instance is busy and the queue before them is full."""


class Pool:
    """Runs invocations of one function, each in an instance of its own for as long as it lasts."""

    def __init__(
        self, surroundings: Surroundings, log: LogLine, *, max_instances: int, max_waiting: int = MAX_WAITING
    ) -> None:
        self.function = surroundings.function
        self.max_instances = max_instances
        self._surroundings = surroundings
        self._log = log
        self._slots = asyncio.Semaphore(max_instances)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._instances: set[Instance] = set()
        self._stopping: set[asyncio.Task[None]] = set()
        self._idle: list[Instance] = []

    async def invoke(
        self, event: bytes, request_id: str, *, waits: bool, taken: Callable[[Instance], None] = lambda _: None
    ) -> Outcome:
        """Raises Exhausted when all instances are busy, and one that `waits` only when too many wait already.

        `taken` is told the instance before it begins.
        """
        if self._slots.locked() and not (waits and self._waiting < self._max_waiting):
            raise Exhausted(
                f"function '{self.function.address}' has {self.max_instances} instances at work"
                f" and {self._waiting} requests waiting"
            )
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            return await self._run(event, request_id, taken)
        finally:
            self._slots.release()

    async def _run(self, event: bytes, request_id: str, taken: Callable[[Instance], None]) -> Outcome:
        instance = self._take()
        taken(instance)
        try:
            return await instance.invoke(event, request_id)
        finally:
            if instance.alive:
                self._idle.append(instance)
            else:
                self._instances.discard(instance)

    def _take(self) -> Instance:
        """An idle instance that runs the code as it is now, or a new one."""
        version = self._surroundings.code_version()
        while self._idle:
            instance = self._idle.pop()
            if instance.code_version == version and not instance.has_ended():
                return instance
            self._instances.discard(instance)
            self._retire(instance)
        instance = Instance(self._surroundings, version, self._log)
        self._instances.add(instance)
        return instance

    def _retire(self, instance: Instance) -> None:
        if instance.has_ended():
            instance.kill()
            return
        stopping = asyncio.ensure_future(instance.stop())
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)

    async def stop(self) -> None:
        """Ends every instance, the idle ones after their pre_stop."""
        instances, self._instances = list(self._instances), set()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(instance.stop() for instance in idle), *self._stopping)
        for instance in instances:
            instance.kill()
