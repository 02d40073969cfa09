"""Where tips are played in thousands, each on rows of its own, and the audit of all their rows."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.trades import Trade
from feed import wiring
from feed.domain.ids import hashed
from feed.domain.tips import LOOKS_MS, Order, Status
from feed.gateways.alipay import Alipay
from feed.gateways.pay_page import PayPage
from feed.operations._settlement import guard
from feed.store import articles, orders, schema, work
from feed.store.client import Tables
from feed.store.rows import Bound, End, Key, Row
from tests.operations import news
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import Fault, Process
from tests.operations.drafts import ARTICLE
from tests.operations.money import Paid, paid
from tests.steps import InProcess, Product

FEN, PART = 500, 200
MONTH = 202611
MINUTE_MS = 60_000
AUTHORS, READERS = 100_000, 200_000
"""Where the ids of the executions' authors (their article has the same) and of their readers begin."""

Ends = frozenset[tuple[Status, int]]
"""What may have become of an order: its status and the sum of its refunds."""

CLOSED: Ends = frozenset({(Status.CLOSED, 0)})
SETTLED: Ends = frozenset({(Status.SETTLED, 0)})
PART_REFUNDED: Ends = frozenset({(Status.SETTLED, PART)})
REFUNDED: Ends = frozenset({(Status.SETTLED, FEN)})


@dataclass
class Stage:
    """What the executions of one test play on; `ends` says of every order what may have become of it by now."""

    product: Product
    driver: InProcess
    store: Tables
    alipay: AlipayFake
    gateway: Alipay
    page: PayPage
    keys: Keys
    clock: Clock
    calls: Calls
    ends: dict[str, Ends] = field(default_factory=dict)

    @property
    def now_ms(self) -> int:
        return self.clock.time_ns() // 1_000_000

    # what was before
    def order(self, label: str, *, beside: Order | None = None, age_ms: int = 0) -> Order:
        """A tip as `create_tip` leaves it, for a new article or for that of another order."""
        number, created = len(self.ends), self.now_ms - age_ms
        article = beside.article_id if beside else AUTHORS + number
        order = Order(f"{number:032x}", READERS + number, article, article, FEN, label, MONTH, created, pay_url="")
        article_row = articles.create(ARTICLE._replace(id=article, author_id=article))
        self.store.write_all(article_row, work.put(guard(order.id, created + LOOKS_MS[0])))
        orders.create(self.store, order)
        self.ends[order.id] = SETTLED
        return order

    def paid(self, label: str, *, beside: Order | None = None) -> tuple[Order, bytes]:
        """An order that was paid at Alipay, and the notification of it."""
        order = self.order(label, beside=beside)
        return order, self.pay(order)

    def pay(self, order: Order) -> bytes:
        return self.pay_at(self.page.url(order), order.id)

    def pay_at(self, pay_url: str, order_id: str) -> bytes:
        with urllib.request.urlopen(pay_url) as page:
            assert page.status == 200
        self.alipay.pay(order_id)
        return self.notification(order_id)

    def said(self, order: Order) -> Paid:
        """What Alipay would say of the order once it is paid."""
        return paid({"order_id": order.id}, self.keys, order.amount_fen)

    def refund(self, order: Order, fen: int) -> bytes:
        """Given back by a person at Alipay's own site: we hear of it by this notification only."""
        self.gateway.refund(self.trade(order.id).trade_no, f"site-{fen}", fen, self.now_ms)
        return self.notification(order.id)

    def notification(self, order_id: str) -> bytes:
        return Paid(self.keys, self.trade(order_id)).notification()

    def trade(self, order_id: str) -> Trade:
        return next(trade for trade in self.alipay.trades if trade.order.out_trade_no == order_id)

    # what happens
    def deliver(self, notification: bytes) -> bool:
        """Whether Alipay is content, and does not come again."""
        answer = self.product.notify(notification)
        assert (answer.status, answer.body) in ((200, "success"), (503, "fail"))
        return bool(answer.body == "success")

    def delivery(self, notification: bytes, fault: Fault | None = None) -> Process[bool]:
        return Process(partial(self.deliver, notification), fault)

    def sweep(self, after_ms: int = MINUTE_MS) -> None:
        """Until nothing that is due is left."""
        self.clock.advance(after_ms)
        wiring.forget()
        while (answer := self.driver.sweep())["finished"]:
            assert (answer["waiting"], answer["failed"]) == (0, 0), answer

    def requests_of(self, process: Process[Any]) -> int:
        """How many a whole call sends; all of them pass the door."""
        self.calls()
        process.run()
        *_, line = self.calls()
        assert line["requests"] == process.requests
        return process.requests

    # what must be now
    def audit(self) -> None:
        """Each order is where it must be, and every row of money is the one that follows from the orders."""
        found = [orders.decode(row) for row in everything(self.store, schema.ORDERS)]
        assert {order.id for order in found} == set(self.ends)
        for order in found:
            assert (order.status, order.refunded_fen) in self.ends[order.id], order
            assert not order.unsettled, order
            assert (order.asked, order.suspect) == (None, ""), order
        expected, actual = books(found), money(self.store)
        labels = {hashed(id): order.message for order in found for id in (order.payer_id, order.author_id)}
        wrong = {
            (labels.get(str(row[1][0])), row): (expected.get(row), actual.get(row))
            for row in expected.keys() | actual.keys()
            if expected.get(row) != actual.get(row)
        }
        assert not wrong
        news.audit(self.store)

    def close(self, executions: int) -> None:
        """The audit holds, the sweeper changes nothing in it, and a day later no work is left."""
        self.audit()
        self.sweep()
        self.audit()
        self.sweep(LOOKS_MS[-1])
        self.audit()
        assert everything(self.store, schema.WORK) == []
        print(executions, "executions")


