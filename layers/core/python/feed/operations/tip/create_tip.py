"""POST /v1/articles/{id}/tips: order a tip, and get the address where it is paid."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.budgets import PENDING_TIPS
from feed.domain.tips import LOOKS_MS, Order
from feed.errors import Busy, ConditionFailed, Reload, TooManyRequests
from feed.operations._fields import Id, IdempotencyKey, PublicRequest, Rfc3339, TipAmount, TipMessage
from feed.operations._repeats import body_hash
from feed.operations._settlement import guard
from feed.operations._sight import visible_beside
from feed.store import idempotency, orders, pending_tips, work
from feed.store.pending_tips import Pending
from feed.wiring import World

_TRIES = 5


class Request(PublicRequest):
    id: Id
    amount_fen: TipAmount
    channel: Literal["alipay"]
    message: TipMessage | None = None
    idempotency_key: IdempotencyKey | None = None


class Response(BaseModel):
    order_id: str
    pay_url: str
    expires_at: Rfc3339


def run(request: Request, call: Call, world: World) -> Response:
    """Nothing is paid by it, and an order that nobody pays closes by itself."""
    repeated = _repeated(request, call, world)
    if repeated is not None:
        return _answer(repeated)
    article, found = visible_beside(request.id, call, world.tables, pending_tips.wanted(call.require_caller()))
    if article.author_id == call.caller:
        raise Reload("Nobody can tip their own article.", code="own_article")
    pending = pending_tips.found(found)
    _require_room(pending, call)
    order = _order(request, article, _claimed_id(request, call, world), call)
    order = order._replace(pay_url=world.pay_page.url(order))
    _promise(order, pending, call, world)
    try:
        orders.create(world.tables, order)
    except ConditionFailed:  # the same request, sent twice at once
        order = orders.find(world.tables, order.id) or order
    return _answer(order)


def _require_room(pending: Pending, call: Call) -> None:
    """Raises TooManyRequests while the payer has as many orders that may yet be paid as anybody may have."""
    ends = sorted(pending.open_at(call.now_ms).values())
    if len(ends) >= PENDING_TIPS:
        wait_s = -(-(ends[-PENDING_TIPS] - call.now_ms) // 1000)
        message = f"{len(ends)} of your tips wait to be paid; pay one, or order again in {wait_s} seconds."
        raise TooManyRequests(message, retry_after=wait_s)


def _promise(order: Order, pending: Pending, call: Call, world: World) -> None:
    """What must be written first: the sweeper's guard, and beside it the order's place among the payer's pending ones.

    A place whose order is never made is free again when that would have expired. Raises TooManyRequests, Busy.
    """
    promise = work.put(guard(order.id, call.now_ms + LOOKS_MS[0]), order.trace)
    for _ in range(_TRIES):
        failed = world.tables.write_many([promise, pending_tips.add(order, pending, call.now_ms)])
        if not failed:
            return
        if not all(row.refused for row in failed):
            raise Busy("Tablestore is busy; nothing was ordered, try again.")
        pending = pending_tips.read(world.tables, order.payer_id)
        if order.id not in pending.expires_ms:
            _require_room(pending, call)
    raise Busy("You are ordering other tips at the same time; try again.")


def _answer(order: Order) -> Response:
    return Response(order_id=order.id, pay_url=order.pay_url, expires_at=order.expires_ms)


def _order(request: Request, article: Article, order_id: str, call: Call) -> Order:
    """Payable from now on, though an earlier request with its key may have failed long ago."""
    moment = datetime.fromtimestamp(call.now_ms // 1000, timezone.utc)
    return Order(
        id=order_id,
        payer_id=call.require_caller(),
        author_id=article.author_id,
        article_id=article.id,
        amount_fen=request.amount_fen,
        message=request.message or "",
        bucket=moment.year * 100 + moment.month,
        created_ms=call.now_ms,
        pay_url="",
        trace=call.trace_id,
    )


def _repeated(request: Request, call: Call, world: World) -> Order | None:
    """The order that an earlier request with this key made, whatever has become of the article since."""
    if request.idempotency_key is None:
        return None
    sent = body_hash(request, call)
    claim = idempotency.find(world.tables, call.require_caller(), request.idempotency_key, sent)
    return orders.find(world.tables, claim.id) if claim is not None else None


def _claimed_id(request: Request, call: Call, world: World) -> str:
    """That of an earlier request with the same key, else a new one."""
    order_id = f"{call.random_bits(128):032x}"
    if request.idempotency_key is None:
        return order_id
    sent = body_hash(request, call)
    caller, key = call.require_caller(), request.idempotency_key
    return idempotency.claim(world.tables, caller, key, sent, order_id, call.now_ms).id
