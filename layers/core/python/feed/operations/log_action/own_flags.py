"""GET /v1/articles/{id}/actions: what the caller has done to an article, and its counts."""

from __future__ import annotations

from feed.call import Call
from feed.operations._fields import Id, PublicRequest
from feed.operations.log_action._answer import Response, answer
from feed.operations.log_action._known import known
from feed.wiring import World


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> Response:
    return answer(*known(request.id, call, world.tables))
