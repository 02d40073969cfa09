"""DELETE /v1/blocks/{user_id}: end one's block of somebody."""

from __future__ import annotations

from feed.call import Call
from feed.operations.block._parting import Request, Response, check_other, guarded, settle
from feed.store import blocks
from feed.wiring import World

__all__ = ["Request", "Response", "run"]


def run(request: Request, call: Call, world: World) -> Response:
    """Repeating it changes nothing. It brings no follow back: what the block began is finished before it ends."""
    user, other, tables = call.require_caller(), request.user_id, world.tables
    check_other(tables, user, other)
    with guarded(user, other, call, tables):
        epoch = settle(user, other, tables, call)
        if epoch is not None:
            blocks.end(tables, user, other, epoch)
            settle(user, other, tables, call)
    return Response(blocked=False)
