"""What the log says a call cost, against what the storage counted; and what each operation may cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.operations._fields import format_rfc3339
from feed.store import neighbors
from feed.store.client import Tables
from tests.operations.conftest import Clock
from tests.steps import SWEEP, InProcess, Product

ANN, BEN, CLO, DAN = 11, 12, 13, 14
Calls = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO, DAN)


def test_the_log_counts_what_the_storage_counts(
    product: Product, driver: InProcess, tablestore: TablestoreFake, calls: Calls, clock: Clock
) -> None:
    calls()
    tablestore.reset_requests()
    for _ in range(2):  # the second time, conditions do not hold
        product.follow(BEN, ANN)
        product.follow(CLO, ANN)
    article = product.publish(ANN)["id"]
    product.settle()
    product.act(BEN, article, "read")
    product.act(BEN, article, "read")
    product.unfollow(CLO, ANN)
    product.followed(BEN)
    product.walk(f"/v1/users/{ANN}/followers", BEN)
    product.change(ANN, article, state="private")
    clock.advance(200_000_000)
    driver.sweep()
    # what a search costs no answer says, so that no call can log it
    counted = [count for api, tables in tablestore.requests().items() if api != "Search" for count in tables.values()]
    logged = calls()
    for unit in ("read_cu", "write_cu"):
        assert sum(line[unit] for line in logged) == sum(count[unit] for count in counted)


@pytest.mark.parametrize(
    ("operation", "requests", "read_cu", "write_cu"),
    [
        # what writes: a request, and two units each way, for the budgets of user and address
        ("follow", 11, 19, 10),
        ("unfollow", 7, 13, 10),
        ("timeline", 3, 3, 0),
        ("read article", 1, 2, 0),
        # budgets; author, article with text; guard, row, counters, guard again
        ("withdraw", 7, 7, 6),
    ],
)
def test_what_an_operation_costs(
    product: Product, calls: Calls, operation: str, requests: int, read_cu: int, write_cu: int
) -> None:
    product.follow(CLO, ANN)
    article = product.publish(ANN)["id"]
    product.settle()
    run: dict[str, Callable[[], Any]] = {
        "follow": lambda: product.follow(BEN, ANN),
        "unfollow": lambda: product.unfollow(CLO, ANN),
        "timeline": lambda: product.call("GET", "/v1/timeline", CLO),
        "read article": lambda: product.call("GET", f"/v1/articles/{article}", CLO),
        "withdraw": lambda: product.change(ANN, article, state="private"),
    }
    calls()
    run[operation]()
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, write_cu)


@pytest.mark.parametrize(
    ("operation", "requests", "read_cu", "write_cu"),
    [
        # budgets; article, flags, whom the caller hides; guard, flag, counter, guard again; for likes author and notice
        ("read", 6, 7, 7),
        ("like", 7, 10, 9),
        ("unlike", 7, 9, 9),
        ("like again", 2, 5, 2),
        ("like unread", 2, 5, 2),
        ("own flags", 1, 3, 0),
        # the article and whom the caller hides, the index, people and whom the caller hides
        ("likers", 3, 5, 0),
        # a search of no units, then a card and a log row for each of two, and whom the caller hides
        ("hot", 2, 5, 0),
        ("hot again", 1, 5, 0),
        # acts, neighbours, two searches, a card, a log row, whom the caller hides
        ("recommendations", 5, 5, 0),
        ("related", 3, 5, 0),
        # an inbox and a log that are empty, a search; card, log and inbox row of each, and the session
        ("timeline of a newcomer", 9, 12, 1),
    ],
)
def test_what_acts_and_lists_cost(
    product: Product, store: Tables, calls: Calls, operation: str, requests: int, read_cu: int, write_cu: int
) -> None:
    article, other = (product.publish(ANN)["id"] for _ in range(2))
    store.write(neighbors.put(article, [(other, 0.5)]))
    for user, kind in ((BEN, "read"), (CLO, "read"), (CLO, "like")):
        product.act(user, article, kind)
    if operation == "hot again":
        product.call("GET", "/v1/hot", BEN)
    path = f"/v1/articles/{article}"
    run: dict[str, Callable[[], Any]] = {
        "read": lambda: product.act(DAN, article, "read"),
        "like": lambda: product.act(BEN, article, "like"),
        "unlike": lambda: product.act(CLO, article, "unlike"),
        "like again": lambda: product.act(CLO, article, "like"),
        "like unread": lambda: product.call("POST", f"{path}/actions", DAN, {"kind": "like"}),
        "own flags": lambda: product.call("GET", f"{path}/actions", BEN),
        "likers": lambda: product.call("GET", f"{path}/likers", BEN),
        "hot": lambda: product.call("GET", "/v1/hot", DAN),
        "hot again": lambda: product.call("GET", "/v1/hot", DAN),
        "recommendations": lambda: product.call("GET", "/v1/recommendations", BEN),
        "related": lambda: product.call("GET", f"{path}/related", BEN),
        "timeline of a newcomer": lambda: product.call("GET", "/v1/timeline", DAN),
    }
    calls()
    run[operation]()
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, write_cu)


@pytest.mark.parametrize(("due", "requests", "read_cu", "write_cu"), [(0, 8, 8, 0), (1, 18, 16, 10), (2, 27, 24, 20)])
def test_what_a_tick_costs(
    product: Product,
    driver: InProcess,
    calls: Calls,
    clock: Clock,
    due: int,
    requests: int,
    read_cu: int,
    write_cu: int,
) -> None:
    """A range of each bucket, then a batch of cards and nine requests for each article."""
    calls()
    for number in range(due):
        publish_at = format_rfc3339(clock.time_ns() // 1_000_000 + 60_000)
        product.publish(ANN, f"{number}", state="scheduled", publish_at=publish_at)
    spent = [(line["requests"], line["read_cu"], line["write_cu"]) for line in calls()]
    assert spent == [(4, 4, 4)] * due
    clock.advance(61_000)
    driver.invoke("scheduled-publish", SWEEP)
    *resumed, line = calls()
    assert len(resumed) == due
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, write_cu)
