"""What arrives with an earlier stamp, as its partition has moved to a server whose clock is behind, is unread too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from tablestore import INF_MAX, INF_MIN

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.settings import Settings
from feed.domain.ids import hashed
from feed.domain.marks import STEP_BACK_MS
from tests.operations.conftest import Clock
from tests.steps import Product

AUTHOR = 1
READERS = range(50, 54)


@pytest.fixture
def tablestore(clock: Clock) -> Iterator[TablestoreFake]:
    settings = Settings(split_rows=2 * len(READERS), clock_skew_ms=STEP_BACK_MS - 500)
    with TablestoreFake(clock=clock.now_ms, settings=settings) as fake:
        yield fake


def stamps(tablestore: TablestoreFake, reader: int) -> list[int]:
    """When the reader's articles arrived, in the order in which they were published."""
    names = ("sequence_id", "message_id")
    start, end = ([("user_key", hashed(reader)), *((name, bound) for name in names)] for bound in (INF_MIN, INF_MAX))
    rows = tablestore.client("feed").get_range("user_message_table", "FORWARD", start, end)[2]
    return [row.attribute_columns[0][2] for row in rows]


def test_what_arrives_after_a_step_back_is_unread(product: Product, tablestore: TablestoreFake) -> None:
    product.given_people(AUTHOR, *READERS)
    for reader in READERS:
        product.follow(reader, AUTHOR)
    for number in range(4):
        product.publish(AUTHOR, f"{number}")
        product.settle()
        for reader in READERS:
            counted = product.call("GET", "/v1/timeline/unread", reader).body
            assert counted["unread"] == 1, (number, reader)
            product.call("POST", "/v1/timeline/read", reader, {"mark": counted["mark"]})
            assert product.call("GET", "/v1/timeline/unread", reader).body["unread"] == 0, (number, reader)
    stepped = [reader for reader in READERS if any(a > b for a, b in pairwise(stamps(tablestore, reader)))]
    assert stepped
