"""The outbox (发件箱): an author's releases in the order that the server numbered them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from feed.domain.ids import hashed, unhashed
from feed.store import users
from feed.store.client import Tables
from feed.store.rows import STAMP, Bound, End, Expect, Row, Update, less_or_missing
from feed.store.schema import OUTBOXES, USERS

_FIRST, _NEXT = 50, 500
"""Rows of a first request, which are one capacity unit, and of each one behind it."""


NOT_NOTED = 2**62


class Release(NamedTuple):
    """`published_ms` is missing in rows that are older than this column.

    `left_delivery` is the delivery that this row leaves to the readers, 0 where it was pushed.
    """

    sequence: int
    article_id: int
    published_ms: int | None = None
    left_delivery: int = 0


def append(tables: Tables, author_id: int, article_id: int, published_ms: int, left_delivery: int = 0) -> int:
    """The new row's sequence. A repetition leaves a second row; the one that the article row names counts."""
    columns = {"article_id": article_id, "published_ms": published_ms}
    if left_delivery:
        columns["pulled"] = left_delivery
    return tables.append(OUTBOXES, hashed(author_id), columns)


def newest(tables: Tables, author_id: int, below: int | None, limit: int) -> tuple[list[Release], bool]:
    """Releases below a sequence, newest first, and whether others follow."""
    author = hashed(author_id)
    start = (author, End.MAX if below is None else below - 1)
    page = tables.scan(OUTBOXES, start, (author, End.MIN), limit=limit, backward=True)
    return [_decode(row) for row in page.rows], page.next_key is not None


def since(tables: Tables, author_id: int, since_ms: int, above: int = 0) -> list[Release]:
    """Releases above a sequence that were appended since then, by the server's clock; newest first."""
    author = hashed(author_id)
    found: list[Release] = []
    start: Bound = (author, End.MAX)
    limit = _FIRST
    while True:
        page = tables.scan(OUTBOXES, start, (author, above), limit=limit, backward=True, stamped=True)
        recent = [row for row in page.rows if int(row[STAMP]) >= since_ms]
        found += map(_decode, recent)
        if page.next_key is None or len(recent) < len(page.rows):
            return found
        start, limit = page.next_key, _NEXT


def note_newest(author_id: int, published_ms: int) -> Update:
    """On the author's user row, when the newest was published; refused where it says so already."""
    where = (less_or_missing("released_ms", published_ms),)
    return Update(USERS, users.key(author_id), put={"released_ms": published_ms}, expect=Expect.PRESENT, where=where)


def newest_times(tables: Tables, author_ids: Iterable[int]) -> dict[int, int]:
    """When each author's newest article was published; one request for up to a hundred.

    Left out: who has published none. NOT_NOTED: who has articles, but none since this is noted.
    """
    keys = [users.key(author_id) for author_id in author_ids]
    found = tables.get_many({USERS: keys}, {USERS: ("released_ms", "article_count")})[USERS]
    times = {
        unhashed(str(row["user_key"])): int(row.get("released_ms", NOT_NOTED if row.get("article_count") else 0))
        for row in found.values()
    }
    return {author: ms for author, ms in times.items() if ms}


def _decode(row: Row) -> Release:
    published = row.get("published_ms")
    return Release(
        int(row["sequence_id"]),
        int(row["article_id"]),
        int(published) if published is not None else None,
        int(row.get("pulled", 0)),
    )
