"""Fan-out of articles by the most-followed authors of a real graph, every inbox read back and compared."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tablestore
from tqdm import tqdm

from benchmarks.emulator import forget_requests, requests
from commands.import_follows import parse
from commands.local_cloud import LocalCloud
from commands.running import ACCESS_KEY, INSTANCE, ROOT, SECRET
from feed.domain.ids import hashed
from feed.observability import quiet_sdks
from feed.store.client import MAX_BATCH_WRITE
from feed.store.schema import INBOXES

BARE_TABLE = "bare_loop_table"
READERS = 8
SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class Delivered:
    """What was found in the inboxes, against what the graph says should be there."""

    rows: int
    missing: int
    duplicated: int


def run(edges: Path, most_followed: int) -> dict[str, object]:
    """The authors who are followed most publish one article each; `edges` are follows, `from<TAB>to` per line."""
    followers_of = _graph(edges)
    authors = sorted(followers_of, key=lambda author: (-len(followers_of[author]), author))[:most_followed]
    pairs = sum(len(followers_of[author]) for author in authors)
    people = set(followers_of).union(*followers_of.values())
    with LocalCloud(timers=False) as cloud:
        _import(cloud, edges)
        client = _client(cloud)
        _warm_up(cloud, max(people))
        forget_requests(cloud.ots_endpoint)
        before = cloud.invocations("fanout-batch")
        started = time.perf_counter()
        articles = _publish(cloud, authors)
        cloud.wait_idle(600)
        seconds = time.perf_counter() - started
        spent = requests(cloud.ots_endpoint)
        found = _read_back(client, people, followers_of, articles)
        bare_seconds = _bare_loop(client, pairs)
        result = {
            "followers": pairs,
            "delivered": found.rows,
            "missing": found.missing,
            "duplicated": found.duplicated,
            "batch_write_requests": spent["BatchWriteRow"][INBOXES]["requests"],
            "batch_write_floor": sum(-(-len(followers_of[author]) // MAX_BATCH_WRITE) for author in authors),
            "write_cu": spent["BatchWriteRow"][INBOXES]["write_cu"],
            "invocations": cloud.invocations("fanout-batch") - before,
            "rows_per_s": round(pairs / seconds),
            "bare_rows_per_s": round(pairs / bare_seconds),
        }
    _print(result, most_followed, seconds)
    return result


def _graph(edges: Path) -> dict[int, set[int]]:
    """Followers by author, read apart from the product's own import."""
    followers: dict[int, set[int]] = defaultdict(set)
    content = edges.read_bytes()
    for line in (gzip.decompress(content) if edges.suffix == ".gz" else content).decode().splitlines():
        edge = parse(line)
        if edge is not None:
            followers[edge[1]].add(edge[0])
    return followers


def _import(cloud: LocalCloud, edges: Path) -> None:
    """Through the command, as an operator would."""
    environment = {
        **os.environ,
        "OTS_ENDPOINT": cloud.ots_endpoint,
        "OTS_INSTANCE": INSTANCE,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    }
    subprocess.run([sys.executable, ROOT / "scripts" / "import-follows", edges], env=environment, check=True)


def _client(cloud: LocalCloud) -> Any:
    quiet_sdks()
    return tablestore.OTSClient(cloud.ots_endpoint, ACCESS_KEY, SECRET, INSTANCE)


def _warm_up(cloud: LocalCloud, last_person: int) -> None:
    """Start the instances: people whom nobody follows publish, and reach nobody."""
    _publish(cloud, [last_person + number for number in range(1, 6 * SIDE_BY_SIDE)])
    cloud.wait_idle()


