"""GET /v1/follows/{author_id}: how the caller and somebody are related."""

from __future__ import annotations

from feed.call import Call
from feed.operations._fields import Id, PublicRequest
from feed.operations.follow._status import Response, status
from feed.wiring import World


class Request(PublicRequest):
    author_id: Id


def run(request: Request, call: Call, world: World) -> Response:
    return status(request.author_id, call, world.tables)
