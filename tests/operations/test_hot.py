"""Hot lists: by acts or ageing, never what is hidden, the caller's own, or read already."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from feed.domain.articles import Counts
from feed.domain.hot import trending
from feed.domain.tips import Tipped
from feed.operations._recount import recount
from feed.operations._suggestions import LISTS_MS
from feed.operations._walk import MOST_PASSED
from feed.store import articles, counters, schema
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.steps import Product

ANN, BEN, CLO = 11, 12, 13
GUEST = {"X-Guest-Id": "guest-number-one-"}
HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def hot(product: Product, user: int | None = BEN, order: str = "hot", size: int = 100) -> list[int]:
    return [item["id"] for item in product.walk(f"/v1/hot?order={order}", user, size)]


def put(store: Tables, *counts: Counts) -> None:
    """Articles 1, 2, and so on, each published a minute after the one before."""
    published = shelf.NOW_MS - shelf.DAY_MS
    shelf.put_articles(
        store,
        *(shelf.article(n, ANN, counts=each, published_ms=published + n * 60_000) for n, each in enumerate(counts, 1)),
    )


def test_hot_is_tips_then_comments_then_likes_then_the_newest(product: Product, store: Tables) -> None:
    put(
        store,
        Counts(read=9, like=9, comment=9),
        Counts(reward=1),
        Counts(read=99, like=8, comment=10),
        Counts(like=9, comment=9, collect=99),
        Counts(reward=2),
        Counts(),
        Counts(reward=1, like=1),
    )
    for size in (1, 3, 100):
        assert hot(product, size=size) == hot(product, None, size=size) == [5, 7, 2, 3, 4, 1, 6]


def test_trending_is_the_same_ageing(product: Product, store: Tables) -> None:
    chance = random.Random(1)
    published = {n: shelf.NOW_MS - chance.randrange(72) * HOUR_MS for n in range(1, 40)}
    counts = {n: Counts(read=chance.randrange(500), like=chance.randrange(90)) for n in published}
    shelf.put_articles(store, *(shelf.article(n, ANN, counts=counts[n], published_ms=published[n]) for n in published))
    scores = {n: trending(counts[n], published[n]) for n in published}
    assert len(set(scores.values())) == len(scores)
    assert hot(product, order="trending") == sorted(scores, key=lambda n: -scores[n])


def test_ones_own_and_what_one_has_read_is_left_out(product: Product, store: Tables) -> None:
    put(store, *[Counts()] * 6)
    shelf.put_articles(store, shelf.article(7, BEN))
    product.act(BEN, 3, "read")
    assert product.call("POST", "/v1/articles/5/actions", None, {"kind": "read"}, GUEST).status == 200
    assert sorted(hot(product, BEN)) == [1, 2, 4, 5, 6]
    assert sorted(hot(product, CLO)) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(hot(product, None)) == [1, 2, 3, 4, 5, 6, 7]
    guests = product.call("GET", "/v1/hot", None, None, GUEST).body["items"]
    assert sorted(item["id"] for item in guests) == [1, 2, 3, 4, 6, 7]


def test_a_walk_ends_though_there_is_more(product: Product, store: Tables) -> None:
    put(store, *[Counts()] * 260)
    for size in (7, 60, 100):
        shown = hot(product, size=size)
        assert len(shown) == len(set(shown))
        assert MOST_PASSED <= len(shown) < MOST_PASSED + size


def test_who_has_read_the_hottest_gets_the_next(product: Product, store: Tables) -> None:
    put(store, *[Counts()] * 120)
    newest_first = list(range(120, 0, -1))
    shelf.put_acts(store, BEN, [(n, shelf.READ, shelf.NOW_MS) for n in newest_first[:50]])
    page = product.call("GET", "/v1/hot?size=20", BEN).body
    assert [item["id"] for item in page["items"]] == newest_first[50:70]
    assert hot(product, size=20) == newest_first[50:]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_comes_twice_while_counters_change(product: Product, store: Tables, clock: Clock, seed: int) -> None:
    """Between two pages articles rise, fall, come and go; the reader reads what was shown, or something else."""
    chance = random.Random(seed)
    order, size = chance.choice(["hot", "trending"]), chance.randint(1, 7)
    put(store, *(Counts(read=chance.randrange(9), comment=chance.randrange(3)) for _ in range(30)))
    shown: list[int] = []
    for page in product.pages(f"/v1/hot?order={order}", BEN, size):
        shown += [item["id"] for item in page["items"]]
        assert len(page["items"]) <= size
        for _ in range(4):
            read = Counts(read=chance.randrange(9), comment=chance.randrange(3))
            shelf.put_articles(store, shelf.article(chance.randint(1, 40), ANN, counts=read))
        if chance.random() < 0.3:
            product.act(BEN, chance.randint(1, 30), "read")
        clock.advance(chance.choice([0, LISTS_MS]))
    assert len(shown) == len(set(shown))


def score(store: Tables, article: int) -> int:
    row = store.get(schema.ARTICLES, articles.key(article), ("trending",))
    assert row is not None
    return int(row["trending"])


def test_the_score_follows_acts(product: Product, store: Tables) -> None:
    """Exactly after acts one by one; at once, it lacks at most what was counted since the last one read the article."""
    put(store, Counts())
    published = articles.require(store, 1).published_ms or 0
    for user in range(100, 110):
        product.act(user, 1, "read")
        product.act(user, 1, "comment")
        assert score(store, 1) == trending(articles.require(store, 1).counts, published)
    before = articles.require(store, 1).counts
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda user: product.act(user, 1, "read"), range(200, 220)))
    after = articles.require(store, 1).counts
    assert after.read == before.read + 20
    assert trending(before, published) < score(store, 1) <= trending(after, published)
    product.act(300, 1, "read")
    assert score(store, 1) == trending(articles.require(store, 1).counts, published)


def test_a_recount_mends_the_score(product: Product, store: Tables, clock: Clock) -> None:
    put(store, Counts(reward=3))
    shelf.put_acts(store, BEN, [(1, shelf.READ | shelf.COMMENT, shelf.NOW_MS)])
    assert recount(1, store, clock.time_ns() // 1_000_000)
    article = articles.require(store, 1)
    assert article.counts == Counts(read=1, comment=1, reward=3)
    assert score(store, 1) == trending(article.counts, article.published_ms or 0)
    assert hot(product, CLO) == [1]


def test_a_tip_that_is_counted_meanwhile_stays_in_the_score(store: Tables, meanwhile: Meanwhile) -> None:
    put(store, Counts(reward=3))
    tip = Tipped(1, 0)
    meanwhile(
        counters, "recounted", lambda: counters.show_tips(store, articles.require(store, 1), 202611, Tipped(0, 0), tip)
    )
    now_ms = shelf.NOW_MS + shelf.DAY_MS
    assert not recount(1, store, now_ms)
    assert recount(1, store, now_ms)
    article = articles.require(store, 1)
    assert article.counts.reward == 4
    assert score(store, 1) == trending(article.counts, article.published_ms or 0)


def test_what_a_list_costs(product: Product, store: Tables, calls: Calls, clock: Clock) -> None:
    """One search for all callers of three seconds, then one request a page: each card and its row in the log.

    A user's row of hidden people comes with them; a guest has none.
    """
    put(store, *[Counts()] * 60)
    hot(product)
    clock.advance(LISTS_MS)
    calls()
    for user in (BEN, CLO, None):
        product.call("GET", "/v1/hot", user)
    lines = calls()
    assert [(line["requests"], line["read_cu"], line["write_cu"]) for line in lines[:1]] == [(2, 41, 0)]
    assert {(line["requests"], line["read_cu"], line["write_cu"]) for line in lines[2:]} == {(1, 40, 0)}
