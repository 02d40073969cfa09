"""Bans: tokens refused on every instance within two seconds, everything hidden from everybody, and nothing lost."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jwt
import pytest

from alifakes.tablestore.app import TablestoreFake
from commands import token
from feed import wiring
from feed.domain.bans import Ban
from feed.domain.tips import Order
from feed.errors import OutcomeUnknown
from feed.store import accounts, bans, schema
from feed.store.client import Connection, Tables
from feed.store.rows import Update
from tests.operations import shelf
from tests.operations.conftest import TEN_YEARS_S, Calls, Clock
from tests.operations.crashes import Fault, Kind, alternately, faults, guarded
from tests.operations.operators import WHY, Operators
from tests.steps import InProcess, Product

ANN, BEN, CLO, DAN = 11, 12, 13, 14
SIGNED = [
    ("GET", "/v1/timeline", None),
    ("GET", "/v1/timeline/unread", None),
    ("GET", "/v1/users/12", None),
    ("PUT", "/v1/users/me", {"nickname": "x"}),
    ("PUT", "/v1/follows/12", None),
    ("GET", "/v1/follows/12", None),
    ("PUT", "/v1/blocks/12", None),
    ("POST", "/v1/articles", {"title": "t", "html": "<p>x</p>", "state": "public"}),
    ("POST", "/v1/articles/7/actions", {"kind": "read"}),
    ("POST", "/v1/articles/7/tips", {"amount_fen": 500, "channel": "alipay"}),
    ("GET", "/v1/account", None),
    ("GET", "/v1/hot", None),
    ("GET", "/v1/recommendations", None),
    ("GET", "/v1/search?q=x", None),
    ("GET", "/v1/notifications", None),
]
"""A route of every function that a token opens."""


@pytest.fixture(autouse=True)
def _kept_for_two_seconds(monkeypatch: pytest.MonkeyPatch, driver: InProcess) -> None:  # noqa: ARG001 (it sets another)
    monkeypatch.setattr(bans, "KEPT_MS", 2_000)


@pytest.fixture
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@pytest.fixture
def operators(door: None, store: Tables, clock: Clock) -> Operators:  # noqa: ARG001 (before anything connects)
    return Operators(store, clock)


@pytest.fixture(autouse=True)
def people(operators: Operators, product: Product) -> None:  # noqa: ARG001 (before anything connects)
    product.given_people(ANN, BEN, CLO, DAN)


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A new instance of all functions, on which what is inside the block runs."""

    def new() -> Callable[[], Any]:
        kept: dict[str, Any] = {}

        @contextmanager
        def on_it() -> Iterator[None]:
            with monkeypatch.context() as patched:
                patched.setattr(wiring, "_read_lately", kept)
                yield

        return on_it

    return new


def status(product: Product, user: int | None, path: str = "/v1/timeline") -> int:
    return product.call("GET", path, user).status


def signed_at(keys: Path, user: int, issued_ms: int, **claims: Any) -> Mapping[str, str]:
    """The header with a token of that time."""
    issued_s = issued_ms // 1000
    times = {"iat": issued_s, "exp": issued_s + TEN_YEARS_S}
    body = {"sub": str(user), "iss": token.ISSUER, "aud": token.AUDIENCE, **times, **claims}
    text = jwt.encode(body, token._private_key(keys), algorithm="RS256", headers={"kid": token.KID})
    return {"Authorization": f"Bearer {text}"}


def test_a_token_is_refused_within_two_seconds_on_every_instance_and_at_once_on_a_new_one(
    product: Product, operators: Operators, clock: Clock, instance: Callable[[], Any]
) -> None:
    known = [instance() for _ in range(3)]
    for on_it in known:
        with on_it():
            assert status(product, ANN) == 200
    operators.does("ban", ANN)
    with instance()():
        assert status(product, ANN) == 401
    clock.advance(2_000)
    for on_it in known:
        with on_it():
            answer = product.call("GET", "/v1/timeline", ANN)
            assert (answer.status, answer.error) == (401, "unauthenticated")
            assert answer.body["error"]["message"] == "This account is closed by the operator."
            assert status(product, BEN) == 200


