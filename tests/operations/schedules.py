"""Words for articles that wait for their time: an author's clock, the timer's ticks, what is left in the calendar."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from feed.operations._fields import format_rfc3339
from feed.store import schema, work
from feed.store.client import Tables
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Process
from tests.operations.shelf import everything
from tests.steps import SWEEP, Answer, InProcess, Product

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
TIMER = "scheduled-publish"


@dataclass
class Calendar:
    product: Product
    driver: InProcess
    store: Tables
    clock: Clock

    @property
    def now_ms(self) -> int:
        return self.clock.time_ns() // 1_000_000

    def ahead(self, ms: int) -> str:
        return format_rfc3339(self.now_ms + ms)

    def schedule(self, author: int, ahead_ms: int, title: str = "t") -> int:
        """A new article that is to go public in so many milliseconds."""
        made = self.product.publish(author, title, state="scheduled", publish_at=self.ahead(ahead_ms))
        return int(made["id"])

    def patch(self, author: int, article: int, **changes: Any) -> Answer:
        return self.product.call("PATCH", f"/v1/articles/{article}", author, changes)

    def patching(self, author: int, article: int, fault: Fault | None = None, /, **changes: Any) -> Process[Answer]:
        return Process(partial(self.patch, author, article, **changes), fault)

    def tick(self) -> Any:
        return json.loads(self.driver.invoke(TIMER, SWEEP))

    def ticking(self, fault: Fault | None = None) -> Process[Any]:
        return Process(self.tick, fault)

    def pass_time(self, ms: int) -> None:
        """And let everything that has become due meanwhile happen to its end."""
        self.clock.advance(ms)
        self.tick()
        self.driver.sweep()
        self.product.settle()

    def waiting(self) -> list[work.Work]:
        """What the calendar still holds."""
        rows = everything(self.store, schema.WORK)
        return [
            work.Work(int(row["due_ms"]), work.SCHEDULE, str(row["id"])) for row in rows if row["kind"] == "schedule"
        ]
