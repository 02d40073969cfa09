"""Canaries: what no log may hold goes through every path there is, and nothing of it is found in any line."""

from __future__ import annotations

import base64
import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import tablestore as sdk
from tablestore.connection import ConnectionPool
from urllib3.exceptions import ProtocolError

from alifakes.alipay.keys import Keys
from alifakes.alipay.notifications import BUYER_ID, BUYER_LOGON_ID
from alifakes.server import HttpServer, Response
from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.auth import LOCAL_CREDENTIALS, Credential
from feed import wiring
from feed.edge.routing import WITH_BODY
from tests.operations.conftest import Clock
from tests.operations.money import Paid, paid
from tests.operations.test_swapped_ids import routes
from tests.steps import SWEEP, Answer, InProcess, Product

ANN, BEN = 872_001, 872_002
BIRD = "k4n4ry"
"""Stands in everything that a client, a buyer, an operator or the platform keeps secret or says of a person."""
ADDRESS = "203.0.113.77"
KEY_ID, KEY_SECRET, KEY_TOKEN = (f"{kind}{BIRD}0123456789" for kind in ("STS.", "secret", "token"))
HEADERS = {
    "X-Guest-Id": f"{BIRD}-guest-0123456789",
    "User-Agent": BIRD,
    "Cookie": f"session={BIRD}",
    "Origin": f"https://{BIRD}.example",
    "X-Forwarded-For": ADDRESS,
    "x-fc-access-key-id": KEY_ID,
    "x-fc-access-key-secret": KEY_SECRET,
    "x-fc-security-token": KEY_TOKEN,
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ARTICLE = {
    "title": f"{BIRD} title",
    "html": f"<p>{BIRD} html</p>",
    "summary": f"{BIRD} summary",
    "cover_url": f"https://{BIRD}.example/cover.jpg",
    "state": "public",
}
TIP = {"amount_fen": 500, "channel": "alipay", "message": f"{BIRD} message"}
BODIES: dict[str, Mapping[str, Any]] = {
    "POST /v1/articles": ARTICLE,
    "PATCH /v1/articles/{id}": ARTICLE,
    "PUT /v1/users/me": {"nickname": f"{BIRD} nick", "avatar_url": f"https://{BIRD}.example/face.jpg"},
    "POST /v1/articles/{id}/actions": {"kind": "read"},
    "POST /v1/articles/{id}/tips": TIP,
}
QUERIES = {"GET /v1/search": f"q={BIRD}", "GET /v1/payments/alipay/return": f"sign={BIRD}&out_trade_no={BIRD}"}
TIMERS = ("sweep", "scheduled-publish", "train-recommendations")
REFUSALS = (
    "throttle",
    "internal",
    "no_permission",
    "bad_signature",
    "wrong_md5",
    "disconnect",
    "lost_answer",
    "partial",
)


def in_base64(secret: str) -> set[str]:
    """How it looks within a longer base64 text, wherever in that it begins."""
    raw = secret.encode()
    return {
        base64.b64encode(b"x" * before + raw).decode()[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        for before in range(3)
    }


@dataclass
class Listener:
    """Sends requests as a client would, and hears whatever is printed, logged or thrown at the platform."""

    driver: InProcess
    capsys: pytest.CaptureFixture[str]
    caplog: pytest.LogCaptureFixture
    secrets: set[str]
    heard: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def send(self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if user is not None:
            self.secrets.update(self.driver.token(user).split("."))
        answer = self.driver.send(method, path, user, body, {**HEADERS, **headers})
        self.statuses.add(answer.status)
        pay_url = answer.body.get("pay_url", "") if isinstance(answer.body, dict) else ""
        self.secrets.update(value for name, value in parse_qsl(urlsplit(pay_url).query) if name == "sign")
        return answer

    def invoke(self, function: str, event: bytes) -> None:
        """As Function Compute does, which logs what leaves a handler: with its causes and their words."""
        try:
            self.driver.invoke(function, event)
        except Exception as error:
            self.heard += traceback.format_exception(error)

    def settle(self) -> int:
        while self.driver.queue:
            self.invoke(*self.driver.queue.popleft())
        return 0

    def everything(self) -> str:
        captured = self.capsys.readouterr()
        logged = [self.caplog.handler.format(record) for record in self.caplog.records]
        self.caplog.clear()
        self.heard += [captured.out, captured.err, *logged]
        return "\n".join(self.heard)

    def found(self) -> set[str]:
        told = self.everything().lower()
        forms = {
            form.lower() for secret in self.secrets for form in (secret, quote(secret, safe=""), *in_base64(secret))
        }
        return {form for form in forms if form in told}


@pytest.fixture
def tablestore(clock: Clock) -> Iterator[TablestoreFake]:
    keys = {**LOCAL_CREDENTIALS, KEY_ID: Credential(KEY_SECRET, token=KEY_TOKEN)}
    with TablestoreFake(clock=clock.now_ms, credentials=keys) as fake:
        yield fake


@pytest.fixture
def listener(
    driver: InProcess,
    alipay_keys: Keys,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Listener:
    for name, value in {"ID": KEY_ID, "SECRET": KEY_SECRET}.items():
        monkeypatch.setenv(f"ALIBABA_CLOUD_ACCESS_KEY_{name}", value)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", KEY_TOKEN)
    monkeypatch.setenv(
        "FEED_BUDGETS", ",".join(f"{name}=100000" for name in ("follow", "publish", "edit", "act", "tip"))
    )
    monkeypatch.setattr(time, "sleep", lambda _: None)  # the SDK's, between its tries
    wiring.forget()
    caplog.set_level(logging.DEBUG)
    driver.address = ADDRESS
    pems = (alipay_keys.app_private, alipay_keys.app_public, alipay_keys.alipay_private, alipay_keys.alipay_public)
    return Listener(
        driver, capsys, caplog, {BIRD, ADDRESS, BUYER_ID, BUYER_LOGON_ID, *(pem.splitlines()[2] for pem in pems)}
    )


@pytest.fixture
def product(listener: Listener) -> Product:
    return Product(listener)


@dataclass(frozen=True)
class Good:
    """One request that says all it may, and nothing wrong."""

    method: str
    path: str
    body: Any


@pytest.fixture
def everywhere(product: Product) -> list[Good]:
    """One for each route, by the routes of the functions."""
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)
    article = product.publish(ANN, BIRD)["id"]
    product.settle()
    values = {
        "id": article,
        "author_id": ANN,
        "user_id": ANN,
        "order_id": product.tip(BEN, article, message=BIRD)["order_id"],
    }
    marks = {
        name: product.call("GET", f"/v1/{name}/unread", BEN).body["mark"] for name in ("timeline", "notifications")
    }
    bodies = {**BODIES, **{f"POST /v1/{name}/read": {"mark": mark} for name, mark in marks.items()}}
    found = []
    for route in routes():
        name = f"{route.method} {route.path}"
        path = route.path.format(**{**values, "id": ANN} if "/users/" in route.path else values)
        query = f"?{QUERIES[name]}" if name in QUERIES else ""
        found.append(Good(route.method, path + query, bodies.get(name)))
    return found


def test_the_watch_is_awake(product: Product, listener: Listener) -> None:
    product.given_people(ANN)
    assert "profile PUT /v1/users/me" in listener.everything()
    assert listener.found() == set()
    for leak in (
        BIRD,
        f"at {ADDRESS}",
        base64.b64encode(f'{{"title": "{BIRD}"}}'.encode()).decode(),
        quote(BUYER_LOGON_ID),
    ):
        listener.heard = [leak]
        assert len(listener.found()) == 1, leak
    listener.heard = []
    logging.getLogger("some.sdk").debug("request: %s", BIRD)
    assert listener.found() == {BIRD}
    assert listener.driver.token(ANN).rpartition(".")[2] in listener.secrets


def test_no_line_tells_what_a_request_said(product: Product, listener: Listener, everywhere: list[Good]) -> None:
    for good in everywhere:
        for user in (BEN, ANN, None):
            product.call(good.method, good.path, user, good.body, {"Idempotency-Key": f"{BIRD}-{user}"})
        for spoilt in bad_ones(good):
            product.call(*spoilt)
    listener.settle()
    assert {200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415} <= listener.statuses
    assert listener.found() == set()


def bad_ones(good: Good) -> Iterator[tuple[str, str, int | None, Any, dict[str, str]]]:
    method, path, body = good.method, good.path, good.body
    mark = "&" if "?" in path else "?"
    yield method, f"{path}{mark}{BIRD}={BIRD}", BEN, body, {}
    yield method, f"{path}{mark}cursor={BIRD}", BEN, body, {}
    yield method, f"{path}{mark}size={BIRD}", BEN, body, {}
    yield (
        method,
        path,
        BEN,
        body,
        {"Authorization-Extra": BIRD, "Idempotency-Key": f"{BIRD} !", "X-Guest-Id": f"{BIRD} !"},
    )
    yield method, path, None, body, {"X-Guest-Id": f"{BIRD} !"}
    for token in (BIRD, ".".join([base64.urlsafe_b64encode(BIRD.encode()).decode().rstrip("=")] * 3)):
        yield method, path, None, body, {"Authorization": f"Bearer {token}"}
    elsewhere = re.sub(r"/[0-9a-f]{2,}(?=/|$)|/me$", f"/{BIRD}", path.partition("?")[0])
    for asked in ("TRACE", "OPTIONS", method):
        yield asked, elsewhere, BEN, None, {}
    if method in WITH_BODY:
        fields = dict(body or {})
        yield method, path, BEN, {**fields, BIRD: BIRD}, {}
        yield method, path, BEN, {name: {BIRD: BIRD} for name in fields}, {}
        yield method, path, BEN, dict.fromkeys(fields, f"{BIRD}\0"), {}
        yield method, path, BEN, f'{{"{BIRD}": "{BIRD}'.encode(), {}
        yield method, path, BEN, f'{{"{BIRD}": "{BIRD}"}}'.encode() * 50_000, {}
        yield method, path, BEN, body, {"Content-Type": f"text/{BIRD}"}


@pytest.mark.parametrize("kind", REFUSALS)
def test_no_line_tells_more_when_storage_fails(
    product: Product, listener: Listener, everywhere: list[Good], tablestore: TablestoreFake, clock: Clock, kind: str
) -> None:
    listener.settle()
    messages = [
        json.dumps({"article_id": 1, "delivery": 1, "shard": 0, BIRD: BIRD}).encode(),
        BIRD.encode(),
        b'{"a":"%b"}' % BIRD.encode(),
    ]
    tablestore.faults.add(kind)
    for good in everywhere:
        product.call(good.method, good.path, BEN, good.body, {"Idempotency-Key": f"{BIRD}-{kind}"})
    clock.advance(120_000)
    for timer in TIMERS:
        listener.invoke(timer, SWEEP)
    for function in (name for name, handler in listener.driver.handlers.items() if not hasattr(handler, "routes")):
        for message in messages:
            listener.invoke(function, message)
    assert listener.statuses & {500, 503}
    assert listener.found() == set()


SAID = f"the SDK repeats what it was given: {BIRD}"
CRASHES: dict[str, Callable[[], Exception]] = {
    "service": lambda: sdk.OTSServiceError(500, "OTSInternalServerError", SAID),
    "parameter": lambda: sdk.OTSServiceError(400, "OTSParameterInvalid", SAID),
    "client": lambda: sdk.OTSClientError(SAID),
    "transport": lambda: ProtocolError(SAID),
    "crash": lambda: ValueError(SAID),
}


@pytest.mark.parametrize("name", CRASHES)
def test_no_line_tells_what_an_error_says(
    product: Product,
    listener: Listener,
    everywhere: list[Good],
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    name: str,
) -> None:
    def crash(*_: Any) -> Any:
        raise CRASHES[name]()

    listener.settle()
    product.publish(ANN, BIRD)
    monkeypatch.setattr(ConnectionPool, "send_receive", crash)
    for good in everywhere:
        product.call(good.method, good.path, BEN, good.body, {"Idempotency-Key": f"{BIRD}-{name}"})
    clock.advance(120_000)
    for timer in TIMERS:
        listener.invoke(timer, SWEEP)
    assert listener.driver.queue
    listener.settle()
    assert listener.statuses & {500, 503}
    assert "Traceback" in listener.everything()
    assert listener.found() == set()


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize(
    ("status", "invoker"),
    [
        (403, "fc3"),
        (403, "fc2"),
        (500, "fc3"),
        (0, "fc2"),
        pytest.param(500, "fc2", marks=pytest.mark.slow),
        pytest.param(0, "fc3", marks=pytest.mark.slow),
    ],
)
def test_no_line_tells_how_another_function_or_alipay_is_asked(
    product: Product, listener: Listener, monkeypatch: pytest.MonkeyPatch, clock: Clock, invoker: str, status: int
) -> None:
    """Function Compute refuses, or nobody listens where it is said to be, nor where Alipay is; 0 is nobody."""
    listener.settle()
    refusal = Response(status, [("content-type", "application/json")], json.dumps({"ErrorMessage": BIRD}).encode())
    refusing = HttpServer(lambda _: refusal)
    refusing.start_in_thread()
    monkeypatch.setenv("FEED_INVOKER", invoker)
    monkeypatch.setenv("FC_SERVICE_NAME", "feed")
    monkeypatch.setenv("FEED_FC_ENDPOINT", refusing.endpoint if status else "http://127.0.0.1:9")
    wiring.forget()
    product.call("POST", "/v1/articles", ANN, ARTICLE, {"Idempotency-Key": f"{BIRD}-away"})
    clock.advance(120_000)
    listener.invoke("sweep", SWEEP)
    refusing.stop_thread()
    assert '"problem"' in listener.everything()
    assert listener.found() == set()


def test_no_line_tells_what_alipay_says(
    product: Product, listener: Listener, everywhere: list[Good], alipay_keys: Keys
) -> None:
    article = (
        everywhere[-1].path.split("/")[3] if "articles" in everywhere[-1].path else product.publish(ANN, BIRD)["id"]
    )
    trade = paid(product.tip(BEN, int(article), message=BIRD), alipay_keys)
    of_buyer = {
        "buyer_id": BIRD,
        "buyer_logon_id": BIRD,
        "buyer_open_id": BIRD,
        "passback_params": BIRD,
        "notify_id": BIRD,
    }
    answers = [deliver(product, listener, body) for body in notifications(trade, of_buyer)]
    assert {(answer.status, answer.body) for answer in answers} == {(200, "success"), (200, "fail"), (400, "fail")}
    assert '"alert"' in listener.everything()
    assert listener.found() == set()


def notifications(trade: Paid, of_buyer: Mapping[str, str]) -> Iterator[bytes]:
    good = trade.notification(**of_buyer)
    yield good
    yield good[:-20] + b"AAAAAAAAAAAAAAAAAAAA"
    yield good + b"&" + BIRD.encode() + b"=1"
    yield trade.notification(**{**of_buyer, "total_amount": "1.00"})
    yield trade.notification(**{**of_buyer, "app_id": BIRD})
    yield trade.notification(**{**of_buyer, "out_trade_no": "b" * 32})
    yield trade.notification(**{**of_buyer, "trade_status": BIRD})


def deliver(product: Product, listener: Listener, body: bytes) -> Answer:
    listener.secrets.update(value for name, value in parse_qsl(body.decode()) if name == "sign")
    return product.call("POST", "/v1/payments/alipay/notify", None, body, FORM)
