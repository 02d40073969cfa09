"""DELETE /v1/follows/{author_id}: unfollow somebody."""

from __future__ import annotations

from feed.call import Call
from feed.errors import Reload
from feed.operations._fields import Id, PublicRequest
from feed.operations.follow._change import change
from feed.operations.follow._status import Response, answer
from feed.wiring import World


class Request(PublicRequest):
    author_id: Id


def run(request: Request, call: Call, world: World) -> Response:
    caller = call.require_caller()
    if request.author_id == caller:
        raise Reload("Nobody can unfollow their own account.", code="own_account")
    follows_back = change(world.tables, caller, request.author_id, on=False, now_ms=call.now_ms, trace=call.trace_id)
    return answer(following=False, follows_back=follows_back)
