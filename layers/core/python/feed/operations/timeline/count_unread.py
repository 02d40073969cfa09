"""GET /v1/timeline/unread: how much has arrived since the read mark, up to ninety-nine."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain.visibility import Viewer
from feed.operations._fields import PublicRequest
from feed.operations._pages import Position
from feed.operations._rebuild import freshen
from feed.operations.timeline._inbox import Unread, mark_behind
from feed.store import inboxes, sessions
from feed.store.inboxes import InboxRow
from feed.wiring import World

MOST = 99
_LOOKED_AT = 1_000
"""Rows of the last hour that were read already are passed; so many at most."""


class Request(PublicRequest):
    pass


class Response(BaseModel):
    """`more`: there may be more than were counted. `mark` covers what was counted."""

    unread: int
    more: bool
    mark: str


def run(request: Request, call: Call, world: World) -> Response:  # noqa: ARG001
    """The session row, then the inbox above the place below which nothing is unread: three capacity units.

    What was withdrawn meanwhile counts until a page has passed it: to know, each article would have to be read.
    """
    tables, reader = world.tables, call.require_caller()
    session = sessions.find(tables, reader)
    if session.refreshed_day is not None:  # a reader's very first look is at a page
        session = freshen(session, call, world, first=True, counts=True).session
    unread = Unread(session.mark, session.floor_ms)
    viewer = Viewer(reader, session.left, call.banned)
    looked_at: list[InboxRow] = []
    found, more = 0, True
    before: Position | None = None
    while more and found < MOST and len(looked_at) < _LOOKED_AT:
        rows, more = inboxes.page(tables, reader, before, MOST, unread.floor_ms)
        for row in rows:
            if found == MOST:
                more = True
                break
            looked_at.append(row)
            before = row.position
            found += unread.holds(row) and not viewer.hides(row.author_id)
    mark = mark_behind(looked_at, before if more else None, session, call.now_ms)
    return Response(unread=found, more=more, mark=mark.encode())
