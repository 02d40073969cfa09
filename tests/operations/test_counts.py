"""Counters of followers, articles and likes: right in the end, whoever dies or overtakes whom."""

from __future__ import annotations

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.operations import _release
from feed.operations.follow import _change
from feed.store import schema, users
from feed.store.client import Tables
from tests.operations.conftest import Clock, Meanwhile
from tests.steps import InProcess, Product

ANN, BEN, CLO = 11, 12, 13
NOBODY = 404_404


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)
    product.follow(CLO, ANN)  # a counter that is wrongly moved down must not hide below zero
    product.publish(ANN, "one")


def follows(product: Product) -> tuple[int, int]:
    """How many follow Ann, and how many Ben follows."""
    ann, ben = (product.call("GET", f"/v1/users/{user}").body for user in (ANN, BEN))
    return ann["follower_count"], ben["following_count"]


def written(product: Product) -> tuple[int, int]:
    profile = product.call("GET", f"/v1/users/{ANN}").body
    return profile["article_count"], profile["word_count"]


def test_an_unfollow_that_died_before_it_was_counted_and_a_new_follow(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    product.follow(BEN, ANN)
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.RELATIONS)
    assert product.call("DELETE", f"/v1/follows/{ANN}", BEN).status == 503
    tablestore.faults.clear()
    product.follow(BEN, ANN)
    clock.advance(200_000)
    driver.sweep()
    assert follows(product) == (2, 1)


def test_a_follow_overtaken_by_an_unfollow(product: Product, meanwhile: Meanwhile) -> None:
    """Its session entry is written, then the unfollow runs to its end, then its relation row would come."""
    meanwhile(_change, "settle", lambda: product.unfollow(BEN, ANN))
    product.follow(BEN, ANN)
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"] == 0
    assert follows(product) == (1, 0)
    product.follow(BEN, ANN)
    assert follows(product) == (2, 1)


def test_an_unfollow_overtaken_by_a_follow(product: Product, meanwhile: Meanwhile) -> None:
    product.follow(BEN, ANN)
    meanwhile(_change, "settle", lambda: product.follow(BEN, ANN))
    product.unfollow(BEN, ANN)
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body["status"] == 1
    assert follows(product) == (2, 1)


@pytest.mark.parametrize("how", ["withdraw", "delete"])
def test_an_article_that_goes_while_its_publication_has_died(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock, how: str
) -> None:
    article = product.publish(ANN, "two words", state="private")["id"]
    tablestore.faults.add("disconnect", table=schema.OUTBOXES)
    assert product.call("PATCH", f"/v1/articles/{article}", ANN, {"state": "public"}).status == 503
    tablestore.faults.clear()
    assert written(product) == (2, 3)  # it can be seen
    if how == "withdraw":
        product.change(ANN, article, state="private")
    else:
        assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    clock.advance(200_000)
    driver.sweep()
    assert written(product) == (1, 1)


def test_an_article_withdrawn_while_its_publication_runs(product: Product, meanwhile: Meanwhile) -> None:
    article = product.publish(ANN, "two words", state="private")["id"]
    meanwhile(_release, "start_shard", lambda: product.change(ANN, article, state="private"))
    assert product.change(ANN, article, state="public")["state"] == "private"
    assert written(product) == (1, 1)
    product.change(ANN, article, state="public")
    assert written(product) == (2, 3)


def test_a_publication_finished_by_the_sweeper_is_counted_once(
    product: Product, driver: InProcess, tablestore: TablestoreFake, clock: Clock
) -> None:
    tablestore.faults.add("disconnect", table=schema.OUTBOXES)
    body = {"title": "t", "html": "<p>two words</p>", "state": "public"}
    assert product.call("POST", "/v1/articles", ANN, body).status == 503
    tablestore.faults.clear()
    clock.advance(200_000)
    driver.sweep()
    assert written(product) == (2, 3)


def test_a_like_is_counted_though_the_counters_were_refused_at_first(
    product: Product, tablestore: TablestoreFake
) -> None:
    article = product.publish(ANN)["id"]
    product.act(BEN, article, "read")
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.ARTICLES, rows=[0], count=1)
    product.act(BEN, article, "like")
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["like"] == 1
    assert product.call("GET", f"/v1/users/{ANN}").body["like_count"] == 1


def test_a_like_whose_count_may_have_arrived_is_not_counted_again(product: Product, tablestore: TablestoreFake) -> None:
    article = product.publish(ANN)["id"]
    product.act(BEN, article, "read")
    tablestore.faults.add("lost_answer", api="BatchWriteRow", table=schema.ARTICLES, count=1)
    product.act(BEN, article, "like")
    assert product.call("GET", f"/v1/articles/{article}").body["counts"]["like"] == 1


def test_nobody_comes_into_being_by_being_counted(product: Product, store: Tables) -> None:
    store.count(*(users.counted(users.User(id, "", None), 1, follower_count=1) for id in (NOBODY, BEN)))
    assert product.call("GET", f"/v1/users/{NOBODY}").status == 404
    assert product.call("GET", f"/v1/users/{BEN}").body["follower_count"] == 1
