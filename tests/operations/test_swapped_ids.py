"""Two users, every route, swapped ids: nothing of the other's is read or written, whatever of theirs one names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from feed.domain.ids import hashed
from feed.edge.routing import WITH_BODY, Address, Route
from feed.operations._fields import format_rfc3339
from feed.store import schema
from feed.store.client import Tables
from feed.store.rows import Key, Row
from feed.store.schema import TABLES
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.money import paid, rows
from tests.operations.shelf import COLLECT, LIKE, READ
from tests.steps import ROOT, Answer, Product, load_handler

ANN, BEN, CAT, DAN, EVE, FAY, GIL, HAL = range(881_001, 881_009)
"""The one whose everything is, the one who wants it, and others, of whom ANN has blocked DAN and EVE."""
SECRET = "vermillion"
KEY, FORM = "one-key-for-two", {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Try:
    """What BEN sends, and the status that comes back.

    `touches` are tables in which an act that is open to everybody leaves its trace on what is ANN's.
    """

    path: str
    status: int
    body: Any = None
    touches: frozenset[str] = frozenset()
    headers: tuple[tuple[str, str], ...] = ()


ABOUT_HER = frozenset({schema.USERS, schema.NOTIFICATIONS})
MET = ABOUT_HER | {schema.RELATIONS, schema.WORK}
ARTICLE = {"title": "t", "html": "<p>t</p>", "state": "private"}
LIKED = ABOUT_HER | {schema.ARTICLES, schema.LOG}
ORDERED = frozenset({schema.ORDERS, schema.USERS})

ROUTES: dict[str, list[Try]] = {
    "POST /v1/payments/alipay/notify": [
        Try(
            "/v1/payments/alipay/notify",
            400,
            b"out_trade_no={order}&trade_status=TRADE_SUCCESS",
            headers=(*FORM.items(),),
        )
    ],
    "GET /v1/payments/alipay/return": [Try("/v1/payments/alipay/return?out_trade_no={order}", 400)],
    "DELETE /v1/blocks/{user_id}": [Try("/v1/blocks/{ann}", 200), Try("/v1/blocks/{dan}", 200)],
    "GET /v1/blocks": [Try("/v1/blocks", 200)],
    "GET /v1/follows/{author_id}": [Try("/v1/follows/{ann}", 200)],
    "PUT /v1/follows/{author_id}": [Try("/v1/follows/{ann}", 200, touches=MET)],
    "DELETE /v1/follows/{author_id}": [
        Try("/v1/follows/{ann}", 200, touches=ABOUT_HER),
        Try("/v1/follows/{cat}", 200),
    ],
    "GET /v1/users/{id}/followers": [Try("/v1/users/{ann}/followers", 200)],
    "GET /v1/users/{id}/following": [Try("/v1/users/{ann}/following", 200)],
    "GET /healthz": [Try("/healthz", 200)],
    "POST /v1/articles/{id}/actions": [
        Try("/v1/articles/{public}/actions", 200, {"kind": "read"}, LIKED),
        *(Try(f"/v1/articles/{{{which}}}/actions", 404, {"kind": "read"}) for which in ("private", "scheduled")),
    ],
    "GET /v1/articles/{id}/actions": [
        Try("/v1/articles/{public}/actions", 200),
        Try("/v1/articles/{private}/actions", 404),
    ],
    "GET /v1/articles/{id}/likers": [
        Try("/v1/articles/{public}/likers", 200),
        Try("/v1/articles/{private}/likers", 404),
    ],
    "GET /v1/users/me/collections": [Try("/v1/users/me/collections", 200)],
    "GET /v1/notifications": [Try("/v1/notifications", 200), Try("/v1/notifications?grouped=true", 200)],
    "GET /v1/notifications/unread": [Try("/v1/notifications/unread", 200)],
    "POST /v1/notifications/read": [Try("/v1/notifications/read", 200, {"mark": "{news_mark}"})],
    "GET /v1/users/{id}": [Try("/v1/users/{ann}", 200)],
    "PUT /v1/users/me": [
        Try("/v1/users/me", 200, {"nickname": "ben"}),
        Try("/v1/users/{ann}", 405, {"nickname": "ben"}),
    ],
    "POST /v1/articles": [
        Try("/v1/articles", 201, ARTICLE, headers=(("Idempotency-Key", KEY),)),
        Try("/v1/articles?dry_run=true", 403, ARTICLE),
    ],
    "GET /v1/articles/{id}": [
        Try("/v1/articles/{public}", 200),
        *(Try(f"/v1/articles/{{{which}}}", 404) for which in ("private", "scheduled")),
    ],
    "PATCH /v1/articles/{id}": [
        Try("/v1/articles/{public}", 403, {"title": "t"}),
        *(Try(f"/v1/articles/{{{which}}}", 404, {"state": "public"}) for which in ("private", "scheduled")),
    ],
    "DELETE /v1/articles/{id}": [
        Try("/v1/articles/{public}", 403),
        *(Try(f"/v1/articles/{{{which}}}", 404) for which in ("private", "scheduled")),
    ],
    "GET /v1/articles/{id}/delivery": [
        Try("/v1/articles/{public}/delivery", 403),
        Try("/v1/articles/{private}/delivery", 404),
    ],
    "GET /v1/users/{id}/articles": [Try("/v1/users/{ann}/articles", 200)],
    "GET /v1/recommendations": [Try("/v1/recommendations", 200)],
    "GET /v1/recommendations/authors": [Try("/v1/recommendations/authors", 200)],
    "GET /v1/articles/{id}/related": [
        Try("/v1/articles/{public}/related", 200),
        Try("/v1/articles/{private}/related", 404),
    ],
    "GET /v1/hot": [Try("/v1/hot", 200), Try("/v1/hot?order=trending", 200)],
    "GET /v1/search": [Try(f"/v1/search?q={SECRET}", 200)],
    "GET /v1/timeline": [Try("/v1/timeline", 200), Try("/v1/timeline?unread=true", 200)],
    "GET /v1/timeline/unread": [Try("/v1/timeline/unread", 200)],
    "POST /v1/timeline/read": [Try("/v1/timeline/read", 200, {"mark": "{mark}"})],
    "POST /v1/articles/{id}/tips": [
        Try("/v1/articles/{public}/tips", 201, {"amount_fen": 500, "channel": "alipay"}, ORDERED),
        Try("/v1/articles/{private}/tips", 404, {"amount_fen": 500, "channel": "alipay"}),
    ],
    "GET /v1/tips/{order_id}": [Try("/v1/tips/{order}", 404), Try("/v1/tips/{received}", 404)],
    "GET /v1/account": [Try("/v1/account", 200)],
    "GET /v1/account/ledger": [Try("/v1/account/ledger", 200)],
    # the last: after it, ANN and what is hers are unknown to BEN
    "PUT /v1/blocks/{user_id}": [Try("/v1/blocks/{ann}", 200, touches=MET | {schema.HIDDEN, schema.BLOCKS})],
}


@dataclass(frozen=True)
class Scene:
    """`names` are what tries call what is ANN's; `hers` is what nobody else may be told."""

    product: Product
    names: dict[str, str]
    hers: frozenset[str]

    def send(self, route: str, attempt: Try, **headers: str) -> Answer:
        body = attempt.body
        if body is not None:
            body = self.named(body if isinstance(body, bytes) else json.dumps(body).encode())
        path = self.named(attempt.path.encode()).decode()
        return self.product.call(route.split()[0], path, BEN, body, {**dict(attempt.headers), **headers})

    def named(self, text: bytes) -> bytes:
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}".encode(), value.encode())
        return text

    def told(self, attempt: Try, answer: Answer) -> set[str]:
        """What the answer tells of hers that BEN had not named."""
        sent = self.named(attempt.path.encode()).decode()
        return {value for value in leaves(answer.body) if any(her in value and her not in sent for her in self.hers)}


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield str(value)


