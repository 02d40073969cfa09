"""Recommendations: for the caller's taste, with the right reason, a few young articles, within a budget."""

from __future__ import annotations

from typing import Any

import pytest

from feed.call import Call
from feed.domain.articles import Counts, State
from feed.domain.recommendation import PROFILE
from feed.operations import _suggestions
from feed.operations._suggestions import FRESH_MS, FRESH_READS, LATEST_ACTS
from feed.operations._unseen import reader
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.shelf import COLLECT, COMMENT, LIKE, READ, TIP
from tests.steps import Answer, Product

ANN, BEN, CLO = 11, 12, 13
GUEST = {"X-Guest-Id": "guest-number-one-" + "x" * 47}
PATH = "/v1/recommendations"
HOUR_MS = 3_600_000
OLD_MS = shelf.NOW_MS - 10 * shelf.DAY_MS


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN, CLO)


def old_articles(store: Tables, ids: range, author: int = ANN, **more: Any) -> None:
    """Ten days old, and none of them hot."""
    shelf.put_articles(store, *(shelf.article(id, author, published_ms=OLD_MS + id, **more) for id in ids))


def ids(page: Any) -> list[int]:
    return [item["article"]["id"] for item in page["items"]]


def as_guest(product: Product, path: str) -> Answer:
    return product.call("GET", path, None, None, GUEST)


def because(page: Any) -> dict[int, tuple[str, int | None]]:
    return {item["article"]["id"]: (item["because"]["kind"], item["because"]["article_id"]) for item in page["items"]}


# --- whom they suit, and why ---


def test_the_reason_is_the_heaviest_act_to_the_article_that_counted_most(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 20))
    newest = shelf.NOW_MS
    acts = [(1, READ, newest), (2, READ | LIKE | TIP, newest - 1), (3, READ | COLLECT, newest - 2)]
    shelf.put_acts(store, BEN, [*acts, (4, READ | COMMENT | LIKE, newest - 3)])
    shelf.put_neighbors(store, 1, [(10, 0.9), (11, 0.2)])
    shelf.put_neighbors(store, 2, [(11, 0.2), (12, 0.4)])
    shelf.put_neighbors(store, 3, [(13, 0.5)])
    shelf.put_neighbors(store, 4, [(14, 0.5), (10, 0.05)])
    page = product.call("GET", f"{PATH}?size=5", BEN).body
    assert because(page) == {
        10: ("read", 1),
        12: ("tip", 2),
        11: ("tip", 2),
        14: ("comment", 4),
        13: ("collect", 3),
    }
    assert ids(page) == [10, 12, 11, 14, 13]
    assert page["next_cursor"] is not None


def test_what_was_taken_back_does_not_speak(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 4))
    shelf.put_neighbors(store, 1, [(2, 0.5)])
    for kind in ("read", "like", "unlike"):
        product.act(BEN, 1, kind)
    page = product.call("GET", PATH, BEN).body
    assert because(page)[2] == ("read", 1)


def test_only_the_newest_articles_speak(product: Product, store: Tables) -> None:
    old_articles(store, range(1, PROFILE + 2))
    old_articles(store, range(101, 112))
    shelf.put_acts(store, BEN, [(n, READ, shelf.NOW_MS - n) for n in range(1, PROFILE + 2)])
    for n in range(1, PROFILE + 2):
        shelf.put_neighbors(store, n, [(100 + n, 0.5)])
    page = product.call("GET", PATH, BEN).body
    of_taste = [id for id, (kind, _) in because(page).items() if kind == "read"]
    assert of_taste == list(range(101, 101 + PROFILE))


def test_a_new_reader_gets_what_is_hot(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 6))
    for user, headers in ((BEN, {}), (None, GUEST)):
        page = product.call("GET", PATH, user, None, headers).body
        assert ids(page) == [5, 4, 3, 2, 1]
        assert set(because(page).values()) == {("hot", None)}
        assert page["next_cursor"] is None


def test_hot_ones_follow_when_taste_has_no_more(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 31))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 12)])
    for size in (1, 5, 10, 100):  # ten are a full page, and not the end of it all
        walk = product.walk(PATH, BEN, size)
        assert [item["article"]["id"] for item in walk] == [*range(2, 12), *range(30, 11, -1)]
        assert [item["because"]["kind"] for item in walk] == ["read"] * 10 + ["hot"] * 19


def test_hot_ones_follow_though_a_page_found_most_of_taste_hidden(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 3))
    old_articles(store, range(3, 13), state=State.PRIVATE)
    old_articles(store, range(13, 20))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 13)])
    shown = [item["article"]["id"] for item in product.walk(PATH, BEN, 5)]
    assert shown == [2, *range(19, 12, -1)]


def test_who_has_read_what_is_hot_still_gets_a_full_page(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 101))
    shelf.put_acts(store, BEN, [(id, READ, shelf.NOW_MS) for id in range(41, 101)])
    page = product.call("GET", PATH, BEN).body
    assert ids(page) == list(range(40, 20, -1))


