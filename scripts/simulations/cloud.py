"""The cloud that is simulated: Tablestore with its limits, Function Compute with its queue and its instances."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import simpy

from simulations.parameters import Latency, Parameters
from simulations.spent import Spent

Steps = Generator[simpy.Event, Any, Any]
"""A SimPy process, or a part of one."""


class Limit:
    """So many capacity units a second; a request waits for its turn, and is refused where that takes too long."""

    def __init__(self, cu_per_s: float, parameters: Parameters) -> None:
        self._cu_per_s = cu_per_s
        self._burst_s, self._queue_s = parameters.burst_s, parameters.queue_s
        self._free_at = -self._burst_s

    def wait_s(self, now: float) -> float | None:
        """None: refused."""
        wait = max(0.0, self._free_at - now)
        return wait if wait <= self._queue_s else None

    def take(self, cu: float, now: float) -> None:
        self._free_at = max(self._free_at, now - self._burst_s) + cu / self._cu_per_s


class Answer(NamedTuple):
    """`s` until the client knows, `done_s` until it is done, None if it is not: some are done, and nobody is told."""

    s: float
    done_s: float | None
    acknowledged: bool = True
    refused: bool = False


@dataclass(frozen=True)
class Cost:
    """Of one request: the work of the client's processor goes before it."""

    latency: Latency
    read_cu: int = 0
    write_cu: int = 0
    cpu_s: float = 0.0


class Tablestore:
    def __init__(self, parameters: Parameters, spent: Spent) -> None:
        self._parameters, self._spent = parameters, spent

    def ask(self, cost: Cost, limits: Sequence[Limit], now: float) -> Answer:
        """Send one request now; nothing is billed for what was refused.

        A longer wait than the client's is a lost answer, and so is one of `lost_answers`, every other one of which was
        lost on its way there.
        """
        spent, patience_s = self._spent, self._parameters.request_timeout_s
        spent.requests += 1
        waits = [limit.wait_s(now) for limit in limits]
        if None in waits:
            spent.refused += 1
            return Answer(self._parameters.row_ms.draw_s(), None, acknowledged=False, refused=True)
        lost = random.random() < self._parameters.lost_answers
        if lost and random.random() < 0.5:
            spent.lost += 1
            return Answer(patience_s, None, acknowledged=False)
        for limit in limits:
            limit.take(cost.read_cu + cost.write_cu, now)
        spent.read_cu += cost.read_cu
        spent.write_cu += cost.write_cu
        done_s = max((wait for wait in waits if wait is not None), default=0.0) + cost.latency.draw_s()
        if lost or done_s > patience_s:
            spent.lost += 1
            return Answer(patience_s, done_s, acknowledged=False)
        return Answer(done_s, done_s)


class Failed(Exception):
    """The function raised: the platform repeats the invocation."""


class FunctionCompute:
    """Asynchronous invocations: queued, started on an instance that is warm or new, repeated where they fail."""

    def __init__(self, env: simpy.Environment, parameters: Parameters, spent: Spent) -> None:
        self._env, self._parameters, self._spent = env, parameters, spent
        self.running = 0
        self._warm: list[float] = []
        """When each instance that waits for a request began to."""

    def invoke(self, work: Callable[[float, int], Steps], depth: int) -> Steps:
        """Ask for it; whether it was taken. `work` gets the time by which it must be over, and its depth."""
        yield self._env.timeout(self._parameters.invoke_ms.draw_s())
        if random.random() < self._parameters.lost_starts:
            return False
        self._env.process(self._invocation(work, depth))
        return True

    def _invocation(self, work: Callable[[float, int], Steps], depth: int) -> Steps:
        yield self._env.timeout(self._parameters.start_ms.draw_s())
        pause_s = self._parameters.again_s
        for attempt in range(self._parameters.platform_retries + 1):
            yield from self._instance()
            if (yield from self._run(work, depth + attempt)):
                return
            yield self._env.timeout(pause_s)
            pause_s *= 2

    def _instance(self) -> Steps:
        pause_s = self._parameters.again_s
        while self.running >= self._parameters.instances:
            yield self._env.timeout(pause_s)
            pause_s *= 2
        self.running += 1

    def _run(self, work: Callable[[float, int], Steps], depth: int) -> Steps:
        """Whether it came to an end. Who vanishes, or is out of time, takes the instance along."""
        env, parameters = self._env, self._parameters
        began = env.now
        warm = self._take_warm()
        if not warm:
            yield env.timeout(parameters.cold_ms.draw_s())
        deadline = env.now + parameters.timeout_s
        process = env.process(work(deadline, depth))
        vanishes_s = random.expovariate(parameters.deaths_per_s) if parameters.deaths_per_s else parameters.timeout_s
        end = env.timeout(min(vanishes_s, parameters.timeout_s))
        ended = raised = False
        try:
            yield process | end
            ended = process.processed
        except Failed:
            raised = True
        if process.is_alive:
            process.interrupt()
        self.running -= 1
        self._bill(env.now - began)
        if ended or raised:
            self._warm.append(env.now)
        return ended

    def _take_warm(self) -> bool:
        """Whether an instance waited; what those cost that have been given up meanwhile is billed at last."""
        now, stay_s = self._env.now, self._parameters.stay_s
        gone = [since for since in self._warm if now - since > stay_s]
        self._bill_waiting(stay_s * len(gone))
        self._warm = self._warm[len(gone) :]
        if not self._warm:
            return False
        self._bill_waiting(now - self._warm.pop())
        return True

    def close(self) -> None:
        """Bill those that still wait."""
        self._bill_waiting(self._parameters.stay_s * len(self._warm))
        self._warm.clear()

    def _bill(self, seconds: float) -> None:
        self._spent.invocations += 1
        self._spent.gb_s += seconds * self._parameters.memory_mb / 1024
        self._spent.vcpu_s += seconds * self._parameters.vcpu

    def _bill_waiting(self, seconds: float) -> None:
        self._spent.waiting_gb_s += seconds * self._parameters.memory_mb / 1024