@pytest.fixture
def scene(product: Product, store: Tables, clock: Clock, alipay_keys: Keys) -> Scene:
    product.given_people(ANN, BEN, CAT, DAN, EVE, FAY, GIL, HAL)
    for other in (CAT, FAY):
        product.follow(ANN, other)
        product.follow(other, ANN)
    for other in (DAN, EVE):
        assert product.call("PUT", f"/v1/blocks/{other}", ANN).status == 200
    of_cat = [int(product.publish(CAT, f"of cat {number}")["id"]) for number in range(2)]
    public = [int(product.publish(ANN, f"for all {number}")["id"]) for number in range(2)]
    strange = [int(product.publish(author)["id"]) for author in (GIL, HAL)]
    private = int(product.publish(ANN, SECRET, state="private")["id"])
    later = format_rfc3339(clock.now_ms() + 3_600_000)
    scheduled = int(product.publish(ANN, SECRET, state="scheduled", publish_at=later)["id"])
    claimed = product.call("POST", "/v1/articles", ANN, ARTICLE, {"Idempotency-Key": KEY})
    product.settle()
    for fan in (CAT, FAY):
        shelf.put_acts(store, fan, [(article, READ | LIKE, shelf.NOW_MS) for article in public])
    shelf.put_acts(store, ANN, [(article, READ | COLLECT, shelf.NOW_MS) for article in of_cat])
    shelf.put_acts(store, BEN, [(of_cat[0], READ, shelf.NOW_MS)])
    for article in (of_cat[0], public[0]):
        shelf.put_neighbors(store, article, [(each, 0.9) for each in (private, scheduled, *strange, *public)])
    order = product.tip(ANN, of_cat[0], message=SECRET)
    received = [product.tip(CAT, public[0], message=SECRET) for _ in range(2)]
    for each in received:
        assert product.notify(paid(each, alipay_keys).notification()).body == "success"
    numbers = {"private": private, "scheduled": scheduled, "claimed": claimed.body["id"], "dan": DAN, "eve": EVE}
    texts = {"order": order["order_id"], "received": received[0]["order_id"]}
    marks = {
        "mark": product.call("GET", "/v1/timeline/unread", ANN).body["mark"],
        "news_mark": product.call("GET", "/v1/notifications/unread", ANN).body["mark"],
    }
    hers = {SECRET, *texts.values(), *map(str, numbers.values())}
    names = {**{name: str(value) for name, value in numbers.items()}, **texts, **marks}
    open_ones = {"ann": str(ANN), "cat": str(CAT), "public": str(public[0])}
    return Scene(product, {**names, **open_ones}, frozenset(hers))


