"""The product for one example after another: empty tables, a clock that stands still, invocations that wait."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from feed import wiring
from feed.call import Call
from feed.domain.ids import hashed, unhashed
from feed.operations._fields import format_rfc3339
from feed.operations.follow import _change
from feed.store import inboxes, schema
from feed.store.client import Connection, Tables
from tests.model.model import Place
from tests.operations.conftest import Clock
from tests.operations.crashes import guarded
from tests.operations.shelf import everything
from tests.steps import SWEEP, InProcess, Product

BACKFILL = 4
"""Articles that a follow brings; twenty would make every example long."""
BEGIN_NS = 1_893_456_000_000_000_000
"""The first of January 2030: after the tokens were signed, and the same for every run, so that examples repeat."""
FANOUT, TIMER = "fanout-batch", "scheduled-publish"
PAST_ALL_LEASES_MS = 181_000


class StillClock(Clock):
    """It moves when the test says so, for the product and for Tablestore alike."""

    def time_ns(self) -> int:
        return BEGIN_NS + self.ahead_ms * 1_000_000

    def monotonic(self) -> float:
        return self.ahead_ms / 1000

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1000))

    def now_ms(self) -> int:
        return self.time_ns() // 1_000_000


@dataclass
class Stage:
    product: Product
    driver: InProcess
    store: Tables
    tablestore: TablestoreFake
    clock: StillClock
    patch: pytest.MonkeyPatch
    forget_output: Callable[[], object]

    def __post_init__(self) -> None:
        self.patch.setattr("feed.call.time", self.clock)
        self.patch.setattr(_change, "BACKFILL", BACKFILL)
        self.patch.setattr(Connection, "open", guarded(Connection.open))

    def clear(self) -> None:
        """As on the first day."""
        self.forget_output()
        self.driver.queue.clear()
        request = urllib.request.Request(f"{self.tablestore.endpoint}/_fake/reset", data=b"", method="POST")
        urllib.request.urlopen(request).close()
        self.clock.ahead_ms = 0
        chance = random.Random(5).getrandbits
        self.patch.setattr("feed.edge.endpoints.Call", partial(Call, random_bits=chance))
        table_admin.create(self.tablestore.client("feed"), say=lambda _: None)
        wiring.forget()

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    def ahead(self, ms: int) -> str:
        return format_rfc3339(self.now_ms + ms)

    def tick(self) -> int:
        """The timer's; how many it released."""
        answer = json.loads(self.driver.invoke(TIMER, SWEEP))
        assert answer["failed"] == 0
        return int(answer["released"])

    def sweep(self) -> None:
        assert self.driver.sweep()["failed"] == 0

    def run(self, place: int, *, keep: bool = False) -> None:
        """One of the waiting invocations; `keep`: it comes once more, as it may."""
        function, event = self.driver.queue[place]
        if not keep:
            del self.driver.queue[place]
        self.driver.invoke(function, event)

    def inbox_writes(self) -> int:
        """Requests so far that may have changed one."""
        writes = self.tablestore.requests().get("BatchWriteRow", {})
        return writes.get(schema.INBOXES, {}).get("requests", 0)

    def inboxes(self) -> set[tuple[int, Place]]:
        """Reader and place of every row."""
        rows = everything(self.store, schema.INBOXES)
        return {(unhashed(str(row["user_key"])), (int(row["sequence_id"]), int(row["message_id"]))) for row in rows}

    def put(self, reader: int, published_ms: int, article: int, author: int) -> None:
        """An inbox row."""
        row = inboxes.put(hashed(reader), published_ms, article, author, 1, only_if_absent=False)
        assert self.store.write_many([row]) == []
