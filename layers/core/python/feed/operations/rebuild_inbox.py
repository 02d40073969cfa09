"""A visit's work behind the page's back: tell all of the reader's follows, fill the inbox, stamp the session row."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.operations._catch_up import Visit, read_stretch
from feed.operations._fields import Message, Number
from feed.operations._rebuild import go_on_later
from feed.store import sessions
from feed.wiring import World

_HAND_ON_S = 15.0
"""What is left of the declared time-out when no more outboxes are begun."""


class Request(Message):
    """`day` is that of the visit, `behind` the follow behind which to go on, by its place in the index."""

    reader_id: Number
    day: Number
    behind: tuple[int, str] | None = None


class Response(BaseModel):
    """`outcome`: done, handed_on, or stamped (somebody else has finished what this visit wants)."""

    outcome: str


def run(request: Request, call: Call, world: World) -> Response:
    tables, reader = world.tables, request.reader_id
    session = sessions.find(tables, reader)
    if session.refreshed_day is not None and session.refreshed_day >= request.day:
        return Response(outcome="stamped")
    visit = Visit(reader, session.refreshed_day, call, tables, lambda: call.seconds_left() > _HAND_ON_S)
    behind = visit.catch_up(read_stretch(reader, request.behind, tables))
    while behind is not None:
        # pages go on waiting for whoever says this
        tables.write(sessions.note(reader, rebuilding_ms=call.time_ms()))
        if not visit.may_go_on():
            go_on_later(reader, request.day, behind, world)
            return Response(outcome="handed_on")
        behind = visit.catch_up(read_stretch(reader, behind, tables))
    tables.write(sessions.note(reader, refreshed_day=request.day))
    return Response(outcome="done")
