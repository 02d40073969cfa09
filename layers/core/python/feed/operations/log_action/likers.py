"""GET /v1/articles/{id}/likers: who likes an article, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.operations._cards import Person
from feed.operations._fields import CursorText, Id, PublicRequest, Rfc3339, Size
from feed.operations._pages import fill_page
from feed.operations._sight import people, visible
from feed.store import logs
from feed.store.logs import Liked
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
    visible(request.id, call, tables)
    name = f"likers of {request.id}"
    position = None
    if request.cursor is not None:
        position = cursors.decode(name, call.caller, request.cursor, (int, str))

    def show(entries: Sequence[Liked]) -> list[Item | None]:
        first = entries[: request.size]
        found = people((liked.user_id for liked in first), call, tables)
        return [_item(liked, found.get(liked.user_id)) for liked in first]

    items, position = fill_page(
        request.size, position, lambda before, limit: logs.likers(tables, request.id, before, limit), show
    )
    return Response(items=items, next_cursor=cursors.encode(name, call.caller, list(position)) if position else None)


def _item(liked: Liked, user: Person | None) -> Item | None:
    return Item(user=user, liked_at=liked.position[0]) if user is not None else None
