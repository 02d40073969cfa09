"""Keeps the newest invocations as they happen, in bounded memory and constant time for each event."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from alifakes.console.attribution import Runs
from alifakes.console.operations import OTHERS, Operations, shape
from alifakes.console.quantities import Quantities
from alifakes.console.records import MOST_CALLS, MOST_TEXT, Attempt, Call, Record

if TYPE_CHECKING:  # whoever runs functions knows the console, which must not import it in turn
    from alifakes.function_compute.invocations import Invocation
    from alifakes.function_compute.model import Function
    from alifakes.function_compute.sandbox.instance import Instance, Outcome

KEPT = 20_000  # invocations
KEPT_BYTES = 128 * 2**20  # of what they were given, answered, printed and asked for
_CALL_BYTES = 600  # measured, as is the next
_MOST_KEYS = 100
_RECORD_BYTES = 3_500
# vCPUs of a GB of memory where the file does not say: the platform's smallest common share
VCPU_OF_GB = 0.7
_WAITING = frozenset({"queued", "retrying", "throttled"})


def _now_us() -> int:
    return time.time_ns() // 1000


class Recording:
    """Watches invocations, all on one event loop; `functions` are by address, `now_us` is the machine's time.

    `version` grows with every change of a record.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        *,
        kept: int = KEPT,
        kept_bytes: int = KEPT_BYTES,
        now_us: Callable[[], int] = _now_us,
    ) -> None:
        self.records: OrderedDict[int, Record] = OrderedDict()
        self.waiting: dict[int, None] = {}
        self.version = 0
        self.forgotten = 0
        self.held = 0  # bytes
        self.operations = Operations()
        self.outside: dict[str, Quantities] = {}
        self._functions = functions
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._now_us = now_us
        self._changed: OrderedDict[int, None] = OrderedDict()
        self._runs = Runs()
        self._running: dict[str, tuple[Record, Attempt]] = {}  # by instance

    # the runtime's side
    def accepted(self, invocation: Invocation, event: bytes) -> None:
        function = self._functions[invocation.address]
        parent = None if invocation.parent is None else self.records.get(invocation.parent)
        memory_gb = function.memory / 1024
        record = Record(
            number=invocation.number,
            parent=invocation.parent,
            root=parent and (parent.root or parent),
            function=invocation.address,
            operation=shape(invocation.kind, invocation.label),
            kind=invocation.kind,
            label=invocation.label,
            request_id=invocation.request_id,
            submitted_us=self._now_us(),
            memory_gb=memory_gb,
            vcpu=function.cpu or memory_gb * VCPU_OF_GB,
            event=event[:MOST_TEXT],
            event_size=len(event),
            status=invocation.status,
            due_ms=invocation.due_ms,
        )
        self.records[record.number] = record
        self.waiting[record.number] = None
        self._hold(record, _RECORD_BYTES + len(record.event))
        if parent is not None:
            parent.children.append(record.number)
            top = parent.root or parent
            top.descendants += 1
            self._touch(top)
        self.operations.accepted(record)
        self._spend(record, Quantities(bytes_in=len(event)))
        self._touch(record)

    def begun(self, invocation: Invocation, instance: Instance) -> None:
        record = self.records.get(invocation.number)
        if record is None:
            return
        attempt = Attempt(instance.id, instance.is_cold, self._now_us())
        record.attempts.append(attempt)
        self._running[instance.id] = record, attempt
        self._runs.begun(instance.id, attempt, record)
        record.due_ms = None
        self._status(record, "running")

    def printed(self, instance_id: str, line: str) -> None:
        running = self._running.get(instance_id)
        if running is not None:
            record, attempt = running
            self._hold(record, attempt.keep(line))

    def ended(self, outcome: Outcome) -> None:
        running = self._running.pop(outcome.instance_id, None)
        if running is None:
            return
        record, attempt = running
        attempt.ended_us = self._now_us()
        attempt.duration_ms, attempt.memory_mb = outcome.duration_ms, outcome.memory_mb
        attempt.error = outcome.error_type
        seconds = outcome.duration_ms / 1000
        self.operations.ran(record, outcome.duration_ms, cold=attempt.cold)
        self._hold(record, len(outcome.body[:MOST_TEXT]) - len(record.answer))
        record.answer, record.answer_size = outcome.body[:MOST_TEXT], len(outcome.body)
        used = Quantities(1, seconds * record.memory_gb, seconds * record.vcpu, bytes_out=len(outcome.body))
        self._spend(record, used)
        self._touch(record)

    def changed(self, invocation: Invocation) -> None:
        record = self.records.get(invocation.number)
        if record is not None:
            record.due_ms = invocation.due_ms
            self._status(record, invocation.status)

    # Tablestore's side
    def called(self, call: Call) -> None:
        """A request that some instance, or somebody else, has sent to Tablestore."""
        record = self._runs.find(call.access_key_id, call.began_us)
        quantities = call.quantities()
        if record is None:
            self._outside(call.access_key_id).add(quantities)
            return
        if len(record.calls) < MOST_CALLS and record.number in self.records:
            record.calls.append(call)
            self._hold(record, _CALL_BYTES)
        for table in set(call.tables) or {""}:
            record.tables.setdefault(table, [0, 0, 0, 0])[0] += 1
        for part in call.spent:
            counts = record.tables.setdefault(part.table, [0, 0, 0, 0])
            counts[1] += part.rows
            counts[2] += part.read_cu
            counts[3] += part.write_cu
        self._spend(record, quantities)
        self._touch(record)

    # who looks
    def changes(self, version: int, most: int) -> list[Record]:
        """Of what has changed since that version, the newest so many changes, the oldest of them first."""
        newer: list[Record] = []
        for number in reversed(self._changed):
            record = self.records[number]
            if record.version <= version or len(newer) >= most:
                break
            newer.append(record)
        newer.reverse()
        return newer

    def newest(self, before: int | None = None) -> Iterator[Record]:
        """From the newest on; `before` a number."""
        return (record for record in reversed(self.records.values()) if before is None or record.number < before)

    def tree(self, number: int, most: int) -> list[Record]:
        """A record with what it led to, each before what it led to itself."""
        return list(islice(self._descend(number), most))

    def _descend(self, number: int) -> Iterator[Record]:
        left = [number]
        while left:
            record = self.records.get(left.pop())
            if record is not None:
                yield record
                left += reversed(record.children)

    # the rest
    def _outside(self, access_key_id: str) -> Quantities:
        name = access_key_id.partition(".c-")[0]
        if name not in self.outside and len(self.outside) >= _MOST_KEYS:
            name = OTHERS
        return self.outside.setdefault(name, Quantities())

    def _status(self, record: Record, status: str) -> None:
        record.status = status
        if status in _WAITING:
            self.waiting[record.number] = None
        else:
            self.waiting.pop(record.number, None)
        if is_failure(status) != record.is_failed:
            record.is_failed = not record.is_failed  # one that is tried again has not failed after all
            more = 1 if record.is_failed else -1
            self.operations.failed(record, more)
            top = record.root or record
            top.failed += more
            self._touch(top)
        self._touch(record)

    def _spend(self, record: Record, quantities: Quantities) -> None:
        record.own.add(quantities)
        top = record.root or record
        top.whole.add(quantities)
        self.operations.add(record, quantities)
        if top is not record:
            self._touch(top)

    def _touch(self, record: Record) -> None:
        self.version += 1
        record.version = self.version
        if record.number in self.records:
            self._changed[record.number] = None
            self._changed.move_to_end(record.number)

    def _hold(self, record: Record, size: int) -> None:
        record.size += size
        if record.number not in self.records:
            return
        self.held += size
        while len(self.records) > self._kept or (self.held > self._kept_bytes and len(self.records) > 1):
            number, oldest = self.records.popitem(last=False)
            self._changed.pop(number, None)
            self.waiting.pop(number, None)
            self.held -= oldest.size
            self.forgotten += 1
            oldest.forget()


def is_failure(status: str) -> bool:
    """Whether it ended badly: by an error, given up, refused, or with an HTTP status from 500 on."""
    return status in ("error", "expired", "dropped", "429") or (status.isdecimal() and int(status) >= 500)
