"""Lists over all public articles, by the search index; it follows the table by some seconds."""

from __future__ import annotations

from typing import Literal

from feed.domain.articles import SHOWN_STATES
from feed.domain.ids import unhashed
from feed.store.client import Tables
from feed.store.rows import Between, OneOf, Search
from feed.store.schema import ARTICLES, ARTICLES_SEARCH

Order = Literal["hot", "trending"]
_ORDERS: dict[Order, tuple[str, ...]] = {
    "hot": ("reward_count", "comment_count", "like_count", "published_ms"),
    "trending": ("trending",),
}
_SHOWN = OneOf("state", [state.value for state in SHOWN_STATES])


def hottest(tables: Tables, order: Order, limit: int) -> list[int]:
    return _found(tables, Search(ARTICLES, ARTICLES_SEARCH, (_SHOWN,), _ORDERS[order], ("state",), limit))


def fresh(tables: Tables, since_ms: int, read_below: int, limit: int) -> list[int]:
    """The newest public articles that few have read."""
    young = (_SHOWN, Between("published_ms", at_least=since_ms), Between("read_count", below=read_below))
    return _found(tables, Search(ARTICLES, ARTICLES_SEARCH, young, ("published_ms",), ("state",), limit))


def _found(tables: Tables, search: Search) -> list[int]:
    return [unhashed(str(hit.row["article_key"])) for hit in tables.search(search)]
