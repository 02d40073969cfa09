"""Articles and inboxes in bulk, as the product leaves them, through the SDK."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tqdm import tqdm

from feed.domain.articles import Article, Byline, State
from feed.domain.ids import hashed, new_article_id
from feed.store import inboxes, users
from feed.store.client import MAX_BATCH_WRITE
from feed.store.rows import Put, Write
from feed.store.schema import USERS

if TYPE_CHECKING:
    from feed.store.client import Tables

FIRST_AUTHOR, FIRST_READER = 1_000_000_000, 2_000_000_000
"""Ids of ten digits, as long as a large community's."""
_SHOWN_AFTER = 100


def article(author: int, published_ms: int, chance: int, state: State = State.PUBLIC) -> Article:
    """As long as cards are in earnest; `chance` tells it from others of the same time."""
    id = new_article_id(published_ms, chance)
    return Article(
        id=id,
        author_id=author,
        byline=Byline("某作者", f"https://images.example.com/avatars/{author}.jpg"),
        title="山里的茶：从采摘到冲泡，一位制茶人二十年的笔记",
        summary="春分过后，山里的雾还没有散，采茶的人已经上了坡。" * 8,
        html="<p>茶</p>",
        cover_url=f"https://images.example.com/covers/{id:032x}.jpg",
        words=1,
        state=state,
        version=1,
        delivery=1,
        width=1,
        audience=1,
        created_ms=published_ms,
        published_ms=published_ms,
        sequence=1,
    )


def inbox_row(reader: int, article: Article) -> Put:
    assert article.published_ms is not None
    return inboxes.put(hashed(reader), article.published_ms, article.id, article.author_id, 1, only_if_absent=False)


def user(user_id: int) -> Put:
    return Put(USERS, users.key(user_id), {"user_id": user_id, "nickname": "某作者"})


def put(tables: Tables, rows: Iterable[Write], what: str) -> None:
    writes = list(rows)
    batches = [writes[at : at + MAX_BATCH_WRITE] for at in range(0, len(writes), MAX_BATCH_WRITE)]
    shown = len(batches) > _SHOWN_AFTER
    for batch in tqdm(batches, desc=what, unit="batch", leave=False, mininterval=1, disable=not shown):
        failed = tables.write_many(batch)
        assert not failed, f"{len(failed)} {what} were not written"
