"""A page of people with the time of their follow: what followers and following have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.ids import unhashed
from feed.operations._cards import Person
from feed.operations._fields import CursorText, Id, PublicRequest, Rfc3339, Size
from feed.operations._pages import fill_page
from feed.operations._sight import met, people
from feed.store.client import Tables
from feed.store.rows import Key, Row


class Request(PublicRequest):
    id: Id
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    user: Person
    followed_at: Rfc3339


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


class _Followed(NamedTuple):
    """When, and whose key."""

    position: tuple[int, str]

    @property
    def user_id(self) -> int:
        return unhashed(self.position[1])


Read = Callable[[Tables, int, Key | None, int], tuple[list[Row], bool]]


def page(request: Request, call: Call, tables: Tables, read: Read, *, column: str) -> Response:
    """`read` gives index rows, newest first, and whether others follow; `column` holds the person's key."""
    met(request.id, call, tables)
    name = f"{column}s of {request.id}"
    position = None
    if request.cursor is not None:
        position = cursors.decode(name, call.caller, request.cursor, (int, str))

    def listed(before: Key | None, limit: int) -> tuple[list[_Followed], bool]:
        rows, more = read(tables, request.id, before, limit)
        return [_Followed((int(row["followed_ms"]), str(row[column]))) for row in rows], more

    def show(entries: Sequence[_Followed]) -> list[Item | None]:
        first = entries[: request.size]
        found = people((entry.user_id for entry in first), call, tables)
        return [_item(entry, found.get(entry.user_id)) for entry in first]

    items, position = fill_page(request.size, position, listed, show)
    return Response(items=items, next_cursor=cursors.encode(name, call.caller, list(position)) if position else None)


def _item(entry: _Followed, user: Person | None) -> Item | None:
    return Item(user=user, followed_at=entry.position[0]) if user is not None else None
