"""What users' counters count, found in the rows themselves: page by page, so that whoever counts may stop between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from feed.domain.articles import SHOWN_STATES, State
from feed.domain.ids import hashed
from feed.store.client import MAX_BATCH_GET, Tables
from feed.store.rows import Bound, End, Row
from feed.store.schema import ARTICLES, ARTICLES_BY_AUTHOR, KEY_NAMES, RELATIONS, RELATIONS_BY_FOLLOWER

_WRITTEN = ("state", "words", "like_count")


class Written(NamedTuple):
    """An article as its author's counters see it."""

    shown: bool
    words: int
    likes: int


def followers(tables: Tables, author_id: int) -> Iterator[int]:
    """How many follow an author, to be summed up."""
    for rows in _pages(tables, RELATIONS, author_id, ("followed_ms",)):
        yield sum("followed_ms" in row for row in rows)


def following(tables: Tables, follower_id: int) -> Iterator[int]:
    """How many somebody follows, to be summed up; the index may lag."""
    for rows in _pages(tables, RELATIONS_BY_FOLLOWER, follower_id):
        yield len(rows)


def written(tables: Tables, author_id: int) -> Iterator[list[Written]]:
    """An author's articles, deleted ones left out; the index may lag."""
    for rows in _pages(tables, ARTICLES_BY_AUTHOR, author_id):
        keys = [(row["article_key"],) for row in rows]
        for start in range(0, len(keys), MAX_BATCH_GET):
            batch = {ARTICLES: keys[start : start + MAX_BATCH_GET]}
            yield [_written(row) for row in tables.get_many(batch, {ARTICLES: _WRITTEN})[ARTICLES].values()]


def _written(row: Row) -> Written:
    shown = State(str(row["state"])) in SHOWN_STATES
    return Written(shown, int(row["words"]), max(0, int(row.get("like_count", 0))))


def _pages(tables: Tables, table: str, user_id: int, columns: tuple[str, ...] = ()) -> Iterator[list[Row]]:
    """Everything under one user's key."""
    owner, rest = hashed(user_id), len(KEY_NAMES[table]) - 1
    start: Bound = (owner, *[End.MIN] * rest)
    while True:
        page = tables.scan(table, start, (owner, *[End.MAX] * rest), columns=columns)
        yield page.rows
        if page.next_key is None:
            return
        start = page.next_key
