"""GET /v1/articles/{id}/related: what is read by those who read this article."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, Id, PublicRequest, Size
from feed.operations._sight import seen, visible
from feed.operations._walk import first_shown, next_cursor, passed_before
from feed.store import neighbors
from feed.wiring import World

_LOOKED_AT = 50
"""Articles beyond the page's size that one page considers."""


class Request(PublicRequest):
    id: Id
    size: Size = 20
    cursor: CursorText | None = None


class Response(BaseModel):
    items: list[Card]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    tables, name = world.tables, f"related to {request.id}"
    _, passed = passed_before(name, request.cursor, call)
    visible(request.id, call, tables)
    near = neighbors.find(tables, [request.id]).get(request.id, [])
    candidates = [article_id for article_id, _ in near if article_id not in passed]

    def show(ids: Sequence[int]) -> list[Article]:
        found = seen(ids, call, tables)
        return [found[article_id] for article_id in ids if article_id in found]

    found, taken = first_shown(candidates, request.size, show, most=request.size + _LOOKED_AT)
    cursor = next_cursor(name, [*passed, *taken], call, more=len(taken) < len(candidates))
    return Response(items=[card(article) for article in found], next_cursor=cursor)