def _publish(cloud: LocalCloud, authors: list[int]) -> dict[int, int]:
    """One article by each through the API, a few authors at a time; article ids by author."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        ids = threads.map(lambda author: _post(cloud, author), authors)
        return dict(zip(authors, tqdm(ids, desc="publish", unit="article", total=len(authors)), strict=True))


def _post(cloud: LocalCloud, author: int) -> int:
    body = {"title": f"From {author}", "html": "<p>One article to every follower.</p>", "state": "public"}
    headers = {"Authorization": f"Bearer {cloud.token(author)}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{cloud.api}/v1/articles", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.loads(answer.read())["id"])


def _read_back(
    client: Any, people: set[int], followers_of: Mapping[int, set[int]], articles: Mapping[int, int]
) -> Delivered:
    """Every inbox of the graph, by one range each, against the relations."""
    expected: dict[int, Counter[int]] = defaultdict(Counter)
    for author, article in articles.items():
        for follower in followers_of[author]:
            expected[follower][article] += 1
    rows = missing = duplicated = 0
    with ThreadPoolExecutor(READERS) as threads:
        read = threads.map(lambda person: _inbox(client, person), sorted(people))
        for person, found in zip(sorted(people), tqdm(read, desc="read inboxes", total=len(people)), strict=True):
            rows += found.total()
            missing += (expected[person] - found).total()
            duplicated += (found - expected[person]).total()
    return Delivered(rows, missing, duplicated)


def _inbox(client: Any, person: int) -> Counter[int]:
    start = [("user_key", hashed(person)), ("sequence_id", tablestore.INF_MIN), ("message_id", tablestore.INF_MIN)]
    end = [("user_key", hashed(person)), ("sequence_id", tablestore.INF_MAX), ("message_id", tablestore.INF_MAX)]
    _, next_key, rows, _ = client.get_range(INBOXES, "FORWARD", start, end, max_version=1)
    assert not next_key, "a benchmark's inbox fits in one range"
    return Counter(int(row.primary_key[2][1]) for row in rows)


def _bare_loop(client: Any, rows: int) -> float:
    """Seconds for the same number of rows of the same shape, put by the SDK's batch_write_row one after the other."""
    meta = tablestore.TableMeta(
        BARE_TABLE, [("user_key", "STRING"), ("sequence_id", "INTEGER"), ("message_id", "INTEGER")]
    )
    throughput = tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0))
    client.create_table(meta, tablestore.TableOptions(), throughput)
    started = time.perf_counter()
    for first in tqdm(range(0, rows, MAX_BATCH_WRITE), desc="bare SDK loop", unit="batch"):
        batch = [
            tablestore.PutRowItem(
                tablestore.Row(
                    [("user_key", hashed(number)), ("sequence_id", 1_790_000_000_000), ("message_id", 1)],
                    [("author_id", 1), ("delivery", 1)],
                ),
                tablestore.Condition("IGNORE"),
            )
            for number in range(first, min(first + MAX_BATCH_WRITE, rows))
        ]
        request = tablestore.BatchWriteRowRequest()
        request.add(tablestore.TableInBatchWriteRowItem(BARE_TABLE, batch))
        assert client.batch_write_row(request).is_all_succeed()
    return time.perf_counter() - started


def _print(result: Mapping[str, object], authors: int, seconds: float) -> None:
    print(f"\n{authors} articles to {result['followers']} inboxes, every inbox read back\n")
    for name, value, against in [
        ("rows delivered", result["delivered"], f"{result['followers']} follow"),
        ("missing", result["missing"], "0"),
        ("duplicated", result["duplicated"], "0"),
        ("BatchWriteRow requests", result["batch_write_requests"], f"floor {result['batch_write_floor']}"),
        ("write capacity units", result["write_cu"], f"floor {result['followers']}"),
        ("fanout-batch invocations", result["invocations"], f"{authors} articles"),
        ("rows/s, warm, with publishing", result["rows_per_s"], f"bare SDK loop {result['bare_rows_per_s']}"),
    ]:
        print(f"  {name:30} {value!s:>9}   {against}")
    print(
        f"\n  {seconds:.1f} s from the first publication to the last row; the bare loop writes the same number of rows."
    )
