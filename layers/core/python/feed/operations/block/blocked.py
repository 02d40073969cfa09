"""GET /v1/blocks: whom the caller has blocked, newest first."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.operations._cards import Person, person
from feed.operations._fields import CursorText, PublicRequest, Rfc3339, Size
from feed.store import blocks, users
from feed.wiring import World

_LIST = "blocks"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    user: Person
    blocked_at: Rfc3339


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    caller, tables = call.require_caller(), world.tables
    listed = [block for block in blocks.of_user(tables, caller) if block[1] not in call.banned]
    if request.cursor is not None:
        before = cursors.decode(_LIST, caller, request.cursor, (int, int))
        listed = [block for block in listed if block < before]
    page = listed[: request.size]
    people = users.people(tables, (other for _, other in page))
    items = [Item(user=person(people.get(other), other), blocked_at=blocks.began_ms(epoch)) for epoch, other in page]
    cursor = cursors.encode(_LIST, caller, list(page[-1])) if len(listed) > len(page) else None
    return Response(items=items, next_cursor=cursor)
