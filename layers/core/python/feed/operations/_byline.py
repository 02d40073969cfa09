"""How an author's new name reaches the articles that are there: by the sweeper, in pages, newest first."""

from __future__ import annotations

from feed.store import articles, users, work
from feed.store.client import Tables
from feed.store.work import Work

BYLINE = "byline"
AFTER_MS = 60_000
"""By then every call that has read the old profile is over, and every index shows what it wrote."""
_PAGE = 100
_PAGES = 10


def byline_guard(author_id: int, now_ms: int) -> Work:
    """The work row of a changed profile, written before it."""
    return Work(now_ms + AFTER_MS, BYLINE, f"{author_id}:{now_ms + AFTER_MS}")


def sign_articles(item: Work, tables: Tables) -> None:
    """A thousand articles listed before the position that the work row names, and a work row for the rest.

    Raises OutcomeUnknown.
    """
    author_id, before_ms = item.numbers
    author = users.require(tables, author_id)
    position = (before_ms, "")
    for _ in range(_PAGES):
        listed, more = articles.of_author(tables, author_id, position, _PAGE)
        if listed:
            tables.write_all(*(articles.sign(entry.article_id, author.byline) for entry in listed))
        if not more or not listed:
            return
        position = listed[-1].position
    tables.write_all(work.put(Work(item.due_ms, BYLINE, f"{author_id}:{position[0] + 1}"), item.trace))
