"""POST /v1/timeline/read: the caller has seen the timeline up to a mark."""

from __future__ import annotations

from feed.call import Call
from feed.domain.marks import Mark
from feed.operations._read_mark import Request, Response, move
from feed.store.sessions import LANDED_MS, Late, Session
from feed.wiring import World

__all__ = ["Request", "Response", "run"]

_MOST = 8
"""Notes that one move drops: each is a condition of the write, of which the service takes ten."""


def run(request: Request, call: Call, world: World) -> Response:
    return move(request, "mark", call, world.tables, _read)


def _read(session: Session, mark: Mark) -> dict[int, Late]:
    """Late articles that are read for certain, the deepest first: the look-back need not reach them any more."""
    deepest = sorted(session.late.items(), key=lambda noted: noted[1].published_ms)
    read = [(article, late) for article, late in deepest if mark.covers(late.put_ms + LANDED_MS, article)]
    return dict(read[:_MOST])