@pytest.mark.parametrize(("method", "path", "body"), SIGNED, ids=[f"{method} {path}" for method, path, _ in SIGNED])
def test_every_function_refuses_it(product: Product, operators: Operators, method: str, path: str, body: Any) -> None:
    wiring.forget()
    before = product.call(method, path, ANN, body).status
    assert before != 401
    operators.does("ban", ANN)
    wiring.forget()
    assert product.call(method, path, ANN, body).status == 401
    assert product.call(method, path, BEN, body).status != 401


def test_both_kinds_of_triggers_refuse_it(
    driver: InProcess, operators: Operators, signed: Callable[[int], str], clock: Clock
) -> None:
    headers = {"Authorization": f"Bearer {signed(ANN)}"}
    gateway = {
        "path": "/v1/timeline",
        "httpMethod": "GET",
        "headers": headers,
        "queryParameters": {},
        "pathParameters": {},
        "body": "",
        "isBase64Encoded": False,
    }
    trigger = {
        "version": "v1",
        "rawPath": "/v1/timeline",
        "headers": headers,
        "queryParameters": {},
        "body": base64.b64encode(b"").decode(),
        "isBase64Encoded": True,
        "requestContext": {"http": {"method": "GET", "path": "/v1/timeline", "sourceIp": "203.0.113.9"}},
    }
    for status in (200, 401):
        for event in (gateway, trigger):
            assert driver.invoke("timeline", json.dumps(event).encode())["statusCode"] == status
        if status == 200:
            operators.does("ban", ANN)
            clock.advance(2_000)


def test_after_a_ban_only_newer_tokens_are_good(
    product: Product, operators: Operators, clock: Clock, keys: Path
) -> None:
    """Without `ver` by when they were issued, with it by its number; both may have been issued in the same second."""
    old = signed_at(keys, ANN, clock.now_ms())
    clock.advance(5_000)
    operators.does("ban", ANN)
    versions = {ver: signed_at(keys, ANN, clock.now_ms(), ver=ver) for ver in (0, 1, 2)}

    def statuses() -> list[int]:
        wiring.forget()
        new = signed_at(keys, ANN, clock.now_ms())
        return [product.call("GET", "/v1/timeline", None, None, each).status for each in (old, new, *versions.values())]

    clock.advance(5_000)
    assert statuses() == [401] * 5
    operators.does("unban", ANN)
    assert statuses() == [401, 200, 401, 200, 200]
    operators.does("sign-out", ANN)
    clock.advance(1_000)
    assert statuses() == [401, 200, 401, 401, 200]
    assert product.call("GET", "/v1/timeline", BEN).status == 200


def test_a_second_ban_needs_a_second_version(operators: Operators, store: Tables) -> None:
    for act in ("ban", "unban", "ban", "ban"):
        operators.does(act, ANN)
    told = bans.find(store, ANN)
    assert told is not None
    assert (told.ban.banned, told.ban.token_version, told.by, told.why) == (True, 2, "op", WHY)


def test_nobody_can_follow_who_is_banned_nor_see_that_they_are_there(product: Product, operators: Operators) -> None:
    product.follow(BEN, ANN)
    operators.does("ban", ANN)
    wiring.forget()
    assert product.call("PUT", f"/v1/follows/{ANN}", CLO).status == 404
    assert product.call("GET", f"/v1/follows/{ANN}", BEN).body == {"status": 0, "follows_you": False, "friends": False}
    assert product.call("DELETE", f"/v1/follows/{ANN}", BEN).status == 200


