"""DELETE /v1/articles/{id}: gone for everybody at once."""

from __future__ import annotations

from feed.call import Call
from feed.errors import ConditionFailed, Reload
from feed.operations._fields import Id, PublicRequest
from feed.operations._release import count_shown
from feed.operations._rights import own
from feed.store import articles
from feed.wiring import World

_TRIES = 3


class Request(PublicRequest):
    id: Id


def run(request: Request, call: Call, world: World) -> None:
    for _ in range(_TRIES):
        old = own(world.tables, request.id, call.require_caller())
        try:
            world.tables.write(articles.bury(old))
        except ConditionFailed:
            continue
        if old.shown:
            count_shown(old, call, world, -1)
        return
    raise Reload("The article is being changed elsewhere at the same time; try again.")
