"""GET /v1/account: what one's tips have come to."""

from __future__ import annotations

from pydantic import BaseModel

from feed.call import Call
from feed.operations._fields import PublicRequest
from feed.store import accounts
from feed.wiring import World


class Request(PublicRequest):
    pass


class Response(BaseModel):
    """Below zero after a refund of what was paid out already."""

    balance_fen: int


def run(_: Request, call: Call, world: World) -> Response:
    return Response(balance_fen=accounts.balance(world.tables, call.require_caller()))
