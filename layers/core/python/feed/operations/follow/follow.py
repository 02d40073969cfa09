"""PUT /v1/follows/{author_id}: follow somebody."""

from __future__ import annotations

from feed.call import Call
from feed.errors import NotFound, Reload
from feed.operations._fields import Id, PublicRequest
from feed.operations.follow._change import change
from feed.operations.follow._status import Response, answer
from feed.wiring import World


class Request(PublicRequest):
    author_id: Id


def run(request: Request, call: Call, world: World) -> Response:
    caller = call.require_caller()
    if request.author_id == caller:
        raise Reload("Nobody can follow their own account.", code="own_account")
    if request.author_id in call.banned:
        raise NotFound(f"There is no user {request.author_id}.")
    follows_back = change(world.tables, caller, request.author_id, on=True, now_ms=call.now_ms, trace=call.trace_id)
    return answer(following=True, follows_back=follows_back)
