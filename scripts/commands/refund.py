"""Giving a tip back by hand: safe to repeat, and to take up by the sweeper where it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.tips import RETURNED, Order, Status
from feed.errors import ConditionFailed, NotFound, Reload
from feed.operations._refunds import ask_refund, finish_refund, return_suspicious
from feed.operations._settlement import GUARD_MS, guard, settle
from feed.store import orders, work

if TYPE_CHECKING:
    from feed.gateways.alipay import Alipay
    from feed.store.client import Tables

_TRIES = 5


def refund(order_id: str, total_fen: int, tables: Tables, alipay: Alipay, now_ms: int) -> str:
    """Let the order's refunds come to `total_fen`; what was done, in one sentence. Raises FeedError."""
    before: int | None = None
    for _ in range(_TRIES):
        order = _require(order_id, tables)
        try:
            before = order.refunded_fen if before is None else before
            if order.asked is None and not order.unsettled and order.refunded_fen >= total_fen:
                return _told(order, order.refunded_fen - before, alipay)
            _one_step(order, total_fen, tables, alipay, now_ms)
        except ConditionFailed:
            continue  # a notification or the sweeper moved the order
    raise Reload(f"Others keep changing order {order_id}; try again.")


def _one_step(order: Order, total_fen: int, tables: Tables, alipay: Alipay, now_ms: int) -> None:
    if order.unsettled:
        settle(order, tables)
        return
    if order.asked is None:
        tables.write_all(work.put(guard(order.id, now_ms + GUARD_MS), order.trace))
        order = ask_refund(order, total_fen, tables, now_ms)
    finish_refund(order, alipay, tables, now_ms)


def _told(order: Order, given: int, alipay: Alipay) -> str:
    about = f"order {order.id} of {order.amount_fen} fen at {alipay.merchant.gateway}"
    if given:
        return f"Refunded {given} fen of {about}; its refunds come to {order.refunded_fen} fen."
    return f"Nothing to do: the refunds of {about} come to {order.refunded_fen} fen already."


def refund_suspicious(order_id: str, fen: int, tables: Tables, alipay: Alipay, now_ms: int) -> str:
    """Give back what was paid for an order and never credited; what was done, in one sentence. Raises FeedError."""
    order = _require(order_id, tables)
    if order.suspect == RETURNED:
        return f"Nothing to do: the suspicious payment of order {order.id} was returned already."
    if not order.suspect:
        raise Reload(f"Nothing about order {order.id} is suspicious; leave --suspicious out.")
    if order.suspect_trade_no == order.trade_no and order.status in (Status.PAID, Status.SETTLED):
        raise Reload(f"The payment of order {order.id} is credited; refund it without --suspicious.")
    return_suspicious(order, fen, tables, alipay, now_ms)
    return f"Returned {fen} fen of trade {order.suspect_trade_no}, which order {order.id} was never credited with."


def resolve(order_id: str, tables: Tables) -> str:
    """Take an order off the audit's list once a person has settled it elsewhere; nothing is paid. Raises FeedError."""
    order = _require(order_id, tables)
    if order.suspect in ("", RETURNED):
        return f"Nothing to do: nothing about order {order.id} waits for a decision."
    orders.resolve(tables, order)
    return f"Order {order.id} waits for nobody any more; its suspicion was {order.suspect}."


def _require(order_id: str, tables: Tables) -> Order:
    order = orders.find(tables, order_id)
    if order is None:
        raise NotFound(f"There is no order {order_id}.")
    return order
