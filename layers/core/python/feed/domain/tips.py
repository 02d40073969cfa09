"""A tip's order: the states it passes through, and what a payment provider's word about it changes."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import NamedTuple

AMOUNTS_FEN = (200, 500, 1000, 2000, 5000, 10000)
PAYABLE_MS = 15 * 60_000
"""How long the payment page takes money; the provider is told the same."""

LOOKS_MS = (60_000, 5 * 60_000, 16 * 60_000, 3_600_000, 86_400_000)
"""When the provider is asked about an unpaid order, after its creation: the third look comes after its expiry."""

RETURNED = "returned"
"""In the place of a suspicion: a person has given the money back."""

_ORDER_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_TRADE_NO = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)


class Status(str, enum.Enum):
    """PAID is known to be paid; SETTLED is credited too, and never goes back. CLOSED can still turn out to be paid."""

    PENDING = "pending"
    CLOSED = "closed"
    PAID = "paid"
    SETTLED = "settled"


class Refund(NamedTuple):
    """The refunds of one order came to `total_fen` at `at_ms`."""

    at_ms: int
    total_fen: int


class Asked(NamedTuple):
    """A refund that the provider is asked for since `at_ms`, by its number; whether it happened is not known."""

    request_no: str
    fen: int
    at_ms: int


class Order(NamedTuple):
    """One row of the order table; money in fen.

    `bucket` is the month (yyyymm) of creation: every repetition of a credit hits the same account row. `refunds` is
    every refund known, in order, the totals rising; those up to `refunds_settled_fen` are taken off the account too.
    `suspect` says why a person must look at it ("" for an order like any other); such an order is not credited.
    `trace` is that of the call that made it ("" for one of an earlier release).
    """

    id: str
    payer_id: int
    author_id: int
    article_id: int
    amount_fen: int
    message: str
    bucket: int
    created_ms: int
    pay_url: str
    status: Status = Status.PENDING
    trade_no: str = ""
    paid_ms: int = 0
    refunds: tuple[Refund, ...] = ()
    refunds_settled_fen: int = 0
    asked: Asked | None = None
    suspect: str = ""
    suspect_trade_no: str = ""
    trace: str = ""

    @property
    def expires_ms(self) -> int:
        return self.created_ms + PAYABLE_MS

    @property
    def refunded_fen(self) -> int:
        return self.refunds[-1].total_fen if self.refunds else 0

    @property
    def unsettled(self) -> bool:
        """Whether the account does not show yet what is known of this order."""
        return self.status is Status.PAID or self.refunds_settled_fen < self.refunded_fen


@dataclass(frozen=True)
class Tipped:
    """How many tips of one month an article was credited with, and how many of them were refunded whole; both grow."""

    credited: int = 0
    refunded: int = 0

    @property
    def count(self) -> int:
        return self.credited - self.refunded


class Trade(str, enum.Enum):
    """The provider's states of a trade (opendocs.alipay.com, "异步通知说明")."""

    WAITING = "WAIT_BUYER_PAY"
    SUCCESS = "TRADE_SUCCESS"
    FINISHED = "TRADE_FINISHED"
    CLOSED = "TRADE_CLOSED"


class Facts(NamedTuple):
    """What the provider says of a trade. `refunded_fen` is all that was refunded so far; `doubt` what cannot be."""

    order_id: str
    trade_no: str
    trade: Trade
    total_fen: int
    refunded_fen: int = 0
    doubt: str = ""

    @property
    def paid(self) -> bool:
        """A trade that was closed by refunding it was paid before."""
        return self.trade in (Trade.SUCCESS, Trade.FINISHED) or self.refunded_fen > 0


def is_order_id(text: str) -> bool:
    return _ORDER_ID.fullmatch(text) is not None


def is_trade_no(text: str) -> bool:
    return _TRADE_NO.fullmatch(text) is not None


def suspicion(order: Order, facts: Facts) -> str:
    """Why these facts cannot be this order's, in one word for the operator; "" when they can."""
    if facts.doubt:
        return facts.doubt
    if facts.total_fen != order.amount_fen:
        return "amount"
    if facts.refunded_fen > order.amount_fen:
        return "refund"
    if facts.paid and order.trade_no and facts.trade_no != order.trade_no:
        return "second_trade"
    return ""


def next_look(order: Order, now_ms: int) -> int | None:
    """When to ask the provider again about an order that is not paid; None when all looks are over."""
    times = (order.created_ms + look for look in LOOKS_MS)
    return next((time for time in times if time > now_ms), None)
