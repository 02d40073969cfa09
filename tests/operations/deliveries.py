"""Words for deliveries that are audited and repaired: rows that go or come behind the product's back, dead shards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from commands.fanout.audit import audit
from commands.fanout.repair import Repair, repair
from commands.fanout.report import Report
from commands.fanout.status import Status, status
from feed.call import Call
from feed.domain.ids import hashed, unhashed
from feed.store import articles, jobs, schema, sessions
from feed.store.client import Tables
from feed.store.rows import STAMP, Delete, End, Put, Update, Value
from tests.operations.conftest import Clock
from tests.operations.fans import ANN, FANS
from tests.steps import InProcess, Product

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STRANGER = 90
REASON = "3 rows could not be written; it is safe to repeat."


@dataclass
class Deliveries:
    product: Product
    driver: InProcess
    store: Tables
    clock: Clock

    def publish(self) -> int:
        """Its workers wait in the queue."""
        return int(self.product.publish(ANN)["id"])

    def deliver(self) -> int:
        """To all eight."""
        made = self.publish()
        self.product.settle()
        self.clock.advance(2 * MINUTE_MS)
        return made

    def everybody_reads(self) -> None:
        """What they have, and something newer."""
        self.deliver()
        for fan in FANS:
            mark = self.product.call("GET", "/v1/timeline", fan).body["mark"]
            assert self.product.call("POST", "/v1/timeline/read", fan, {"mark": mark}).status == 200

    def audit(self, article: int, *, everywhere: bool = False) -> Report:
        return audit(article, self._call(), self.store, everywhere=everywhere)

    def repair(self, article: int, store: Tables | None = None) -> Repair:
        return repair(article, self._call(), store or self.store)

    def status(self) -> Status:
        return status(self.store, self.clock.now_ms())

    def _call(self) -> Call:
        return Call("fanout", "r", self.clock.now_ms(), math.inf)

    def lose(self, article: int, *readers: int) -> None:
        for reader in readers:
            self.store.write(Delete(schema.INBOXES, self._key(article, reader)))

    def stray(self, article: int, reader: int, off_ms: int = 0) -> None:
        """A row that has come so far from its place."""
        self.store.write(Put(schema.INBOXES, self._key(article, reader, off_ms), {"author": ANN, "delivery": 1}))

    def _key(self, article: int, reader: int, off_ms: int = 0) -> tuple[str, int, int]:
        published_ms = articles.require(self.store, article).published_ms
        assert published_ms is not None
        return hashed(reader), published_ms + off_ms, article

    def rows(self) -> dict[tuple[int, int], int]:
        """When each row of every inbox has arrived, by reader and article."""
        page = self.store.scan(schema.INBOXES, (End.MIN,) * 3, (End.MAX,) * 3, stamped=True)
        assert page.next_key is None
        return {(unhashed(str(row["user_key"])), int(row["message_id"])): int(row[STAMP]) for row in page.rows}

    def have(self, article: int) -> set[int]:
        """Who is shown it."""
        return {fan for fan in FANS if article in self.product.followed(fan)}

    def noted(self, article: int) -> set[int]:
        """Whose session row says that it came late."""
        keys = [sessions.key(fan) for fan in FANS]
        found = self.store.get_many({schema.SESSIONS: keys}, {schema.SESSIONS: (f"late_{article}",)})[schema.SESSIONS]
        return {unhashed(str(row["user_key"])) for row in found.values() if f"late_{article}" in row}

    def unread(self, fan: int) -> int:
        return int(self.product.call("GET", "/v1/timeline/unread", fan).body["unread"])

    def shards(self, article: int) -> list[str]:
        """What has become of each of the first delivery's."""
        told = jobs.of_delivery(self.store, article, 1)
        return ["done" if job.done else "dead" if job.over else "waits" for job in told]

    def report(self, article: int) -> Any:
        return self.product.call("GET", f"/v1/articles/{article}/delivery", ANN).body

    def given_a_dead_shard(self) -> int:
        """The only one, after three of the eight; the sweeper has given it up."""
        made = self.publish()
        self.driver.invoke(*self.driver.queue.pop())
        failing: dict[str, Value] = {"tries": 8, "failing_ms": self.clock.now_ms(), "reason": REASON, "suspect": 1}
        self.store.write(Update(schema.JOBS, (hashed(made), 1, 0), put=failing))
        self.clock.advance(2 * HOUR_MS)
        self.driver.queue.clear()
        self.driver.sweep()
        assert self.shards(made) == ["dead"]
        return made

    def sweep(self, turns: int = 2) -> None:
        """The timer's, with the workers that they start; a second one removes the work rows of what the first did."""
        for _ in range(turns):
            self.clock.advance(2 * MINUTE_MS)
            self.driver.sweep()
            self.product.settle()


def found(report: Report) -> dict[str, list[int]]:
    """The readers of each kind that has any."""
    return {kind: sorted(map(unhashed, readers)) for kind, readers in report.readers.items() if readers}
