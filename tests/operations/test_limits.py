"""Budgets: what is too often is refused before it costs anything, by all instances together where it writes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.domain.budgets import budgets_with, shares
from feed.domain.ids import hashed
from feed.edge.addresses import BUDGETS, hidden, line_of
from feed.store import schema
from feed.store.client import Connection, Tables
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import Process, alternately, guarded
from tests.operations.money import paid, rows
from tests.steps import Answer, InProcess, Product

ANN, BEN = 11, 12
READERS = range(100, 110)
BY_NAME = budgets_with({})

Give = Callable[[str], None]


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch, driver: InProcess) -> Give:  # noqa: ARG001 (it sets the environment)
    """Other budgets than the product's, for what would take long to use up."""

    def set(text: str) -> None:
        monkeypatch.setenv("FEED_BUDGETS", text)
        wiring.forget()

    return set


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, *READERS)
    return int(product.publish(ANN)["id"])


def begin_window(clock: Clock, budget: str, user: int) -> None:
    """So that no edge of the user's window lies within the test."""
    (share,) = shares(BY_NAME[budget], hashed(user), None, clock.now_ms())
    clock.advance(share.ends_ms - clock.now_ms())


def refused(answer: Answer) -> int:
    """After how many seconds one may come again."""
    assert (answer.status, answer.error) == (429, "too_many_requests")
    wait = int(answer.headers["retry-after"])
    assert f"{wait} seconds" in answer.body["error"]["message"]
    return wait


def follow(product: Product, user: int = BEN, author: int = ANN) -> Answer:
    return product.call("PUT", f"/v1/follows/{author}", user)


def read(product: Product, article: int, user: int | None) -> Answer:
    return product.call("POST", f"/v1/articles/{article}/actions", user, {"kind": "read"})


def sent(tablestore: TablestoreFake) -> int:
    """But for who is banned, which each instance asks every other second."""
    counted = (tables.items() for tables in tablestore.requests().values())
    return sum(count["requests"] for tables in counted for name, count in tables if name != schema.BANS)


def everything(store: Tables) -> Any:
    return rows(store, *(table.name for table in schema.TABLES))


def changed(before: Any, after: Any) -> set[str]:
    return {name for name in after if after[name] != before[name]}


# by all instances together
def test_sixty_follows_an_hour_and_the_next_one_changes_nothing(
    product: Product, article: int, store: Tables, tablestore: TablestoreFake, clock: Clock
) -> None:
    begin_window(clock, "follow", BEN)
    assert article
    for number in range(60):  # ending one counts as well: each of them is written, and backfilled
        assert product.call("DELETE" if number % 2 else "PUT", f"/v1/follows/{ANN}", BEN).status == 200
    before = everything(store)
    tablestore.reset_requests()
    wait = refused(follow(product))
    assert sent(tablestore) == 1
    assert changed(before, everything(store)) <= {schema.RATE_LIMITS}  # there, the address' use
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"] == 0
    assert follow(product, READERS[0]).status == 200
    assert 3_540 < wait <= 3_600
    clock.advance(wait * 1000)
    assert follow(product).body["status"] == 1


@pytest.mark.parametrize(
    ("budget", "call"),
    [
        ("publish", lambda product, _: product.call("POST", "/v1/articles", ANN, draft(state="private"))),
        ("publish", lambda product, id: product.call("PATCH", f"/v1/articles/{id}", ANN, {"state": "public"})),
        ("edit", lambda product, id: product.call("PATCH", f"/v1/articles/{id}", ANN, {"title": "t"})),
        ("act", lambda product, id: read(product, id, ANN)),
        ("act", lambda product, _: product.call("PUT", f"/v1/blocks/{BEN}", ANN)),
        ("act", lambda product, _: product.call("PUT", "/v1/users/me", ANN, {"nickname": "n"})),
        ("follow", lambda product, _: follow(product, ANN, BEN)),
        ("tip", lambda product, id: product.call("POST", f"/v1/articles/{id}/tips", ANN, tip())),
        ("mark", lambda product, _: product.call("POST", "/v1/timeline/read", ANN, {"mark": "x"})),
        ("search", lambda product, _: product.call("GET", "/v1/search?q=x", ANN)),
    ],
)
def test_one_more_than_a_users_budget_is_refused(
    product: Product, article: int, give: Give, clock: Clock, budget: str, call: Callable[[Product, int], Answer]
) -> None:
    give(f"{budget}=2")
    begin_window(clock, budget, ANN)
    assert [call(product, article).status == 429 for _ in range(3)] == [False, False, True]
    clock.advance(refused(call(product, article)) * 1000)
    assert call(product, article).status != 429


def draft(**more: Any) -> dict[str, Any]:
    return {"title": "t", "html": "<p>t</p>", **more}


def tip() -> dict[str, Any]:
    return {"amount_fen": 500, "channel": "alipay"}


