"""One turn at erasing a person: some pages of all tables, then the next turn, until a whole look has found nothing."""

from __future__ import annotations

from contextlib import suppress

from pydantic import BaseModel

from feed.call import Call
from feed.errors import Busy, ConditionFailed
from feed.operations._erasing import ERASE_USER, go_on
from feed.operations._fields import Message, Number
from feed.store import erasures
from feed.store.erasures import Erasure
from feed.wiring import World

_HAND_ON_S = 20.0
"""What is left of the declared time-out when no more pages are begun."""


class Request(Message):
    user_id: Number


class Response(BaseModel):
    """`outcome`: done, handed_on, waiting (for the next look), taken (somebody else is at it), or gone."""

    outcome: str
    erased: int = 0


def run(request: Request, call: Call, world: World) -> Response:
    tables = world.tables
    erasure = erasures.find(tables, request.user_id)
    if erasure is None:
        return Response(outcome="gone")
    now_ms, left_s = call.time_ms(), call.seconds_left()
    if not erasure.may_go_on(now_ms):
        return Response(outcome="taken" if now_ms < erasure.lease_until_ms else "waiting")
    # a request of this worker may be in flight for as long as the client waits for its answer
    until_ms = now_ms + int((left_s + world.settings.request_timeout_s) * 1000)
    try:
        held = erasures.acquire(tables, erasure, f"{call.request_id}:{call.random_bits(32):08x}", until_ms)
    except ConditionFailed:
        return Response(outcome="taken")
    with call.following(held.trace):
        return _turn(held, call, world)


def _turn(held: Erasure, call: Call, world: World) -> Response:
    tables = world.tables
    try:
        now = go_on(held, call, tables, lambda: call.seconds_left() > _HAND_ON_S)
    except ConditionFailed:
        return Response(outcome="taken")
    except Exception:
        erasures.release(tables, held)
        raise
    if now is None:
        return Response(outcome="done", erased=held.erased)
    erasures.release(tables, now)
    if not now.table:
        return Response(outcome="waiting", erased=now.erased)
    with suppress(Busy):  # the sweeper starts it
        world.invoke_async(ERASE_USER, {"user_id": now.user_id})
    return Response(outcome="handed_on", erased=now.erased)
