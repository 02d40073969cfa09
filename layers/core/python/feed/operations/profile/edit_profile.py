"""PUT /v1/users/me: the caller's own nickname and avatar."""

from __future__ import annotations

from pydantic import ConfigDict

from feed.call import Call
from feed.errors import Busy, InvalidRequest
from feed.operations._byline import byline_guard
from feed.operations._fields import HttpsUrl, Nickname, PublicRequest, left_out
from feed.operations.profile._answer import Response, answer
from feed.store import users, work
from feed.wiring import World


class Request(PublicRequest):
    """A field left out stays as it is; `avatar_url: null` removes the picture."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    nickname: Nickname = left_out()
    avatar_url: HttpsUrl | None = None


def run(request: Request, call: Call, world: World) -> Response:
    if not request.model_fields_set:
        raise InvalidRequest("Nothing is to be changed: name at least one of nickname, avatar_url.")
    caller = call.require_caller()
    if world.tables.write_many([work.put(byline_guard(caller, call.now_ms), call.trace_id)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    clear = "avatar_url" in request.model_fields_set and request.avatar_url is None
    users.set_profile(world.tables, caller, request.nickname, request.avatar_url, clear_avatar=clear)
    return answer(users.require(world.tables, caller))
