"""GET /v1/users/{id}: somebody's profile and counters."""

from __future__ import annotations

from feed.call import Call
from feed.operations._fields import Id, PublicRequest
from feed.operations._sight import met
from feed.operations.profile._answer import Response, answer
from feed.wiring import World


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> Response:
    return answer(met(request.id, call, world.tables))
