"""GET /v1/users/{id}/articles: an author's articles that the caller may see, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, Id, PublicRequest, Size
from feed.operations._pages import fill_page
from feed.operations._sight import met, seen
from feed.store import articles
from feed.store.articles import Listed
from feed.wiring import World


class Request(PublicRequest):
    id: Id
    size: Size = 20
    cursor: CursorText | None = None


class Response(BaseModel):
    items: list[Card]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    tables = world.tables
    met(request.id, call, tables)
    list_name = f"articles of {request.id}"
    position = None
    if request.cursor is not None:
        position = cursors.decode(list_name, call.caller, request.cursor, (int, str))

    def show(entries: Sequence[Listed]) -> list[Card | None]:
        found = seen((entry.article_id for entry in entries), call, tables)
        return [card(found[entry.article_id]) if entry.article_id in found else None for entry in entries]

    items, position = fill_page(
        request.size, position, lambda before, limit: articles.of_author(tables, request.id, before, limit), show
    )
    cursor = cursors.encode(list_name, call.caller, list(position)) if position else None
    return Response(items=items, next_cursor=cursor)
