"""GET /v1/articles/{id}/likers: who likes an article, newest first."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.operations._cards import Person, person
from feed.operations._fields import CursorText, Id, PublicRequest, Rfc3339, Size
from feed.operations._rights import visible
from feed.store import logs, users
from feed.wiring import World


class Request(PublicRequest):
    id: Id
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    user: Person
    liked_at: Rfc3339


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    tables = world.tables
    visible(tables, request.id, call.caller)
    name = f"likers of {request.id}"
    before = cursors.decode(name, call.caller, request.cursor, (int, str)) if request.cursor is not None else None
    found, more = logs.likers(tables, request.id, before, request.size)
    people = users.people(tables, (liked.user_id for liked in found))
    items = [Item(user=person(people.get(liked.user_id), liked.user_id), liked_at=liked.position[0]) for liked in found]
    cursor = cursors.encode(name, call.caller, list(found[-1].position)) if more and found else None
    return Response(items=items, next_cursor=cursor)
