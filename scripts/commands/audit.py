"""The proof that the money adds up: every row read, orders against accounts against ledger; changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from tqdm import tqdm

from feed.domain.ids import hashed
from feed.domain.tips import RETURNED, Order, Status
from feed.store import accounts, orders
from feed.store.client import Tables
from feed.store.rows import Bound, End, Key, Row
from feed.store.schema import ACCOUNTS, KEY_NAMES, LEDGER, ORDERS

TABLES = (ORDERS, ACCOUNTS, LEDGER)
IN_FLIGHT_MS = 10 * 60_000
"""How long a payment may be on its way through the rows before it counts as stuck."""
UNPAID_MS = 30 * 60_000
"""By then an order that nobody paid has been asked about after its expiry, and closed."""
_BATCH = 50
_LOOKS = 3
_T = TypeVar("_T")


@dataclass
class Report:
    """`problems` break a promise; `people` are orders that a person must decide about."""

    orders: Counter[str] = field(default_factory=Counter)
    credits: int = 0
    lines_read: int = 0
    accounts: int = 0
    balance_fen: int = 0
    problems: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems and not self.people

    def lines(self) -> list[str]:
        states = ", ".join(f"{self.orders[status.value]} {status.value}" for status in Status)
        summary = [
            f"orders    {sum(self.orders.values())}: {states}",
            f"accounts  {self.accounts} with {self.balance_fen} fen, {self.credits} tips credited",
            f"ledger    {self.lines_read} lines",
        ]
        found = [*(f"PROBLEM   {text}" for text in self.problems), *(f"DECIDE    {text}" for text in self.people)]
        verdict = "ok: every paid order is credited once, the ledger adds up to the balances, no order is stuck"
        return [*summary, *found, verdict if self.holds else f"{len(found)} to look at"]


def audit(tables: Tables, now_ms: int) -> Report:
    """Read everything; safe beside a running product, whose payments on their way are no problems for ten minutes.

    An account row is read after its ledger, so that a line never stands there without its marker.
    """
    report = Report()
    users = set()
    with tqdm(desc="accounts and ledger", unit=" rows", leave=False) as bar:
        for table in (LEDGER, ACCOUNTS):
            for row in _rows(tables, table, ("user_key", "balance_fen")):
                users.add(str(row["user_key"]))
                bar.update()
    for user_key in tqdm(sorted(users), desc="accounts", unit=" users", leave=False):
        _account(user_key, tables, now_ms, report)
    with tqdm(desc="orders", unit=" orders", leave=False) as bar:
        for batch in _batches(_rows(tables, ORDERS), _BATCH):
            _orders([orders.decode(row) for row in batch], tables, now_ms, report)
            bar.update(len(batch))
    return report


def _account(user_key: str, tables: Tables, now_ms: int, report: Report) -> None:
    """One user: what the markers say against the balance and against the ledger, order by order."""
    for _ in range(_LOOKS):  # what was credited between the two readings stands in the next one
        lines = list(_rows(tables, LEDGER, within=(user_key,)))
        buckets = list(_rows(tables, ACCOUNTS, within=(user_key,)))
        marked, written = _by_markers(buckets), _by_ledger(lines)
        if marked == written:
            break
    for row in buckets:
        expected = sum(_by_markers([row]).values())
        if row["balance_fen"] != expected:
            report.problems.append(f"account {user_key} {row['bucket']}: {row['balance_fen']} fen, tips say {expected}")
    for order_id in sorted(marked.keys() | written.keys()):
        if marked.get(order_id) != written.get(order_id) and not _on_its_way(order_id, tables, now_ms):
            amounts = f"credited {marked.get(order_id)}, in the ledger {written.get(order_id)}"
            report.problems.append(f"order {order_id}: account {user_key} was {amounts}")
    report.accounts += 1
    report.lines_read += len(lines)
    report.credits += len(marked)
    report.balance_fen += sum(int(row["balance_fen"]) for row in buckets)


def _by_markers(buckets: Sequence[Row]) -> dict[str, int]:
    """What each order brought, less its refunds, as the account rows' markers say."""
    brought: dict[str, int] = {}
    for row in buckets:
        for name, value in row.items():
            if name.startswith(("t_", "f_")):
                brought[name[2:]] = brought.get(name[2:], 0) + (int(value) if name[0] == "t" else -int(value))
    return brought


def _by_ledger(lines: Sequence[Row]) -> dict[str, int]:
    brought: dict[str, int] = {}
    for line in map(accounts.decode, lines):
        brought[line.order_id] = brought.get(line.order_id, 0) + line.fen
    return brought


def _on_its_way(order_id: str, tables: Tables, now_ms: int) -> bool:
    order = orders.find(tables, order_id)
    return order is not None and order.unsettled and _since(order) > now_ms - IN_FLIGHT_MS


def _since(order: Order) -> int:
    """When what is not settled yet became known."""
    return order.paid_ms if order.status is Status.PAID else order.refunds[-1].at_ms


def _orders(batch: Sequence[Order], tables: Tables, now_ms: int, report: Report) -> None:
    """Orders against the markers of their own account rows, which are read after them."""
    columns = [name for order in batch for name in (accounts.marker(order.id), accounts.refund_marker(order.id))]
    keys = [accounts.key(order.author_id, order.bucket) for order in batch]
    rows = tables.get_many({ACCOUNTS: keys}, {ACCOUNTS: columns})[ACCOUNTS]
    for order, key in zip(batch, keys, strict=True):
        report.orders[order.status.value] += 1
        row = rows.get(key, {})
        credited, refunded = row.get(accounts.marker(order.id)), row.get(accounts.refund_marker(order.id), 0)
        report.problems += [f"order {order.id}: {text}" for text in _wrong(order, credited, refunded, now_ms)]
        if order.suspect not in ("", RETURNED):
            report.people.append(f"order {order.id}: {order.suspect}, trade {order.suspect_trade_no}")


def _wrong(order: Order, credited: object, refunded: object, now_ms: int) -> Iterator[str]:
    old = now_ms - IN_FLIGHT_MS
    if order.status is Status.SETTLED and credited != order.amount_fen:
        yield f"settled with {order.amount_fen} fen, but account {hashed(order.author_id)} has {credited}"
    if order.status in (Status.PENDING, Status.CLOSED) and credited is not None:
        yield f"{order.status.value}, but {credited} fen are credited"
    if order.refunds_settled_fen > int(str(refunded)):
        yield f"{order.refunds_settled_fen} fen are refunded, but only {refunded} taken off the account"
    if order.unsettled and _since(order) < old:
        yield "stuck: known to the order for ten minutes, and not settled"
    if order.asked is not None and order.asked.at_ms < old:
        yield f"stuck: a refund of {order.asked.fen} fen was asked for ten minutes ago"
    if order.status is Status.PENDING and not order.suspect and order.created_ms < now_ms - UNPAID_MS:
        yield "stuck: expired, and neither paid nor closed"


def _rows(tables: Tables, table: str, columns: Sequence[str] = (), within: Key = ()) -> Iterator[Row]:
    """Every row whose key begins with `within`."""
    rest = len(KEY_NAMES[table]) - len(within)
    start: Bound = (*within, *[End.MIN] * rest)
    end: Bound = (*within, *[End.MAX] * rest)
    while True:
        page = tables.scan(table, start, end, columns=columns)
        yield from page.rows
        if page.next_key is None:
            return
        start = page.next_key


def _batches(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while batch := list(islice(items, size)):
        yield batch
