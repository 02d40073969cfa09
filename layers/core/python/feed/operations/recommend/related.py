"""GET /v1/articles/{id}/related: what is read by those who read this article."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import visible_to
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, Id, PublicRequest, Size
from feed.operations._rights import visible
from feed.operations._walk import next_cursor, passed_before
from feed.store import articles, neighbors
from feed.wiring import World


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
    visible(tables, request.id, call.caller)
    near = neighbors.find(tables, [request.id]).get(request.id, [])
    candidates = [article_id for article_id, _ in near if article_id not in passed]
    items: list[Card] = []
    taken = 0
    while taken < len(candidates) and len(items) < request.size:
        chunk = candidates[taken : taken + request.size - len(items)]
        taken += len(chunk)
        cards = articles.cards(tables, chunk)
        items += [card(cards[article_id]) for article_id in chunk if visible_to(cards.get(article_id), call.caller)]
    cursor = next_cursor(name, [*passed, *candidates[:taken]], call, more=taken < len(candidates))
    return Response(items=items, next_cursor=cursor)
