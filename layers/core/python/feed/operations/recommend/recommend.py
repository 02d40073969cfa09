"""GET /v1/recommendations: articles for the caller's taste, each with its reason; for who has none yet, what is hot."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._suggestions import Because, by_taste, fresh, hot, mixed, taste
from feed.operations._unseen import unseen
from feed.operations._walk import next_cursor, passed_before
from feed.wiring import World

_LIST = "recommendations"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    article: Card
    because: Because


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    """Acts, neighbours, young articles (kept for seconds), cards, and once more where some of them are hidden."""
    _, passed = passed_before(_LIST, request.cursor, call)
    known = taste(call, world)
    ranked = by_taste(known)
    if len(ranked) < len(passed) + request.size:
        ranked += hot("hot", world)
    suggestions = mixed(ranked, fresh(call, world), [*passed, *known.acted])
    because = {item.article_id: item.because for item in suggestions}
    # the ranking knows what was acted on lately; older acts are asked for, where there are any
    found, taken = unseen(list(because), request.size, call, world.tables, ask_log=known.more)
    items = [Item(article=card(article), because=because[article.id]) for article in found]
    cursor = next_cursor(_LIST, [*passed, *taken], call, more=len(taken) < len(suggestions))
    return Response(items=items, next_cursor=cursor)
