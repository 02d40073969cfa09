"""Blocking: what it ends, what it hides both ways, how it is listed, its limit, and what it costs."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from feed.domain.ids import hashed
from feed.domain.relations import Entry
from feed.store import blocks, hidden, relations, schema
from feed.store.client import Tables
from feed.store.rows import Put
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.parting import fill_hidden
from tests.steps import Answer, InProcess, Product

ANN, BEN, CLO = 11, 12, 13
NOBODY = 404_404


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def block(product: Product, user: int, other: int) -> Answer:
    return product.call("PUT", f"/v1/blocks/{other}", user)


def unblock(product: Product, user: int, other: int) -> Answer:
    return product.call("DELETE", f"/v1/blocks/{other}", user)


def blocked(product: Product, user: int, size: int = 20) -> list[int]:
    return [item["user"]["id"] for item in product.walk("/v1/blocks", user, size)]


def counts(product: Product, user: int) -> tuple[int, int]:
    profile = product.call("GET", f"/v1/users/{user}", user).body
    return profile["follower_count"], profile["following_count"]


def test_it_is_answered_the_same_however_often(product: Product) -> None:
    for _ in range(2):
        assert block(product, ANN, BEN).body == {"blocked": True}
    assert blocked(product, ANN) == [BEN]
    assert blocked(product, BEN) == []
    for _ in range(2):
        assert unblock(product, ANN, BEN).body == {"blocked": False}
    assert blocked(product, ANN) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nobody_blocks_themselves_or_somebody_unknown(product: Product, store: Tables, method: str) -> None:
    mine = product.call(method, f"/v1/blocks/{ANN}", ANN)
    assert (mine.status, mine.error) == (409, "own_account")
    unknown = product.call(method, f"/v1/blocks/{NOBODY}", ANN)
    assert (unknown.status, unknown.error) == (404, "not_found")
    assert product.call(method, f"/v1/blocks/{BEN}").status == 401
    assert product.call(method, "/v1/blocks/x", ANN).status == 400
    assert shelf.everything(store, schema.BLOCKS) == []


def test_a_guest_has_no_list(product: Product) -> None:
    assert product.call("GET", "/v1/blocks").status == 401


def test_both_follows_end_and_no_unblock_brings_them_back(product: Product) -> None:
    article = product.publish(BEN)["id"]
    product.follow(ANN, BEN)
    product.follow(BEN, ANN)
    assert product.followed(ANN) == [article]
    block(product, ANN, BEN)
    assert (counts(product, ANN), counts(product, BEN)) == ((0, 0), (0, 0))
    assert product.followed(ANN) == []
    for follower, author in ((ANN, BEN), (BEN, ANN)):
        refused = product.call("PUT", f"/v1/follows/{author}", follower)
        assert (refused.status, refused.error) == (403, "blocked")
    unblock(product, ANN, BEN)
    assert product.call("GET", f"/v1/follows/{BEN}", ANN).body == {"status": 0, "follows_you": False, "friends": False}
    assert product.followed(ANN) == []
    product.follow(ANN, BEN)
    assert product.followed(ANN) == [article]
    assert (counts(product, ANN), counts(product, BEN)) == ((0, 1), (1, 0))


def test_a_follow_that_was_imported_past_a_block_does_not_show(product: Product, store: Tables) -> None:
    block(product, ANN, BEN)
    for follower, author in ((ANN, BEN), (BEN, ANN)):
        store.write(relations.agree(author, follower, Entry(5, on=True), 5, turning=True))
    for user, other in ((ANN, BEN), (BEN, ANN)):
        status = product.call("GET", f"/v1/follows/{other}", user).body
        assert status == {"status": 0, "follows_you": False, "friends": False}


def test_a_block_of_each_other_lasts_until_both_are_ended(product: Product) -> None:
    block(product, ANN, BEN)
    block(product, BEN, ANN)
    unblock(product, ANN, BEN)
    for user, other in ((ANN, BEN), (BEN, ANN)):
        assert product.call("GET", f"/v1/users/{other}", user).status == 404
    unblock(product, BEN, ANN)
    for user, other in ((ANN, BEN), (BEN, ANN)):
        assert product.call("GET", f"/v1/users/{other}", user).status == 200


def test_one_side_cannot_end_the_others_block(product: Product) -> None:
    block(product, ANN, BEN)
    unblock(product, BEN, ANN)
    assert product.call("GET", f"/v1/users/{ANN}", BEN).status == 404
    assert blocked(product, ANN) == [BEN]


def test_who_is_parted_can_do_nothing_to_the_others_articles(product: Product) -> None:
    article = product.publish(ANN)["id"]
    product.act(BEN, article, "read")
    for user, other in ((ANN, BEN), (BEN, ANN)):
        block(product, user, other)
        for path, body in [
            (f"/v1/articles/{article}/actions", {"kind": "like"}),
            (f"/v1/articles/{article}/tips", {"amount_fen": 500, "channel": "alipay"}),
        ]:
            assert product.call("POST", path, BEN, body).status == 404
        for method, sent in (("PATCH", {"title": "t"}), ("DELETE", None)):
            assert product.call(method, f"/v1/articles/{article}", BEN, sent).status == 404
        unblock(product, user, other)
    assert product.call("PATCH", f"/v1/articles/{article}", BEN, {"title": "t"}).status == 403


def test_the_list_is_newest_first_and_paged_without_gaps(product: Product, clock: Clock) -> None:
    others = list(range(100, 107))
    product.given_people(*others)
    random.Random(1).shuffle(others)
    for other in others:
        block(product, ANN, other)
        clock.advance(10)
    for size in (1, 3, 7, 100):
        assert blocked(product, ANN, size) == others[::-1]
    item = product.call("GET", "/v1/blocks", ANN).body["items"][0]
    assert item["user"] == {"id": others[-1], "nickname": f"n{others[-1]}", "avatar_url": None}
    assert item["blocked_at"].endswith("Z")


def test_a_walk_goes_on_behind_what_was_unblocked(product: Product, clock: Clock) -> None:
    for other in (BEN, CLO):
        block(product, ANN, other)
        clock.advance(10)
    cursor = product.call("GET", "/v1/blocks?size=1", ANN).body["next_cursor"]
    unblock(product, ANN, CLO)
    page = product.call("GET", f"/v1/blocks?cursor={cursor}", ANN).body
    assert [item["user"]["id"] for item in page["items"]] == [BEN]
    assert product.call("GET", f"/v1/blocks?cursor={cursor}", BEN).error == "invalid_request"


def test_two_thousand_are_allowed(product: Product, store: Tables) -> None:
    others = range(1000, 1000 + blocks.MOST - 1)
    fill_hidden(store, ANN, others)
    assert block(product, ANN, BEN).status == 200
    refused = block(product, ANN, CLO)
    assert (refused.status, refused.error) == (409, "too_many_blocks")
    assert "2000" in refused.body["error"]["message"]
    assert block(product, ANN, BEN).status == 200
    assert unblock(product, ANN, BEN).status == 200
    assert block(product, ANN, CLO).status == 200
    assert product.call("GET", f"/v1/users/{CLO}", ANN).status == 404
    assert product.call("GET", f"/v1/users/{ANN}", CLO).status == 404


def test_a_row_that_is_full_says_so_and_the_blocks_are_asked(product: Product, store: Tables) -> None:
    """The two hundredth name fits; from the next one on there is another request, and every block is known."""
    fill_hidden(store, ANN, range(1000, 1000 + hidden.MOST - 1))
    block(product, ANN, BEN)
    assert not hidden.decode(store.get(schema.HIDDEN, hidden.key(ANN))).many
    block(product, ANN, CLO)
    assert hidden.decode(store.get(schema.HIDDEN, hidden.key(ANN))).many
    for other in (BEN, CLO):
        assert product.call("GET", f"/v1/users/{other}", ANN).status == 404
        assert product.call("GET", f"/v1/users/{ANN}", other).status == 404
        unblock(product, ANN, other)
        assert product.call("GET", f"/v1/users/{other}", ANN).status == 200
        assert product.call("GET", f"/v1/users/{ANN}", other).status == 200


def test_what_was_on_its_way_when_a_block_ended_cannot_hide_for_long(
    product: Product, driver: InProcess, store: Tables, clock: Clock
) -> None:
    """A row of hidden people that names a block which is over is put right by the sweeper."""
    store.write(Put(schema.HIDDEN, (hashed(ANN),), {f"m_{BEN}": 5}))
    store.write(Put(schema.WORK, ("00", 1, "block", f"{ANN}:{BEN}:1"), {"written": 1}))
    assert product.call("GET", f"/v1/users/{BEN}", ANN).status == 404
    clock.advance(120_000)
    driver.sweep()
    assert product.call("GET", f"/v1/users/{BEN}", ANN).status == 200


@pytest.mark.parametrize(
    ("operation", "requests", "read_cu", "write_cu"),
    [
        # budgets; who it is; guard, block, hidden rows and block again; two relations; hidden rows, block again, guard
        ("block a stranger", 11, 25, 7),
        ("block a friend", 23, 35, 23),
        ("block again", 7, 8, 5),
        ("unblock", 11, 14, 7),
        ("unblock again", 6, 7, 4),
        ("list", 2, 2, 0),
        ("list of none", 1, 1, 0),
        # each with whom the caller hides
        ("profile", 1, 2, 0),
        ("status", 1, 3, 0),
        ("author's page", 3, 5, 0),
        ("followers", 3, 5, 0),
        ("profile among many", 2, 4, 0),
    ],
)
def test_what_it_costs(
    product: Product, store: Tables, calls: Calls, operation: str, requests: int, read_cu: int, write_cu: int
) -> None:
    product.follow(ANN, BEN)
    product.follow(BEN, ANN)
    product.publish(BEN)
    if operation in ("block again", "unblock", "list"):
        block(product, ANN, BEN)
    if operation.endswith("many"):
        fill_hidden(store, CLO, range(1000, 1000 + hidden.MOST + 1))
    run: dict[str, Callable[[], Answer]] = {
        "block a stranger": lambda: block(product, ANN, CLO),
        "block a friend": lambda: block(product, ANN, BEN),
        "block again": lambda: block(product, ANN, BEN),
        "unblock": lambda: unblock(product, ANN, BEN),
        "unblock again": lambda: unblock(product, ANN, BEN),
        "list": lambda: product.call("GET", "/v1/blocks", ANN),
        "list of none": lambda: product.call("GET", "/v1/blocks", ANN),
        "profile": lambda: product.call("GET", f"/v1/users/{BEN}", CLO),
        "status": lambda: product.call("GET", f"/v1/follows/{BEN}", ANN),
        "author's page": lambda: product.call("GET", f"/v1/users/{BEN}/articles", CLO),
        "followers": lambda: product.call("GET", f"/v1/users/{BEN}/followers", CLO),
        "profile among many": lambda: product.call("GET", f"/v1/users/{BEN}", CLO),
    }
    calls()
    assert run[operation]().status == 200
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, write_cu)
