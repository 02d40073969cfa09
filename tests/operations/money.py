"""Orders, notifications about them and what they leave behind: the words that the tests about money have in common."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from alifakes.alipay import notifications, orders, trades
from alifakes.alipay.formats import write_time, yuan
from alifakes.alipay.keys import Keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from alifakes.alipay.signing import form, signed
from feed.store import schema
from feed.store.client import Tables
from feed.store.rows import End, Row

MONEY = (schema.ORDERS, schema.ACCOUNTS, schema.LEDGER, schema.LOG, schema.ARTICLES)


@dataclass(frozen=True)
class Paid:
    """Alipay's side of one order: what it says of the trade, and with which key."""

    keys: Keys
    trade: trades.Trade

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """A notification's parameters; a change to None leaves one out."""
        given = notifications.parameters(self.trade, sent_ms=time.time_ns() // 1_000_000)
        return {name: value for name, value in {**given, **changes}.items() if value is not None}

    def notification(self, **changes: str | None) -> bytes:
        """Signed as it should be, whatever it says."""
        return form(signed(self.parameters(**changes), self.keys.alipay_private))

    def returned(self, **changes: str | None) -> bytes:
        """What the payer's browser brings back, signed: it knows nothing of the trade's status."""
        given = {
            "app_id": APP_ID,
            "auth_app_id": APP_ID,
            "charset": "utf-8",
            "method": "alipay.trade.page.pay.return",
            "out_trade_no": self.trade.order.out_trade_no,
            "seller_id": SELLER_ID,
            "timestamp": write_time(self.trade.created_ms),
            "total_amount": yuan(self.trade.order.total_fen),
            "trade_no": self.trade.trade_no,
            "version": "1.0",
        }
        kept = {name: value for name, value in {**given, **changes}.items() if value is not None}
        return form(signed(kept, self.keys.alipay_private))

    def unpaid(self, status: trades.Status) -> Paid:
        """Of this status, as if nobody had paid."""
        closed_ms = self.trade.created_ms if status is trades.Status.TRADE_CLOSED else None
        return Paid(self.keys, replace(self.trade, status=status, paid_ms=None, closed_ms=closed_ms))

    def refunded(self, *fen: int) -> Paid:
        """With these refunds, one after the other."""
        now = time.time_ns() // 1_000_000
        refunds = tuple(trades.Refund(f"r{number}", part, now) for number, part in enumerate(fen))
        closed = sum(fen) == self.trade.order.total_fen
        status = trades.Status.TRADE_CLOSED if closed else trades.Status.TRADE_SUCCESS
        return Paid(self.keys, replace(self.trade, refunds=refunds, status=status, closed_ms=now if closed else None))


def paid(order: Any, keys: Keys, fen: int = 500) -> Paid:
    """What Alipay knows once the tip that `order` (the API's answer) asks for is paid."""
    now = time.time_ns() // 1_000_000
    asked = orders.Order(order["order_id"], "打赏", fen)
    trade = trades.Trade(asked, f"2026{now}0001", now, trades.Status.TRADE_SUCCESS, paid_ms=now)
    return Paid(keys, trade)


@dataclass(frozen=True)
class State:
    """What the rows say of one order, of its author's money in fen, and of its article; the ledger oldest first."""

    status: str
    suspect: str = ""
    late: bool = False
    balance: int = 0
    ledger: tuple[tuple[str, int], ...] = ()
    reward_count: int = 0
    is_reward: bool = False


def state(store: Tables, order_id: str) -> State:
    """Of the only author and the only article that have been tipped."""
    found = rows(store, *MONEY)
    (order,) = [row for row in found[schema.ORDERS] if row["order_id"] == order_id]
    return State(
        status=str(order["status"]),
        suspect=str(order["suspect"]),
        late=bool(order.get("late", 0)),
        balance=sum(int(row["balance_fen"]) for row in found[schema.ACCOUNTS]),
        ledger=tuple((str(row["kind"]), int(row["fen"])) for row in found[schema.LEDGER]),
        reward_count=sum(int(row.get("reward_count", 0)) for row in found[schema.ARTICLES]),
        is_reward=any(row.get("is_reward") == 1 for row in found[schema.LOG]),
    )


def rows(store: Tables, *tables: str) -> dict[str, list[Row]]:
    """Every row of these tables, for comparing before and after."""
    return {table: _all(store, table) for table in tables}


def _all(store: Tables, table: str) -> list[Row]:
    width = len(schema.KEY_NAMES[table])
    page = store.scan(table, (End.MIN,) * width, (End.MAX,) * width)
    assert page.next_key is None
    return page.rows
