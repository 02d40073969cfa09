"""Runs invocations and keeps their records: asynchronous ones through a queue with retries."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Protocol

from alifakes.function_compute.destinations import Destinations, Ending, result_event
from alifakes.function_compute.model import Function
from alifakes.function_compute.sandbox.environment import access_key_id
from alifakes.function_compute.sandbox.instance import Instance, Outcome
from alifakes.function_compute.sandbox.pool import Exhausted, Pool

RECORDS_KEPT = 20_000
ASYNC_PAYLOAD_LIMIT = 128 * 1024
# for so long an invocation is tried again that finds all instances busy
THROTTLED_AT_MOST_S = 5 * 3600
_numbers = count(1)


@dataclass
class Invocation:
    """One invocation; `status` is queued, running, retrying, throttled, ok, error, expired, dropped or (http) a number.

    `started_ms` is the wall clock's time at submission; `duration_ms` is the last attempt's. `parent` is the number of
    the invocation that asked for it, or whose result it is told. `due_ms` is when one that rests is tried, by the
    queue's clock.
    """

    function: str
    service: str | None
    kind: str
    label: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    task_id: str | None = None
    status: str = "queued"
    attempts: int = 0
    duration_ms: float = 0.0
    started_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    parent: int | None = None
    due_ms: int | None = None
    number: int = field(default_factory=lambda: next(_numbers))

    @classmethod
    def of(cls, function: Function, kind: str, label: str = "", parent: int | None = None) -> Invocation:
        return cls(function.name, function.service, kind, label, parent=parent)

    @property
    def address(self) -> str:
        return self.function if self.service is None else f"{self.service}${self.function}"

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "duration_ms": round(self.duration_ms, 3)}

    def line(self) -> str:
        """What is printed: `follow  http PUT /v1/follows/7  200  12 ms`."""
        what = f"{self.kind} {self.label}".rstrip()
        attempt = f"  (attempt {self.attempts})" if self.kind in ("async", "timer") else ""
        return f"{self.function}  {what}  {self.status}  {self.duration_ms:.0f} ms{attempt}"


class TaskExists(Exception):
    """A task with this id has been accepted before."""


OnInvocation = Callable[[Invocation], None]


class Watcher(Protocol):
    """Is told on the event loop what becomes of every invocation; whatever waits or raises there harms them all."""

    def accepted(self, invocation: Invocation, event: bytes) -> None: ...
    def begun(self, invocation: Invocation, instance: Instance) -> None:
        """An attempt."""

    def printed(self, instance_id: str, line: str) -> None: ...
    def ended(self, outcome: Outcome) -> None:
        """The attempt of the outcome's instance."""

    def changed(self, invocation: Invocation) -> None:
        """Its status."""


