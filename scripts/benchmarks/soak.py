"""Everybody uses the local cloud at once while it fails: nothing may be lost or doubled, and memory stays flat."""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.soak_audit import settled
from benchmarks.soak_faults import Killer, Strikes, calm, strike
from benchmarks.soak_people import AUTHORS, CRASHED, READERS, WANDERERS, Book, Client, Life
from benchmarks.soak_watch import Watch
from benchmarks.stage import AMPLE
from commands.local_cloud import LocalCloud
from tests.steps import OverHttp, Product

MINUTES = 30.0
CLIENTS = 4
KILL_EVERY_S = 60.0
ARTICLE_MB = 0.008
"""What an article stays in the memory of the Tablestore emulator for: its row, its document of the search index (these
two take 6 KB), and its rows in inboxes."""
SETTLES_WITHIN_S = 900.0
JUDGED_FROM_MINUTES = 5.0
"""Memory says nothing before."""
INDEX_LAG_MS = 100
ANSWERS = ("200", "201", "204", "404", "429", "503", CRASHED)
"""404: of an article that was withdrawn meanwhile; `function_error`: of an instance that was killed."""
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"how long people are at it ({MINUTES:g})")
    parser.add_argument("--seed", type=int, default=1, help="of what people do and what fails (default 1)")
    about = f"every instance of one function, so often (default {KILL_EVERY_S:g})"
    parser.add_argument("--kill-every", type=float, default=KILL_EVERY_S, metavar="SECONDS", help=about)


def run(given: argparse.Namespace) -> dict[str, object]:
    environment = {"FEED_BUDGETS": AMPLE, "FEED_FANOUT_BATCH_FOLLOWERS": "7", "FEED_FANOUT_WIDTH": "4"}
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCloud(data=Path(folder), env=environment, index_lag_ms=INDEX_LAG_MS, max_instances=2) as cloud,
    ):
        token = cache(cloud.token)
        product = Product(OverHttp(cloud.api, token, lambda: 0))
        _gather(product)
        book, watch = Book(), Watch(cloud)
        strikes, killer = Strikes(cloud), Killer(given.kill_every, given.seed)
        strike(cloud, given.seed)
        for thread in (watch, strikes, killer):
            thread.start()
        _live(cloud, book, token, given)
        for thread in (watch, strikes, killer):
            thread.stop()
        calm(cloud)
        wrong, took_s = settled(cloud, book, product, SETTLES_WITHIN_S)
        paid = sum(trade.paid_ms is not None for trade in cloud.alipay.trades)
    faults = {**strikes.counted, "instance killed": killer.killed.total(), **book.fates}
    result = {"minutes": given.minutes, "faults": faults, "paid": paid, "settled_s": round(took_s, 1)}
    result |= _judged(given.minutes, book, watch, wrong)
    _print(result, book)
    return result


def _gather(product: Product) -> None:
    product.given_people(*AUTHORS, *READERS, *WANDERERS)
    for reader in READERS:
        for author in AUTHORS:
            product.follow(reader, author)


def _live(cloud: LocalCloud, book: Book, token: Any, given: argparse.Namespace) -> None:
    until = time.monotonic() + given.minutes * 60
    clients = [Client(cloud, book, token) for _ in range(CLIENTS)]
    lives = [Life(number, CLIENTS, cloud, book, client, given.seed) for number, client in enumerate(clients)]
    threads = [threading.Thread(target=life.live, args=(until,)) for life in lives]
    for thread in threads:
        thread.start()
    with tqdm(desc="soak", unit=" requests", mininterval=1, disable=None) as bar:
        while any(thread.is_alive() for thread in threads):
            time.sleep(1)
            bar.update(book.told.total() - bar.n)
    for thread in threads:
        thread.join()


def _judged(minutes: float, book: Book, watch: Watch, wrong: list[str]) -> dict[str, Any]:
    odd = {outcome: count for outcome, count in book.told.items() if outcome not in ANSWERS}
    kept = {"tablestore, MB": len(book.authors) / minutes * 30 * ARTICLE_MB}
    memory = {
        name: {"last": series.values[-1], "growth": series.growth, "flat": series.is_flat(kept.get(name, 0.0))}
        for name, series in watch.series.items()
        if series.values
    }
    if minutes < JUDGED_FROM_MINUTES:
        memory = {}
    flat = all(each["flat"] for each in memory.values())
    return {
        "answers": dict(book.told.most_common()),
        "odd": odd,
        "articles": len(book.authors),
        "orders": len(book.payees),
        "memory": memory,
        "findings": [*book.findings, *wrong],
        "passed": not odd and not book.findings and not wrong and flat,
    }


def _print(result: Mapping[str, Any], book: Book) -> None:
    print(f"\n  {'':12} requests   50 % ms   95 %   99 %")
    for name, waits in sorted(book.waits.items()):
        ordered = sorted(waits)
        low, high, highest = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.95, 0.99))
        print(f"  {name:12} {len(ordered):8,} {low:9,.0f} {high:6,.0f} {highest:6,.0f}")
    told = result["answers"]
    print(f"\n  {sum(told.values()):,} requests in {result['minutes']:g} minutes: ", end="")
    print(", ".join(f"{count:,} × {outcome}" for outcome, count in told.items()))
    print(f"  {result['articles']:,} articles, {result['orders']:,} orders, {result['paid']:,} of them paid")
    print(f"  faults: {', '.join(f'{count:,} × {kind}' for kind, count in result['faults'].items())}")
    state = "something wrong" if result["findings"] else "everything right"
    print(f"  {state} {result['settled_s']} s after the last fault")
    for name, each in result["memory"].items():
        flat = "flat" if each["flat"] else "GROWS"
        print(f"  {name:18} {each['last']:8.1f} at the end, {each['growth']:+7.1f} in half an hour: {flat}")
    for finding in result["findings"][:SHOWN]:
        print(f"  FOUND {finding}")
    print(f"  lost, doubled or unexpected: {len(result['findings'])}\n")
