"""Accounts and their ledger: one UpdateRow credits a tip once, by a marker of its own beside the balance."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from feed.domain.ids import hashed
from feed.domain.tips import Order, Refund, Tipped
from feed.errors import ConditionFailed
from feed.store.client import Tables
from feed.store.rows import Bound, End, Expect, Key, Put, Row, Update, Value, equals, missing
from feed.store.schema import ACCOUNTS, LEDGER

_NEVER = -1


class Movement(NamedTuple):
    """One line of the ledger; `fen` is negative for what was taken off. `message` is the reader's, to the author."""

    at_ms: int
    movement_id: str
    kind: str
    fen: int
    order_id: str
    article_id: int
    payer_id: int
    message: str

    @property
    def position(self) -> tuple[int, str]:
        return self.at_ms, self.movement_id


def key(author_id: int, bucket: int) -> tuple[str, int]:
    return hashed(author_id), bucket


def marker(order_id: str) -> str:
    return f"t_{order_id}"


def refund_marker(order_id: str) -> str:
    return f"f_{order_id}"


def credit(tables: Tables, order: Order) -> None:
    """Once, however often it is called: whoever finds the marker has nothing to do."""
    name = marker(order.id)
    with suppress(ConditionFailed):
        tables.write(
            Update(
                ACCOUNTS,
                key(order.author_id, order.bucket),
                put={name: order.amount_fen},
                add={"balance_fen": order.amount_fen, _credited(order.article_id): 1},
                where=(missing(name, never=_NEVER),),
            )
        )


def take_back(tables: Tables, order: Order, refund: Refund) -> None:
    """From the order's settled refunds to this one's total; once, as `credit`."""
    name, before = refund_marker(order.id), order.refunds_settled_fen
    add = {"balance_fen": before - refund.total_fen}
    if refund.total_fen == order.amount_fen:
        add[_refunded(order.article_id)] = 1
    where = equals(name, before) if before else missing(name, never=_NEVER)
    account = key(order.author_id, order.bucket)
    with suppress(ConditionFailed):
        tables.write(Update(ACCOUNTS, account, put={name: refund.total_fen}, add=add, where=(where,)))


def tipped(tables: Tables, order: Order) -> Tipped:
    """Of the order's article, in the order's month."""
    names = _credited(order.article_id), _refunded(order.article_id)
    row = tables.get(ACCOUNTS, key(order.author_id, order.bucket), names) or {}
    credited, refunded = (int(row.get(name, 0)) for name in names)
    return Tipped(credited, refunded)


def balance(tables: Tables, user_id: int) -> int:
    """Over all months, in fen."""
    start: Bound = (hashed(user_id), End.MIN)
    total = 0
    while True:
        page = tables.scan(ACCOUNTS, start, (hashed(user_id), End.MAX), columns=("balance_fen",))
        total += sum(int(row["balance_fen"]) for row in page.rows)
        if page.next_key is None:
            return total
        start = page.next_key


def tip_line(order: Order) -> Put:
    """A repetition finds the row there and changes nothing."""
    return _line(order, order.paid_ms, order.id, {"kind": "tip", "fen": order.amount_fen, "message": order.message})


def refund_line(order: Order, refund: Refund) -> Put:
    """As `tip_line`; what was refunded since the order's settled refunds."""
    fen = order.refunds_settled_fen - refund.total_fen
    return _line(order, refund.at_ms, f"{order.id}-{refund.total_fen}", {"kind": "refund", "fen": fen, "message": ""})


def movements(tables: Tables, user_id: int, before: Key | None, limit: int) -> tuple[list[Movement], bool]:
    """A user's ledger below the position, newest first, and whether more follows."""
    account = hashed(user_id)
    start = (account, *before) if before else (account, End.MAX, End.MAX)
    # a backward range includes its start: the position itself is read again and left out
    page = tables.scan(LEDGER, start, (account, End.MIN, End.MIN), limit=limit + (before is not None), backward=True)
    found = [decode(row) for row in page.rows]
    return [line for line in found if line.position != before], page.next_key is not None


def decode(row: Row) -> Movement:
    return Movement(
        at_ms=int(row["at_ms"]),
        movement_id=str(row["movement_id"]),
        kind=str(row["kind"]),
        fen=int(row["fen"]),
        order_id=str(row["order_id"]),
        article_id=int(row["article_id"]),
        payer_id=int(row["payer_id"]),
        message=str(row["message"]),
    )


def _line(order: Order, at_ms: int, movement_id: str, columns: dict[str, Value]) -> Put:
    of_order: dict[str, Value] = {"order_id": order.id, "article_id": order.article_id, "payer_id": order.payer_id}
    return Put(LEDGER, (hashed(order.author_id), at_ms, movement_id), {**columns, **of_order}, Expect.ABSENT)


def _credited(article_id: int) -> str:
    return f"rc_{article_id}"


def _refunded(article_id: int) -> str:
    return f"rr_{article_id}"
