"""The work table: what must still happen, and when; written before the thing it guards, removed at its end."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from feed.store.client import Tables
from feed.store.rows import Delete, End, Put, Row
from feed.store.schema import WORK, WORK_BUCKETS

SCHEDULE = "schedule"
"""The kind of the rows that wait for an author's time, for up to a year."""
BUCKETS = tuple(f"{number:02x}" for number in range(WORK_BUCKETS))
CALENDAR = tuple(f"{SCHEDULE}:{bucket}" for bucket in BUCKETS)
"""Buckets that hold nothing else, so that no sweep reads what has its time."""
DEAD = "dead"
"""The kind of the dead letters: what has failed again and again, until a person has it repaired."""
DEAD_LETTERS = tuple(f"{DEAD}:{bucket}" for bucket in BUCKETS)
_BUCKETS_OF = {SCHEDULE: CALENDAR, DEAD: DEAD_LETTERS}
_PAGE = 100


@dataclass(frozen=True)
class Work:
    """`kind` names the step that finishes it, `id` what it is about (numbers joined by ':'), `reason` why it failed.

    `trace` is that of the call that has written the row, "" in one of an earlier release.
    """

    due_ms: int
    kind: str
    id: str
    reason: str = field(default="", compare=False)
    trace: str = field(default="", compare=False)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.id.split(":"))


def put(work: Work, trace: str = "") -> Put:
    """`trace` is to be named in the log by whoever goes on with it."""
    said = {"reason": work.reason, "trace": trace}
    return Put(WORK, _key(work), {"written": 1, **{name: text for name, text in said.items() if text}})


def remove(work: Work) -> Delete:
    return Delete(WORK, _key(work))


def due(tables: Tables, bucket: str, behind: Work | None, now_ms: int, limit: int) -> list[Work]:
    """What is due in this bucket, oldest first; `behind` is where an earlier page ended."""
    start = (bucket, behind.due_ms, behind.kind, f"{behind.id}\0") if behind else (bucket, End.MIN, End.MIN, End.MIN)
    page = tables.scan(WORK, start, (bucket, now_ms + 1, End.MIN, End.MIN), limit=limit)
    return [_decode(row) for row in page.rows]


def scheduled(tables: Tables, now_ms: int) -> Iterator[Work]:
    """Everything in the calendar that is due, oldest first over all its buckets, read page by page as it is wanted."""
    buckets = (all_due(tables, bucket, now_ms) for bucket in CALENDAR)
    return heapq.merge(*buckets, key=lambda work: (work.due_ms, work.id))


def all_due(tables: Tables, bucket: str, now_ms: int) -> Iterator[Work]:
    """Oldest first, read page by page as it is wanted."""
    behind: Work | None = None
    while True:
        page = due(tables, bucket, behind, now_ms, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        behind = page[-1]


def _key(work: Work) -> tuple[str, int, str, str]:
    buckets = _BUCKETS_OF.get(work.kind, BUCKETS)
    return buckets[zlib.crc32(work.id.encode()) % WORK_BUCKETS], work.due_ms, work.kind, work.id


def _decode(row: Row) -> Work:
    said = (str(row.get(name, "")) for name in ("reason", "trace"))
    return Work(int(row["due_ms"]), str(row["kind"]), str(row["id"]), *said)