def test_whom_one_has_blocked_is_named_no_more(product: Product, operators: Operators) -> None:
    for other in (ANN, CLO):
        assert product.call("PUT", f"/v1/blocks/{other}", BEN).status == 200
    operators.does("ban", ANN)
    wiring.forget()
    assert [item["user"]["id"] for item in product.walk("/v1/blocks", BEN)] == [CLO]
    operators.does("unban", ANN)
    wiring.forget()
    assert {item["user"]["id"] for item in product.walk("/v1/blocks", BEN)} == {ANN, CLO}


def test_what_is_published_or_followed_around_a_ban_is_there_after_it(
    product: Product, operators: Operators, driver: InProcess, clock: Clock
) -> None:
    """A fan-out that runs during the ban goes on: nothing has to be brought later."""
    product.follow(BEN, ANN)
    article = product.publish(ANN)["id"]
    operators.does("ban", ANN)
    wiring.forget()
    product.settle()
    assert product.followed(BEN) == []
    assert product.call("GET", "/v1/timeline/unread", BEN).body["unread"] == 0
    operators.does("unban", ANN)
    wiring.forget()
    assert product.followed(BEN) == [article]
    assert product.call("GET", "/v1/timeline/unread", BEN).body["unread"] == 1
    clock.advance(120_000)
    assert driver.sweep()["failed"] == 0


@pytest.mark.parametrize("articles", [0, 30])
def test_a_ban_is_four_writes_whatever_the_user_has(
    product: Product, operators: Operators, tablestore: TablestoreFake, store: Tables, articles: int
) -> None:
    shelf.put_articles(store, *(shelf.article(1_000 + number, ANN) for number in range(articles)))
    for follower in (BEN, CLO, DAN):
        product.follow(follower, ANN)
    for act in ("ban", "unban"):
        tablestore.reset_requests()
        operators.does(act, ANN)
        written = {
            (api, table): counts["rows"]
            for api, tables in tablestore.requests().items()
            for table, counts in tables.items()
            if counts["write_cu"]
        }
        assert sum(written.values()) == 4
        assert {table for _, table in written} == {schema.BANS, schema.AUDITS}


def test_who_is_banned_costs_an_instance_one_small_request_in_two_seconds(
    product: Product, operators: Operators, calls: Calls, clock: Clock
) -> None:
    def cost() -> tuple[int, int]:
        calls()
        assert status(product, BEN) == 200
        (line,) = calls()
        return line["requests"], line["read_cu"]

    product.follow(BEN, DAN)
    product.publish(DAN)
    product.settle()
    operators.does("ban", ANN)
    clock.advance(2_000)
    status(product, BEN)  # the rows have changed
    page = cost()
    assert page == (3, 3)
    clock.advance(1_900)
    assert cost() == page
    clock.advance(2_000)
    assert cost() == (page[0] + 1, page[1] + 1)
    assert cost() == page
    operators.does("ban", CLO)
    clock.advance(2_000)
    assert cost() == (page[0] + 2, page[1] + 2)


def test_a_row_is_found_though_its_counting_was_lost_by_who_reads_all(store: Tables, operators: Operators) -> None:
    known = bans.read(store, None)
    store.write(bans.change(None, Ban(ANN, banned=True, token_version=1, since_ms=1), "op", WHY))
    assert bans.read(store, known).banned == frozenset()
    assert bans.read(store, None).banned == {ANN}
    operators.does("ban", ANN)  # finds it banned, and counts it
    assert bans.read(store, known).banned == {ANN}


def test_more_rows_than_one_request_reads_are_all_known(store: Tables) -> None:
    many = range(1, 5_301)
    for start in range(0, len(many), 200):
        rows = (bans.change(None, Ban(user, user % 2 == 0, 1, 1), "op", "x") for user in many[start : start + 200])
        assert store.write_many(list(rows)) == []
    store.write(bans.count_change())
    found = bans.read(store, None)
    assert (len(found.by_user), len(found.banned), found.changes) == (5_300, 2_650, 1)


