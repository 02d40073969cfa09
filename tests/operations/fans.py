"""Eight followers and what reaches them: the words that the fan-out's tests have in common."""

from __future__ import annotations

import json
from typing import Any

import tablestore as tablestore_sdk

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.store import schema
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN = 11
FANS = list(range(20, 28))


def given_followers_of_some_days(product: Product, clock: Clock) -> None:
    """An invocation takes three of the eight (FEED_FANOUT_BATCH_FOLLOWERS)."""
    product.given_people(ANN, *FANS)
    for fan in FANS:
        product.follow(fan, ANN)
    clock.advance(7 * 86_400_000)


def outcomes(driver: InProcess) -> list[str]:
    """Run what is queued, one invocation at a time; what each said."""
    said = []
    while driver.queue:
        function, event = driver.queue.popleft()
        said.append(json.loads(driver.invoke(function, event))["outcome"])
    return said


def everybody_has(product: Product, article: int) -> None:
    assert {fan: product.followed(fan) for fan in FANS} == {fan: [article] for fan in FANS}


def job(tablestore: TablestoreFake, article: int) -> dict[str, Any]:
    key = [("article_key", hashed(article)), ("delivery", 1), ("shard", 0)]
    _, row, _ = tablestore.client("feed").get_row(schema.JOBS, key, max_version=1)
    return {name: value for name, value, _ in row.attribute_columns}


def arrivals(tablestore: TablestoreFake, article: int) -> dict[int, int]:
    """The server's time stamp on each follower's row."""
    found = {}
    client = tablestore.client("feed")
    for fan in FANS:
        low, high = (
            [("user_key", hashed(fan)), ("sequence_id", end), ("message_id", end)]
            for end in (tablestore_sdk.INF_MIN, tablestore_sdk.INF_MAX)
        )
        _, _, rows, _ = client.get_range(schema.INBOXES, "FORWARD", low, high, max_version=1)
        for row in rows:
            assert row.primary_key[2][1] == article
            found[fan] = row.attribute_columns[0][2]
    return found
