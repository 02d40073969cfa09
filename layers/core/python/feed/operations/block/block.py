"""PUT /v1/blocks/{user_id}: block somebody."""

from __future__ import annotations

from contextlib import suppress

from feed.call import Call
from feed.errors import ConditionFailed, Reload
from feed.operations.block._parting import Request, Response, check_other, guarded, settle
from feed.store import blocks
from feed.store.client import Tables
from feed.wiring import World

__all__ = ["Request", "Response", "run"]


def run(request: Request, call: Call, world: World) -> Response:
    """Repeating it changes nothing. Both follows end; from the answer on, neither is shown what is the other's."""
    user, other, tables = call.require_caller(), request.user_id, world.tables
    if check_other(tables, user, other).many:
        _check_room(tables, user, other)
    with guarded(user, other, call, tables):
        with suppress(ConditionFailed):  # there is one already
            tables.write(blocks.begin(user, other, blocks.new_epoch(call.now_ms, call.random_bits(20))))
        settle(user, other, tables, call)
    return Response(blocked=True)


def _check_room(tables: Tables, user_id: int, other_id: int) -> None:
    """Where the hidden row does not know how many there are, they are counted. Raises Reload."""
    blocked = {other for _, other in blocks.of_user(tables, user_id)}
    if len(blocked) >= blocks.MOST and other_id not in blocked:
        message = f"You have blocked {len(blocked)} people, and at most {blocks.MOST} are allowed; unblock somebody."
        raise Reload(message, code="too_many_blocks")
