"""The timeline past the inbox's end: what suits the reader, then what is hot, and nothing twice in one walk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from feed import wiring
from feed.operations._suggestions import LISTS_MS
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.shelf import LIKE, READ
from tests.steps import Product

ANN, BEN, CLO, DAN = 11, 12, 13, 14
TIMELINE = "/v1/timeline"
OLD_MS = shelf.NOW_MS - 10 * shelf.DAY_MS


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO, DAN)


def put(store: Tables, ids: Sequence[int], author: int = ANN, **more: Any) -> None:
    shelf.put_articles(store, *(shelf.article(id, author, published_ms=OLD_MS + id, **more) for id in ids))


def walked(product: Product, user: int | None, size: int) -> list[tuple[str, int]]:
    """Source and article of every item; each page is of one source, and sources come in their order."""
    shown: list[tuple[str, int]] = []
    sources: list[str] = []
    for page in product.pages(TIMELINE, user, size):
        assert len(page["items"]) <= size
        assert {item["reason"] for item in page["items"]} <= {page["source"]}
        assert all((item["sequence_id"] is None) == (page["source"] != "follow") for item in page["items"])
        sources.append(page["source"])
        shown += [(page["source"], item["article"]["id"]) for item in page["items"]]
    order = ["follow", "recommended", "hot"]
    assert all(order.index(one) <= order.index(other) for one, other in pairwise(sources))
    ids = [id for _, id in shown]
    assert len(ids) == len(set(ids))
    return shown


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 100])
def test_the_inbox_then_recommended_then_hot(product: Product, store: Tables, size: int) -> None:
    product.follow(BEN, CLO)
    mine = [product.publish(CLO, f"{n}")["id"] for n in range(4)][::-1]
    product.settle()
    put(store, range(1, 13))
    shelf.put_acts(store, BEN, [(1, READ | LIKE, OLD_MS)])
    shelf.put_neighbors(store, 1, [(mine[0], 0.99), (5, 0.9), (3, 0.8), (4, 0.7)])
    assert walked(product, BEN, size) == [
        *(("follow", id) for id in mine),
        *(("recommended", id) for id in (5, 3, 4)),
        *(("hot", id) for id in (12, 11, 10, 9, 8, 7, 6, 2)),
    ]


def test_an_empty_inbox_falls_through_in_the_same_answer(product: Product, store: Tables) -> None:
    put(store, range(1, 4))
    page = product.call("GET", TIMELINE, BEN).body
    assert (page["source"], [item["article"]["id"] for item in page["items"]]) == ("hot", [3, 2, 1])
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(2, 0.5)])
    page = product.call("GET", TIMELINE, BEN).body
    assert (page["source"], [item["article"]["id"] for item in page["items"]]) == ("recommended", [2])


def test_an_inbox_of_which_everything_is_hidden(product: Product, store: Tables) -> None:
    product.follow(BEN, CLO)
    product.follow(BEN, DAN)
    withdrawn = [product.publish(CLO, f"{n}")["id"] for n in range(20)]
    product.publish(DAN)
    product.settle()
    for article in withdrawn:
        product.change(CLO, article, state="private")
    product.unfollow(BEN, DAN)
    put(store, range(1, 4))
    for size in (1, 3, 20):
        assert walked(product, BEN, size) == [("hot", 3), ("hot", 2), ("hot", 1)]
    page = product.call("GET", TIMELINE, BEN).body
    assert (page["source"], len(page["items"])) == ("hot", 3)


def test_who_was_left_does_not_come_back_through_suggestions(product: Product, store: Tables) -> None:
    """Neither by what the inbox held, nor by what it never held."""
    put(store, range(1, 3), CLO)
    product.follow(BEN, CLO)
    article = product.publish(CLO)["id"]
    product.settle()
    product.unfollow(BEN, CLO)
    put(store, range(3, 6))
    shelf.put_acts(store, BEN, [(3, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 3, [(article, 0.9), (1, 0.8), (4, 0.5)])
    for size in (1, 2, 20):
        assert walked(product, BEN, size) == [("recommended", 4), ("hot", 5)]


def test_a_guest_by_what_was_read(product: Product, store: Tables) -> None:
    put(store, range(1, 6))
    guest = {"X-Guest-Id": "guest-number-one-"}
    assert product.call("POST", "/v1/articles/2/actions", None, {"kind": "read"}, guest).status == 200
    shelf.put_neighbors(store, 2, [(4, 0.5)])
    page = product.call("GET", TIMELINE, None, None, guest).body
    assert (page["source"], [item["article"]["id"] for item in page["items"]]) == ("recommended", [4])
    page = product.call("GET", f"{TIMELINE}?cursor={page['next_cursor']}", None, None, guest).body
    assert (page["source"], [item["article"]["id"] for item in page["items"]]) == ("hot", [5, 3, 1])
    assert page["next_cursor"] is None


def test_what_arrives_during_a_walk_is_not_shown_again_by_another_name(product: Product) -> None:
    """Seen as hot first, delivered by a follow then: the walk is past the inbox."""
    articles = [product.publish(CLO, f"{n}")["id"] for n in range(6)][::-1]
    product.settle()
    pages = product.pages(TIMELINE, BEN, 2)
    shown = [item["article"]["id"] for item in next(pages)["items"]]
    product.follow(BEN, CLO)
    product.settle()
    shown += [item["article"]["id"] for page in pages for item in page["items"]]
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(articles)


def test_what_pages_past_the_inbox_cost(product: Product, store: Tables, calls: Calls) -> None:
    put(store, range(1, 101))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 32)])
    list(product.pages(TIMELINE, BEN))
    calls()
    pages = product.pages(TIMELINE, BEN)
    cost: dict[str, tuple[int, int, int]] = {}
    for page in pages:
        (line,) = calls()
        cost.setdefault(page["source"], (line["requests"], line["read_cu"], line["write_cu"]))
    # an empty inbox, acts, neighbours, cards with the log; then the inbox's rows of these and the session
    assert cost == {"recommended": (7, 66, 0), "hot": (3, 62, 0)}


@pytest.mark.parametrize("seed", range(8))
def test_nothing_twice_whatever_happens_between_pages(product: Product, store: Tables, clock: Clock, seed: int) -> None:
    """Follows and unfollows, acts, publications, withdrawals, deletions; any size of page; any neighbours."""
    chance = random.Random(seed)
    authors, reader = (ANN, CLO, DAN), chance.choice([BEN, BEN, BEN, CLO, None])
    articles = {product.publish(author, "t")["id"]: author for author in authors for _ in range(5)}
    for author in authors:
        if reader not in (None, author) and chance.random() < 0.5:
            product.follow(reader or 0, author)
            late = product.publish(author, "late")["id"]
            articles[late] = author
    product.settle()
    for id in articles:
        near = chance.sample(sorted(articles), 6)
        shelf.put_neighbors(store, id, [(other, chance.random()) for other in near if other != id])
    hidden: set[int] = set()
    shown: list[int] = []
    sources: list[str] = []
    for page in product.pages(TIMELINE, reader, chance.randint(1, 7)):
        ids = [item["article"]["id"] for item in page["items"]]
        assert not hidden & set(ids)
        assert {item["reason"] for item in page["items"]} <= {page["source"]}
        assert reader not in {item["article"]["author"]["id"] for item in page["items"] if page["source"] != "follow"}
        shown += ids
        sources.append(page["source"])
        for _ in range(chance.randint(0, 3)):
            happens(product, chance, reader, articles, hidden)
        clock.advance(chance.choice([1, LISTS_MS]))
        if chance.random() < 0.2:
            wiring.forget()  # another instance answers
        assert len(sources) < 100
    assert len(shown) == len(set(shown))
    assert [*dict.fromkeys(sources)] == [source for source in ("follow", "recommended", "hot") if source in sources]


def happens(
    product: Product, chance: random.Random, reader: int | None, articles: dict[int, int], hidden: set[int]
) -> None:
    article, author = chance.choice([(id, by) for id, by in articles.items() if id not in hidden])
    what = chance.choice(["act", "act", "follow", "unfollow", "publish", "withdraw", "delete", "return"])
    if what == "publish":
        articles[product.publish(author, "new")["id"]] = author
    elif what == "withdraw":
        product.change(author, article, state="private")
        hidden.add(article)
    elif what == "delete":
        assert product.call("DELETE", f"/v1/articles/{article}", author).status == 204
        hidden.add(article)
        del articles[article]
    elif what == "return" and hidden & set(articles):
        back = chance.choice(sorted(hidden & set(articles)))
        product.change(articles[back], back, state="public")
        hidden.remove(back)
    elif reader not in (None, author):
        assert reader is not None
        if what == "follow":
            product.follow(reader, author)
        elif what == "unfollow":
            product.unfollow(reader, author)
        else:
            product.act(reader, article, "read")
            product.act(reader, article, chance.choice(["like", "collect", "comment"]))
    if chance.random() < 0.7:
        product.settle()
