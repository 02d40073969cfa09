"""GET /v1/account/ledger: every movement of one's account, newest first."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain import cursors
from feed.operations._cards import Person, person
from feed.operations._fields import CursorText, PublicRequest, Rfc3339, Size
from feed.store import accounts, users
from feed.wiring import World

_LIST = "ledger"


class Request(PublicRequest):
    size: Size = 20
    cursor: CursorText | None = None


class Item(BaseModel):
    """`amount_fen` is negative for a refund; `message` is what the reader wrote to the tip.

    Money that was received stays in the books, without name and words of a reader whom an operator has banned.
    """

    kind: Literal["tip", "refund"]
    amount_fen: int
    at: Rfc3339
    article_id: int
    reader: Person
    message: str


class Response(BaseModel):
    items: list[Item]
    next_cursor: str | None


def run(request: Request, call: Call, world: World) -> Response:
    caller = call.require_caller()
    before = cursors.decode(_LIST, caller, request.cursor, (int, str)) if request.cursor is not None else None
    found, more = accounts.movements(world.tables, caller, before, request.size)
    people = users.people(world.tables, {line.payer_id for line in found} - call.banned)
    items = [
        Item(
            kind="tip" if line.fen > 0 else "refund",
            amount_fen=line.fen,
            at=line.at_ms,
            article_id=line.article_id,
            reader=person(people.get(line.payer_id), line.payer_id),
            message=line.message if line.payer_id not in call.banned else "",
        )
        for line in found
    ]
    cursor = cursors.encode(_LIST, caller, list(found[-1].position)) if more and found else None
    return Response(items=items, next_cursor=cursor)
