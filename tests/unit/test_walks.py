"""Walks through lists whose order moves while somebody pages through them, and young articles among them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from feed.call import Call
from feed.domain.articles import Article
from feed.operations._suggestions import EVERY, Because, Suggestion, mixed
from feed.operations._walk import MOST_PASSED, first_shown, next_cursor, passed_before
from tests.operations import shelf

CALL = Call("walk", "r", now_ms=0, ends_at=0, caller=7)
SIZES = st.integers(1, 30)


def article(id: int) -> Article:
    return shelf.article(id, 1)._replace(html="")


@given(st.lists(st.booleans(), max_size=200), SIZES, st.integers(0, 120))
def test_a_page_holds_the_first_that_pass(visible: list[bool], size: int, beyond: int) -> None:
    looks: list[int] = []

    def show(ids: Sequence[int]) -> list[Article]:
        looks.append(len(ids))
        return [article(id) for id in ids if visible[id]]

    candidates = range(len(visible))
    found, taken = first_shown(candidates, size, show, most=size + beyond)
    assert list(taken) == list(candidates[: len(taken)])
    assert [each.id for each in found] == [id for id in taken if visible[id]]
    assert len(found) == size or len(taken) == min(size + beyond, len(visible))
    assert not found or len(found) < size or found[-1].id == taken[-1]
    assert sum(looks) <= size + beyond
    assert len(looks) <= 1 + -(-beyond // 50)


@given(st.integers(0, 400), SIZES, st.randoms(use_true_random=False))
def test_a_walk_shows_nothing_twice_and_ends(articles: int, size: int, chance: random.Random) -> None:
    """Between two pages the order changes, articles come and go."""
    shown: list[int] = []
    cursor: str | None = None
    for _page in range(MOST_PASSED + 1):
        _, passed = passed_before("list", cursor, CALL)
        ranked = chance.sample(range(articles), chance.randint(0, articles))
        candidates = [id for id in ranked if id not in passed]
        hidden = set(chance.sample(candidates, len(candidates) // 3))

        def show(ids: Sequence[int], hidden: set[int] = hidden) -> list[Article]:
            return [article(id) for id in ids if id not in hidden]

        found, taken = first_shown(candidates, size, show, most=size + 20)
        shown += [each.id for each in found]
        cursor = next_cursor("list", [*passed, *taken], CALL, more=len(taken) < len(candidates))
        if cursor is None:
            break
        assert len(cursor) < 2560
    assert cursor is None
    assert len(shown) == len(set(shown))


def suggestions(ids: Sequence[int], kind: str) -> list[Suggestion]:
    return [Suggestion(id, Because.model_validate({"kind": kind})) for id in ids]


@given(st.integers(0, 150), st.integers(0, 20), st.integers(1, 30), st.randoms(use_true_random=False))
def test_every_tenth_place_of_a_walk_is_young_at_every_page_size(
    ranked: int, young: int, size: int, chance: random.Random
) -> None:
    """Some of the young are ranked, too: those come once."""
    best = suggestions(range(ranked), "like")
    fresh = suggestions(chance.sample(range(ranked + 20), min(young, ranked + 20)), "fresh")
    walk = mixed(best, fresh, [], [])
    ids = [item.article_id for item in walk]
    assert len(ids) == len(set(ids))
    assert {item.article_id for item in walk if item.because.kind == "like"} <= set(range(ranked))
    assert set(range(ranked)) <= set(ids)
    of_taste = [item.article_id for item in walk if item.because.kind == "like"]
    assert of_taste == sorted(of_taste)
    places = [place for place, item in enumerate(walk) if item.because.kind == "fresh"]
    assert places == [EVERY * (n + 1) - 1 for n in range(len(places))]
    paged: list[Suggestion] = []
    while page := mixed(best, fresh, [item.article_id for item in paged], [])[:size]:
        paged += page
    assert paged == walk


def test_two_of_twenty() -> None:
    walk = mixed(suggestions(range(40), "like"), suggestions(range(100, 110), "fresh"), [], [])
    assert [place for place, item in enumerate(walk[:20], 1) if item.because.kind == "fresh"] == [10, 20]
