"""GET /v1/notifications/unread: how many have arrived since the read mark, up to ninety-nine."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.domain.marks import mark_of
from feed.domain.notices import Place, Told
from feed.operations._fields import PublicRequest
from feed.operations.notifications._look import look
from feed.store import notifications
from feed.wiring import World

MOST = 99
_LOOKED_AT = 1_000
"""Rows of the last hour that are read or taken back are passed; so many at most."""


class Request(PublicRequest):
    pass


class Response(BaseModel):
    """`more`: there may be more than were counted. `mark` covers what was counted."""

    unread: int
    more: bool
    mark: str


def run(request: Request, call: Call, world: World) -> Response:  # noqa: ARG001
    """What is about an article deleted meanwhile counts until the mark has passed it: no article is read.

    What arrived more than an hour after its cause, as when the sweeper was away for so long, shows as unread in the
    list but is not counted: it stands below where the count looks.
    """
    tables, reader = world.tables, call.require_caller()
    now = look(call, tables)
    passed: list[Told] = []
    found, more = 0, True
    below: Place | None = None
    while more and found < MOST and len(passed) < _LOOKED_AT:
        rows, more = notifications.page(tables, reader, below, MOST, now.mark.floor_ms)
        standing = now.standing(rows)
        for row in rows:
            if found == MOST:
                more = True
                break
            passed.append(row)
            below = row.place
            found += row.id in standing and now.is_unread(row)
    mark = mark_of(((row.arrived_ms, row.id) for row in passed), now.mark)
    return Response(unread=found, more=more, mark=mark.encode())
