"""The one way in which money moves: what the provider says becomes the order's state, then the account's.

Each step repeats harmlessly and follows from the row before it; whoever comes next goes on where a crash stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.notices import of_tip
from feed.domain.tips import RETURNED, Facts, Order, Refund, Status, Trade, next_look, suspicion
from feed.errors import Busy, ConditionFailed, NotFound, Reload
from feed.store import accounts, counters, logs, notifications, orders, pending_tips, work
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables

PAYMENT = "payment"
GUARD_MS = 60_000
_TRIES = 5


class UnknownOrder(NotFound):
    """The provider speaks of an order that is not ours."""


class Suspicious(Reload):
    """What the provider says cannot be this order's: nothing was credited, and a person must look."""


def guard(order_id: str, due_ms: int) -> Work:
    """The work row that brings the sweeper to an order; written before what it guards."""
    return Work(due_ms, PAYMENT, order_id)


def take_in(facts: Facts, call: Call, tables: Tables) -> Order:
    """Write down what the provider says, and settle it, in the trace of the call that has ordered the tip.

    Raises UnknownOrder, Suspicious, Busy (safe to repeat).
    """
    for _ in range(_TRIES):
        order = orders.find(tables, facts.order_id)
        if order is None:
            raise UnknownOrder(f"There is no order {facts.order_id}.")
        call.trace_id = order.trace or call.trace_id
        try:
            return settle(_noted(order, facts, tables, call.now_ms), tables)
        except ConditionFailed:
            continue  # another delivery moved the order: see what is left to do
    raise Busy(f"Others keep changing order {facts.order_id}; try again.")


def settle(order: Order, tables: Tables) -> Order:
    """Credit what is paid and take back what is refunded, once. Raises ConditionFailed when others moved on, Busy."""
    if order.status is Status.PAID:
        accounts.credit(tables, order)
        log = logs.tipped(order.payer_id, order.article_id, order.paid_ms)
        told = notifications.tell(order.author_id, of_tip(order), on=True)
        tables.write_all(accounts.tip_line(order), log, told, pending_tips.end(order))
        _count(order, tables)
        orders.settle(tables, order)
        order = order._replace(status=Status.SETTLED)
    for refund in order.refunds:
        if refund.total_fen > order.refunds_settled_fen:
            order = _settle_refund(order, refund, tables)
    return order


def note_refund(order: Order, total_fen: int, tables: Tables, now_ms: int) -> Order:
    """Write down that the refunds came to `total_fen`, unless as much is known. Raises ConditionFailed."""
    if total_fen <= order.refunded_fen:
        return order
    refund = Refund(now_ms, total_fen)
    orders.refund(tables, order, refund)
    return order._replace(refunds=(*order.refunds, refund))


def _noted(order: Order, facts: Facts, tables: Tables, now_ms: int) -> Order:
    if order.suspect == RETURNED and order.suspect_trade_no == facts.trade_no != order.trade_no:
        return order  # a person has given that money back: nothing is left to do about it
    why = suspicion(order, facts)
    unpaid = order.status in (Status.PENDING, Status.CLOSED)
    if why or (order.suspect and facts.paid and unpaid):
        if not order.suspect:
            orders.suspect(tables, order, why, facts.trade_no)
        raise Suspicious(f"Order {order.id} needs a person: {why or order.suspect}.")
    if facts.refunded_fen > order.refunded_fen or (facts.paid and unpaid and next_look(order, now_ms) is None):
        # what the order was made with guards it no longer: this may come long after its last look
        tables.write_all(work.put(guard(order.id, now_ms + GUARD_MS), order.trace))
    if facts.paid and unpaid:
        refunds = (Refund(now_ms, facts.refunded_fen),) if facts.refunded_fen else ()
        paid = order._replace(status=Status.PAID, trade_no=facts.trade_no, paid_ms=now_ms, refunds=refunds)
        orders.pay(tables, order, paid)
        order = paid
    elif facts.trade is Trade.CLOSED and order.status is Status.PENDING:
        orders.close(tables, order)
        order = order._replace(status=Status.CLOSED)
    return note_refund(order, facts.refunded_fen, tables, now_ms)


def _settle_refund(order: Order, refund: Refund, tables: Tables) -> Order:
    accounts.take_back(tables, order, refund)
    whole = refund.total_fen == order.amount_fen
    untold = [notifications.tell(order.author_id, of_tip(order), on=False)] if whole else []
    tables.write_all(accounts.refund_line(order, refund), *untold)
    if whole:
        _count(order, tables)
    orders.settle_refund(tables, order, refund)
    return order._replace(refunds_settled_fen=refund.total_fen)


def _count(order: Order, tables: Tables) -> None:
    """Bring the article's counter to what the account row says; the reading comes after that of what is shown."""
    for _ in range(_TRIES):
        shown = counters.shown_tips(tables, order.article_id, order.bucket)
        credited = accounts.tipped(tables, order)
        if shown is None or shown[1] == credited:
            return
        try:
            counters.show_tips(tables, shown[0], order.bucket, shown[1], credited)
        except ConditionFailed:
            continue  # another tip of this article moved it
        return
    raise Busy(f"Others keep counting the tips of article {order.article_id}; try again.")
