"""Every route that shows an article or a person, against all that hides one: nothing shows, and it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from feed import wiring
from feed.operations._fields import format_rfc3339
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.operators import Operators
from tests.operations.parting import fill_hidden
from tests.operations.shelf import COLLECT, LIKE, READ
from tests.steps import InProcess, Product

AUTHOR, FOLLOWER, STRANGER, THIRD = 770_001, 770_002, 770_003, 770_004
GUEST = None
VIEWERS = (FOLLOWER, STRANGER, THIRD, GUEST)
TITLE = "山里的茶"


@dataclass(frozen=True)
class Look:
    """One request, and what hides what it shows: `says` of the answer, by default that it is none of 401 and 404."""

    path: str
    of: Literal["person", "article"]
    says: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Listed:
    """A list in which the author or the article is found by id, on any of its pages."""

    path: str
    of: Literal["person", "article"]


@dataclass(frozen=True)
class Nothing:
    """It shows neither people nor articles, or shows them for a reason."""

    reason: str


ROUTES: dict[str, list[Look | Listed] | Nothing] = {
    "/v1/users/{id}": [Look("/v1/users/{author}", "person")],
    "/v1/users/{id}/articles": [
        Look("/v1/users/{author}/articles", "person"),
        Listed("/v1/users/{author}/articles", "article"),
    ],
    "/v1/users/{id}/followers": [
        Look("/v1/users/{author}/followers", "person"),
        Listed("/v1/users/{third}/followers", "person"),
    ],
    "/v1/users/{id}/following": [
        Look("/v1/users/{author}/following", "person"),
        Listed("/v1/users/{third}/following", "person"),
    ],
    "/v1/users/me/collections": [Listed("/v1/users/me/collections", "article")],
    "/v1/follows/{author_id}": [
        Look("/v1/follows/{author}", "person", lambda body: body["status"] == 1),
        Look("/v1/follows/{author}", "person", lambda body: body["follows_you"]),
    ],
    "/v1/articles/{id}": [Look("/v1/articles/{article}", "article")],
    "/v1/articles/{id}/actions": [Look("/v1/articles/{article}/actions", "article")],
    "/v1/articles/{id}/delivery": [Look("/v1/articles/{article}/delivery", "article")],
    "/v1/articles/{id}/likers": [
        Look("/v1/articles/{article}/likers", "article"),
        Listed("/v1/articles/{other}/likers", "person"),
    ],
    "/v1/articles/{id}/related": [
        Look("/v1/articles/{article}/related", "article"),
        Listed("/v1/articles/{other}/related", "article"),
    ],
    "/v1/timeline": [Listed("/v1/timeline", "article"), Listed("/v1/timeline?unread=true", "article")],
    # what was withdrawn counts until a page has passed it
    "/v1/timeline/unread": [Look("/v1/timeline/unread", "person", lambda body: body["unread"] > 0)],
    "/v1/recommendations": [Listed("/v1/recommendations", "article")],
    "/v1/recommendations/authors": [Listed("/v1/recommendations/authors", "article")],
    "/v1/hot": [Listed("/v1/hot", "article"), Listed("/v1/hot?order=trending", "article")],
    "/v1/search": [Listed("/v1/search?q=%E8%8C%B6", "article")],
    "/v1/notifications": [
        Listed("/v1/notifications", "person"),
        Listed("/v1/notifications?grouped=true", "person"),
    ],
    "/v1/notifications/unread": [Look("/v1/notifications/unread", "person", lambda body: body["unread"] > 0)],
    "/v1/blocks": Nothing("whom the caller has blocked is the caller's own word"),
    "/v1/tips/{order_id}": Nothing("the caller's own payment"),
    "/v1/account": Nothing("a balance"),
    "/v1/account/ledger": Nothing("money that was received stays in the books, with who paid it"),
    "/v1/payments/alipay/return": Nothing("a page that says what Alipay said"),
    "/healthz": Nothing("a version"),
}

Shown = frozenset[Look | Listed]


def looks(of: str) -> Shown:
    entries = (entry for entry in ROUTES.values() if not isinstance(entry, Nothing))
    return frozenset(look for entry in entries for look in entry if look.of == of)


def numbers(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int):
        yield value


class Scene:
    """An author who is followed, liked, read and alike; each route shows the author, or their article, to somebody."""

    def __init__(self, product: Product, store: Tables, state: str) -> None:
        self.product = product
        product.given_people(AUTHOR, FOLLOWER, STRANGER, THIRD)
        for follower, author in ((FOLLOWER, AUTHOR), (THIRD, AUTHOR), (AUTHOR, THIRD)):
            product.follow(follower, author)
        self.other = int(product.publish(THIRD, "another")["id"])
        mine = int(product.publish(FOLLOWER, "mine")["id"])
        self.article = int(product.publish(AUTHOR, TITLE, state=state)["id"])
        product.settle()
        for article in (self.other, mine):
            for kind in ("read", "like"):
                product.act(AUTHOR, article, kind)
        shelf.put_acts(store, FOLLOWER, [(self.article, READ | COLLECT, shelf.NOW_MS)])
        shelf.put_acts(store, THIRD, [(self.article, READ | LIKE, shelf.NOW_MS)])
        shelf.put_acts(store, STRANGER, [(self.other, READ, shelf.NOW_MS)])
        shelf.put_neighbors(store, self.other, [(self.article, 0.9)])

    def shown(self, viewer: int | None) -> Shown:
        wiring.forget()  # lists that an instance keeps for seconds may not know yet what has come back
        return frozenset(look for look in looks("person") | looks("article") if self._shows(look, viewer))

    def everything(self) -> dict[int | None, Shown]:
        return {viewer: self.shown(viewer) for viewer in VIEWERS}

    def _shows(self, look: Look | Listed, viewer: int | None) -> bool:
        path = look.path.format(author=AUTHOR, third=THIRD, article=self.article, other=self.other)
        answer = self.product.call("GET", path, viewer)
        if answer.status in (401, 404):
            return False
        if isinstance(look, Look):
            return look.says(answer.body) if look.says else True
        found = {number for item in self.product.walk(path, viewer) for number in numbers(item)}
        return not found.isdisjoint((AUTHOR, self.article))


def test_the_table_knows_every_route_that_gives_something(driver: InProcess) -> None:
    routes = [route for handler in driver.handlers.values() for route in getattr(handler, "routes", ())]
    assert {route.path for route in routes if route.method == "GET"} == ROUTES.keys()


def test_every_look_shows_to_somebody_what_others_must_not_see(product: Product, store: Tables) -> None:
    """A look that shows nothing to anybody would prove nothing."""
    scene = Scene(product, store, "public")
    shown = scene.everything()
    assert frozenset().union(*shown.values()) == looks("person") | looks("article")
    assert Listed("/v1/hot", "article") in shown[GUEST]


@pytest.mark.parametrize("state", ["private", "scheduled"])
def test_what_is_not_public_yet_shows_in_nothing(product: Product, store: Tables, clock: Clock, state: str) -> None:
    scene = Scene(product, store, "private")
    if state == "scheduled":
        in_an_hour = format_rfc3339(clock.time_ns() // 1_000_000 + 3_600_000)
        product.change(AUTHOR, scene.article, state="scheduled", publish_at=in_an_hour)
    for viewer, shown in scene.everything().items():
        assert shown.isdisjoint(looks("article")), viewer
    product.change(AUTHOR, scene.article, state="public")
    product.settle()
    assert frozenset().union(*scene.everything().values()) == looks("person") | looks("article")


@pytest.mark.parametrize("how", ["withdrawn", "deleted"])
def test_what_is_no_longer_public_shows_in_nothing(product: Product, store: Tables, how: str) -> None:
    scene = Scene(product, store, "public")
    before = scene.everything()
    if how == "withdrawn":
        product.change(AUTHOR, scene.article, state="private")
    else:
        assert product.call("DELETE", f"/v1/articles/{scene.article}", AUTHOR).status == 204
    for viewer, shown in scene.everything().items():
        assert shown == before[viewer] & looks("person"), viewer
    if how == "withdrawn":
        product.change(AUTHOR, scene.article, state="public")
        product.settle()
        assert scene.everything() == before


def test_what_is_taken_down_shows_in_nothing_and_comes_back(
    product: Product, store: Tables, driver: InProcess, clock: Clock
) -> None:
    scene, operators = Scene(product, store, "public"), Operators(store, clock)
    before = scene.everything()
    operators.does("takedown", scene.article)
    for viewer, shown in scene.everything().items():
        assert shown == before[viewer] & looks("person"), viewer
    operators.does("restore", scene.article)
    assert scene.everything() == before
    clock.advance(61_000)
    assert driver.sweep()["failed"] == 0
    product.settle()
    assert scene.everything() == before


def test_a_ban_hides_everything_from_everybody_and_its_end_shows_all_again(
    product: Product, store: Tables, clock: Clock
) -> None:
    scene, operators = Scene(product, store, "public"), Operators(store, clock)
    before = scene.everything()
    operators.does("ban", AUTHOR)
    assert scene.everything() == dict.fromkeys(VIEWERS, frozenset())
    operators.does("unban", AUTHOR)
    assert scene.everything() == before


@pytest.mark.parametrize("many", [False, True], ids=["one block", "among many"])
@pytest.mark.parametrize("who", ["mine", "theirs"])
@pytest.mark.parametrize("viewer", [FOLLOWER, STRANGER, THIRD])
def test_a_block_hides_everything_from_the_two_alone(
    product: Product, store: Tables, viewer: int, who: str, many: bool
) -> None:
    scene = Scene(product, store, "public")
    if many:
        fill_hidden(store, viewer)
    before = scene.everything()
    user, other = (viewer, AUTHOR) if who == "mine" else (AUTHOR, viewer)
    assert product.call("PUT", f"/v1/blocks/{other}", user).status == 200
    assert scene.shown(viewer) == frozenset()
    if viewer != THIRD:  # whose lists lack nobody but the author
        for bystander in {*VIEWERS} - {viewer}:
            assert scene.shown(bystander) == before[bystander], bystander
    assert product.call("DELETE", f"/v1/blocks/{other}", user).status == 200
    if viewer != STRANGER:
        product.follow(viewer, AUTHOR)
    if viewer == THIRD:
        product.follow(AUTHOR, viewer)
    assert scene.everything() == before