# --- what must not be there ---


def test_never_what_was_read_however_long_ago(product: Product, store: Tables) -> None:
    """The newest acts alone do not tell of 2,000 others."""
    read = range(1000, 1000 + 2500)
    old_articles(store, range(1, 101))
    old_articles(store, range(1000, 1100))
    shelf.put_acts(store, BEN, [(id, READ, OLD_MS + id) for id in read])
    for id in read[-PROFILE:]:
        shelf.put_neighbors(store, id, [(near, 0.9 - near / 10_000) for near in [*range(1000, 1100), *range(1, 60)]])
    for size in (3, 20, 100):
        shown = [item["article"]["id"] for item in product.walk(PATH, BEN, size)]
        assert shown
        assert not set(shown) & set(read)
        assert len(shown) == len(set(shown))


def test_never_what_was_read_just_now(product: Product, store: Tables, meanwhile: Meanwhile) -> None:
    """Before the index by time shows it."""
    old_articles(store, range(1, 8))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(2, 0.9), (3, 0.8), (4, 0.7)])
    meanwhile(_suggestions, "ranking", lambda: product.act(BEN, 3, "read"))
    assert ids(product.call("GET", f"{PATH}?size=3", BEN).body) == [2, 4]


def test_never_ones_own_or_what_one_may_not_see(product: Product, store: Tables) -> None:
    old_articles(store, range(1, 4))
    old_articles(store, range(4, 6), author=BEN)
    old_articles(store, range(6, 7), state=State.PRIVATE)
    old_articles(store, range(7, 8), state=State.DELETED)
    shelf.put_acts(store, BEN, [(1, READ | LIKE, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 - id / 100) for id in (4, 5, 6, 7, 404_404, 2, 3)])
    for size in (1, 2, 20, 100):
        assert [item["article"]["id"] for item in product.walk(PATH, BEN, size)] == [2, 3]


# --- walks ---


@pytest.mark.parametrize("size", [1, 4, 20, 100])
def test_the_cursor_gives_the_next_ones_though_the_reader_acts(product: Product, store: Tables, size: int) -> None:
    old_articles(store, range(1, 151))
    shelf.put_acts(store, BEN, [(1, READ, shelf.NOW_MS)])
    for id in range(1, 150):
        shelf.put_neighbors(store, id, [(near, 0.5 + near % 7 / 20) for near in range(max(2, id - 20), id + 30)])
    shown: list[int] = []
    for number, page in enumerate(product.pages(PATH, BEN, size)):
        shown += ids(page)
        if page["items"] and number % 3 == 0:
            liked = page["items"][0]["article"]["id"]
            product.act(BEN, liked, "read")
            product.act(BEN, liked, "like")
    assert len(shown) == len(set(shown))
    assert 1 not in shown
    assert len(shown) > 100


@pytest.mark.parametrize(
    "path", [PATH, f"{PATH}/authors", "/v1/articles/1/related", "/v1/hot", "/v1/articles/1/likers"]
)
@pytest.mark.parametrize("user", [BEN, None])
def test_a_cursor_is_its_lists_and_its_callers(product: Product, store: Tables, path: str, user: int | None) -> None:
    for id in range(1, 8):
        old_articles(store, range(id, id + 1), author=20 + id)
    shelf.put_neighbors(store, 1, [(2, 0.9), (3, 0.8)])
    for liker in (30, 31, 32):
        shelf.put_acts(store, liker, [(1, READ | LIKE, shelf.NOW_MS)])
    cursor = product.call("GET", f"{path}?size=1", user).body["next_cursor"]
    assert product.call("GET", f"{path}?size=1&cursor={cursor}", user).status == 200
    others = {PATH, f"{PATH}/authors", "/v1/hot", "/v1/timeline", "/v1/hot?order=trending"} - {path}
    for wrong, by in [(path, CLO), *((other, user) for other in others)]:
        joint = "&" if "?" in wrong else "?"
        assert product.call("GET", f"{wrong}{joint}cursor={cursor}", by).error == "invalid_request"
    for damaged in (cursor[:-4], cursor + "AAAA", "x", "A" * 2561, ""):
        assert product.call("GET", f"{path}?cursor={damaged}", user).error == "invalid_request"


# --- young articles ---


def young(store: Tables, ids: range, **more: Any) -> None:
    published = shelf.NOW_MS - HOUR_MS
    shelf.put_articles(store, *(shelf.article(id, CLO, published_ms=published + id, **more) for id in ids))


def with_taste(store: Tables, who: int | str) -> None:
    old_articles(store, range(1, 100), counts=Counts(like=1, read=60))
    shelf.put_acts(store, who, [(1, READ, shelf.NOW_MS)])
    shelf.put_neighbors(store, 1, [(id, 1 / id) for id in range(2, 90)])


