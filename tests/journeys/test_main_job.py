"""The product's main job through real sockets: follow, publish, fan-out in a chain, read; under both editions."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

import pytest

from commands.local_cloud import LocalCloud
from feed.store import cards
from tests.journeys.conftest import FOLLOWERS_PER_INVOCATION
from tests.steps import Product

_next_person = count(1000)


@pytest.fixture
def people(product: Product) -> list[int]:
    """Ten people nobody has met before."""
    ten = [next(_next_person) for _ in range(10)]
    product.given_people(*ten)
    return ten


def test_an_article_reaches_every_follower_once_through_a_chain(
    product: Product, people: list[int], cloud: LocalCloud
) -> None:
    author, stranger, *followers = people
    leaver = followers[-1]
    for follower in followers:
        product.follow(follower, author)
    product.unfollow(leaver, author)

    before = cloud.invocations("fanout-batch")
    article = product.publish(author, "山里的茶 / Tea from the hills")["id"]
    product.settle()
    assert cloud.invocations("fanout-batch") - before >= max(3, (len(followers) - 1) // FOLLOWERS_PER_INVOCATION)

    for follower in followers[:-1]:
        assert product.followed(follower, size=1) == [article]
    for other in (author, stranger, leaver):
        assert product.followed(other) == []
    report = product.call("GET", f"/v1/articles/{article}/delivery", author).body
    assert (report["state"], report["delivered"]) == ("done", len(followers) - 1)

    product.change(author, article, title="山里的新茶")
    for follower in followers[:-1]:
        soon(lambda: [shown["title"] for shown in product.inbox(follower)], ["山里的新茶"])  # noqa: B023 (called at once)
    product.change(author, article, state="private")
    for follower in followers[:-1]:
        soon(lambda: product.followed(follower), [])  # noqa: B023
        assert product.call("GET", f"/v1/articles/{article}", follower).status == 404


def soon(look: Callable[[], object], wanted: object) -> None:
    """Asked again as long as an instance may show a card that it has kept, two seconds."""
    until = time.monotonic() + 2 * cards.KEPT_MS / 1000
    while (seen := look()) != wanted and time.monotonic() < until:
        pass
    assert seen == wanted


def test_what_readers_do_shows_in_counts_and_profiles(product: Product, people: list[int]) -> None:
    author, reader, *_ = people
    product.follow(reader, author)
    article = product.publish(author)["id"]
    product.settle()
    product.act(reader, article, "read")
    product.act(reader, article, "like")
    (shown,) = product.inbox(reader)
    assert (shown["counts"]["read"], shown["counts"]["like"]) == (1, 1)
    profile = product.call("GET", f"/v1/users/{author}").body
    assert {key: profile[key] for key in ("follower_count", "article_count", "like_count")} == {
        "follower_count": 1,
        "article_count": 1,
        "like_count": 1,
    }
    (page_item,) = product.walk(f"/v1/users/{author}/articles", reader)
    assert page_item["id"] == article


def test_healthz_tells_the_version(product: Product) -> None:
    answer = product.call("GET", "/healthz")
    assert (answer.status, answer.body["status"]) == (200, "ok")


def test_internal_functions_have_no_address(product: Product, people: list[int]) -> None:
    for path in ("/fanout-batch", "/v1/fanout-batch", "/sweep", "/v1/sweep", "/v1/scheduled-publish"):
        assert product.call("POST", path, people[0], {"article_id": 1, "delivery": 1, "shard": 0}).status == 404


def test_the_log_tells_each_call_and_nothing_secret(product: Product, people: list[int], cloud: LocalCloud) -> None:
    author, reader, *_ = people
    secret = "a sentence that only the article may hold"
    product.follow(reader, author)
    article = product.publish(author, secret)["id"]
    product.call("GET", "/v1/timeline", None, None, {"Authorization": "Bearer never-to-be-logged"})
    product.settle()
    assert cloud.data is not None
    log = (cloud.data / "functions.log").read_text()
    assert f'follow PUT /v1/follows/{{author_id}}", "caller": {reader}' in log
    assert '"operation": "fanout-batch"' in log
    for hidden in (secret, "never-to-be-logged", cloud.token(reader).split(".")[1], "Authorization", "local-token"):
        assert hidden not in log
    assert product.call("GET", f"/v1/articles/{article}").body["title"] == secret
