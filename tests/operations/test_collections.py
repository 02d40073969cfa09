"""A reader's bookmarks: newest collected first, each once, and only what the reader may still see."""

from __future__ import annotations

import random

import pytest

from feed.domain import cursors
from feed.operations._fields import format_rfc3339
from feed.store import schema
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.shelf import COLLECT, READ
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13
PATH = "/v1/users/me/collections"


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def collected(product: Product, user: int = BEN, size: int = 20) -> list[int]:
    return [item["article"]["id"] for item in product.walk(PATH, user, size)]


def test_newest_collected_first_whatever_the_articles_age(product: Product, clock: Clock) -> None:
    first, second, third = (product.publish(ANN, title)["id"] for title in ("一", "二", "三"))
    for article in (second, third, first):
        clock.advance(1_000)
        product.act(BEN, article, "read")
        product.act(BEN, article, "collect")
    assert collected(product) == [first, third, second]
    product.act(BEN, third, "uncollect")
    assert collected(product) == [first, second]
    clock.advance(1_000)
    product.act(BEN, second, "uncollect")
    product.act(BEN, second, "collect")
    assert collected(product) == [second, first]
    assert collected(product, CLO) == []


def test_an_item_is_the_card_and_when_it_was_collected(product: Product, store: Tables) -> None:
    article = product.publish(ANN, "题")
    shelf.put_acts(store, BEN, [(article["id"], READ | COLLECT, 1_764_000_000_123)])
    (item,) = product.walk(PATH, BEN)
    assert item["collected_at"] == format_rfc3339(1_764_000_000_123)
    assert (item["article"]["title"], "html" in item["article"]) == ("题", False)


def test_what_is_hidden_is_left_out_of_full_pages_and_comes_back(product: Product, store: Tables) -> None:
    shelf.put_articles(store, *(shelf.article(n, ANN) for n in range(1, 101)))
    shelf.put_acts(store, BEN, [(n, READ | COLLECT, shelf.NOW_MS + n) for n in range(1, 101)])
    hidden = set(range(61, 101))
    for n in hidden:
        product.change(ANN, n, state="private")
    assert product.call("DELETE", "/v1/articles/60", ANN).status == 204
    pages = [[item["article"]["id"] for item in page["items"]] for page in product.pages(PATH, BEN, 10)]
    assert [len(page) for page in pages] == [10] * 5 + [9]
    assert [n for page in pages for n in page] == list(range(59, 0, -1))
    product.change(ANN, 100, state="public")
    assert collected(product)[0] == 100


@pytest.mark.parametrize(("who", "whom"), [(ANN, BEN), (BEN, ANN)])
def test_a_block_hides_both_ways(product: Product, who: int, whom: int) -> None:
    article = product.publish(ANN)["id"]
    product.act(BEN, article, "read")
    product.act(BEN, article, "collect")
    assert product.call("PUT", f"/v1/blocks/{whom}", who).status == 200
    assert collected(product) == []
    assert product.call("DELETE", f"/v1/blocks/{whom}", who).status == 200
    assert collected(product) == [article]


@pytest.mark.parametrize("seed", range(5))
def test_a_walk_shows_what_stays_collected_once(product: Product, store: Tables, seed: int) -> None:
    """Between two pages bookmarks are made and taken back; many are of the same millisecond."""
    chance = random.Random(seed)
    shelf.put_articles(store, *(shelf.article(n, ANN) for n in range(1, 61)))
    times = {n: shelf.NOW_MS + chance.randrange(4) for n in chance.sample(range(1, 61), 40)}
    shelf.put_acts(store, BEN, [(n, READ | COLLECT, at) for n, at in times.items()])
    stays, shown = set(times), list[int]()
    for page in product.pages(PATH, BEN, chance.randint(1, 7)):
        shown += [item["article"]["id"] for item in page["items"]]
        for n in chance.sample(range(1, 61), 3):
            stays.discard(n)
            shelf.put_acts(store, BEN, [(n, chance.choice([READ, READ | COLLECT]), shelf.NOW_MS + 10)])
    assert len(shown) == len(set(shown))
    assert stays <= set(shown)
    order = [n for n in shown if n in stays]
    assert order == sorted(order, key=lambda n: (-times[n], -n))


def test_it_is_the_callers_own(product: Product, store: Tables) -> None:
    answer = product.call("GET", PATH)
    assert (answer.status, answer.error) == (401, "unauthenticated")
    shelf.put_articles(store, *(shelf.article(n, ANN) for n in range(1, 4)))
    shelf.put_acts(store, BEN, [(n, READ | COLLECT, shelf.NOW_MS) for n in range(1, 4)])
    cursor = product.call("GET", f"{PATH}?size=1", BEN).body["next_cursor"]
    assert product.call("GET", f"{PATH}?cursor={cursor}", BEN).status == 200
    wrong: list[list[int | str]] = [[], [1], [1, "x"], [1, -1], [2**63, 1]]
    made_up = [cursors.encode("collections", BEN, position) for position in wrong]
    for user, bad in [(CLO, cursor), *((BEN, each) for each in made_up)]:
        answer = product.call("GET", f"{PATH}?cursor={bad}", user)
        assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"cursor"})
    for query in ("size=0", "size=101", "user=11"):
        assert product.call("GET", f"{PATH}?{query}", BEN).status == 400


def test_what_a_page_costs(product: Product, store: Tables, calls: Calls) -> None:
    """A range, then the cards and whom the caller does not see, whatever the number of bookmarks and acts."""
    shelf.put_articles(store, *(shelf.article(n, ANN) for n in range(1, 301)))
    shelf.put_acts(store, BEN, [(n, READ | COLLECT * (n % 2), shelf.NOW_MS + n) for n in range(1, 301)])
    assert len(shelf.everything(store, schema.LOG_COLLECTED)) == 150
    calls()
    product.call("GET", PATH, BEN)
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (2, 1 + 20 + 1, 0)
