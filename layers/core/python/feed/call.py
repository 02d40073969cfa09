"""One invocation as data: who calls, when, how much time is left, what was spent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Spent:
    """Tablestore requests and capacity units of one call."""

    requests: int = 0
    read_cu: int = 0
    write_cu: int = 0

    def add(self, read_cu: int, write_cu: int) -> None:
        self.requests += 1
        self.read_cu += read_cu
        self.write_cu += write_cu


def new_trace_id() -> str:
    return f"{secrets.randbits(128):032x}"


@dataclass
class Call:
    """`now_ms` is stamped once, at the edge; `ends_at` is on time.monotonic()'s scale; `caller` None is a guest.

    `banned` are the people whom an operator hides from everybody, as this instance knew them within two seconds.
    `trace_id` is what all calls have in common that one of them has led to: 32 hex digits. `figures` are what the
    operation has measured, for its line in the log.
    """

    operation: str
    request_id: str
    now_ms: int
    ends_at: float
    caller: int | None = None
    guest: str = ""
    banned: frozenset[int] = frozenset()
    spent: Spent = field(default_factory=Spent)
    began: float = field(default_factory=time.monotonic)
    random_bits: Callable[[int], int] = secrets.randbits
    trace_id: str = field(default_factory=new_trace_id)
    figures: dict[str, int] = field(default_factory=dict)

    def seconds_left(self) -> float:
        return self.ends_at - time.monotonic()

    def time_ms(self) -> int:
        """The time by now, for leases; everything that a client can see uses now_ms."""
        return self.now_ms + int((time.monotonic() - self.began) * 1000)

    def wait(self, seconds: float) -> None:
        """Pause before another try, never beyond the call's end."""
        time.sleep(max(0.0, min(seconds, self.seconds_left())))

    @contextmanager
    def following(self, trace_id: str) -> Iterator[None]:
        """Inside, go on with the trace of an earlier call, where that has left one."""
        own, self.trace_id = self.trace_id, trace_id or self.trace_id
        try:
            yield
        finally:
            self.trace_id = own

    def require_caller(self) -> int:
        """The signed-in user's id, in operations whose route lets nobody else in."""
        assert self.caller is not None, "the route must demand a signed-in caller"
        return self.caller