def everything(store: Tables, table: str) -> list[Row]:
    width = len(schema.KEY_NAMES[table])
    start: Bound = (End.MIN,) * width
    rows: list[Row] = []
    while True:
        page = store.scan(table, start, (End.MAX,) * width)
        rows += page.rows
        if page.next_key is None:
            return rows
        start = page.next_key


def money(store: Tables) -> dict[tuple[str, Key], Row]:
    """Every account, ledger line and log row, and the counters of tips in the articles, by table and key."""
    found: dict[tuple[str, Key], Row] = {}
    for table in (schema.ACCOUNTS, schema.LEDGER, schema.LOG, schema.ARTICLES):
        for row in everything(store, table):
            key = tuple(row.pop(name) for name in schema.KEY_NAMES[table])
            if table == schema.ARTICLES:
                row = {name: value for name, value in row.items() if name.startswith(("reward_", "tips_")) and value}
            if row:
                found[table, key] = row
    return found


def books(tips: Iterable[Order]) -> dict[tuple[str, Key], Row]:
    """What `money` must be after these orders."""
    rows: dict[tuple[str, Key], Row] = {}
    counted: dict[tuple[str, Key], list[int]] = {}
    for tip in tips:
        if tip.status is not Status.SETTLED:
            continue
        author, reader, article = hashed(tip.author_id), hashed(tip.payer_id), hashed(tip.article_id)
        whole = tip.refunded_fen == tip.amount_fen
        account, shown = (schema.ACCOUNTS, (author, tip.bucket)), (schema.ARTICLES, (article,))
        counters = counted.setdefault(account, [0, 0, 0])
        for index, more in enumerate((tip.amount_fen - tip.refunded_fen, 1, whole)):
            counters[index] += more
        balance, credited, refunded = counters
        rows.setdefault(account, {}).update({"balance_fen": balance, f"rc_{tip.article_id}": credited})
        rows[account][f"t_{tip.id}"] = tip.amount_fen
        if tip.refunds:
            rows[account][f"f_{tip.id}"] = tip.refunded_fen
        if refunded:
            rows[account][f"rr_{tip.article_id}"] = refunded
        tips_shown: Row = {f"tips_{tip.bucket}": credited, f"tips_refunded_{tip.bucket}": refunded}
        counter: Row = {"reward_count": credited - refunded, **tips_shown}
        rows[shown] = {name: value for name, value in counter.items() if value}
        times: Row = {"reward_ms": tip.paid_ms, "acted_ms": tip.paid_ms}
        rows[schema.LOG, (reader, tip.article_id)] = {"is_reward": 1, "acts": 16, "article_key": article, **times}
        rows.update(((schema.LEDGER, (author, *key)), row) for key, row in lines(tip))
    return rows


def lines(tip: Order) -> Iterator[tuple[tuple[int, str], Row]]:
    of_tip: Row = {"order_id": tip.id, "article_id": tip.article_id, "payer_id": tip.payer_id}
    yield (tip.paid_ms, tip.id), {"kind": "tip", "fen": tip.amount_fen, "message": tip.message, **of_tip}
    before = 0
    for refund in tip.refunds:
        fen, before = before - refund.total_fen, refund.total_fen
        yield (refund.at_ms, f"{tip.id}-{before}"), {"kind": "refund", "fen": fen, "message": "", **of_tip}