def routes() -> list[Address]:
    handlers = [load_handler(file) for file in sorted(ROOT.glob("functions/*/index.py"))]
    return [route for handler in handlers for route in getattr(handler, "routes", ())]


def others(store: Tables) -> dict[str, dict[Key, Row]]:
    """Every row that is not BEN's own, by table and key; budgets are counted for the address of all."""
    found = rows(store, *(table.name for table in TABLES if table.name != schema.RATE_LIMITS))
    keyed = {
        table: {tuple(row[name] for name in schema.KEY_NAMES[table]): row for row in many}
        for table, many in found.items()
    }
    return {table: {key: row for key, row in many.items() if hashed(BEN) not in key} for table, many in keyed.items()}


def touched(before: dict[str, dict[Key, Row]], after: dict[str, dict[Key, Row]]) -> set[str]:
    """Tables in which a row of another's has changed or gone, or a new one stands under ANN's key."""
    return {
        table
        for table, known in before.items()
        if any(after[table].get(key) != row for key, row in known.items())
        or any(hashed(ANN) in key for key in after[table].keys() - known.keys())
    }


def test_the_table_knows_every_route() -> None:
    assert {f"{route.method} {route.path}" for route in routes()} == ROUTES.keys()
    for route in routes():
        if route.path_names and isinstance(route, Route):
            tries = ROUTES[f"{route.method} {route.path}"]
            assert any("{" in attempt.path for attempt in tries), "what the path names is swapped"


