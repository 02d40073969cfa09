"""What readers do: each act once, counted as often as a flag changes."""

from __future__ import annotations

import pytest

from tests.steps import Product

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
    for method, body in (("POST", {"kind": "read"}), ("GET", None)):
        assert product.call(method, f"/v1/articles/{hidden}/actions", BEN, body).status == 404


def test_guests_may_only_read(product: Product, article: int) -> None:
    path = f"/v1/articles/{article}/actions"
    for guest in ("guest-number-one-", "guest-number-two-", "guest-number-one-"):
        assert product.call("POST", path, None, {"kind": "read"}, {"X-Guest-Id": guest}).status == 200
    assert product.call("POST", path, None, {"kind": "like"}).status == 401
    assert counts(product, article)["read"] == 2
