"""GET /v1/users/me/collections: the caller's bookmarks that they may still see, newest collected first."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.articles import Article
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Rfc3339, Size
from feed.operations._pages import fill_page
from feed.operations._sight import seen
from feed.store import logs
from feed.store.logs import Collected
from feed.wiring import World

_NAME = "collections"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    article: Card
    collected_at: Rfc3339


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    tables, caller = world.tables, call.require_caller()
    position = None
    if request.cursor is not None:
        position = cursors.decode(_NAME, caller, request.cursor, (int, int))

    def show(entries: Sequence[Collected]) -> list[Item | None]:
        first = entries[: request.size]
        found = seen((entry.article_id for entry in first), call, tables)
        return [_item(entry, found.get(entry.article_id)) for entry in first]

    items, position = fill_page(
        request.size, position, lambda before, limit: logs.collected(tables, caller, before, limit), show
    )
    return Response(items=items, next_cursor=cursors.encode(_NAME, caller, list(position)) if position else None)


def _item(entry: Collected, article: Article | None) -> Item | None:
    return Item(article=card(article), collected_at=entry.position[0]) if article is not None else None
