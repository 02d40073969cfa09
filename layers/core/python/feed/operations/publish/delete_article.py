"""DELETE /v1/articles/{id}: gone for everybody at once."""

from __future__ import annotations

from feed.call import Call
from feed.domain.articles import Article
from feed.errors import ConditionFailed, Reload
from feed.operations._fields import Id, PublicRequest
from feed.operations._recount_people import Part, guard
from feed.operations._rights import own
from feed.store import articles, users
from feed.store.client import Tables
from feed.wiring import World

_TRIES = 3


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> None:
    for _ in range(_TRIES):
        old = own(request.id, call, world.tables)
        try:
            _bury(old, call, world.tables)
        except ConditionFailed:
            continue
        return
    raise Reload("The article is being changed elsewhere at the same time; try again.")


def _bury(old: Article, call: Call, tables: Tables) -> None:
    """Its likes go with it, those on their way too: if it was ever public, its author is recounted a minute later."""
    author = users.require(tables, old.author_id) if old.shown else None
    if old.published_ms is not None:
        guard(old.author_id, Part.ARTICLES, call, tables)
    tables.write(articles.bury(old))
    if author is not None:
        tables.count(users.counted(author, call.time_ms(), article_count=-1, word_count=-old.words))
