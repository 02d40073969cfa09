"""The trades and what becomes of them: what buyer, merchant and time do, by the clock that is given."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock
from typing import Literal

from alifakes.alipay.errors import failed
from alifakes.alipay.formats import beijing
from alifakes.alipay.orders import Order

LATE_MS = 60_000
EventKind = Literal["payment", "close", "refund"]


class Status(str, enum.Enum):
    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    TRADE_SUCCESS = "TRADE_SUCCESS"
    TRADE_FINISHED = "TRADE_FINISHED"  # comes when the refund window ends, after months: the fake never gets there
    TRADE_CLOSED = "TRADE_CLOSED"  # unpaid at its end, or refunded in full


@dataclass(frozen=True)
class Refund:
    out_request_no: str
    amount_fen: int
    at_ms: int


@dataclass(frozen=True)
class Trade:
    """One state of a trade; times are milliseconds since 1970, None for what has not happened."""

    order: Order
    trade_no: str
    created_ms: int
    status: Status = Status.WAIT_BUYER_PAY
    paid_ms: int | None = None
    closed_ms: int | None = None
    refunds: tuple[Refund, ...] = ()
    late_ms: int | None = None  # when a late payment will arrive

    @property
    def expires_ms(self) -> int:
        return self.order.expires_ms(self.created_ms)

    @property
    def refunded_fen(self) -> int:
        return sum(refund.amount_fen for refund in self.refunds)

    @property
    def due_ms(self) -> int | None:
        """When time will change this trade."""
        return self.expires_ms if self.status is Status.WAIT_BUYER_PAY else self.late_ms


@dataclass(frozen=True)
class Event:
    """Something that the merchant may be notified of, with the trade as it is after it."""

    kind: EventKind
    trade: Trade
    at_ms: int


class Trades:
    """All trades of the merchant, safe for threads. `report` is called with every event, in their order.

    What is refused raises AlipayError.
    """

    def __init__(self, now: Callable[[], int], report: Callable[[Event], None]) -> None:
        self._now = now
        self._report = report
        self._trades: dict[str, Trade] = {}  # by trade_no, in the order of their creation
        self._lock = RLock()

    def all(self) -> tuple[Trade, ...]:
        with self._settled():
            return tuple(self._trades.values())

    def find(self, out_trade_no: str, trade_no: str = "") -> Trade:
        """By either number, or by both when they belong together."""
        with self._settled():
            for trade in self._trades.values():
                if trade_no in ("", trade.trade_no) and out_trade_no in ("", trade.order.out_trade_no):
                    return trade
        raise failed("ACQ.TRADE_NOT_EXIST")

    def clear(self) -> None:
        with self._lock:
            self._trades.clear()

    # the buyer
    def check(self, order: Order) -> None:
        """Refuses as `pay` would, but changes nothing."""
        with self._settled() as now:
            self._payable(order, now)

    def arrive(self, order: Order) -> Trade:
        """The buyer has logged in: from now on there is a trade, waiting to be paid."""
        with self._settled() as now:
            return self._payable(order, now) or self._create(order, now)

    def pay(self, order: Order) -> Trade:
        with self._settled() as now:
            return self._paid(self.arrive(order), now)

    def pay_late(self, order: Order) -> Trade:
        """The money comes after the order's end, whatever the merchant has done by then: at once if that is over.

        Stands for payments under way at the end; Alipay itself does not let a closed trade be paid (unverified).
        """
        with self._settled() as now:
            trade = self._of(order) or self._create(order, now)
            if trade.paid_ms is not None:
                raise failed("ACQ.TRADE_HAS_SUCCESS")
            if trade.expires_ms <= now:
                return self._paid(trade, now)
            return self._put(replace(trade, late_ms=trade.expires_ms + LATE_MS))

    def pay_twice(self, order: Order) -> Trade:
        """A second trade for the order number, which Alipay promises not to make; returns the second."""
        with self._settled() as now:
            first = self._of(order)
            if first is None or first.paid_ms is None:
                self.pay(order)
            return self._paid(self._create(order, now), now)

    # the merchant
    def close(self, out_trade_no: str, trade_no: str) -> Trade:
        with self._settled() as now:
            trade = self.find(out_trade_no, trade_no)
            if trade.status is not Status.WAIT_BUYER_PAY:
                raise failed("ACQ.TRADE_STATUS_ERROR")
            return self._closed(trade, now)

    def refund(self, out_trade_no: str, trade_no: str, out_request_no: str, fen: int) -> tuple[Trade, Refund, bool]:
        """The trade, the refund, and whether money moved: a repeated `out_request_no` moves none."""
        with self._settled() as now:
            trade = self.find(out_trade_no, trade_no)
            refund = Refund(out_request_no or trade.order.out_trade_no, fen, now)
            for earlier in trade.refunds:
                if earlier.out_request_no == refund.out_request_no:
                    if earlier.amount_fen != fen:
                        raise failed("ACQ.DISCORDANT_REPEAT_REQUEST")
                    return trade, earlier, False
            _check_refund(trade, out_request_no, fen)
            trade = replace(trade, refunds=(*trade.refunds, refund))
            if trade.refunded_fen == trade.order.total_fen:
                trade = replace(trade, status=Status.TRADE_CLOSED, closed_ms=now)
            self._put(trade)
            self._report(Event("refund", trade, now))
            return trade, refund, True

    # time
    def next_due_ms(self) -> int | None:
        with self._lock:
            return min((trade.due_ms for trade in self._trades.values() if trade.due_ms is not None), default=None)

    def settle(self) -> None:
        """Let happen what time has brought."""
        with self._settled():
            pass

    @contextmanager
    def _settled(self) -> Iterator[int]:
        with self._lock:
            now = self._now()
            while (due := self.next_due_ms()) is not None and due <= now:
                trade = next(trade for trade in self._trades.values() if trade.due_ms == due)
                if trade.status is Status.WAIT_BUYER_PAY:
                    self._closed(trade, due)
                else:
                    self._paid(trade, due)
            yield now

    def _of(self, order: Order) -> Trade | None:
        trades = (trade for trade in self._trades.values() if trade.order.out_trade_no == order.out_trade_no)
        return next(trades, None)

    def _payable(self, order: Order, now: int) -> Trade | None:
        trade = self._of(order)
        if trade is None:
            if order.time_expire_ms is not None and order.time_expire_ms <= now:
                raise failed("ACQ.TRADE_HAS_CLOSE")
            return None
        if trade.paid_ms is not None:
            raise failed("ACQ.TRADE_HAS_SUCCESS")
        if trade.status is Status.TRADE_CLOSED:
            raise failed("ACQ.TRADE_HAS_CLOSE")
        if trade.order.total_fen != order.total_fen:
            raise failed("ACQ.CONTEXT_INCONSISTENT")  # that this is the code for another amount is unverified
        return trade

    def _create(self, order: Order, now: int) -> Trade:
        trade_no = f"{beijing(now):%Y%m%d}22001{secrets.randbelow(10**15):015}"
        return self._put(Trade(order, trade_no, created_ms=now))

    def _paid(self, trade: Trade, at_ms: int) -> Trade:
        paid = replace(trade, status=Status.TRADE_SUCCESS, paid_ms=at_ms, closed_ms=None, late_ms=None)
        self._put(paid)
        self._report(Event("payment", paid, at_ms))
        return paid

    def _closed(self, trade: Trade, at_ms: int) -> Trade:
        closed = self._put(replace(trade, status=Status.TRADE_CLOSED, closed_ms=at_ms))
        self._report(Event("close", closed, at_ms))
        return closed

    def _put(self, trade: Trade) -> Trade:
        self._trades[trade.trade_no] = trade
        return trade


def _check_refund(trade: Trade, out_request_no: str, fen: int) -> None:
    if trade.status is not Status.TRADE_SUCCESS:
        raise failed("ACQ.TRADE_STATUS_ERROR")
    if not out_request_no and fen != trade.order.total_fen:
        raise failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    if fen > trade.order.total_fen - trade.refunded_fen:
        raise failed("ACQ.REASON_TRADE_REFUND_FEE_ERR")
