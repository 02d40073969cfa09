"""No list ever returns what its caller may not see, at once after the change, however far indexes and caches lag."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed import wiring
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.shelf import COLLECT, LIKE, READ
from tests.steps import Product

AUTHORS = (11, 12, 13)
READER, NEWCOMER, GUEST = 14, 15, None
CALLERS = (*AUTHORS, READER, NEWCOMER, GUEST)
LAG_MS = 30_000
SEARCH = "/v1/search?q=%E6%A0%87%E9%A2%98"


@pytest.fixture
def tablestore(clock: Clock) -> Iterator[TablestoreFake]:
    """Indexes show what was half a minute ago."""
    now = clock.time_ns
    with TablestoreFake(index_lag_ms=LAG_MS, search_lag_ms=LAG_MS, clock=lambda: now() // 1_000_000) as fake:
        yield fake


class Library:
    """Articles of three authors, and what the contract says of who may see them."""

    def __init__(self, product: Product, store: Tables, chance: random.Random) -> None:
        self.product, self.store, self.chance = product, store, chance
        self.authors: dict[int, int] = {}
        self.states: dict[int, str] = {}

    def publish(self) -> None:
        author, state = self.chance.choice(AUTHORS), self.chance.choice(["public", "public", "private"])
        article = self.product.publish(author, "t", state=state)["id"]
        self.authors[article], self.states[article] = author, state

    def change(self) -> None:
        """To another state; a deleted one stays so."""
        article = self.chance.choice([id for id, state in self.states.items() if state != "deleted"])
        state = self.chance.choice(["public", "private", "private", "deleted"])
        author = self.authors[article]
        if state == "deleted":
            assert self.product.call("DELETE", f"/v1/articles/{article}", author).status == 204
        else:
            self.product.change(author, article, state=state)
        self.states[article] = state

    def relate(self) -> None:
        """Everything is like everything, hidden or not, and has been read and liked by somebody."""
        for article in self.authors:
            near = [(other, self.chance.random()) for other in self.authors if other != article]
            shelf.put_neighbors(self.store, article, near)
        for caller in (*AUTHORS, READER):
            readable = [id for id, author in self.authors.items() if author != caller]
            acts = [(id, READ | LIKE | COLLECT, shelf.NOW_MS) for id in self.chance.sample(readable, 3)]
            shelf.put_acts(self.store, caller, acts)

    def may_see(self, article: int, caller: int | None) -> bool:
        state = self.states[article]
        return state == "public" or (state == "private" and self.authors[article] == caller)

    def check(self, caller: int | None) -> int:
        """Every list of this caller, every page of it; how many articles were shown."""
        shown = 0
        for path in ("/v1/timeline", "/v1/hot", "/v1/hot?order=trending", "/v1/recommendations", "/v1/search?q=t"):
            shown += self.shows(caller, path)
        if caller is not None:
            shown += self.shows(caller, "/v1/users/me/collections")
        for author in AUTHORS:
            shown += self.shows(caller, f"/v1/users/{author}/articles")
        for article in self.authors:
            for path in (f"/v1/articles/{article}/related", f"/v1/articles/{article}/likers"):
                if not self.may_see(article, caller):
                    assert self.product.call("GET", path, caller).status == 404
                elif path.endswith("related"):
                    shown += self.shows(caller, path)
        for item in self.product.walk("/v1/recommendations/authors", caller, 4):
            author, reason = item["user"]["id"], item["because"]
            public = {id for id, by in self.authors.items() if by == author and self.states[id] == "public"}
            assert public, "an author of whom nothing can be read"
            assert reason["kind"] != "hot" or reason["article_id"] in public
        return shown

    def shows(self, caller: int | None, path: str) -> int:
        items = self.product.walk(path, caller, self.chance.choice([3, 20]))
        found = [(item.get("article") or item)["id"] for item in items]
        wrong = {id: self.states[id] for id in found if not self.may_see(id, caller)}
        assert not wrong, f"{path} shows {caller} {wrong}"
        assert len(found) == len(set(found))
        return len(found)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_no_list_shows_what_its_caller_may_not_see(product: Product, store: Tables, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    library = Library(product, store, chance)
    product.given_people(*AUTHORS, READER, NEWCOMER)
    for author in AUTHORS:
        product.follow(READER, author)
    clock.advance(LAG_MS)
    for _ in range(10):
        library.publish()
    library.relate()
    product.settle()
    clock.advance(LAG_MS)  # from now on lists know them, and go on doing so
    shown = 0
    for _ in range(3):
        for caller in CALLERS:
            library.check(caller)  # and this instance keeps what it has found
        for _ in range(4):
            chance.choice([library.change, library.change, library.publish])()
        if chance.random() < 0.5:
            product.settle()
        if chance.random() < 0.3:
            wiring.forget()
        shown += sum(library.check(caller) for caller in CALLERS)
        clock.advance(chance.choice([100, 3_000, LAG_MS]))
    assert shown > 0


def test_a_withdrawn_article_is_gone_from_every_list_at_once_and_comes_back(
    product: Product, store: Tables, clock: Clock
) -> None:
    product.given_people(*AUTHORS, READER)
    article, other = (product.publish(AUTHORS[0])["id"] for _ in range(2))
    product.act(READER, other, "read")
    shelf.put_neighbors(store, other, [(article, 0.9)])
    clock.advance(LAG_MS)
    wiring.forget()
    paths = ["/v1/timeline", "/v1/hot", "/v1/hot?order=trending", "/v1/recommendations", SEARCH]

    def showing() -> list[str]:
        return [
            path
            for path in [*paths, f"/v1/articles/{other}/related", f"/v1/users/{AUTHORS[0]}/articles"]
            if article in {(item.get("article") or item)["id"] for item in product.walk(path, READER)}
        ]

    assert len(showing()) == 7
    product.change(AUTHORS[0], article, state="private")
    assert showing() == []
    product.change(AUTHORS[0], article, state="public")
    assert len(showing()) == 7
    assert product.call("DELETE", f"/v1/articles/{article}", AUTHORS[0]).status == 204
    assert showing() == []


def test_an_edit_shows_at_once_in_what_a_list_has_kept(product: Product, clock: Clock) -> None:
    product.given_people(*AUTHORS)
    article = product.publish(AUTHORS[0], "before")["id"]
    clock.advance(LAG_MS)
    for title in ("before", "after"):
        product.change(AUTHORS[0], article, title=title)
        for order in ("hot", "trending"):
            (item,) = product.walk(f"/v1/hot?order={order}", READER)
            assert item["title"] == title
