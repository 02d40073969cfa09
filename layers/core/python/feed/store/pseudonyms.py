"""Money rows of who is erased: amounts, times and trade numbers stay, under a number that stands for nobody."""

from __future__ import annotations

from feed.domain.tips import RETURNED, Order, Status
from feed.store import orders
from feed.store.rows import Delete, Expect, Put, Row, Update, Value, equals, missing
from feed.store.schema import ACCOUNTS, LEDGER, ORDERS
from feed.store.traces import Person, Undo, key_of

MOST = 2**53 - 1
"""A pseudonym is a whole number below zero, down to minus this: no user has one."""
NO_ARTICLE = 0
_MARKERS = ("t_", "f_")
_TALLIES = ("rc_", "rr_")
_AS_READ = ("status", "refunds", "refunds_settled_fen", "asked", "suspect")


def unsettled(order: Order) -> str:
    """Why its money is still on its way, in words; empty when it is not."""
    if order.suspect not in ("", RETURNED):
        return f"order {order.id} needs a person ({order.suspect}): scripts/payments resolve or refund --suspicious"
    if order.asked is not None:
        return f"a refund of order {order.id} is on its way"
    if order.status is Status.PENDING or order.unsettled:
        return f"order {order.id} is {order.status.value}"
    return ""


def order(row: Row, person: Person) -> Undo | None:
    """Its article goes with its author: who knows an article's address knows its author. Refused if it has moved."""
    found = orders.decode(row)
    pays, gets = found.payer_id == person.id, found.author_id == person.id
    if not (pays or gets):
        return None
    if waits := unsettled(found):
        return Undo(waits=waits)
    put: dict[str, Value] = {"message": "", "pay_url": "", "trace": ""}
    put |= {"payer_id": person.pseudonym} if pays else {}
    put |= {"author_id": person.pseudonym, "article_id": NO_ARTICLE} if gets else {}
    where = [equals(name, row[name]) for name in _AS_READ]
    return Undo((Update(ORDERS, orders.key(found.id), put=put, expect=Expect.PRESENT, where=where),))


def line(row: Row, person: Person) -> Undo | None:
    """A line of somebody else's ledger says who has paid; their own ones move to the pseudonym's."""
    pays = row["payer_id"] == person.id
    payer = person.pseudonym if pays else row["payer_id"]
    key = key_of(LEDGER, row)
    if row["user_key"] != person.key:
        put: dict[str, Value] = {"payer_id": payer, "message": ""}
        return Undo((Update(LEDGER, key, put=put, expect=Expect.PRESENT),)) if pays else None
    kept = {name: row[name] for name in ("kind", "fen", "order_id")}
    columns = {**kept, "payer_id": payer, "message": "", "article_id": NO_ARTICLE}
    return Undo((Delete(LEDGER, key),), (Put(LEDGER, (person.pseudonym_key, *key[1:]), columns, Expect.ABSENT),))


def account(row: Row, person: Person) -> Undo | None:
    """Added to what the pseudonym has got meanwhile, once; then the row goes.

    Only when no call can change it any more: by then all know its orders as the pseudonym's.
    """
    if row["user_key"] != person.key:
        return None
    if not person.settled:
        return Undo()
    key = key_of(ACCOUNTS, row)
    markers = {name: value for name, value in row.items() if name.startswith(_MARKERS)}
    tallies = {f"{prefix}{NO_ARTICLE}": _sum(row, prefix) for prefix in _TALLIES}
    moved = Update(
        ACCOUNTS,
        (person.pseudonym_key, *key[1:]),
        put={**markers, "moved": 1},
        add={"balance_fen": int(row["balance_fen"]), **tallies},
        where=(missing("moved", never=0),),
    )
    return Undo((Delete(ACCOUNTS, key),), (moved,))


def _sum(row: Row, prefix: str) -> int:
    return sum(int(value) for name, value in row.items() if name.startswith(prefix))
