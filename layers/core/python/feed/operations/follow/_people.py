"""A page of people with the time of their follow: what followers and following have in common."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.domain.ids import unhashed
from feed.operations._cards import Person, person
from feed.operations._fields import CursorText, Id, PublicRequest, Rfc3339, Size
from feed.store import users
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


Read = Callable[[Tables, int, Key | None, int], tuple[list[Row], bool]]


def page(request: Request, call: Call, tables: Tables, read: Read, *, column: str) -> Response:
    """`read` gives index rows, newest first, and whether others follow; `column` holds the person's key."""
    users.require(tables, request.id)
    list_name = f"{column}s of {request.id}"
    before = None
    if request.cursor is not None:
        before = cursors.decode(list_name, call.caller, request.cursor, (int, str))
    shown, more = read(tables, request.id, before, request.size)
    ids = [unhashed(str(row[column])) for row in shown]
    people = users.people(tables, ids)
    items = [
        Item(user=person(people.get(user_id), user_id), followed_at=int(row["followed_ms"]))
        for user_id, row in zip(ids, shown, strict=True)
    ]
    cursor = None
    if more and shown:
        last = shown[-1]
        cursor = cursors.encode(list_name, call.caller, [last["followed_ms"], last[column]])
    return Response(items=items, next_cursor=cursor)