def test_what_is_hers_is_told_to_her(scene: Scene) -> None:
    """Else nothing would be proved by its not being told to BEN."""
    paths = [
        "/v1/blocks",
        "/v1/account/ledger",
        f"/v1/users/{ANN}/articles",
        "/v1/articles/{private}",
        "/v1/tips/{order}",
    ]
    told = {
        leaf
        for path in paths
        for leaf in leaves(scene.product.call("GET", scene.named(path.encode()).decode(), ANN).body)
    }
    assert {SECRET, str(DAN), str(EVE), *(scene.names[name] for name in ("private", "scheduled", "claimed"))} <= told
    assert len(list(scene.product.walk("/v1/account/ledger", ANN))) == 2


def test_nothing_of_hers_is_read_or_written(scene: Scene, store: Tables) -> None:
    wrong = []
    before = others(store)
    for route, tries in ROUTES.items():
        for attempt in tries:
            answer = scene.send(route, attempt)
            after = others(store)
            seen = (answer.status, touched(before, after) - attempt.touches, scene.told(attempt, answer))
            if seen != (attempt.status, set(), set()):
                wrong.append((route, attempt.path, *seen))
            before = after
    assert wrong == []
    assert scene.product.balance(ANN) == 1000
    assert scene.product.balance(BEN) == 0


NAMES = ("user_id", "user", "caller", "sub", "owner_id", "reader_id", "payer_id", "author_id", "id")
HEADERS = {"X-User-Id": str(ANN), "X-Forwarded-User": str(ANN), "X-Fc-Account-Id": str(ANN), "Cookie": f"user={ANN}"}


def test_an_id_beside_the_token_names_nobody(scene: Scene, store: Tables) -> None:
    """Where a name is known, it is a field of the route's own; in a header, none is."""
    wrong = []
    for route in routes():
        if not isinstance(route, Route):
            continue
        known = route.request_model.model_fields
        name = f"{route.method} {route.path}"
        attempt = ROUTES[name][0]
        for smuggled in NAMES:
            mark = "&" if "?" in attempt.path else "?"
            sent = [Try(f"{attempt.path}{mark}{smuggled}={ANN}", 400, attempt.body)]
            if route.method in WITH_BODY:
                sent.append(Try(attempt.path, 400, {**(attempt.body or {}), smuggled: ANN}))
            assert smuggled not in known or smuggled in route.path_names, "a field that says who calls?"
            wrong += [(name, each) for each in sent if scene.send(name, each).status != 400]
    assert wrong == []
    before = others(store)
    for name in ("GET /v1/account", "GET /v1/blocks", "GET /v1/notifications", "GET /v1/tips/{order_id}"):
        attempt = ROUTES[name][0]
        plain, smuggling = scene.send(name, attempt), scene.send(name, attempt, **HEADERS)
        assert smuggling.status == plain.status == attempt.status
        assert plain.status == 404 or smuggling.body == plain.body
    assert others(store) == before


def test_her_cursors_lead_nobody_else_on(scene: Scene) -> None:
    """Of every list there is, by its route."""
    lists = [route for route in routes() if isinstance(route, Route) and "cursor" in route.request_model.model_fields]
    wrong = []
    for route in lists:
        path = scene.named(ROUTES[f"GET {route.path}"][0].path.encode()).decode().replace(SECRET, "for")
        sized = f"{path}{'&' if '?' in path else '?'}size=1"
        cursor = scene.product.call("GET", sized, ANN).body["next_cursor"]
        answer = scene.product.call("GET", f"{sized}&cursor={cursor}", BEN)
        mine = scene.product.call("GET", f"{sized}&cursor={cursor}", ANN)
        if (cursor is None, mine.status, answer.status) != (False, 200, 400):
            wrong.append((path, cursor, mine.status, answer.status))
    assert wrong == []
