"""The inbox (同步库): one row per reader and article under a natural key, so that every repetition is an overwrite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feed.domain.ids import hashed
from feed.store.client import MAX_BATCH_GET, MAX_BATCH_WRITE, Tables
from feed.store.rows import STAMP, Copies, End, Expect, Failed, Key, Put, Row, Write
from feed.store.schema import INBOXES

_AUTHOR = "author"
"""A short name: ninety-nine rows of whoever's id has ten digits are read for two capacity units."""


class InboxRow(NamedTuple):
    """`arrived_ms` is when it was put, by the server's clock."""

    published_ms: int
    article_id: int
    author_id: int
    arrived_ms: int

    @property
    def position(self) -> tuple[int, int]:
        return self.published_ms, self.article_id


def put(
    reader_key: str, published_ms: int, article_id: int, author_id: int, delivery: int, *, only_if_absent: bool
) -> Put:
    return Put(
        INBOXES,
        (reader_key, published_ms, article_id),
        {_AUTHOR: author_id, "delivery": delivery},
        Expect.ABSENT if only_if_absent else Expect.ANYTHING,
    )


def again(put: Put) -> Put:
    """The same row for another try: if it has arrived after all, its arrival time must stay."""
    return put._replace(expect=Expect.ABSENT)


def deliver(tables: Tables, writes: Sequence[Write], rows_per_request: int = MAX_BATCH_WRITE) -> list[Failed]:
    """Write, batches side by side; what was not acknowledged. A put that was refused is there already."""
    batches = [writes[start : start + rows_per_request] for start in range(0, len(writes), rows_per_request)]
    results = tables.together(*(lambda batch=batch: tables.write_many(batch) for batch in batches))
    return [failed for result in results for failed in result]


def push(
    tables: Tables,
    readers: Sequence[str],
    published_ms: int,
    article_id: int,
    author_id: int,
    delivery: int,
    *,
    only_if_absent: bool,
) -> list[Failed]:
    """One article to many readers' inboxes, batches side by side; what was not acknowledged."""
    row = put("", published_ms, article_id, author_id, delivery, only_if_absent=only_if_absent)
    copies = Copies(row.table, readers, row.key[1:], row.columns, row.expect)
    batches = [copies[start : start + MAX_BATCH_WRITE] for start in range(0, len(copies), MAX_BATCH_WRITE)]
    results = tables.together(*(lambda batch=batch: tables.put_copies(batch) for batch in batches))
    return [failed for result in results for failed in result]


def page(
    tables: Tables, reader_id: int, before: Key | None, limit: int, floor_ms: int = 0
) -> tuple[list[InboxRow], bool]:
    """Rows below the position, newest published first, none before the floor, and whether the inbox has more there."""
    reader = hashed(reader_id)
    start = (reader, *before) if before else (reader, End.MAX, End.MAX)
    found = tables.scan(
        INBOXES,
        start,
        (reader, floor_ms, End.MIN),
        columns=(_AUTHOR,),
        # a backward range includes its start: the position itself is read again and left out
        limit=limit + (before is not None),
        backward=True,
        stamped=True,
    )
    rows = [row for row in map(_decode, found.rows) if row.position != before]
    return rows, found.next_key is not None


def held(tables: Tables, reader_id: int, published: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Which of these articles, (publish time, id), the inbox has, hidden or not; one request for up to a hundred."""
    keys = [(hashed(reader_id), published_ms, article_id) for published_ms, article_id in published]
    found = tables.get_many({INBOXES: keys}, {INBOXES: (_AUTHOR,)})[INBOXES]
    return frozenset(int(row["message_id"]) for row in found.values())


def holders(tables: Tables, reader_keys: Sequence[str], published_ms: int, article_id: int) -> set[str]:
    """Whose inbox has this article, hidden or not; one request for a hundred readers, several side by side."""
    keys = [(reader, published_ms, article_id) for reader in reader_keys]
    batches = [keys[start : start + MAX_BATCH_GET] for start in range(0, len(keys), MAX_BATCH_GET)]
    found = tables.together(
        *(lambda batch=batch: tables.get_many({INBOXES: batch}, {INBOXES: (_AUTHOR,)})[INBOXES] for batch in batches)
    )
    return {str(row["user_key"]) for rows in found for row in rows.values()}


def _decode(row: Row) -> InboxRow:
    return InboxRow(int(row["sequence_id"]), int(row["message_id"]), int(row[_AUTHOR]), int(row[STAMP]))
