"""Pages of the timeline over HTTP beside the bare SDK reading the same rows, and what kept cards are worth."""

from __future__ import annotations

import argparse
import http.client
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import tablestore
from tablestore.encoder import NATIVE_ENCODER_AVAILABLE
from tqdm import tqdm

from benchmarks import card_cache, rows
from benchmarks.emulator import forget_requests, requests
from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from commands.instance import Instance
from commands.local_cloud import LocalCloud
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from feed.domain.articles import Article
from feed.domain.ids import hashed
from feed.observability import quiet_sdks
from feed.store import articles
from feed.store.schema import ARTICLES, INBOXES, KEY_NAMES

SIZE = 20
ROWS = 1_000
READERS = 4
AUTHORS = 50
TURNS = 2
SIDE_BY_SIDE = (1, 4)
BETWEEN_MS = 600_000

Times = list[tuple[float, float]]
"""When each page was asked for and when it was there, by the machine's monotonic clock."""


@dataclass(frozen=True)
class Job:
    """What one process walks through: its readers' inboxes."""

    endpoint: str
    readers: Sequence[int]
    tokens: Mapping[int, str]
    inboxes: Mapping[int, list[Article]]
    range_rows: int
    cards: int


def add_arguments(_: argparse.ArgumentParser) -> None:
    """None: what is measured is fixed."""


def run(_: argparse.Namespace) -> dict[str, object]:
    with LocalCloud(timers=False, max_instances=max(SIDE_BY_SIDE)) as cloud:
        inboxes = _put(cloud)
        tokens = {reader: cloud.token(reader) for reader in inboxes}
        over_http = {}
        for processes in SIDE_BY_SIDE:
            _start_instances(cloud, tokens, processes)
            over_http[str(processes)] = _compared(cloud, inboxes, tokens, processes)
    result: dict[str, Any] = {
        "inbox_rows": ROWS,
        "codec": "native" if NATIVE_ENCODER_AVAILABLE else "python",
        "side_by_side": over_http,
        "card_cache": card_cache.measure(),
    }
    _print(result)
    return result


def _put(cloud: LocalCloud) -> dict[int, list[Article]]:
    """Inboxes of articles that no other inbox holds, newest first."""
    instance = Instance(cloud.ots_endpoint, INSTANCE, ACCESS_KEY, SECRET, "", "benchmark")
    tables = instance.tables(KEY_NAMES)
    now_ms = time.time_ns() // 1_000_000
    inboxes = {}
    for reader in tqdm(range(FIRST_READER, FIRST_READER + READERS), desc="inboxes", unit="inbox"):
        chance = reader - FIRST_READER
        there = [
            rows.article(FIRST_AUTHOR + row % AUTHORS, now_ms - (row + 1) * BETWEEN_MS, chance) for row in range(ROWS)
        ]
        rows.put(tables, map(articles.create, there), "articles")
        rows.put(tables, (rows.inbox_row(reader, article) for article in there), "inbox rows")
        inboxes[reader] = there
    return inboxes


def _start_instances(cloud: LocalCloud, tokens: Mapping[int, str], processes: int) -> None:
    """And note everybody's visit of today."""
    with ThreadPoolExecutor(processes) as threads:
        for _ in range(TURNS):
            list(threads.map(lambda token: next(_pages(_connect(cloud.api), token)), tokens.values()))
    cloud.wait_idle()


def _compared(
    cloud: LocalCloud, inboxes: Mapping[int, list[Article]], tokens: Mapping[int, str], processes: int
) -> dict[str, Any]:
    """In turns; the SDK reads as many rows and cards a page as the product did just before."""
    ours: list[Times] = []
    bare: list[Times] = []
    parts = [list(inboxes)[first::processes] for first in range(processes)]
    for _ in range(TURNS):
        forget_requests(cloud.ots_endpoint)
        ours.append(_timed(_over_http, [Job(cloud.api, part, tokens, {}, 0, 0) for part in parts]))
        spent = requests(cloud.ots_endpoint)
        range_rows = round(spent["GetRange"][INBOXES]["rows"] / len(ours[-1]))
        cards = round(spent["BatchGetRow"][ARTICLES]["rows"] / len(ours[-1]))
        bare.append(_timed(_bare, [Job(cloud.ots_endpoint, part, {}, inboxes, range_rows, cards) for part in parts]))
    product, sdk = _summary(ours), _summary(bare)
    return {
        "product": product,
        "bare_sdk": sdk,
        "ratio": round(product["pages_per_s"] / sdk["pages_per_s"], 3),
        "rows_per_page": {"range": range_rows, "cards": cards},
    }


