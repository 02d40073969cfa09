"""The outbox (发件箱): an author's releases in the order that the server numbered them."""

from __future__ import annotations

from dataclasses import dataclass

from feed.domain.ids import hashed
from feed.store.client import Tables
from feed.store.rows import End
from feed.store.schema import OUTBOXES


@dataclass(frozen=True)
class Release:
    sequence: int
    article_id: int


def append(tables: Tables, author_id: int, article_id: int) -> int:
    """The new row's sequence. A repetition leaves a second row; the one that the article row names counts."""
    return tables.append(OUTBOXES, hashed(author_id), {"article_id": article_id})


def newest(tables: Tables, author_id: int, below: int | None, limit: int) -> tuple[list[Release], bool]:
    """Releases below a sequence, newest first, and whether others follow."""
    author = hashed(author_id)
    start = (author, End.MAX if below is None else below - 1)
    page = tables.scan(OUTBOXES, start, (author, End.MIN), limit=limit, backward=True)
    return [Release(int(row["sequence_id"]), int(row["article_id"])) for row in page.rows], page.next_key is not None