def test_instances_together_grant_no_more_than_one_would(
    product: Product, article: int, give: Give, clock: Clock
) -> None:
    """Each call comes to an instance that remembers nothing."""
    assert article
    give("follow=5")
    begin_window(clock, "follow", BEN)
    statuses = []
    for _ in range(9):
        wiring.forget()
        statuses.append(follow(product).status)
    assert statuses == [200] * 5 + [429] * 4


def test_of_two_at_once_that_ask_for_the_last_one_is_refused(
    product: Product, article: int, give: Give, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    assert article
    give("follow=2")
    begin_window(clock, "follow", BEN)
    assert follow(product).status == 200
    first, second = (Process(partial(follow, product)) for _ in range(2))
    alternately(first, second)
    assert first.answer
    assert second.answer
    assert (first.answer.status, second.answer.status) == (200, 429)


def test_a_flood_that_is_refused_costs_no_requests(
    product: Product, article: int, give: Give, tablestore: TablestoreFake, clock: Clock, calls: Calls
) -> None:
    give("follow=1")
    begin_window(clock, "follow", BEN)
    assert article
    assert [follow(product).status for _ in range(2)] == [200, 429]
    calls()
    tablestore.reset_requests()
    waits = [refused(follow(product)) for _ in range(20)]
    assert sent(tablestore) == 0
    assert {line["requests"] for line in calls()} == {0}
    assert waits == sorted(waits, reverse=True)


def test_what_was_not_understood_is_not_counted(product: Product, article: int, give: Give, clock: Clock) -> None:
    give("act=1")
    begin_window(clock, "act", BEN)
    for wrong in ({"kind": "hug"}, {"kind": "read", "of": 1}, b"{"):
        assert product.call("POST", f"/v1/articles/{article}/actions", BEN, wrong).status == 400
    assert read(product, article, BEN).status == 200
    assert refused(read(product, article, BEN))


# an address
def test_many_users_of_one_address_have_its_budget_together(
    product: Product, driver: InProcess, article: int, give: Give, clock: Clock
) -> None:
    give("act@address=3")
    begin_address(clock, driver, "act")
    statuses = [read(product, article, reader).status for reader in READERS[:5]]
    assert statuses == [200, 200, 200, 429, 429]
    driver.address = "203.0.113.9"
    assert read(product, article, READERS[3]).status == 200
    driver.address = "127.0.0.1"
    assert refused(read(product, article, READERS[6])) <= 3_600


def begin_address(clock: Clock, driver: InProcess, budget: str) -> None:
    """As `begin_window`, of the address' window."""
    (share,) = shares(BY_NAME[budget], None, address_key(driver), clock.now_ms())
    clock.advance(share.ends_ms - clock.now_ms())


def address_key(driver: InProcess) -> str:
    return hidden(line_of(driver.address), wiring.settings().jwt_issuer, BUDGETS)


def test_whoever_has_used_up_both_waits_for_both(
    product: Product, driver: InProcess, article: int, give: Give, clock: Clock
) -> None:
    """By one wait: whichever window ends first, the other one would refuse as well."""
    give("act=1,act@address=1")
    for begin in (partial(begin_window, clock, "act", BEN), partial(begin_address, clock, driver, "act")):
        clock.advance(7_200_000)  # past what was used of either before
        begin()
        assert read(product, article, BEN).status == 200
        ends = [
            shares(BY_NAME["act"], who, None, clock.now_ms())[0].ends_ms for who in (hashed(BEN), address_key(driver))
        ]
        assert clock.now_ms() + refused(read(product, article, BEN)) * 1000 >= max(ends)


def test_a_guest_is_known_by_the_address_alone(
    product: Product, driver: InProcess, article: int, give: Give, clock: Clock
) -> None:
    give("act@address=2")
    begin_address(clock, driver, "act")
    names = ["guest-000000000001", "guest-000000000002", "guest-000000000003"]
    path, body = f"/v1/articles/{article}/actions", {"kind": "read"}
    answers = [product.call("POST", path, None, body, {"X-Guest-Id": name}) for name in names]
    assert [answer.status for answer in answers] == [200, 200, 429]


def test_without_an_address_only_users_are_counted(
    product: Product, driver: InProcess, article: int, give: Give
) -> None:
    """Else everybody would share one budget."""
    give("act@address=1,read@address=1")
    driver.address = ""
    assert [read(product, article, reader).status for reader in READERS[:3]] == [200] * 3
    assert [product.call("GET", "/v1/hot").status for _ in range(3)] == [200] * 3


def test_the_table_holds_nobodys_address(product: Product, driver: InProcess, article: int, store: Tables) -> None:
    driver.address = "2001:db8:1:2:3:4:5:6"
    read(product, article, BEN)
    driver.address = "2001:db8:1:2::7"
    read(product, article, None)
    found = rows(store, schema.RATE_LIMITS)[schema.RATE_LIMITS]
    of_line = [row for row in found if row["who"] == address_key(driver)]
    assert [(row["budget"], row["used"]) for row in of_line] == [("act", 2)]
    assert not any(part in str(found) for part in ("127.0.0.1", "2001:db8"))


# what an instance counts by itself
@pytest.mark.parametrize("path", ["/v1/hot", "/v1/users/11", "/v1/timeline", "/v1/search?q=x"])
def test_a_guest_reads_so_often_and_the_count_costs_nothing(
    product: Product, driver: InProcess, article: int, give: Give, clock: Clock, tablestore: TablestoreFake, path: str
) -> None:
    assert article
    give("read@address=3,search@address=3")
    begin_address(clock, driver, "search" if "search" in path else "read")
    assert [product.call("GET", path).status for _ in range(3)] == [200] * 3
    tablestore.reset_requests()
    assert refused(product.call("GET", path)) <= 60
    assert sent(tablestore) == 0
    wiring.forget()
    assert product.call("GET", path).status == 200, "another instance counts for itself"
    counted = tablestore.requests().get("BatchWriteRow", {})
    assert schema.RATE_LIMITS not in counted


def test_who_is_signed_in_reads_as_often_as_they_like(product: Product, article: int, give: Give) -> None:
    give("read@address=1")
    assert [product.call("GET", f"/v1/articles/{article}", BEN).status for _ in range(3)] == [200] * 3


def test_alipays_notifications_have_no_budget(product: Product, article: int, give: Give, alipay_keys: Keys) -> None:
    give(",".join(f"{name}@address=1" for name in ("act", "mark", "search", "read")))
    trade = paid(product.tip(BEN, article), alipay_keys)
    assert [product.notify(trade.notification()).body for _ in range(5)] == ["success"] * 5
    assert product.balance(ANN) == 500


# what it costs, and what fails
@pytest.mark.parametrize(
    ("method", "path", "user", "body", "requests", "counted"),
    [
        ("PUT", "/v1/follows/11", BEN, None, 1, 2),
        ("DELETE", "/v1/follows/11", BEN, None, 1, 2),
        ("POST", "/v1/articles", BEN, draft(state="private"), 1, 2),
        ("PATCH", "/v1/articles/{article}", ANN, {"title": "other"}, 1, 2),
        ("PATCH", "/v1/articles/{article}", ANN, {"state": "public"}, 1, 2),
        ("DELETE", "/v1/articles/{article}", ANN, None, 1, 2),
        ("POST", "/v1/articles/{article}/actions", BEN, {"kind": "read"}, 1, 2),
        ("POST", "/v1/articles/{article}/actions", None, {"kind": "read"}, 1, 1),
        # its place among the pending is in the batch with the sweeper's guard
        ("POST", "/v1/articles/{article}/tips", BEN, tip(), 2, 3),
        ("PUT", "/v1/blocks/11", BEN, None, 1, 2),
        ("DELETE", "/v1/blocks/11", BEN, None, 1, 2),
        ("PUT", "/v1/users/me", BEN, {"nickname": "n"}, 1, 2),
        ("POST", "/v1/notifications/read", BEN, {"mark": "x"}, 0, 0),
    ],
)
def test_user_and_address_are_counted_by_one_request(
    product: Product,
    article: int,
    tablestore: TablestoreFake,
    method: str,
    path: str,
    user: int | None,
    body: Any,
    requests: int,
    counted: int,
) -> None:
    """What whole calls cost is in test_costs and test_tips."""
    tablestore.reset_requests()
    assert product.call(method, path.format(article=article), user, body).status in (200, 201, 204, 400)
    limits = tablestore.requests().get("BatchWriteRow", {}).get(schema.RATE_LIMITS, {"requests": 0, "rows": 0})
    assert (limits["requests"], limits["rows"]) == (requests, counted)


@pytest.mark.parametrize(("kind", "counted"), [("lost_answer", 1), ("disconnect", 0)])
def test_a_count_that_is_not_answered_is_not_repeated_and_grants_nothing(
    product: Product,
    article: int,
    store: Tables,
    give: Give,
    clock: Clock,
    tablestore: TablestoreFake,
    kind: str,
    counted: int,
) -> None:
    """At worst it costs one use."""
    assert article
    give("follow=3")
    begin_window(clock, "follow", BEN)
    before = everything(store)
    tablestore.reset_requests()
    tablestore.faults.add(kind, table=schema.RATE_LIMITS, count=1)
    answer = follow(product)
    assert (answer.status, answer.error) == (503, "busy")
    assert sent(tablestore) == 1
    assert changed(before, everything(store)) <= {schema.RATE_LIMITS}
    assert [follow(product).status for _ in range(4)] == [200] * (3 - counted) + [429] * (1 + counted)


def test_a_count_of_which_only_half_is_done_is_not_trusted(
    product: Product, article: int, tablestore: TablestoreFake
) -> None:
    assert article
    for row in (0, 1):
        tablestore.faults.add("partial", table=schema.RATE_LIMITS, rows=[row])
        answer = follow(product)
        tablestore.faults.clear()
        assert (answer.status, answer.error) == (503, "busy")
    assert follow(product).status == 200
