"""What operators have done to articles and people, and why: written before each act, and completed after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from feed.store.client import Tables
from feed.store.rows import Bound, End, Expect, Put, Row, Update
from feed.store.schema import AUDITS


@dataclass(frozen=True)
class Audit:
    """`before` and `after` are the target's state in words; without `done_ms` the act has begun, and may have ended."""

    target: str
    at_ms: int
    id: str
    act: str
    by: str
    why: str
    before: str
    after: str
    done_ms: int | None = None


def begin(tables: Tables, audit: Audit) -> None:
    columns = {"act": audit.act, "by": audit.by, "why": audit.why, "before": audit.before, "after": audit.after}
    tables.write(Put(AUDITS, _key(audit), columns, Expect.ABSENT))


def complete(tables: Tables, audit: Audit, after: str, now_ms: int) -> None:
    """`after` as it has come out."""
    tables.write(Update(AUDITS, _key(audit), put={"after": after, "done_ms": now_ms}, expect=Expect.PRESENT))


def of(tables: Tables, target: str) -> list[Audit]:
    """Oldest first."""
    return list(_read(tables, (target, End.MIN, End.MIN), (target, End.MAX, End.MAX)))


def all_of_them(tables: Tables) -> list[Audit]:
    """The whole table, oldest first."""
    found = _read(tables, (End.MIN,) * 3, (End.MAX,) * 3)
    return sorted(found, key=lambda audit: (audit.at_ms, audit.id))


def _read(tables: Tables, first: Bound, end: Bound) -> Iterator[Audit]:
    start: Bound | None = first
    while start is not None:
        page = tables.scan(AUDITS, start, end)
        yield from map(_decode, page.rows)
        start = page.next_key


def _key(audit: Audit) -> tuple[str, int, str]:
    return audit.target, audit.at_ms, audit.id


def _decode(row: Row) -> Audit:
    done = row.get("done_ms")
    return Audit(
        target=str(row["target"]),
        at_ms=int(row["at_ms"]),
        id=str(row["id"]),
        act=str(row["act"]),
        by=str(row["by"]),
        why=str(row["why"]),
        before=str(row["before"]),
        after=str(row["after"]),
        done_ms=int(done) if done is not None else None,
    )
