"""Following and unfollowing: answers, lists, counts, and what a half-finished change becomes."""

from __future__ import annotations

import pytest
from tablestore import INF_MAX, INF_MIN

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.store import inboxes, schema
from feed.store.client import Tables
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN, BEN, CLO = 11, 12, 13
NOBODY = 404_404


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def counts(product: Product, user: int) -> tuple[int, int]:
    profile = product.call("GET", f"/v1/users/{user}").body
    return profile["follower_count"], profile["following_count"]


def session_says(tablestore: TablestoreFake, reader: int, author: int) -> bool:
    _, row, _ = tablestore.client("feed").get_row(schema.SESSIONS, [("user_key", hashed(reader))], max_version=1)
    cells = row.attribute_columns if row else []
    entries = {name: value for name, value, _ in cells}
    return str(entries.get(f"f_{author}")).endswith(":on")


def test_status_tells_both_directions(product: Product) -> None:
    assert product.follow(ANN, BEN) == {"status": 1, "follows_you": False, "friends": False}
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body == {"status": 0, "follows_you": True, "friends": False}
    assert product.follow(BEN, ANN) == {"status": 1, "follows_you": True, "friends": True}
    assert product.unfollow(ANN, BEN) == {"status": 0, "follows_you": True, "friends": False}


def test_status_of_oneself_and_of_a_guest(product: Product) -> None:
    assert product.call("GET", f"/v1/follows/{ANN}", ANN).body["status"] == -1
    assert product.call("GET", f"/v1/follows/{ANN}").body["status"] == -2


def test_repeating_changes_nothing(product: Product) -> None:
    for _ in range(3):
        product.follow(ANN, BEN)
    assert (counts(product, BEN), counts(product, ANN)) == ((1, 0), (0, 1))
    for _ in range(3):
        product.unfollow(ANN, BEN)
    assert (counts(product, BEN), counts(product, ANN)) == ((0, 0), (0, 0))


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nobody_follows_themselves_or_somebody_unknown(product: Product, method: str) -> None:
    mine = product.call(method, f"/v1/follows/{ANN}", ANN)
    assert (mine.status, mine.error) == (409, "own_account")
    unknown = product.call(method, f"/v1/follows/{NOBODY}", ANN)
    assert (unknown.status, unknown.error) == (404, "not_found")
    assert product.call(method, f"/v1/follows/{BEN}").status == 401


def test_lists_are_newest_first_and_paged_without_gaps(product: Product) -> None:
    fans = list(range(100, 107))
    product.given_people(*fans)
    for fan in fans:
        product.follow(fan, ANN)
    for size in (1, 3, 7, 100):
        walked = [item["user"]["id"] for item in product.walk(f"/v1/users/{ANN}/followers", None, size)]
        assert walked == fans[::-1]
    product.follow(ANN, BEN)
    (item,) = product.walk(f"/v1/users/{ANN}/following", CLO)
    assert item["user"] == {"id": BEN, "nickname": f"n{BEN}", "avatar_url": None}
    assert item["followed_at"].endswith("Z")


def test_who_left_is_in_no_list(product: Product) -> None:
    product.follow(BEN, ANN)
    product.follow(CLO, ANN)
    product.unfollow(BEN, ANN)
    assert [item["user"]["id"] for item in product.walk(f"/v1/users/{ANN}/followers", None)] == [CLO]
    assert product.walk(f"/v1/users/{BEN}/following", None) == []


def test_a_cursor_belongs_to_its_list_and_caller(product: Product) -> None:
    for fan in (BEN, CLO):
        product.follow(fan, ANN)
    cursor = product.call("GET", f"/v1/users/{ANN}/followers?size=1", BEN).body["next_cursor"]
    for path, user in [
        (f"/v1/users/{ANN}/followers", CLO),
        (f"/v1/users/{ANN}/followers", None),
        (f"/v1/users/{BEN}/followers", BEN),
        (f"/v1/users/{ANN}/following", BEN),
        ("/v1/timeline", BEN),
    ]:
        assert product.call("GET", f"{path}?cursor={cursor}", user).error == "invalid_request"


def test_a_new_follower_finds_the_newest_twenty(product: Product) -> None:
    articles = [product.publish(ANN, f"第 {number} 篇")["id"] for number in range(22)]
    product.settle()
    product.follow(BEN, ANN)
    assert product.followed(BEN) == articles[:1:-1]


