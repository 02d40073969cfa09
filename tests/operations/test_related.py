"""What is like an article, and whom to follow."""

from __future__ import annotations

import pytest

from feed.domain.articles import State
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls
from tests.operations.shelf import LIKE, READ, TIP
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13
AUTHORS = "/v1/recommendations/authors"


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def related(product: Product, user: int | None, size: int = 20) -> list[int]:
    return [item["id"] for item in product.walk("/v1/articles/1/related", user, size)]


def test_related_articles_the_most_similar_first(product: Product, store: Tables) -> None:
    shelf.put_articles(store, *(shelf.article(id, ANN) for id in range(1, 7)))
    shelf.put_articles(store, shelf.article(7, BEN, state=State.PRIVATE), shelf.article(8, ANN, state=State.DELETED))
    shelf.put_neighbors(store, 1, [(id, 1 - n / 10) for n, id in enumerate([4, 7, 2, 8, 404_404, 6, 3])])
    for size in (1, 2, 20):
        assert related(product, None, size) == related(product, CLO, size) == [4, 2, 6, 3]
        assert related(product, BEN, size) == [4, 7, 2, 6, 3]
    assert product.walk("/v1/articles/5/related", None) == []
    assert product.call("GET", "/v1/articles/8/related", ANN).status == 404
    assert product.call("GET", "/v1/articles/7/related", CLO).status == 404
    assert product.call("GET", "/v1/articles/7/related", BEN).status == 200


def test_hidden_ones_cost_no_request_each(product: Product, store: Tables, calls: Calls) -> None:
    shelf.put_articles(store, *(shelf.article(id, ANN, state=State.PRIVATE) for id in range(2, 102)))
    shelf.put_articles(store, shelf.article(1, ANN), shelf.article(200, ANN))
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in [*range(2, 102), 200]])
    calls()
    assert related(product, CLO, 1) == [200]
    lines = calls()
    assert len(lines) <= 3
    assert max(line["requests"] for line in lines) <= 5


def authors(product: Product, user: int | None, size: int = 20) -> list[int]:
    return [item["user"]["id"] for item in product.walk(AUTHORS, user, size)]


def test_authors_of_what_suits_and_then_of_what_is_hot(product: Product, store: Tables) -> None:
    """Neither followed nor the caller; each by the article that suits best."""
    writers = {1: 100, 2: 101, 3: 102, 4: 101, 5: 103, 6: BEN, 7: 104, 8: 105}
    product.given_people(101, 103)
    shelf.put_articles(
        store,
        *(shelf.article(id, by, published_ms=shelf.NOW_MS - shelf.DAY_MS + id) for id, by in writers.items()),
        shelf.article(9, 106, state=State.PRIVATE),
        shelf.article(10, 107, state=State.DELETED),
    )
    shelf.put_acts(store, BEN, [(1, READ | TIP, shelf.NOW_MS), (20, READ | LIKE, shelf.NOW_MS - 1)])
    shelf.put_neighbors(store, 1, [(6, 0.99), (9, 0.98), (10, 0.97), (2, 0.9), (3, 0.5), (4, 0.95)])
    shelf.put_neighbors(store, 20, [(5, 0.9)])
    product.follow(BEN, 103)
    for size in (1, 2, 3, 100):
        assert authors(product, BEN, size) == [101, 102, 105, 104, 100]
    items = product.walk(AUTHORS, BEN)
    assert [item["because"] for item in items] == [
        {"kind": "tip", "article_id": 1, "author_id": 101},
        {"kind": "tip", "article_id": 1, "author_id": 102},
        {"kind": "hot", "article_id": 8, "author_id": 105},
        {"kind": "hot", "article_id": 7, "author_id": 104},
        {"kind": "hot", "article_id": 1, "author_id": 100},
    ]
    assert items[0]["user"]["nickname"] == "某作者"
    assert authors(product, None, 4) == [105, 104, BEN, 103, 101, 102, 100]


def test_no_author_comes_twice_though_the_caller_follows_some(product: Product, store: Tables) -> None:
    writers = {id: 100 + id % 23 for id in range(1, 90)}
    product.given_people(*set(writers.values()))
    shelf.put_articles(store, *(shelf.article(id, by) for id, by in writers.items()))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 60)])
    for size in (2, 5):
        shown: list[int] = []
        followed: set[int] = set()
        for page in product.pages(AUTHORS, BEN, size):
            fresh = [item["user"]["id"] for item in page["items"]]
            assert not followed & set(fresh)
            shown += fresh
            nobody_yet = sorted(set(writers.values()) - set(shown) - followed)[:1]
            for author in [*fresh[:1], *nobody_yet]:
                product.follow(BEN, author)
                followed.add(author)
        assert len(shown) == len(set(shown))
        assert set(shown) | followed == set(writers.values())
        for author in followed:
            product.unfollow(BEN, author)


def test_what_a_page_of_authors_costs(product: Product, store: Tables, calls: Calls) -> None:
    shelf.put_articles(store, *(shelf.article(id, 100 + id) for id in range(1, 60)))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 50)])
    product.call("GET", AUTHORS, BEN)
    calls()
    product.call("GET", AUTHORS, BEN)
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (4, 51, 0)
