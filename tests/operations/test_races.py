"""Two at once: somebody else's whole call in the middle of one's own, at the point where it hurts most."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.articles import State
from feed.operations import _release
from feed.operations.follow import _change
from feed.store import articles, idempotency, inboxes, outboxes, schema, sessions
from feed.store.client import Tables
from tests.operations.conftest import Clock, Meanwhile
from tests.steps import Answer, InProcess, Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def create(product: Product, key: str = "k") -> Answer:
    body = {"title": "once", "html": "<p>once</p>", "state": "public"}
    return product.call("POST", "/v1/articles", ANN, body, {"Idempotency-Key": key})


def agreed(product: Product, store: Tables, reader: int, author: int) -> int:
    """The status that a client gets, which the reader's session row must not contradict."""
    entry = sessions.find_entry(store, reader, author)
    status = int(product.call("GET", f"/v1/follows/{author}", reader).body["status"])
    assert entry is not None
    assert entry.on == (status == 1)
    return status


@pytest.mark.parametrize(
    ("module", "name"),
    [(idempotency, "claim"), (articles, "create"), (outboxes, "append"), (_release, "start_shard")],
    ids=["at the claim", "at the row", "at the outbox", "at the workers"],
)
def test_two_requests_with_one_key_make_one_article(
    product: Product, meanwhile: Meanwhile, module: ModuleType, name: str
) -> None:
    product.follow(BEN, ANN)
    answers: list[Answer] = []
    meanwhile(module, name, lambda: answers.append(create(product)))
    answers.append(create(product))
    answers.append(create(product))
    assert [answer.status for answer in answers] == [201, 201, 201]
    (article,) = {answer.body["id"] for answer in answers}
    product.settle()
    assert product.followed(BEN) == [article]
    assert [item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", ANN)] == [article]
    profile = product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (1, 1)


def test_two_edits_at_once_are_both_kept(product: Product, meanwhile: Meanwhile) -> None:
    article = product.publish(ANN, "first")["id"]
    meanwhile(articles, "revise", lambda: product.change(ANN, article, title="second"))
    edited = product.change(ANN, article, summary="of the other")
    assert (edited["title"], edited["summary"], edited["version"]) == ("second", "of the other", 3)
    assert product.call("GET", f"/v1/articles/{article}").body == edited


def test_an_edit_does_not_bring_back_what_was_deleted_meanwhile(product: Product, meanwhile: Meanwhile) -> None:
    article = product.publish(ANN)["id"]
    meanwhile(articles, "revise", lambda: product.call("DELETE", f"/v1/articles/{article}", ANN))
    assert product.call("PATCH", f"/v1/articles/{article}", ANN, {"title": "late"}).status == 404
    assert product.walk(f"/v1/users/{ANN}/articles", ANN) == []


def test_a_deletion_takes_what_was_edited_meanwhile(product: Product, meanwhile: Meanwhile) -> None:
    article = product.publish(ANN)["id"]
    meanwhile(articles, "bury", lambda: product.change(ANN, article, title="late"))
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    assert product.call("GET", f"/v1/articles/{article}", ANN).status == 404


def test_an_edit_does_not_undo_a_release_that_is_finished_meanwhile(
    product: Product, tablestore: TablestoreFake, store: Tables, meanwhile: Meanwhile
) -> None:
    tablestore.faults.add("disconnect", table=schema.OUTBOXES)
    assert create(product).status == 503
    tablestore.faults.clear()
    (item,) = product.walk(f"/v1/users/{ANN}/articles", ANN)
    meanwhile(articles, "revise", lambda: create(product))  # the client repeats it
    product.change(ANN, item["id"], title="edited")
    assert articles.require(store, item["id"]).state is State.PUBLIC


def test_a_release_does_not_end_the_next_one(
    product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock, meanwhile: Meanwhile
) -> None:
    """Withdrawn and published again while it ran; the second release dies before it has written its ledger."""
    product.follow(BEN, ANN)
    article = product.publish(ANN, state="private")["id"]

    def withdraw_and_publish_again() -> None:
        product.change(ANN, article, state="private")
        tablestore.faults.add("disconnect", api="BatchWriteRow", table=schema.JOBS)
        assert product.call("PATCH", f"/v1/articles/{article}", ANN, {"state": "public"}).status == 503
        tablestore.faults.clear()

    meanwhile(_release, "start_shard", withdraw_and_publish_again)
    product.change(ANN, article, state="public")
    assert articles.require(store, article).state is State.PUBLISHING
    clock.advance(200_000)
    driver.sweep()
    product.settle()
    assert product.followed(BEN) == [article]


def test_a_follow_does_not_write_over_a_later_change(product: Product, store: Tables, meanwhile: Meanwhile) -> None:
    """Between its look at the session row and its own entry, another device follows and leaves again."""

    def follow_and_leave() -> None:
        product.follow(BEN, ANN)
        product.unfollow(BEN, ANN)

    meanwhile(sessions, "change_entry", follow_and_leave)
    product.follow(BEN, ANN)
    assert agreed(product, store, BEN, ANN) == 1


@pytest.mark.parametrize("on", [True, False])
def test_a_slow_relation_row_does_not_overwrite_a_newer_one(
    product: Product, store: Tables, meanwhile: Meanwhile, on: bool
) -> None:
    def change(on: bool) -> Callable[[], object]:
        return lambda: (product.follow if on else product.unfollow)(BEN, ANN)

    change(not on)()
    meanwhile(_change, "settle", change(not on))
    change(on)()
    if on:
        assert agreed(product, store, BEN, ANN) == 0
    else:
        assert agreed(product, store, BEN, ANN) == 1


def test_a_change_that_died_is_finished_by_its_repetition(
    product: Product, tablestore: TablestoreFake, store: Tables
) -> None:
    """As the change that it was, under its own epoch: the sweeper has nothing to add."""
    tablestore.faults.add("disconnect", api="UpdateRow", table=schema.RELATIONS)
    assert product.call("PUT", f"/v1/follows/{ANN}", BEN).status == 503
    tablestore.faults.clear()
    promised = sessions.find_entry(store, BEN, ANN)
    product.follow(BEN, ANN)
    assert sessions.find_entry(store, BEN, ANN) == promised
    assert agreed(product, store, BEN, ANN) == 1


def test_a_page_believes_what_came_before_its_rows(product: Product, meanwhile: Meanwhile) -> None:
    """A follow ends just before the page reads its rows, which hold the backfill: they are shown, and not passed."""
    product.follow(BEN, CLO)
    product.follow(BEN, ANN)
    product.unfollow(BEN, ANN)
    expected = [product.publish(author, f"{n}")["id"] for n in range(3) for author in (ANN, CLO)][::-1]
    product.settle()
    meanwhile(inboxes, "page", lambda: product.follow(BEN, ANN))
    assert product.followed(BEN, 2) == expected


def test_a_follow_and_a_publication_at_once(product: Product, driver: InProcess, meanwhile: Meanwhile) -> None:
    """The follower's row comes after the fan-out has passed its place: the backfill brings the article."""
    published: list[int] = []

    def publish() -> None:
        published.append(product.publish(ANN)["id"])
        driver.settle()

    meanwhile(_change, "settle", publish)
    product.follow(BEN, ANN)
    assert product.followed(BEN) == published