def test_a_new_follower_finds_the_newest_that_may_be_seen(product: Product, store: Tables) -> None:
    """Behind more withdrawn ones than one look at the outbox finds, whose rows are put into no inbox."""
    articles = [product.publish(ANN, f"{number}")["id"] for number in range(28)]
    for article in articles[5:26]:
        product.change(ANN, article, state="private")
    product.follow(BEN, ANN)
    expected = (articles[:5] + articles[26:])[::-1]
    assert product.followed(BEN) == expected
    rows, more = inboxes.page(store, BEN, None, 100)
    assert ([row.article_id for row in rows], more) == (expected, False)


def test_following_again_leaves_the_rows_as_they_arrived(product: Product, tablestore: TablestoreFake) -> None:
    """A row whose arrival is renewed would turn unread again; the condition on it costs a read unit."""
    product.publish(ANN)
    product.follow(BEN, ANN)
    arrived = arrival(tablestore, BEN)
    product.unfollow(BEN, ANN)
    tablestore.reset_requests()
    product.follow(BEN, ANN)
    assert tablestore.requests()["BatchWriteRow"][schema.INBOXES]["read_cu"] == 1
    assert arrival(tablestore, BEN) == arrived


def arrival(tablestore: TablestoreFake, reader: int) -> int:
    """The server's time stamp on the reader's only row."""
    low, high = (
        [("user_key", hashed(reader)), ("sequence_id", end), ("message_id", end)] for end in (INF_MIN, INF_MAX)
    )
    _, _, (row,), _ = tablestore.client("feed").get_range(schema.INBOXES, "FORWARD", low, high, max_version=1)
    return int(row.attribute_columns[0][2])


def test_unfollowing_hides_at_once_and_following_again_shows_again(product: Product) -> None:
    product.follow(BEN, ANN)
    article = product.publish(ANN)["id"]
    product.settle()
    product.unfollow(BEN, ANN)
    assert product.followed(BEN) == []
    product.follow(BEN, ANN)
    assert product.followed(BEN) == [article]


@pytest.mark.parametrize("kind", ["disconnect", "lost_answer"])
@pytest.mark.parametrize("on", [True, False])
def test_a_change_that_dies_anywhere_is_finished(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, kind: str, on: bool
) -> None:
    """After each of its requests in turn the storage goes away; once it is back, the sweeper or nobody is needed."""
    article = product.publish(ANN)["id"]
    product.settle()
    died = 0
    for step in range(20):
        for fan in (BEN, CLO):
            (product.unfollow if on else product.follow)(fan, ANN)
        tablestore.faults.add(kind, after=step, count=1)
        tablestore.faults.add("disconnect", after=step)
        answer = product.call("PUT" if on else "DELETE", f"/v1/follows/{ANN}", BEN)
        tablestore.faults.clear()
        assert answer.status in (200, 503), answer
        died += answer.status == 503
        clock.advance(120_000)
        driver.sweep()
        status = product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"]
        if answer.status == 200:
            assert status == on
        assert (status == 1) == session_says(tablestore, BEN, ANN), f"step {step}"
        assert product.followed(BEN) == ([article] if status == 1 else []), f"step {step}"
    assert died >= 4


def test_an_unfollow_that_died_before_it_began_brings_nothing(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    """A push to a follower of some days is plain: what came by a backfill, and was read, would be unread again."""
    product.follow(BEN, ANN)
    clock.advance(10 * 60_000)
    driver.sweep()
    product.publish(ANN)
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.SESSIONS)
    assert product.call("DELETE", f"/v1/follows/{ANN}", BEN).status == 503
    tablestore.faults.clear()
    clock.advance(61_000)
    tablestore.reset_requests()
    driver.sweep()
    assert schema.INBOXES not in tablestore.requests().get("BatchWriteRow", {})
    assert session_says(tablestore, BEN, ANN)
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"] == 1
    product.settle()
    assert len(product.followed(BEN)) == 1


def test_a_switched_off_relation_is_purged_a_day_later(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    """A day after an unfollow its row is gone, unless the reader has followed again."""
    product.follow(BEN, ANN)
    product.unfollow(BEN, ANN)
    key = [("author_key", hashed(ANN)), ("follower_key", hashed(BEN))]
    sdk = tablestore.client("feed")
    assert sdk.get_row(schema.RELATIONS, key, max_version=1)[1] is not None
    clock.advance(90_000_000)
    driver.sweep()
    assert sdk.get_row(schema.RELATIONS, key, max_version=1)[1] is None
    product.follow(BEN, ANN)
    clock.advance(90_000_000)
    driver.sweep()
    assert sdk.get_row(schema.RELATIONS, key, max_version=1)[1] is not None