class Invocations:
    """Belongs to one event loop. `sleep` and `now` (seconds) are the queue's clock.

    An asynchronous invocation whose code failed is retried as often as its function declares, after `retry_base_s`,
    then twice that and so on (the service does not document its pauses). One that finds all instances busy is tried
    again as documented: after half of `retry_base_s`, then ever twice as long, for five hours; that costs no attempt.
    """

    def __init__(
        self,
        pools: Mapping[str, Pool],
        on_invocation: OnInvocation,
        *,
        destinations: Destinations | None = None,
        retry_base_s: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        watcher: Watcher | None = None,
    ) -> None:
        self.records: deque[Invocation] = deque(maxlen=RECORDS_KEPT)
        self._pools = pools
        self._on_invocation = on_invocation
        self._destinations = destinations
        self._retry_base_s = retry_base_s
        self._sleep = sleep
        self._now = now
        self._watcher = watcher
        self._callers: dict[str, Invocation] = {}  # what runs now, by the access key id that it signs with
        self._slots = {address: asyncio.Semaphore(pool.max_instances) for address, pool in pools.items()}
        self._queued: set[asyncio.Task[None]] = set()
        self._resting = 0
        self._rested = asyncio.Event()
        self._task_ids: set[tuple[str, str]] = set()
        self._to_double: Counter[str] = Counter()

    async def run(self, invocation: Invocation, event: bytes, judge: Callable[[Outcome], str] | None = None) -> Outcome:
        """Runs it now; `judge` names the status of a finished call. Raises Exhausted."""
        self._record(invocation, event)
        invocation.attempts = 1
        try:
            outcome = await self._invoke(invocation, event, waits=True)
        except Exhausted:
            self._finish(invocation, "429", 0.0)
            raise
        status = judge(outcome) if judge else _plain_status(outcome)
        self._finish(invocation, status, outcome.duration_ms)
        return outcome

    def enqueue(self, invocation: Invocation, event: bytes, delay_s: int = 0) -> None:
        """Accepts it to be run once `delay_s` is over; raises TaskExists for a task id that the function has had."""
        if invocation.task_id is not None:
            if (invocation.address, invocation.task_id) in self._task_ids:
                raise TaskExists(invocation.task_id)
            self._task_ids.add((invocation.address, invocation.task_id))
        self._accept(invocation, event, delay_s)
        if self._to_double[invocation.address] > 0:
            self._to_double[invocation.address] -= 1
            twin = replace(invocation, label=f"{invocation.label} again".strip(), number=next(_numbers))
            self._accept(twin, event, delay_s)

    def double(self, address: str, times: int) -> None:
        """The next so many asynchronous invocations of a function are delivered twice: at least once, not once."""
        self._to_double[address] = times

    def caller(self, key_id: str) -> int | None:
        """The number of the invocation that is run by the instance of this access key id."""
        found = self._callers.get(key_id)
        return found.number if found else None

    def _record(self, invocation: Invocation, event: bytes) -> None:
        self.records.append(invocation)
        if self._watcher is not None:
            self._watcher.accepted(invocation, event)

    async def _invoke(self, invocation: Invocation, event: bytes, *, waits: bool) -> Outcome:
        """Raises Exhausted."""
        keys: list[str] = []

        def taken(instance: Instance) -> None:
            keys.append(access_key_id(instance.id))
            self._callers[keys[0]] = invocation
            invocation.status, invocation.due_ms = "running", None
            if self._watcher is not None:
                self._watcher.begun(invocation, instance)

        pool = self._pools[invocation.address]
        try:
            outcome = await pool.invoke(event, invocation.request_id, waits=waits, taken=taken)
        finally:
            for key_id in keys:
                del self._callers[key_id]
        if self._watcher is not None:
            self._watcher.ended(outcome)
        return outcome

    def _accept(self, invocation: Invocation, event: bytes, delay_s: int) -> None:
        invocation.due_ms = self._in(delay_s) if delay_s else None
        self._record(invocation, event)
        task = asyncio.ensure_future(self._work_off(invocation, event, delay_s))
        self._queued.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._queued.discard(task)
        self._rested.set()

    async def _work_off(self, invocation: Invocation, event: bytes, delay_s: int) -> None:
        if delay_s:
            await self._rest(delay_s)
        function = self._pools[invocation.address].function
        ending = await self._attempts(invocation, event, self._now())
        destination = function.asynchronous.destination(succeeded=ending.succeeded)
        if self._destinations is not None and destination:
            told = result_event(function, invocation.request_id, invocation.attempts, event, ending, self._now())
            target = self._destinations.deliver(function, invocation.request_id, destination, told)
            if target is not None:
                label = f"result of {function.address}"
                self._tell(Invocation.of(target, "async", label, invocation.number), told)

    def _tell(self, telling: Invocation, event: bytes) -> None:
        if len(event) <= ASYNC_PAYLOAD_LIMIT:
            self.enqueue(telling, event)
        else:
            self._record(telling, event)
            self._finish(telling, "dropped", 0.0)

    async def _attempts(self, invocation: Invocation, event: bytes, accepted: float) -> Ending:
        config = self._pools[invocation.address].function.asynchronous
        throttled_s, pause_s = 0.0, self._retry_base_s / 2
        while True:
            async with self._slots[invocation.address]:
                if self._now() - accepted > config.max_age:
                    self._finish(invocation, "expired", 0.0)
                    return Ending("Expired")
                outcome = await self._attempt(invocation, event)
            if outcome is None:
                if throttled_s > THROTTLED_AT_MOST_S:
                    self._finish(invocation, "429", 0.0)
                    return Ending("FunctionResourceExhausted")
                await self._wait(invocation, "throttled", pause_s)
                throttled_s, pause_s = throttled_s + pause_s, pause_s * 2
            elif outcome.error_type is None or invocation.attempts > config.retries:
                self._finish(invocation, _plain_status(outcome), outcome.duration_ms)
                return Ending(outcome.error_type or "", outcome)
            else:
                self._finish(invocation, "error", outcome.duration_ms)
                await self._wait(invocation, "retrying", self._retry_base_s * 2 ** (invocation.attempts - 1))

    async def _attempt(self, invocation: Invocation, event: bytes) -> Outcome | None:
        """None when all instances are busy."""
        invocation.attempts += 1
        try:
            return await self._invoke(invocation, event, waits=False)
        except Exhausted:
            invocation.attempts -= 1
            return None

    async def _rest(self, seconds: float) -> None:
        self._resting += 1
        self._rested.set()
        try:
            await self._sleep(seconds)
        finally:
            self._resting -= 1

    def _finish(self, invocation: Invocation, status: str, duration_ms: float) -> None:
        invocation.status, invocation.duration_ms, invocation.due_ms = status, duration_ms, None
        self._on_invocation(invocation)
        if self._watcher is not None:
            self._watcher.changed(invocation)

    async def _wait(self, invocation: Invocation, status: str, seconds: float) -> None:
        invocation.status, invocation.due_ms = status, self._in(seconds)
        if self._watcher is not None:
            self._watcher.changed(invocation)
        await self._rest(seconds)

    def _in(self, seconds: float) -> int:
        return int((self._now() + seconds) * 1000)

    async def settled(self) -> None:
        """Waits until every asynchronous invocation has ended or waits for its next attempt."""
        while len(self._queued) > self._resting:
            self._rested.clear()
            await self._rested.wait()

    async def idle(self, seconds: float) -> bool:
        """Waits until no asynchronous invocation is queued, running or waiting to be retried; False when time is up."""
        deadline = time.monotonic() + seconds
        while self._queued:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            await asyncio.wait(set(self._queued), timeout=left)
        return True

    async def stop(self) -> None:
        """Gives up what is queued."""
        queued = list(self._queued)
        for task in queued:
            task.cancel()
        await asyncio.gather(*queued, return_exceptions=True)


def _plain_status(outcome: Outcome) -> str:
    return "ok" if outcome.error_type is None else "error"
