"""What readers do: each act once, counted as often as a flag changes."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.actions import REWARD_BIT, Flag
from feed.errors import ConditionFailed
from feed.operations._recount import recount
from feed.store import articles, counters, logs, schema
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Clock, Meanwhile
from tests.steps import Answer, Product

ANN, BEN, CLO = 11, 12, 13


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO)
    return int(product.publish(ANN)["id"])


def counts(product: Product, article: int) -> dict[str, int]:
    return dict(product.call("GET", f"/v1/articles/{article}").body["counts"])


def test_acts_are_counted_once_however_often_they_are_sent(product: Product, article: int) -> None:
    for user in (BEN, CLO):
        for kind in ("read", "read", "like", "like", "collect", "comment", "comment"):
            product.act(user, article, kind)
    assert counts(product, article) == {"read": 2, "like": 2, "comment": 2, "collect": 2, "reward": 0}
    assert product.call("GET", f"/v1/users/{ANN}").body["like_count"] == 2
    for _ in range(2):
        answer = product.act(BEN, article, "unlike")
    assert answer["flags"] == {"read": True, "like": False, "collect": True, "comment": True}
    assert answer["counts"]["like"] == 1
    assert product.call("GET", f"/v1/users/{ANN}").body["like_count"] == 1
    assert product.call("GET", f"/v1/articles/{article}/actions", BEN).body == answer


def at_once(product: Product, article: int, acts: list[tuple[int, str]]) -> list[Answer]:
    """Every act in a thread of its own."""
    path = f"/v1/articles/{article}/actions"
    with ThreadPoolExecutor(len(acts)) as threads:
        sent = [threads.submit(product.call, "POST", path, user, {"kind": kind}) for user, kind in acts]
        return [each.result() for each in sent]


def test_fifty_times_the_same_like_at_once(product: Product, store: Tables, article: int) -> None:
    product.act(BEN, article, "read")
    answers = at_once(product, article, [(BEN, "like")] * 50)
    assert {answer.status for answer in answers} == {200}
    assert all(answer.body["flags"]["like"] for answer in answers)
    assert shelf.audit(store)[article].like == 1
    assert product.call("GET", f"/v1/users/{ANN}").body["like_count"] == 1
    assert [row for row in shelf.everything(store, schema.WORK) if row["kind"] == "recount"] == []


@pytest.mark.parametrize("kind", ["like", "unlike"])
def test_the_same_act_overtakes_itself(
    product: Product, store: Tables, article: int, meanwhile: Meanwhile, kind: str
) -> None:
    """Both have seen that the flag is another one."""
    for before in ("read", "like") if kind == "unlike" else ("read",):
        product.act(BEN, article, before)
    answers = []
    meanwhile(logs, "change", lambda: answers.append(product.act(BEN, article, kind)))
    answers.append(product.act(BEN, article, kind))
    assert [answer["flags"]["like"] for answer in answers] == [kind == "like"] * 2
    assert shelf.audit(store)[article].like == (kind == "like")
    assert [row for row in shelf.everything(store, schema.WORK) if row["kind"] == "recount"] == []


def test_fifty_readers_at_once(product: Product, store: Tables, article: int) -> None:
    readers = range(1000, 1050)
    for kind in ("read", "like"):
        assert {answer.status for answer in at_once(product, article, [(user, kind) for user in readers])} == {200}
    counted = shelf.audit(store)[article]
    assert (counted.read, counted.like) == (50, 50)
    assert product.call("GET", f"/v1/users/{ANN}").body["like_count"] == 50


@pytest.mark.parametrize("seed", range(5))
def test_acts_are_the_flags_in_one_number(product: Product, store: Tables, article: int, seed: int) -> None:
    """After any sequence of acts, some of them at once, and tips."""
    chance = random.Random(seed)
    kinds = ["read", "like", "unlike", "collect", "uncollect", "comment", "uncomment"]
    for _ in range(15):
        batch = [(chance.choice([BEN, CLO]), chance.choice(kinds)) for _ in range(chance.choice([1, 1, 6]))]
        assert {answer.status for answer in at_once(product, article, batch)} <= {200, 409}
        if chance.random() < 0.1:
            store.write_many([logs.tipped(BEN, article, 1_764_000_000_000)])
        shelf.audit(store)


def test_a_tips_flag_comes_once(store: Tables, product: Product, article: int) -> None:
    store.write(logs.tipped(BEN, article, 1))
    with pytest.raises(ConditionFailed):
        store.write(logs.tipped(BEN, article, 2))
    product.act(BEN, article, "read")
    (acted,) = logs.newest(store, BEN, 10)
    assert (acted.acts, acted.article_id) == (REWARD_BIT | shelf.READ, article)
    shelf.audit(store)


def test_an_act_without_its_guard_does_not_happen(product: Product, tablestore: TablestoreFake, article: int) -> None:
    """What would be lost by a crash must not be begun."""
    tablestore.faults.add("throttle", api="BatchWriteRow", table=schema.WORK)
    answer = product.call("POST", f"/v1/articles/{article}/actions", BEN, {"kind": "read"})
    assert answer.status == 503
    tablestore.faults.clear()
    assert not any(product.call("GET", f"/v1/articles/{article}/actions", BEN).body["flags"].values())


def test_a_counter_below_zero_is_recounted(product: Product, store: Tables, clock: Clock, article: int) -> None:
    """As a like leaves it that died uncounted and was taken back."""
    product.act(BEN, article, "read")
    store.write(counters.counted(articles.require(store, article), Flag.LIKE, -1, 1))
    assert counts(product, article)["like"] == 0
    clock.advance(60_000)
    assert recount(article, store, clock.time_ns() // 1_000_000)
    product.act(BEN, article, "like")
    assert counts(product, article)["like"] == 1
    shelf.audit(store)


def test_the_answer_shows_ones_own_act_at_once(product: Product, article: int) -> None:
    answer = product.act(BEN, article, "read")
    assert (answer["flags"]["read"], answer["counts"]["read"]) == (True, 1)


@pytest.mark.parametrize("kind", ["like", "collect", "comment"])
def test_reading_comes_first(product: Product, article: int, kind: str) -> None:
    answer = product.call("POST", f"/v1/articles/{article}/actions", BEN, {"kind": kind})
    assert (answer.status, answer.error) == (409, "not_read")
    assert counts(product, article)[kind] == 0


def test_nobody_acts_on_their_own_or_on_what_they_may_not_see(product: Product, article: int) -> None:
    own = product.call("POST", f"/v1/articles/{article}/actions", ANN, {"kind": "read"})
    assert (own.status, own.error) == (409, "own_article")
    hidden = product.publish(ANN, state="private")["id"]
    gone = product.publish(ANN)["id"]
    assert product.call("DELETE", f"/v1/articles/{gone}", ANN).status == 204
    for unseen in (hidden, gone, 404_404):
        for method, body in (("POST", {"kind": "read"}), ("GET", None)):
            assert product.call(method, f"/v1/articles/{unseen}/actions", BEN, body).status == 404
    assert product.call("POST", f"/v1/articles/{gone}/actions", ANN, {"kind": "read"}).status == 404


def test_guests_may_only_read(product: Product, article: int) -> None:
    path = f"/v1/articles/{article}/actions"
    for guest in ("guest-number-one-", "guest-number-two-", "guest-number-one-"):
        assert product.call("POST", path, None, {"kind": "read"}, {"X-Guest-Id": guest}).status == 200
    assert product.call("POST", path, None, {"kind": "like"}).status == 401
    assert counts(product, article)["read"] == 2
    item = product.call("GET", path, None, None, {"X-Guest-Id": "guest-number-one-"}).body
    assert item["flags"] == {"read": True, "like": False, "collect": False, "comment": False}
    assert not product.call("GET", path, None, None, {"X-Guest-Id": "guest-number-six-"}).body["flags"]["read"]


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_likers_newest_first(product: Product, clock: Clock, article: int, size: int) -> None:
    likers = list(range(100, 107))
    for user in likers:
        clock.advance(1 + user % 2)
        product.act(user, article, "read")
        product.act(user, article, "like")
    path = f"/v1/articles/{article}/likers"

    def shown() -> list[int]:
        items = product.walk(path, None, size)
        assert [item["liked_at"] for item in items] == sorted((item["liked_at"] for item in items), reverse=True)
        return [item["user"]["id"] for item in items]

    assert shown() == likers[::-1]
    product.act(103, article, "unlike")
    assert shown() == [user for user in likers[::-1] if user != 103]
    clock.advance(5)
    product.act(103, article, "like")
    assert shown() == [103, *(user for user in likers[::-1] if user != 103)]
    product.change(ANN, article, state="private")
    assert product.call("GET", path, BEN).status == 404
    assert len(product.walk(path, ANN, size)) == 7


def test_likers_of_one_moment_are_all_shown(product: Product, store: Tables, article: int) -> None:
    for user in range(100, 107):
        product.given_people(user)
        shelf.put_acts(store, user, [(article, shelf.READ | shelf.LIKE, shelf.NOW_MS)])
    for size in (1, 2, 3, 7):
        items = product.walk(f"/v1/articles/{article}/likers", None, size)
        assert sorted(item["user"]["id"] for item in items) == list(range(100, 107))
    assert product.call("GET", "/v1/articles/404404/likers").status == 404
    assert product.call("GET", f"/v1/articles/{article}/likers?cursor=AAAA").status == 400
