"""POST /v1/notifications/read: the caller has seen their notifications up to a mark."""

from __future__ import annotations

from feed.call import Call
from feed.operations._read_mark import Request, Response, move
from feed.wiring import World

__all__ = ["Request", "Response", "run"]


def run(request: Request, call: Call, world: World) -> Response:
    return move(request, "notified", call, world.tables)