def fresh_of(page: Any) -> list[int]:
    return [id for id, (kind, _) in because(page).items() if kind == "fresh"]


def test_two_of_twenty_are_young_and_little_read(product: Product, store: Tables) -> None:
    with_taste(store, BEN)
    young(store, range(500, 510))
    young(store, range(510, 520), counts=Counts(read=FRESH_READS))
    too_old = shelf.NOW_MS - FRESH_MS - HOUR_MS
    shelf.put_articles(store, *(shelf.article(id, CLO, published_ms=too_old) for id in range(520, 530)))
    young(store, range(530, 535), state=State.PRIVATE)
    page = product.call("GET", PATH, BEN).body
    kinds = [item["because"]["kind"] for item in page["items"]]
    assert [place for place, kind in enumerate(kinds, 1) if kind == "fresh"] == [10, 20]
    assert set(fresh_of(page)) <= set(range(500, 510))
    small = product.walk(PATH, BEN, 3)
    assert [item["article"]["id"] for item in small[:20]] == ids(page)


def test_the_draw_lasts_an_hour_and_is_each_readers_own(product: Product, store: Tables, clock: Clock) -> None:
    clock.advance(HOUR_MS - clock.time_ns() // 1_000_000 % HOUR_MS)  # an hour begins
    for who in (BEN, CLO + 1, CLO + 2):
        with_taste(store, who)
    young(store, range(500, 560))
    first = fresh_of(product.call("GET", f"{PATH}?size=100", BEN).body)
    assert len(first) >= 8
    others = [fresh_of(product.call("GET", f"{PATH}?size=100", who).body) for who in (CLO + 1, CLO + 2)]
    assert len({tuple(drawn) for drawn in [first, *others]}) == 3
    clock.advance(HOUR_MS // 2)
    young(store, range(560, 561))  # does not shuffle the others
    again = [id for id in fresh_of(product.call("GET", f"{PATH}?size=100", BEN).body) if id != 560]
    assert again == first[: len(again)]
    assert len(again) >= len(first) - 1
    clock.advance(HOUR_MS // 2)
    assert fresh_of(product.call("GET", f"{PATH}?size=100", BEN).body)[:8] != first[:8]


# --- what it costs ---


@pytest.mark.parametrize("acts", [10, 500, 3000])
@pytest.mark.parametrize("who", ["user", "guest"])
@pytest.mark.parametrize("enough", [True, False], ids=["much to recommend", "little to recommend"])
def test_a_budget_whatever_the_logs_size(
    product: Product, store: Tables, calls: Calls, acts: int, who: str, enough: bool
) -> None:
    """Twenty cards of full size, with every list cold, and neighbour rows as long as they can be."""
    user = 2**53 - 1 if who == "user" else None
    old_articles(store, range(1, 401))
    young(store, range(500, 510))
    name: int | str = user or reader(Call("", "", 0, 0, guest=GUEST["X-Guest-Id"]))
    shelf.put_acts(store, name, [(10_000 + n, READ | LIKE, OLD_MS + n) for n in range(acts)])
    for n in range(acts - PROFILE, acts):
        near = range(1, 201) if enough else range(1, 6)
        shelf.put_neighbors(store, 10_000 + n, [(id, 1 / id) for id in near])
    product.call("GET", "/v1/follows/11", user)  # their row is there
    calls()
    answer = product.call("GET", PATH, user, None, {} if user else GUEST)
    (line,) = calls()
    assert len(answer.body["items"]) == 20
    assert line["requests"] <= 5
    assert line["read_cu"] <= 60
    assert line["write_cu"] == 0


def test_the_log_is_read_no_further_than_it_speaks(product: Product, store: Tables, calls: Calls) -> None:
    old_articles(store, range(1, 30))
    costs = []
    for user, acts in ((1001, LATEST_ACTS), (1002, 4 * LATEST_ACTS)):
        shelf.put_acts(store, user, [(10_000 + n, READ, OLD_MS + n) for n in range(acts)])
        product.call("GET", PATH, user)
        calls()
        product.call("GET", PATH, user)
        costs.append(calls()[0]["read_cu"])
    assert costs[0] == costs[1]


def test_a_page_of_hidden_ones_stays_within_the_budget(product: Product, store: Tables, calls: Calls) -> None:
    """It is short, even empty, and its cursor goes on."""
    old_articles(store, range(1, 61), state=State.PRIVATE)
    old_articles(store, range(61, 201))
    shelf.put_acts(store, BEN, [(10_000 + n, READ, OLD_MS + n) for n in range(600)])
    shelf.put_neighbors(store, 10_599, [(id, 1 / id) for id in range(1, 200)])
    product.call("GET", PATH, BEN)
    for size in (1, 5, 20):
        calls()
        shown = product.walk(PATH, BEN, size)
        assert [item["article"]["id"] for item in shown][:50] == list(range(61, 111))
        for line in calls():
            assert line["requests"] <= 5
            assert line["read_cu"] <= 60
