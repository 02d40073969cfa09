"""The work table: what must still happen, and when; written before the thing it guards, removed at its end."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from feed.store.client import Tables
from feed.store.rows import Delete, End, Put, Row
from feed.store.schema import WORK, WORK_BUCKETS

BUCKETS = tuple(f"{number:02x}" for number in range(WORK_BUCKETS))


@dataclass(frozen=True)
class Work:
    """`kind` names the step that finishes it, `id` what it is about (numbers joined by ':')."""

    due_ms: int
    kind: str
    id: str

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.id.split(":"))


def put(work: Work) -> Put:
    return Put(WORK, _key(work), {"written": 1})


def remove(work: Work) -> Delete:
    return Delete(WORK, _key(work))


def due(tables: Tables, bucket: str, behind: Work | None, now_ms: int, limit: int) -> list[Work]:
    """What is due in this bucket, oldest first; `behind` is where an earlier page ended."""
    start = (bucket, behind.due_ms, behind.kind, f"{behind.id}\0") if behind else (bucket, End.MIN, End.MIN, End.MIN)
    page = tables.scan(WORK, start, (bucket, now_ms + 1, End.MIN, End.MIN), limit=limit)
    return [_decode(row) for row in page.rows]


def _key(work: Work) -> tuple[str, int, str, str]:
    return BUCKETS[zlib.crc32(work.id.encode()) % WORK_BUCKETS], work.due_ms, work.kind, work.id


def _decode(row: Row) -> Work:
    return Work(int(row["due_ms"]), str(row["kind"]), str(row["id"]))
