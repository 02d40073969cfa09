"""Calls in flight: each a process whose next request meets what the campaign has drawn for it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from tablestore import OTSServiceError
from urllib3.exceptions import ProtocolError

from feed.domain.ids import unhashed
from feed.errors import Busy, RetryLater
from feed.store.schema import INBOXES
from feed.store.template import CopiesRequest
from tests.operations.crashes import Fault, Kind, Process

FANOUT = "fanout-batch"
TIMEOUT_S = {FANOUT: 120, "rebuild-inbox": 120, "sweep": 60}
"""As s.yaml declares; every other function has ten seconds."""


class Mishap(enum.Enum):
    """What may befall one request to Tablestore or to Function Compute."""

    KILLED_BEFORE = "killed before"  # nothing is sent, and the process is gone
    KILLED_AFTER = "killed after"  # done and acknowledged, and the process is gone
    ANSWER_LOST = "answer lost"  # done, but the process only learns that the connection broke
    HELD_BACK = "held back"  # the same, and it is done later, or never
    THROTTLED = "throttled"  # refused as a whole
    PARTLY_FAILED = "partly failed"  # some rows of a batch are refused


_KINDS = {Mishap.KILLED_BEFORE: Kind.BEFORE, Mishap.KILLED_AFTER: Kind.AFTER, Mishap.ANSWER_LOST: Kind.LOST}


@dataclass(frozen=True)
class Invocation:
    """An asynchronous one that waits; `tries` is how often it was begun before."""

    function: str
    event: bytes
    tries: int = 0

    def __str__(self) -> str:
        return f"{self.function} {self.event.decode()}"


class Actor(Process[Any]):
    """`ahead_ms` is the error of its wall clock, `frozen_ms` for how long its monotonic clock has stood still."""

    def __init__(
        self,
        name: str,
        call: Callable[[], Any],
        ends: Callable[[Actor], None],
        began_ms: int,
        ahead_ms: int,
        function: str = "",
    ) -> None:
        self.name = name
        self.ends = ends
        self.began_ms = began_ms
        self.ahead_ms = ahead_ms
        self.frozen_ms = 0
        self.is_worker = function == FANOUT
        self.timeout_ms = 1_000 * TIMEOUT_S.get(function, 10)
        self.asleep = False
        self.killed = False
        self.error: Exception | None = None
        self.held: list[partial[Any]] = []
        self.next: partial[Any] | None = None
        self._mishap: Mishap | None = None
        super().__init__(call)
        if self.ended:
            self.go_on()

    @property
    def end(self) -> str:
        """How it has ended, in words."""
        if self.killed:
            return "is gone"
        if self.error is not None:
            return f"raises {self.error!r}"
        return f"ends: {getattr(self.answer, 'status', self.answer)}"

    @property
    def is_broken(self) -> bool:
        """Whether it has ended otherwise than by an answer, or by an error that asks for another try."""
        unexpected = self.error is not None and not isinstance(self.error, RetryLater)
        status = getattr(self.answer, "status", 200)
        return unexpected or (status >= 500 and status != Busy.status)

    def go_on(self, mishap: Mishap | None = None) -> None:
        """Let it send its next request, which meets this."""
        kind = _KINDS.get(mishap) if mishap is not None else None
        self.fault = Fault(kind, self.requests + 1) if kind is not None else None
        self._mishap = mishap
        self.killed = mishap in (Mishap.KILLED_BEFORE, Mishap.KILLED_AFTER)
        try:
            self.step()
        except Exception as error:
            self.error = error

    def send(self, request: Callable[[], Any]) -> Any:
        assert isinstance(request, partial), "the door's requests say what they are"
        self.next = request
        return super().send(partial(self._meet, request))

    def _meet(self, request: partial[Any]) -> Any:
        if self._mishap is Mishap.HELD_BACK:
            self.held.append(request)
            raise ProtocolError("Connection aborted.")
        if self._mishap is Mishap.THROTTLED:
            raise OTSServiceError(503, "OTSServerBusy", "Server is busy.")
        return request()


def described(request: partial[Any]) -> str:
    """What it asks for, and the tables that it is about."""
    if _is_invocation(request):
        return f"invoke {request.keywords['body'].decode()}"
    argument = request.args[0]
    many = f" of {rows_in(request)}" if rows_in(request) else ""
    return f"{request.func.__name__}{many} {argument if isinstance(argument, str) else ' '.join(argument.items)}"


def mishaps(request: partial[Any]) -> list[Mishap]:
    """What may befall this one, a failure of rows more often than anything else."""
    possible = [Mishap.KILLED_BEFORE, Mishap.KILLED_AFTER, Mishap.ANSWER_LOST]
    if not request.func.__name__.startswith(("get_", "batch_get_")):
        possible.append(Mishap.HELD_BACK)
    if not _is_invocation(request):
        possible.append(Mishap.THROTTLED)
    if rows_in(request):
        possible += [Mishap.PARTLY_FAILED] * 4
    return possible


def rows_in(request: partial[Any]) -> int:
    """How many a batch of writes holds; 0 for every other request."""
    if request.func.__name__ != "batch_write_row":
        return 0
    return sum(len(item.row_items) for item in request.args[0].items.values())


class InboxPut(NamedTuple):
    """`plain`: whether or not the row is there."""

    reader: int
    article: int
    plain: bool


def inbox_puts(request: partial[Any]) -> list[InboxPut]:
    """The rows of a request that puts some into inboxes, in their order."""
    if request.func.__name__ != "batch_write_row" or INBOXES not in request.args[0].items:
        return []
    batch = request.args[0]
    if isinstance(batch, CopiesRequest):
        batch = batch.in_full(batch.copies.firsts)
    return [_inbox_put(item) for item in batch.items[INBOXES].row_items]


def _inbox_put(item: Any) -> InboxPut:
    key = dict(item.row.primary_key)
    plain = item.condition.get_row_existence_expectation() == "IGNORE"
    return InboxPut(unhashed(key["user_key"]), key["message_id"], plain)


def _is_invocation(request: partial[Any]) -> bool:
    return request.func.__name__ == "request"
