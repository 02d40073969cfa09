"""A payer's orders that may yet be paid: one row beside their budgets, a cell per order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from feed.domain.ids import hashed
from feed.domain.tips import Order
from feed.store.client import Tables
from feed.store.rows import Expect, Key, Row, Update, Wanted, equals_or_missing
from feed.store.schema import RATE_LIMITS

_BUDGET = "pending tips"
_ORDER = "o_"


class Pending(NamedTuple):
    """When each order expires, by id; `turn` moves with each that is added, so that of two at once one is refused."""

    turn: int
    expires_ms: Mapping[str, int]

    def open_at(self, now_ms: int) -> dict[str, int]:
        return {order_id: expires_ms for order_id, expires_ms in self.expires_ms.items() if expires_ms > now_ms}


def wanted(payer_id: int) -> Wanted:
    return Wanted(RATE_LIMITS, [_key(payer_id)])


def found(rows: Mapping[str, Mapping[Key, Row]]) -> Pending:
    """What a batch with `wanted` has read."""
    return _decode(next(iter(rows[RATE_LIMITS].values()), {}))


def read(tables: Tables, payer_id: int) -> Pending:
    return _decode(tables.get(RATE_LIMITS, _key(payer_id)) or {})


def add(order: Order, before: Pending, now_ms: int) -> Update:
    """Refused when another order was added since `before` was read. What has expired goes."""
    gone = before.expires_ms.keys() - before.open_at(now_ms).keys() - {order.id}
    return Update(
        RATE_LIMITS,
        _key(order.payer_id),
        put={_ORDER + order.id: order.expires_ms, "turn": before.turn + 1},
        drop=sorted(_ORDER + order_id for order_id in gone),
        where=(equals_or_missing("turn", before.turn),),
    )


def end(order: Order) -> Update:
    """The order is paid. Refused, which is as good, where a day has taken the row away."""
    return Update(RATE_LIMITS, _key(order.payer_id), drop=(_ORDER + order.id,), expect=Expect.PRESENT)


def _decode(row: Row) -> Pending:
    orders = {name.removeprefix(_ORDER): int(value) for name, value in row.items() if name.startswith(_ORDER)}
    return Pending(int(row.get("turn", 0)), orders)


def _key(payer_id: int) -> Key:
    return hashed(payer_id), _BUDGET, 0