@pytest.mark.parametrize("fault", faults(6), ids=str)
@pytest.mark.parametrize("act", ["ban", "unban", "sign-out"])
def test_an_act_that_dies_anywhere_is_finished_by_its_repetition(
    product: Product, operators: Operators, clock: Clock, act: str, fault: Fault
) -> None:
    """On instances that knew the former state, too."""
    if act == "unban":
        operators.does("ban", ANN)
        clock.advance(2_000)
    assert status(product, ANN) == (401 if act == "unban" else 200)
    dying = operators.doing(act, ANN, fault)
    with suppress(OutcomeUnknown):  # a lost answer: the command says so, and lives
        dying.run()
    operators.does(act, ANN)
    clock.advance(2_000)
    good = bans.find(operators.store, ANN)
    assert good is not None
    assert good.ban.banned == (act == "ban")
    assert status(product, ANN) == 401  # an old token, whatever the act
    if act != "sign-out":  # an act that came to nothing stays on record as begun
        came_to_nothing = fault in (Fault(Kind.AFTER, 3), Fault(Kind.LOST, 3), Fault(Kind.BEFORE, 4))
        assert [each for each in operators.acts() if not each[2]] == [(act, f"user:{ANN}", False)] * came_to_nothing


@pytest.mark.parametrize("lead", range(6))
@pytest.mark.parametrize("acts", [("ban", "ban"), ("ban", "unban"), ("unban", "sign-out"), ("ban", "sign-out")])
def test_two_operators_at_once_leave_what_one_of_them_wanted(
    operators: Operators, store: Tables, clock: Clock, acts: tuple[str, str], lead: int
) -> None:
    """And every instance that reads afterwards knows the row that stands there."""
    operators.does("sign-out", ANN)
    if acts[0] == "unban":
        operators.does("ban", ANN)
    known = bans.read(store, None)
    first, second = (operators.doing(act, ANN) for act in acts)
    alternately(first, second, lead)
    clock.advance(2_000)
    told = bans.find(store, ANN)
    assert told is not None
    assert bans.read(store, known).by_user[ANN] == told.ban
    if acts[0] == acts[1] == "ban" or acts == ("ban", "sign-out"):
        assert told.ban.banned
    assert all(done for _, _, done in operators.acts())


def test_bans_that_cannot_be_read_let_nobody_in(product: Product, tablestore: TablestoreFake, clock: Clock) -> None:
    """Who might be banned is not served by luck."""
    assert status(product, BEN) == 200
    clock.advance(2_000)
    tablestore.faults.add("disconnect", table=schema.BANS)
    assert status(product, BEN) == 503
    tablestore.faults.clear()
    assert status(product, BEN) == 200


def test_a_banned_readers_name_and_words_leave_the_books_and_the_money_stays(
    product: Product, operators: Operators, store: Tables
) -> None:
    order = Order(
        id="0" * 32,
        payer_id=BEN,
        author_id=ANN,
        article_id=7,
        amount_fen=500,
        message="buy pills",
        bucket=202611,
        created_ms=1,
        pay_url="",
        paid_ms=2,
    )
    store.write(accounts.tip_line(order))
    (line,) = product.walk("/v1/account/ledger", ANN)
    assert (line["reader"]["nickname"], line["message"]) == (f"n{BEN}", "buy pills")
    operators.does("ban", BEN)
    wiring.forget()
    (hidden,) = product.walk("/v1/account/ledger", ANN)
    nobody = {"id": BEN, "nickname": f"user {BEN}", "avatar_url": None}
    assert hidden == {**line, "reader": nobody, "message": ""}


def test_a_race_of_rows_is_refused(store: Tables) -> None:
    first = Ban(ANN, banned=True, token_version=1, since_ms=1)
    store.write(bans.change(None, first, "op", "x"))
    write = bans.change(first._replace(token_version=2), first, "op", "x")
    assert isinstance(write, Update)
    assert [failed.refused for failed in store.write_many([write])] == [True]
