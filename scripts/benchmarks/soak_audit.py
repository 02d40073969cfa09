"""What must be true when a soak is over and everything has come to rest: articles, relations and money."""

from __future__ import annotations

import math
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator

from benchmarks.soak_people import AUTHORS, READERS, Book
from commands.audit import TABLES as MONEY
from commands.audit import audit as audit_money
from commands.fanout.audit import audit as audit_delivery
from commands.fanout.command import TABLES as DELIVERIES
from commands.instance import Instance
from commands.local_cloud import LocalCloud
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed.call import Call
from feed.errors import NotFound
from tests.steps import Product

LOOKS_EVERY_S = 5.0
LATE_MS = 5 * 60_000
"""Alipay repeats a lost notification after four minutes."""


def settled(cloud: LocalCloud, book: Book, product: Product, within_s: float) -> tuple[list[str], float]:
    """What is still wrong once nothing is, or at the latest after `within_s`, and how long that took in seconds."""
    began = time.monotonic()
    cloud.alipay.advance(LATE_MS)
    while True:
        urllib.request.urlopen(
            urllib.request.Request(f"{cloud.fc_endpoint}/_fake/timers/fire?function=sweep", method="POST"), timeout=60
        ).close()
        wrong = list(_wrong(cloud, book, product))
        took_s = time.monotonic() - began
        if not wrong or took_s > within_s:
            return wrong, took_s
        time.sleep(LOOKS_EVERY_S)


def _wrong(cloud: LocalCloud, book: Book, product: Product) -> Iterator[str]:
    on = Instance(cloud.ots_endpoint, INSTANCE, ACCESS_KEY, SECRET, "", "soak")
    yield from _money(cloud, book, product, on)
    yield from _shelves(book, product)
    yield from _inboxes(book, product)
    yield from _relations(book, product)
    yield from _deliveries(book, on)


def _money(cloud: LocalCloud, book: Book, product: Product, on: Instance) -> Iterator[str]:
    """Every fen that Alipay took is in one account once, and none that it did not take."""
    report = audit_money(on.tables(MONEY), time.time_ns() // 1_000_000)
    yield from (f"money: {problem}" for problem in (*report.problems, *report.people))
    owed: Counter[int] = Counter()
    for trade in cloud.alipay.trades:
        if trade.paid_ms is not None:
            owed[book.payees[trade.order.out_trade_no]] += trade.order.total_fen
    for author in AUTHORS:
        balance = product.balance(author)
        if balance != owed[author]:
            kind = "lost" if balance < owed[author] else "doubled"
            yield f"{kind}: {author} has {balance} fen of {owed[author]}"


def _shelves(book: Book, product: Product) -> Iterator[str]:
    """An author's own page has each article once that publishing was answered for, and no other."""
    for author in AUTHORS:
        wanted = {id for id, owner in book.authors.items() if owner == author}
        yield from _compared(f"the page of {author}", product, f"/v1/users/{author}/articles", author, wanted)


def _compared(what: str, product: Product, path: str, user: int, wanted: set[int]) -> Iterator[str]:
    listed = Counter(item["id"] for item in product.walk(path, user, 100))
    yield from _differences(what, listed, wanted)


def _differences(what: str, listed: Counter[int], wanted: set[int]) -> Iterator[str]:
    if lost := wanted - set(listed):
        yield f"lost: {sorted(lost)[:5]} and {len(lost)} in all in {what}"
    if extra := set(listed) - wanted:
        yield f"surplus: {sorted(extra)[:5]} and {len(extra)} in all in {what}"
    if doubled := [id for id, count in listed.items() if count > 1]:
        yield f"doubled: {doubled[:5]} and {len(doubled)} in all in {what}"


def _inboxes(book: Book, product: Product) -> Iterator[str]:
    """Who has followed everybody all the time sees all that is public, once."""
    wanted = {id for id, shown in book.shown.items() if shown}
    for reader in READERS:
        yield from _differences(f"the timeline of {reader}", Counter(product.followed(reader, 100)), wanted)


def _relations(book: Book, product: Product) -> Iterator[str]:
    for (person, author), on in book.follows.items():
        status = product.call("GET", f"/v1/follows/{author}", person).body["status"]
        if (status == 1) != on:
            yield f"{'lost' if on else 'surplus'}: {person} was told {on} of following {author}, the status is {status}"


def _deliveries(book: Book, on: Instance) -> Iterator[str]:
    """What scripts/fanout says of each article that is public."""
    tables = on.tables(DELIVERIES)
    for id, shown in book.shown.items():
        call = Call("fanout", "soak", time.time_ns() // 1_000_000, math.inf)
        try:
            report = audit_delivery(id, call, tables) if shown else None
        except NotFound as error:
            yield f"lost: {error.message}"
            continue
        if report is not None and not (report.holds and report.state == "done"):
            yield f"delivery: {id} is {report.state}, {report.lines()[1:4]}"
