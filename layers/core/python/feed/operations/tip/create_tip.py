"""POST /v1/articles/{id}/tips: order a tip, and get the address where it is paid."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.tips import LOOKS_MS, Order
from feed.errors import Busy, ConditionFailed, Reload
from feed.operations._fields import Id, IdempotencyKey, PublicRequest, Rfc3339, TipAmount, TipMessage
from feed.operations._repeats import body_hash
from feed.operations._settlement import guard
from feed.operations._sight import visible
from feed.store import idempotency, orders, work
from feed.store.idempotency import Claim
from feed.wiring import World


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
    article = visible(request.id, call, world.tables)
    if article.author_id == call.caller:
        raise Reload("Nobody can tip their own article.", code="own_article")
    claim = _claim(request, call, world)
    order = _order(request, article, claim, call)
    order = order._replace(pay_url=world.pay_page.url(order))
    if world.tables.write_many([work.put(guard(order.id, call.now_ms + LOOKS_MS[0]))]):
        raise Busy("Tablestore is busy; nothing was ordered, try again.")
    try:
        orders.create(world.tables, order)
    except ConditionFailed:  # the same request, sent twice at once
        order = orders.find(world.tables, order.id) or order
    return _answer(order)


def _answer(order: Order) -> Response:
    return Response(order_id=order.id, pay_url=order.pay_url, expires_at=order.expires_ms)


def _order(request: Request, article: Article, claim: Claim, call: Call) -> Order:
    moment = datetime.fromtimestamp(claim.now_ms // 1000, timezone.utc)
    return Order(
        id=claim.id,
        payer_id=call.require_caller(),
        author_id=article.author_id,
        article_id=article.id,
        amount_fen=request.amount_fen,
        message=request.message or "",
        bucket=moment.year * 100 + moment.month,
        created_ms=claim.now_ms,
        pay_url="",
    )


def _repeated(request: Request, call: Call, world: World) -> Order | None:
    """The order that an earlier request with this key made, whatever has become of the article since."""
    if request.idempotency_key is None:
        return None
    sent = body_hash(request, call)
    claim = idempotency.find(world.tables, call.require_caller(), request.idempotency_key, sent)
    return orders.find(world.tables, claim.id) if claim is not None else None


def _claim(request: Request, call: Call, world: World) -> Claim:
    order_id = f"{call.random_bits(128):032x}"
    if request.idempotency_key is None:
        return Claim(order_id, call.now_ms)
    sent = body_hash(request, call)
    return idempotency.claim(world.tables, call.require_caller(), request.idempotency_key, sent, order_id, call.now_ms)
