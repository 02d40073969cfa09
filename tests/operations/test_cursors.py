"""Cursors that somebody made up: the mark is no secret, so a right mark on a wrong position must be refused too."""

from __future__ import annotations

from typing import Any

import pytest

from feed.domain import cursors
from tests.steps import Answer, Product

ANN, BEN = 11, 12
TIMELINE, ARTICLES = "/v1/timeline", f"/v1/users/{ANN}/articles"
FOLLOWERS, FOLLOWING = f"/v1/users/{ANN}/followers", f"/v1/users/{ANN}/following"
LISTS = {
    TIMELINE: "timeline",
    ARTICLES: f"articles of {ANN}",
    FOLLOWERS: f"follower_keys of {ANN}",
    FOLLOWING: f"author_keys of {ANN}",
}
SOME_MS = 1_764_000_000_000


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)
    product.publish(ANN)
    product.settle()


def ask(product: Product, path: str, user: int | None, position: list[Any]) -> Answer:
    return product.call("GET", f"{path}?cursor={cursors.encode(LISTS[path], user, position)}", user)


def test_no_wrong_position_gets_through(product: Product) -> None:
    wrong_pairs: list[list[Any]] = [
        [],
        [SOME_MS],
        [SOME_MS, 7],
        ["x", SOME_MS],
        [SOME_MS, "x", "x"],
        [True, "x"],
        [float(SOME_MS), "x"],
        [None, "x"],
        [[SOME_MS], "x"],
        [{}, "x"],
        [-1, "x"],
        [2**63, "x"],
        [SOME_MS, "\ud800"],
        [SOME_MS, "é"],
        [SOME_MS, "x" * 65],
    ]
    for path, user in ((path, user) for path in LISTS for user in (BEN, None)):
        for position in wrong_pairs:
            if (path, user, position) == (TIMELINE, BEN, [SOME_MS, 7]):
                continue  # the one right shape among them
            answer = ask(product, path, user, position)
            assert (answer.status, set(answer.body["error"].get("fields", ()))) == (400, {"cursor"}), position


WALKS = {
    TIMELINE: ("timeline beyond the inbox", 2),
    "/v1/hot": ("hot articles", 0),
    "/v1/recommendations": ("recommendations", 0),
}


@pytest.mark.parametrize("user", [BEN, None])
@pytest.mark.parametrize("path", WALKS)
def test_a_walk_takes_its_own_cursors_only(product: Product, path: str, user: int | None) -> None:
    name, part = WALKS[path]

    def status(cursor: str) -> int:
        return product.call("GET", f"{path}?cursor={cursor}", user).status

    right = cursors.encode_walk(name, user, part, [2**53 - 1] * 200)
    assert status(right) == 200
    assert status(cursors.encode_walk(name, 77, part, [])) == 400
    assert status(cursors.encode_walk("other", user, part, [])) == 400
    assert status(cursors.encode_walk(name, user, 7, [])) == 400
    assert status(right[:-4]) == 400
    assert status(cursors.encode(name, user, [])) == 400


def test_an_object_with_a_right_mark_is_no_position(product: Product) -> None:
    for made_up in ({}, {"a": 1}, "newest", 7, None):
        assert ask(product, TIMELINE, BEN, made_up).status == 400  # type: ignore[arg-type]


def test_a_damaged_mark_in_a_cursor_is_called_a_damaged_cursor(product: Product) -> None:
    """The client has sent no mark, and could not find it."""
    cursor = cursors.encode("timeline unread", BEN, [SOME_MS, 1, 0, "damaged", SOME_MS])
    answer = product.call("GET", f"{TIMELINE}?unread=true&cursor={cursor}", BEN)
    assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"cursor"})
