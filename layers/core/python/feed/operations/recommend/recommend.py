"""GET /v1/recommendations: articles for the caller's taste, each with its reason; for who has none yet, what is hot."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._suggestions import Because, by_taste, fresh, hot, mixed
from feed.operations._unseen import unseen
from feed.operations._walk import next_cursor, passed_before
from feed.wiring import World

_LIST = "recommendations"
_MOST_REQUESTS = 5
_LOOKED_AT = 20
"""Each costs two capacity units, its card and its row in the log; acts and neighbours up to twenty together."""


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
    """Acts, neighbours, young and hot articles (kept for seconds), then cards with the caller's log: five requests.

    Six for a page of fifty and more, and two capacity units more for each article beyond twenty.
    """
    _, passed = passed_before(_LIST, request.cursor, call)
    ranked, acted = by_taste(call, world)
    lasting = len(ranked) >= len(passed) + request.size
    if not lasting:
        ranked += hot("hot", world)
    suggestions = mixed(ranked, fresh(call, world), passed, acted)
    because = {item.article_id: item.because for item in suggestions}
    # a second look only where one request is left, and never at more than a page of the usual size needs
    most = max(request.size, _LOOKED_AT) if call.spent.requests <= _MOST_REQUESTS - 2 else request.size
    found, taken = unseen(list(because), request.size, call, world.tables, most=most)
    items = [Item(article=card(article), because=because[article.id]) for article in found]
    cursor = next_cursor(_LIST, [*passed, *taken], call, more=lasting or len(taken) < len(suggestions))
    return Response(items=items, next_cursor=cursor)