def _timed(work: Callable[[Job], Times], jobs: Sequence[Job]) -> Times:
    """Each job in a process of its own, all from the same moment on."""
    context = get_context("spawn")
    barrier = context.Barrier(len(jobs))
    with ProcessPoolExecutor(len(jobs), context, initializer=_meet_at, initargs=(barrier,)) as processes:
        return [page for times in processes.map(work, jobs) for page in times]


def _meet_at(barrier: Barrier) -> None:
    global _start
    _start = barrier
    quiet_sdks()
    logging.getLogger("tablestore-client").setLevel(logging.WARNING)


_start: Barrier


def _over_http(job: Job) -> Times:
    connection = _connect(job.endpoint)
    _start.wait()
    times = []
    for reader in job.readers:
        items = 0
        for began, ended, found in _pages(connection, job.tokens[reader]):
            times.append((began, ended))
            items += found
        assert items == ROWS, f"{items} articles of {ROWS} were shown"
    return times


def _connect(api: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(api).netloc, timeout=30)


def _pages(connection: http.client.HTTPConnection, token: str) -> Iterator[tuple[float, float, int]]:
    """When each page of a walk was asked for, when it had been read, and its number of articles."""
    cursor, shown = "", 0
    while shown < ROWS:
        began = time.monotonic()
        connection.request("GET", f"/v1/timeline?size={SIZE}{cursor}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = answer.read()
        ended = time.monotonic()
        assert answer.status == 200, content
        page = json.loads(content)
        yield began, ended, len(page["items"])
        shown += len(page["items"])
        cursor = f"&cursor={page['next_cursor']}"


def _bare(job: Job) -> Times:
    """A range, its cards in one batch, and every row as a dict."""
    client = tablestore.OTSClient(job.endpoint, ACCESS_KEY, SECRET, INSTANCE)
    _start.wait()
    times = []
    for reader in job.readers:
        inbox = job.inboxes[reader]
        for first in range(0, ROWS, SIZE):
            began = time.monotonic()
            found = _bare_page(client, reader, inbox[first], job)
            times.append((began, time.monotonic()))
            assert [row["message_id"] for row in found[:SIZE]] == [each.id for each in inbox[first : first + SIZE]]
    return times


def _bare_page(client: Any, reader: int, first: Article, job: Job) -> list[dict[str, Any]]:
    key = [("user_key", hashed(reader))]
    start = [*key, ("sequence_id", first.published_ms), ("message_id", first.id)]
    end = [*key, ("sequence_id", tablestore.INF_MIN), ("message_id", tablestore.INF_MIN)]
    _, _, read, _ = client.get_range(INBOXES, "BACKWARD", start, end, ["author"], limit=job.range_rows, max_version=1)
    inbox_rows = [_decoded(row) for row in read]
    keys = [[("article_key", hashed(row["message_id"]))] for row in inbox_rows[: job.cards]]
    request = tablestore.BatchGetRowRequest()
    request.add(tablestore.TableInBatchGetRowItem(ARTICLES, keys, list(articles.CARD), max_version=1))
    answer = client.batch_get_row(request)
    cards = [_decoded(item.row) for item in answer.get_result_by_table(ARTICLES)]
    assert len(cards) == len(keys)
    return inbox_rows


def _decoded(row: Any) -> dict[str, Any]:
    return {**dict(row.primary_key), **{name: value for name, value, _ in row.attribute_columns}}


def _summary(turns: Sequence[Times]) -> dict[str, float]:
    seconds = sum(max(ended for _, ended in times) - min(began for began, _ in times) for times in turns)
    took = [(ended - began) * 1_000 for times in turns for began, ended in times]
    cuts = quantiles(took, n=100)
    return {
        "pages": len(took),
        "pages_per_s": round(len(took) / seconds, 1),
        **{f"p{percent}_ms": round(cuts[percent - 1], 1) for percent in (50, 90, 99)},
    }


def _print(result: Mapping[str, Any]) -> None:
    print(f"\n  pages of {SIZE} of inboxes of {ROWS:,} rows, the SDK with its {result['codec']} codec\n")
    print(f"  {'':38} {'pages/s':>8} {'p50 ms':>8} {'p90 ms':>8} {'p99 ms':>8}")
    for processes, one in result["side_by_side"].items():
        read = one["rows_per_page"]
        for name, figures in (
            (f"over HTTP, {processes} at a time", one["product"]),
            (f"bare SDK: {read['range']} rows and {read['cards']} cards", one["bare_sdk"]),
        ):
            latency = " ".join(f"{figures[f'p{percent}_ms']:>8.1f}" for percent in (50, 90, 99))
            print(f"  {name:38} {figures['pages_per_s']:>8.1f} {latency}")
        print(f"  {'ratio':38} {one['ratio']:>8.2f}\n")
    card_cache.print_result(result["card_cache"])
