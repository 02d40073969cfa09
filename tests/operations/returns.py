"""Words for readers who stay away for weeks and come back: what was kept from them, and their pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import tablestore as tablestore_sdk

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.store import outboxes, relations, schema, sessions, users
from feed.store.client import Tables
from feed.store.rows import Put, Write
from feed.store.sessions import Session
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Process
from tests.operations.shelf import article, put_articles
from tests.steps import Answer, InProcess, Product

READER = 50
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


@dataclass
class Absence:
    product: Product
    driver: InProcess
    tablestore: TablestoreFake
    store: Tables
    clock: Clock

    @property
    def today(self) -> int:
        return self.clock.now_ms() // DAY_MS

    def days_pass(self, days: int) -> None:
        self.clock.advance(days * DAY_MS)

    def visit(self) -> list[int]:
        """A whole walk, and whatever it leaves to others."""
        seen = self.product.followed(READER, 50)
        self.product.settle()
        return seen

    def page(self, size: int = 20) -> Any:
        answer = self.product.call("GET", f"/v1/timeline?size={size}", READER)
        assert answer.status == 200, answer
        return answer.body

    def paging(self, fault: Fault | None = None) -> Process[Answer]:
        return Process(partial(self.product.call, "GET", "/v1/timeline", READER), fault)

    def publish(self, author: int, title: str = "t") -> int:
        made = int(self.product.publish(author, title)["id"])
        self.product.settle()
        return made

    def session(self) -> Session:
        return sessions.find(self.store, READER)

    def unread(self) -> Any:
        return self.product.call("GET", "/v1/timeline/unread", READER).body

    def read(self, mark: str) -> None:
        assert self.product.call("POST", "/v1/timeline/read", READER, {"mark": mark}).status == 200

    def arrivals(self) -> dict[int, int]:
        """The server's time stamps, by article."""
        low, high = (
            [("user_key", hashed(READER)), ("sequence_id", end), ("message_id", end)]
            for end in (tablestore_sdk.INF_MIN, tablestore_sdk.INF_MAX)
        )
        client = self.tablestore.client("feed")
        _, _, rows, _ = client.get_range(schema.INBOXES, "FORWARD", low, high, max_version=1)
        return {row.primary_key[2][1]: row.attribute_columns[0][2] for row in rows}

    def relation(self, author: int) -> dict[str, Any]:
        return dict(self.store.get(schema.RELATIONS, relations.key(author, READER)) or {})

    def given_follows(self, authors: Sequence[int], days_ago: int) -> None:
        """Straight to the tables, as if of that day."""
        followed = (self.today - days_ago) * DAY_MS
        rows: list[Write] = []
        for n, author in enumerate(authors):
            columns = {"epoch": followed + n, "followed_ms": followed + n, "seen_day": self.today - days_ago}
            rows.append(Put(schema.RELATIONS, relations.key(author, READER), columns))
            rows.append(Put(schema.USERS, users.key(author), {"user_id": author, "created_ms": followed}))
        self._write(rows)

    def given_articles(self, author_of: dict[int, int], published: dict[int, int]) -> None:
        """Straight to the tables: public, in the outbox, and delivered to nobody."""
        made = [article(id, author, published_ms=published[id]) for id, author in author_of.items()]
        put_articles(self.store, *made)
        for id, author in sorted(author_of.items(), key=lambda item: published[item[0]]):
            outboxes.append(self.store, author, id, published[id])
        newest = {
            author: max(published[id] for id, by in author_of.items() if by == author) for author in author_of.values()
        }
        self._write([outboxes.note_newest(author, ms) for author, ms in newest.items()])

    def outcomes(self) -> list[str]:
        """Run what is queued; what each invocation said."""
        said = []
        while self.driver.queue:
            function, event = self.driver.queue.popleft()
            said.append(f"{function} {json.loads(self.driver.invoke(function, event))['outcome']}")
        return said

    def _write(self, rows: Sequence[Write]) -> None:
        for start in range(0, len(rows), 200):
            assert self.store.write_many(rows[start : start + 200]) == []


def once_each(seen: Iterable[int], expected: Iterable[int]) -> None:
    """In any order."""
    assert sorted(seen) == sorted(expected)
