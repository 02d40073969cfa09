"""An author's new name reaches every article within two minutes, however many there are and whatever dies meanwhile."""

from __future__ import annotations

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.operations import _byline
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN, BEN = 11, 12
AVATAR = "https://example.com/ann.jpg"


def bylines(product: Product) -> set[tuple[str, str | None]]:
    items = product.walk(f"/v1/users/{ANN}/articles", ANN, 100)
    return {(item["author"]["nickname"], item["author"]["avatar_url"]) for item in items}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_byline, "_PAGE", 2)
    monkeypatch.setattr(_byline, "_PAGES", 2)


def test_an_author_who_has_no_name_yet_gets_one(product: Product, driver: InProcess, clock: Clock) -> None:
    for _ in range(3):
        product.publish(ANN)
    assert bylines(product) == {(f"user {ANN}", None)}
    assert product.call("PUT", "/v1/users/me", ANN, {"nickname": "Ann", "avatar_url": AVATAR}).status == 200
    clock.advance(61_000)
    driver.sweep()
    assert bylines(product) == {("Ann", AVATAR)}
    assert product.call("PUT", "/v1/users/me", ANN, {"avatar_url": None}).status == 200
    clock.advance(61_000)
    driver.sweep()
    assert bylines(product) == {("Ann", None)}


def test_many_articles_take_several_turns(product: Product, driver: InProcess, clock: Clock) -> None:
    for number in range(11):
        product.publish(ANN, state="public" if number % 2 else "private")
    product.settle()
    product.given_people(ANN)
    clock.advance(61_000)
    for _ in range(3):
        driver.sweep()
    assert bylines(product) == {(f"n{ANN}", None)}
    assert driver.sweep()["waiting"] == 0


def test_a_turn_that_dies_is_taken_again(
    product: Product, driver: InProcess, clock: Clock, tablestore: TablestoreFake
) -> None:
    for _ in range(5):
        product.publish(ANN)
    product.settle()
    product.given_people(ANN)
    clock.advance(200_000)
    for step in range(12):
        tablestore.faults.add("disconnect", after=step, count=1)
        driver.sweep()
        tablestore.faults.clear()
    driver.sweep()
    assert bylines(product) == {(f"n{ANN}", None)}


def test_a_profile_that_could_not_be_announced_is_not_changed(product: Product, tablestore: TablestoreFake) -> None:
    product.given_people(ANN)
    tablestore.faults.add("disconnect", table="work_table")
    assert product.call("PUT", "/v1/users/me", ANN, {"nickname": "new"}).status == 503
    tablestore.faults.clear()
    assert product.call("GET", f"/v1/users/{ANN}").body["nickname"] == f"n{ANN}"
