"""Sums per operation since the start: what each took itself and with all that it led to, and its newest in order."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from alifakes.console.quantities import Quantities
from alifakes.console.records import Record

MOST_OPERATIONS = 500
CURVE = 240  # of the newest of each operation
OTHERS = "(others)"
# parts of a path that name one thing among many: numbers, long hex and dashed ids, anything over 24 characters
_NAME = re.compile(r"\d+|[0-9a-fA-F-]{8,}|.{25,}")


def shape(kind: str, label: str) -> str:
    """An operation's name without what differs from call to call: `PUT /v1/follows/7` is `PUT /v1/follows/*`."""
    if kind not in ("http", "async") or "/" not in label:
        return label
    return "/".join("*" if _NAME.fullmatch(part) else part for part in label.split("/"))


@dataclass(slots=True)
class Operation:
    """`calls` are invocations, `retries` attempts beyond the first; durations are of attempts, in ms."""

    name: str
    function: str
    calls: int = 0
    attempts: int = 0
    failed: int = 0
    cold: int = 0
    total_ms: float = 0.0
    most_ms: float = 0.0
    sums: Quantities = field(default_factory=Quantities)
    newest: deque[int] = field(default_factory=lambda: deque(maxlen=CURVE))

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "function": self.function,
            "calls": self.calls,
            "attempts": self.attempts,
            "failed": self.failed,
            "cold": self.cold,
            "total_ms": round(self.total_ms, 3),
            "most_ms": round(self.most_ms, 3),
            "sums": self.sums.as_list(),
        }


class Operations:
    """By function, of each invocation itself; by operation, of each that nothing else here asked for, with its tree."""

    def __init__(self) -> None:
        self.functions: dict[str, Operation] = {}
        self.roots: dict[str, Operation] = {}

    def accepted(self, record: Record) -> None:
        function = self._of(record)
        function.calls += 1
        function.newest.append(record.number)
        if record.root is None:
            root = self._rooted(record)
            root.calls += 1
            root.newest.append(record.number)

    def add(self, record: Record, quantities: Quantities) -> None:
        self._of(record).sums.add(quantities)
        self._rooted(record.root or record).sums.add(quantities)

    def ran(self, record: Record, duration_ms: float, *, cold: bool) -> None:
        each = [self._of(record)] if record.root else [self._of(record), self._rooted(record)]
        for operation in each:
            operation.attempts += 1
            operation.cold += cold
            operation.total_ms += duration_ms
            operation.most_ms = max(operation.most_ms, duration_ms)

    def failed(self, record: Record, more: int) -> None:
        self._of(record).failed += more
        if record.root is None:
            self._rooted(record).failed += more

    def _of(self, record: Record) -> Operation:
        return _get(self.functions, record.function, record.function)

    def _rooted(self, root: Record) -> Operation:
        return _get(self.roots, f"{root.function} {root.operation}".rstrip(), root.function)


def _get(operations: dict[str, Operation], name: str, function: str) -> Operation:
    found = operations.get(name)
    if found is not None:
        return found
    if len(operations) >= MOST_OPERATIONS:
        return operations.setdefault(OTHERS, Operation(OTHERS, ""))
    return operations.setdefault(name, Operation(name, function))
