"""How a read mark moves: forward only, whatever several devices send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from feed.domain.marks import Mark, refused
from feed.errors import ConditionFailed, Reload
from feed.operations._fields import MarkText, PublicRequest
from feed.store import sessions
from feed.store.sessions import Late, Session

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

_TRIES = 3
_AHEAD_MS = 60_000


class Request(PublicRequest):
    mark: MarkText


class Response(BaseModel):
    """Where the mark stands now."""

    mark: str


def move(
    request: Request,
    column: Literal["mark", "notified"],
    call: Call,
    tables: Tables,
    done: Callable[[Session, Mark], Mapping[int, Late]] = lambda _session, _mark: {},
) -> Response:
    """`done` gives the notes of late articles that have nothing to say behind the new mark. Raises InvalidRequest."""
    reader = call.require_caller()
    given = Mark.decode(request.mark)
    if given.ms > call.now_ms + _AHEAD_MS:
        raise refused()
    for _ in range(_TRIES):
        session = sessions.find(tables, reader)
        old: Mark = getattr(session, column)
        new = old.merged(given)
        if new == old:
            return Response(mark=old.encode())
        try:
            sessions.move_mark(tables, reader, column, old, new, done(session, new))
        except ConditionFailed:
            continue
        return Response(mark=new.encode())
    raise Reload("Other devices keep moving the mark at the same time; try again.")
