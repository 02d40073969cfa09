"""What the Function Compute emulator itself can show and be told: queue, destinations, timers, clock, duplicates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from alifakes.console.recording import Recording

if TYPE_CHECKING:  # it knows the console, which must not import it in turn
    from alifakes.function_compute.clock import Clock
    from alifakes.function_compute.destinations import Delivery, Destinations
    from alifakes.function_compute.invocations import Invocations
    from alifakes.function_compute.model import Project
    from alifakes.function_compute.triggers.timers import Timers

MOST_SHOWN = 500
LONGEST_ADVANCE_MS = 366 * 86_400_000
_GIVEN_UP = ("error", "expired", "dropped", "429")


@dataclass(frozen=True)
class Runtime:
    """The parts of one running emulator."""

    project: Project
    invocations: Invocations
    destinations: Destinations
    timers: Timers
    clock: Clock


class Local:
    def __init__(self, runtime: Runtime, recording: Recording) -> None:
        self._runtime = runtime
        self._recording = recording

    def project(self) -> dict[str, object]:
        project = self._runtime.project
        return {
            "name": project.name,
            "file": project.file.name,
            "functions": [
                {"address": f.address, "memory": f.memory, "timeout": f.timeout, "runtime": f.runtime}
                for f in project.functions
            ],
        }

    def queue(self) -> dict[str, object]:
        """What waits, and the newest of what was given up after its last attempt; each delivery is a result told."""
        records = self._recording.records
        waiting = [records[number].summary() for number in islice(self._recording.waiting, MOST_SHOWN)]
        dead = (
            record.summary()
            for record in self._recording.newest()
            if record.kind in ("async", "timer") and record.status in _GIVEN_UP
        )
        return {
            "waiting": waiting,
            "waiting_count": len(self._recording.waiting),
            "dead": list(islice(dead, MOST_SHOWN)),
            "deliveries": _newest(self._runtime.destinations.deliveries),
            "now_ms": self.now_ms(),
        }

    def timers(self) -> dict[str, object]:
        return {"timers": self._runtime.timers.listing(), "now_ms": self.now_ms()}

    def fire(self, function: object, trigger: object) -> dict[str, object]:
        """Raises LookupError where there is no such trigger."""
        fired = self._runtime.timers.fire(str(function), str(trigger))
        if not fired:
            raise LookupError(f"Function '{function}' has no timer trigger '{trigger}'.")
        return {"request_ids": fired}

    def now_ms(self) -> int:
        return int(self._runtime.clock.seconds() * 1000)

    async def advance(self, ms: int) -> None:
        """Timers and retries that become due run on the way, each at its moment."""
        await self._runtime.clock.advance(ms / 1000, self._runtime.invocations.settled)

    def double(self, function: object, count: object) -> dict[str, object]:
        """Raises LookupError and ValueError."""
        if function not in self._runtime.project.by_address():
            raise LookupError(f"There is no function '{function}'.")
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 1_000_000:
            raise ValueError("The count must be a number from 0 to 1000000.")
        self._runtime.invocations.double(str(function), count)
        return {}


def _newest(deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    kept = list(deliveries)[-MOST_SHOWN:]
    return [delivery.as_json() for delivery in reversed(kept)]
