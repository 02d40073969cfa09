"""One article to ever more followers: requests and capacity units beside the floor, depth, memory and time."""

from __future__ import annotations

import io
import json
import os
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from functools import cache
from math import ceil, log2
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alifakes.server import HttpServer, Request, Response
from benchmarks import rows
from benchmarks.emulator import forget_requests, requests
from benchmarks.memory import peak_mb
from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from benchmarks.stage import environment
from commands.instance import Instance
from commands.running import ACCESS_KEY, INSTANCE, SECRET
from commands.tablestore_process import TablestoreProcess
from commands.token import sign
from feed.domain.fanout import width_for
from feed.observability import quiet_sdks
from feed.store import relations, users
from feed.store.client import MAX_BATCH_WRITE
from feed.store.rows import Put
from feed.store.schema import INBOXES, KEY_NAMES, RELATIONS, USERS
from tests.steps import InProcess, Product

DAY_MS = 86_400_000
PER_INVOCATION, WIDEST = 20_000, 64
"""The deployment's defaults."""
MOST_IN_A_RANGE = 5_000


@dataclass(frozen=True)
class Measured:
    """What one article cost from its publication to the last row. `depth` counts invocations that wait for one another.

    `memory_mb` is the worker's peak; `cpu_us_per_row` the worker's processor time, `us_per_row` time on the clock with
    one worker at a time.
    """

    followers: int
    rows: int
    requests: int
    floor_requests: int
    write_cu: int
    floor_write_cu: int
    read_cu: int
    width: int
    invocations: int
    depth: int
    depth_bound: int
    memory_mb: int
    memory_before_mb: int
    cpu_us_per_row: float
    us_per_row: float

    @property
    def within_aims(self) -> bool:
        allowed = self.floor_requests + 12 + 4 * self.width + self.followers // 8_000
        if self.followers >= 1_000_000:
            allowed = min(allowed, int(1.05 * self.floor_requests))
        cheap = self.followers < 2_000 or self.write_cu <= 1.01 * self.floor_write_cu
        whole = self.rows == self.followers
        return whole and cheap and self.requests <= allowed and self.depth <= self.depth_bound


def run(followers: Sequence[int]) -> dict[str, object]:
    """Each number in a worker process of its own, so that none measures another's memory."""
    found = []
    for number in sorted(followers):
        tablestore = TablestoreProcess(None, index_lag_ms=0)
        try:
            _fill(tablestore.endpoint, number)
            with ProcessPoolExecutor(1, get_context("spawn"), initializer=quiet_sdks) as worker:
                found.append(worker.submit(_measure, tablestore.endpoint, number).result())
        finally:
            tablestore.stop()
        _print(found[-1], first=len(found) == 1)
    return {
        "runs": [{**asdict(one), "within_aims": one.within_aims} for one in found],
        "passed": all(one.within_aims for one in found),
    }


