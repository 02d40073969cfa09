"""What the sweeper does about one order: finish what a crash left, ask the provider where no notification came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.tips import Order, Status, Trade, next_look
from feed.observability import log_resumed
from feed.operations._refunds import finish_refund
from feed.operations._settlement import GUARD_MS, PAYMENT, guard, settle, take_in
from feed.store import orders, work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World


def reconcile(order_id: str, call: Call, world: World, *, may_ask: bool) -> bool:
    """Bring an order as far as it goes now, and see that it is looked at again while that can change anything.

    False when it takes a question to the provider to go on, and none may be asked. Raises Suspicious, Busy,
    ConditionFailed: it is safe to come again.
    """
    order = orders.find(world.tables, order_id)
    if order is None:
        return True
    if order.unsettled:
        order = settle(order, world.tables)
        log_resumed(call, f"{PAYMENT} {order_id}")
    unpaid = order.status in (Status.PENDING, Status.CLOSED) and not order.suspect
    if not may_ask:
        return not unpaid and order.asked is None
    if order.asked is not None:
        finish_refund(order, world.alipay, world.tables, call.now_ms)
    elif unpaid:
        _ask(order, call, world)
    return True


def _ask(order: Order, call: Call, world: World) -> None:
    """One question to the provider; an unpaid order is closed once it has expired, there and here."""
    facts = world.alipay.query(order.id, call.now_ms)
    if facts is not None:
        order = take_in(facts, call, world.tables)
    expired = order.expires_ms < call.now_ms
    unpaid = facts is None or facts.trade is Trade.WAITING
    if order.status is Status.PENDING and expired and unpaid:
        if not world.alipay.close(order.id, call.now_ms):
            return _come_again(order, call.now_ms + GUARD_MS, world)
        orders.close(world.tables, order)
    look = next_look(order, call.now_ms)
    if order.status in (Status.PENDING, Status.CLOSED) and look is not None:
        _come_again(order, look, world)
    return None


def _come_again(order: Order, due_ms: int, world: World) -> None:
    world.tables.write_all(work.put(guard(order.id, due_ms), order.trace))
