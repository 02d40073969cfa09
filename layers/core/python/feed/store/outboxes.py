"""The outbox (发件箱): an author's releases in the order that the server numbered them."""

from __future__ import annotations

from feed.domain.ids import hashed
from feed.store.client import Tables
from feed.store.rows import End
from feed.store.schema import OUTBOXES


def append(tables: Tables, author_id: int, article_id: int) -> int:
    """The new row's sequence. A repetition leaves a second row; the one that the article row names counts."""
    return tables.append(OUTBOXES, hashed(author_id), {"article_id": article_id})


def newest(tables: Tables, author_id: int, limit: int) -> list[tuple[int, int]]:
    """(sequence, article_id), newest first."""
    author = hashed(author_id)
    page = tables.scan(OUTBOXES, (author, End.MAX), (author, End.MIN), limit=limit, backward=True)
    return [(int(row["sequence_id"]), int(row["article_id"])) for row in page.rows]
