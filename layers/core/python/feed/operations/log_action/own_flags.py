"""GET /v1/articles/{id}/actions: what the caller has done to an article, and its counts."""

from __future__ import annotations

from feed.call import Call
from feed.operations._fields import Id, PublicRequest
from feed.operations._rights import visible
from feed.operations._unseen import reader
from feed.operations.log_action._answer import Response, answer
from feed.store import logs
from feed.wiring import World


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> Response:
    article = visible(world.tables, request.id, call.caller)
    return answer(article, logs.flags(world.tables, reader(call), article.id))
