"""Giving a tip back: asked for once at the provider, then taken off the author's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.tips import Asked, Order, Status
from feed.errors import InvalidRequest, Reload
from feed.operations._settlement import note_refund, settle
from feed.store import orders

if TYPE_CHECKING:
    from feed.gateways.alipay import Alipay
    from feed.store.client import Tables


def ask_refund(order: Order, total_fen: int, tables: Tables, now_ms: int) -> Order:
    """Decide that the order's refunds shall come to `total_fen`; `finish_refund` does it, whoever calls that.

    Raises InvalidRequest for more than was paid, Reload for an order that cannot be refunded now, ConditionFailed.
    """
    if not 0 < total_fen <= order.amount_fen:
        raise InvalidRequest(f"The order is about {order.amount_fen} fen; {total_fen} cannot be refunded.")
    if order.status is not Status.SETTLED:
        raise Reload(f"The order is {order.status.value}; only a settled one can be refunded.")
    if order.asked is not None:
        return order
    asked = Asked(f"{order.id}_{total_fen}", total_fen - order.refunded_fen, now_ms)
    orders.ask(tables, order, asked)
    return order._replace(asked=asked)


def return_suspicious(order: Order, fen: int, tables: Tables, alipay: Alipay, now_ms: int) -> None:
    """Give back money that came for this order and was never credited: another amount's, or a second payment's.

    Raises Reload when the provider refuses it, ProviderAway, ConditionFailed.
    """
    alipay.refund(order.suspect_trade_no, f"{order.id}_x{fen}", fen, now_ms)
    orders.resolve(tables, order)


def finish_refund(order: Order, alipay: Alipay, tables: Tables, now_ms: int) -> Order:
    """Carry out the refund that was asked for, take it off the account, and forget the question.

    Raises Reload when the provider refuses it (then it is forgotten too), ProviderAway, Busy, ConditionFailed.
    """
    if order.asked is None:
        return order
    try:
        alipay.refund(order.trade_no, order.asked.request_no, order.asked.fen, now_ms)
    except Reload:
        orders.ask(tables, order, None)
        raise
    total_fen = int(order.asked.request_no.rpartition("_")[2])
    order = settle(note_refund(order, total_fen, tables, now_ms), tables)
    orders.ask(tables, order, None)
    return order._replace(asked=None)
