"""GET /v1/hot: the hottest articles that the caller has not read, by acts (hot) or ageing (trending)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.operations._cards import Card, card
from feed.operations._fields import CursorText, PublicRequest, Size
from feed.operations._suggestions import hot
from feed.operations._unseen import unseen
from feed.operations._walk import next_cursor, passed_before
from feed.wiring import World

_LOOKED_AT = 100
"""Articles beyond the page's size that one page considers: who reads much has read what is hot."""


class Request(PublicRequest):
    order: Literal["hot", "trending"] = "hot"
    size: Size = 20
    cursor: CursorText | None = None


class Response(BaseModel):
    items: list[Card]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    name = f"{request.order} articles"
    _, passed = passed_before(name, request.cursor, call)
    before = set(passed)
    candidates = [item.article_id for item in hot(request.order, world) if item.article_id not in before]
    found, taken = unseen(candidates, request.size, call, world.tables, most=request.size + _LOOKED_AT)
    cursor = next_cursor(name, [*passed, *taken], call, more=len(taken) < len(candidates))
    return Response(items=[card(article) for article in found], next_cursor=cursor)
