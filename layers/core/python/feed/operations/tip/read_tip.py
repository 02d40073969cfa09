"""GET /v1/tips/{order_id}: what has become of one's tip; it is read from our rows, and never asks the provider."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain.tips import Order, Status, is_order_id
from feed.errors import NotFound
from feed.operations._fields import OrderId, PublicRequest
from feed.store import orders
from feed.wiring import World


class Request(PublicRequest):
    order_id: OrderId


class Response(BaseModel):
    status: Literal["pending", "paid", "closed", "refunded"]
    amount_fen: int
    article_id: int


def run(request: Request, call: Call, world: World) -> Response:
    order = orders.find(world.tables, request.order_id) if is_order_id(request.order_id) else None
    if order is None or order.payer_id != call.require_caller():
        raise NotFound("There is no such order of yours.")
    return Response(status=_shown(order), amount_fen=order.amount_fen, article_id=order.article_id)


def _shown(order: Order) -> Literal["pending", "paid", "closed", "refunded"]:
    if order.refunded_fen == order.amount_fen:
        return "refunded"
    if order.status in (Status.PAID, Status.SETTLED):
        return "paid"
    return "closed" if order.status is Status.CLOSED else "pending"
