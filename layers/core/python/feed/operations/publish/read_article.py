"""GET /v1/articles/{id}: one article with its text."""

from __future__ import annotations

from feed.call import Call
from feed.operations._cards import FullArticle, full
from feed.operations._fields import Id, PublicRequest
from feed.operations._sight import visible
from feed.operations.publish._content import safe
from feed.wiring import World


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> FullArticle:
    return full(safe(visible(request.id, call, world.tables, text=True)))
