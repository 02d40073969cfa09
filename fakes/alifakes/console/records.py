"""What is kept of one invocation: its attempts, what they printed and asked for, and what that took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple

from alifakes.console.quantities import Quantities

MOST_TEXT = 8_192  # bytes kept of an event or an answer
MOST_LOG = 32_768  # bytes kept of what one attempt printed
MOST_CALLS = 500  # Tablestore requests kept one by one; the sums count all


class Spent(NamedTuple):
    """Of one request in one table."""

    table: str
    rows: int
    read_cu: int
    write_cu: int


class Call(NamedTuple):
    """One request to Tablestore; `code` is empty for a success, `fault` the one that struck it."""

    began_us: int
    took_us: int
    access_key_id: str
    api: str
    tables: Sequence[str]
    status: int
    code: str
    spent: Sequence[Spent]
    received: int
    sent: int
    fault: str | None

    @classmethod
    def of(cls, row: Sequence[object]) -> Call:
        """From a row of Tablestore's log."""
        call = cls(*row)  # type: ignore[arg-type]
        return call._replace(
            access_key_id=intern(call.access_key_id),  # there are few of these, in many rows
            api=intern(call.api),
            tables=tuple(map(intern, call.tables)),
            spent=tuple(Spent(intern(part[0]), *part[1:]) for part in call.spent),
        )

    def quantities(self) -> Quantities:
        return Quantities(
            requests=1,
            rows=sum(part.rows for part in self.spent),
            read_cu=sum(part.read_cu for part in self.spent),
            write_cu=sum(part.write_cu for part in self.spent),
            ots_in=self.received,
            ots_out=self.sent,
        )


@dataclass(slots=True)
class Attempt:
    """One run of the code; times are us since 1970, `ended_us` None while it runs. `duration_ms` is the code's own."""

    instance: str
    cold: bool
    began_us: int
    ended_us: int | None = None
    duration_ms: float = 0.0
    memory_mb: float = 0.0
    error: str | None = None
    lines: list[str] = field(default_factory=list)
    printed: int = 0  # bytes, of which `lines` holds the first

    def keep(self, line: str) -> int:
        """The bytes that this took."""
        size = len(line)
        self.printed += size
        if self.printed > MOST_LOG:
            return 0
        self.lines.append(line)
        return size


@dataclass(slots=True)
class Record:
    """`own` is what it took itself, `whole` that with all that it led to, which only the root of a tree knows.

    A `root` that has been forgotten holds sums alone. `version` grows with every change; `size` is about how many bytes
    are held.
    """

    number: int
    parent: int | None
    root: Record | None  # None of a root
    function: str
    operation: str
    kind: str
    label: str
    request_id: str
    submitted_us: int
    memory_gb: float
    vcpu: float
    status: str = "queued"
    due_ms: int | None = None  # of the next attempt, by the queue's clock
    version: int = 0
    size: int = 0
    event: bytes = b""
    event_size: int = 0
    answer: bytes = b""
    answer_size: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    own: Quantities = field(default_factory=Quantities)
    whole: Quantities = field(default_factory=Quantities)
    tables: dict[str, list[int]] = field(default_factory=dict)  # requests, rows, read_cu, write_cu
    descendants: int = 0
    is_failed: bool = False
    failed: int = 0  # of the tree

    def forget(self) -> None:
        """Keeps the sums, which what it led to still adds to."""
        self.event = self.answer = b""
        self.attempts, self.children, self.calls = [], [], []
        self.tables = {}

    def summary(self) -> dict[str, object]:
        """What a line of the tree shows; times are ms since 1970."""
        last = self.attempts[-1] if self.attempts else None
        return {
            "number": self.number,
            "parent": self.parent,
            "root": (self.root or self).number,
            "function": self.function,
            "operation": self.operation,
            "kind": self.kind,
            "label": self.label,
            "status": self.status,
            "due_ms": self.due_ms,
            "submitted_ms": self.submitted_us / 1000,
            "began_ms": last and last.began_us / 1000,
            "ended_ms": last and last.ended_us and last.ended_us / 1000,
            "duration_ms": last and round(last.duration_ms, 3),
            "cold": bool(last and last.cold),
            "attempts": len(self.attempts),
            "own": self.own.as_list(),
            "whole": None if self.root else self.whole.as_list(),
            "descendants": self.descendants,
            "failed": self.failed,
        }

    def detail(self) -> dict[str, object]:
        """All of it."""
        return {
            **self.summary(),
            "request_id": self.request_id,
            "event": self.event.decode("utf-8", "replace"),
            "event_size": self.event_size,
            "answer": self.answer.decode("utf-8", "replace"),
            "answer_size": self.answer_size,
            "runs": [{name: getattr(attempt, name) for name in Attempt.__slots__} for attempt in self.attempts],
            "calls": [{**call._asdict(), "spent": [part._asdict() for part in call.spent]} for call in self.calls],
            "tables": {
                table: dict(zip(("requests", "rows", "read_cu", "write_cu"), counts, strict=True))
                for table, counts in self.tables.items()
            },
        }