def _fill(endpoint: str, followers: int) -> None:
    """An author with so many followers of some days, who were all there lately."""
    quiet_sdks()
    import tablestore

    from commands import table_admin

    table_admin.create(tablestore.OTSClient(endpoint, ACCESS_KEY, SECRET, INSTANCE), lambda _: None)
    tables = Instance(endpoint, INSTANCE, ACCESS_KEY, SECRET, "", "benchmark").tables(KEY_NAMES)
    followed_ms = time.time_ns() // 1_000_000 - 3 * DAY_MS
    columns = {"epoch": followed_ms, "followed_ms": followed_ms, "seen_day": followed_ms // DAY_MS + 3}
    readers = range(FIRST_READER, FIRST_READER + followers)
    rows.put(tables, (Put(RELATIONS, relations.key(FIRST_AUTHOR, reader), columns) for reader in readers), "relations")
    author: dict[str, int | str] = {"user_id": FIRST_AUTHOR, "nickname": "作者", "follower_count": followers}
    rows.put(tables, [Put(USERS, users.key(FIRST_AUTHOR), author)], "author")


class _Chained(InProcess):
    """Runs one invocation at a time, and knows how many others each had to wait for."""

    def __init__(self, keys: Path) -> None:
        super().__init__(token=cache(lambda user: sign(user, 3_600, keys)))
        self.waiting: deque[tuple[int, str, bytes]] = deque()
        self.depth = 1
        self.requests = 0

    def invoke(self, function: str, event: bytes, *, timeout_s: int = 60) -> Any:
        """Tablestore's requests are what the function's own line says."""
        said = io.StringIO()
        with redirect_stdout(said):
            answer = super().invoke(function, event, timeout_s=timeout_s)
        self.requests += sum(json.loads(line).get("requests", 0) for line in said.getvalue().splitlines())
        return answer

    def accept(self, request: Request) -> Response:
        function = request.target.split("/functions/")[1].split("/")[0]
        self.waiting.append((self.depth + 1, function, request.body))
        return Response(202, [("x-fc-request-id", "queued")])

    def run_all(self) -> tuple[int, int]:
        """How many invocations there were, and the depth of the deepest."""
        runs = deepest = 0
        while self.waiting:
            self.depth, function, event = self.waiting.popleft()
            self.invoke(function, event, timeout_s=600)
            runs, deepest = runs + 1, max(deepest, self.depth)
        return runs, deepest


def _measure(tablestore: str, followers: int) -> Measured:
    """In a new process, which is publisher and worker."""
    quiet_sdks()
    with TemporaryDirectory() as keys:
        driver = _Chained(Path(keys))
        invocations = HttpServer(driver.accept)
        invocations.start_in_thread()
        os.environ.update(environment(tablestore, invocations.endpoint, Path(keys)))
        product = Product(driver)
        product.given_people(FIRST_AUTHOR + 1)
        product.publish(FIRST_AUTHOR + 1)  # to nobody: instances are warm from here on
        driver.run_all()
        product.call("GET", "/v1/timeline", FIRST_AUTHOR)
        forget_requests(tablestore)
        driver.depth, driver.requests = 1, 0
        memory, cpu, began = peak_mb(), time.process_time(), time.perf_counter()
        product.publish(FIRST_AUTHOR)
        runs, depth = driver.run_all()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        invocations.stop_thread()
    counted = requests(tablestore)
    spent = [count for tables in counted.values() for count in tables.values()]
    width = width_for(followers, PER_INVOCATION, WIDEST, pull_from=0)
    return Measured(
        followers=followers,
        rows=counted["BatchWriteRow"][INBOXES]["rows"],
        requests=driver.requests,
        floor_requests=1 + -(-followers // MOST_IN_A_RANGE) + -(-followers // MAX_BATCH_WRITE),
        write_cu=sum(count["write_cu"] for count in spent),
        floor_write_cu=followers + 1,
        read_cu=sum(count["read_cu"] for count in spent),
        width=width,
        invocations=runs,
        depth=depth,
        depth_bound=1 + ceil(log2(width)) + -(-followers // (width * PER_INVOCATION)),
        memory_mb=peak_mb(),
        memory_before_mb=memory,
        cpu_us_per_row=round(cpu / followers * 1e6, 1),
        us_per_row=round(seconds / followers * 1e6, 1),
    )


def _print(one: Measured, *, first: bool) -> None:
    heads = (
        "followers",
        "requests",
        "floor",
        "write CU",
        "floor",
        "invocations",
        "depth",
        "bound",
        "peak MB",
        "before",
    )
    if first:
        print("  ".join(f"{head:>9}" for head in (*heads, "CPU us/row", "us/row")))
    figures = (
        one.followers,
        one.requests,
        one.floor_requests,
        one.write_cu,
        one.floor_write_cu,
        one.invocations,
        one.depth,
        one.depth_bound,
        one.memory_mb,
        one.memory_before_mb,
        one.cpu_us_per_row,
        one.us_per_row,
    )
    widths = [max(9, len(head)) for head in (*heads, "CPU us/row", "us/row")]
    print("  ".join(f"{figure:>{width}}" for figure, width in zip(figures, widths, strict=True)), flush=True)
