"""POST /v1/timeline/read: the caller has seen the timeline up to a mark."""

from __future__ import annotations

from feed.call import Call
from feed.domain.marks import Mark
from feed.operations._read_mark import Request, Response, move
from feed.store import sessions
from feed.store.sessions import Session
from feed.wiring import World

__all__ = ["Request", "Response", "run"]

_LANDED_MS = 600_000
"""How long after its note a late put may still arrive; whoever tries it again then notes it again."""


def run(request: Request, call: Call, world: World) -> Response:
    return move(request, "mark", call, world.tables, _read)


def _read(session: Session, mark: Mark) -> tuple[str, ...]:
    """The notes of late articles that have arrived long before the mark: the look-back need not reach so deep."""
    read = (article for article, late in session.late.items() if late.put_ms + _LANDED_MS <= mark.ms)
    return tuple(sessions.late_column(article) for article in read)
