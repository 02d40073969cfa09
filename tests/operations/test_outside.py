"""What nobody outside can do: start background functions, pass for a timer, or make us ask an address of theirs."""

from __future__ import annotations

import base64
import json
import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from feed.edge.routing import Address
from feed.store import schema
from feed.store.client import Tables
from feed.store.schema import TABLES
from tests.operations.conftest import Clock
from tests.operations.money import rows
from tests.operations.test_swapped_ids import routes
from tests.steps import SWEEP, InProcess, Product

ANN, BEN = 873_001, 873_002
BACKGROUND = ("erase-user", "fanout-batch", "rebuild-inbox", "scheduled-publish", "sweep", "train-recommendations")
WRITTEN = tuple(table.name for table in TABLES if table.name != schema.RATE_LIMITS)


@pytest.fixture
def message(product: Product, driver: InProcess) -> bytes:
    """What fanout-batch would deliver an article for, if it came from one of our functions."""
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)
    product.publish(ANN)
    (invocation,) = driver.queue
    driver.queue.clear()
    assert invocation[0] == "fanout-batch"
    return invocation[1]


def http_event(method: str, path: str, body: bytes, **headers: str) -> dict[str, Any]:
    return {
        "version": "v1",
        "rawPath": path,
        "headers": {"Content-Type": "application/json", **headers},
        "queryParameters": {"triggerTime": "2026-11-22T08:00:00Z"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "203.0.113.9"}},
    }


ADDRESSES = [Address(route.method, route.path) for route in routes()]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: f"{address.method} {address.path}")
def test_no_route_takes_what_our_functions_send_each_other(
    product: Product, driver: InProcess, store: Tables, message: bytes, address: Address
) -> None:
    path = address.path
    for name in address.path_names:
        path = path.replace(f"{{{name}}}", str(ANN))
    before = rows(store, *WRITTEN)
    for body in (message, SWEEP, json.dumps({"reader_id": BEN, "day": 20_000}).encode()):
        for user in (BEN, None):
            status = product.call(address.method, path, user, body).status
            assert 400 <= status < 500 or path == "/healthz"
        handler = next(each for each in driver.handlers.values() if address in addresses_of(each))
        assert handler(body, Context())["statusCode"] == 500, "it is no event of a trigger for HTTP"
    assert rows(store, *WRITTEN) == before
    assert not driver.queue


def addresses_of(handler: Any) -> list[Address]:
    return [Address(route.method, route.path) for route in getattr(handler, "routes", ())]


class Context:
    request_id = "r"
    function = None


@pytest.mark.parametrize("function", BACKGROUND)
def test_no_request_over_http_is_a_message_or_a_tick(
    driver: InProcess, store: Tables, message: bytes, clock: Clock, function: str
) -> None:
    """Whatever stands in it: a body, a query and headers are below the event's own names."""
    clock.advance(120_000)
    before = rows(store, *WRITTEN)
    for path in (f"/{function}", "/invoke", "/2023-03-30/functions/fanout-batch/invocations"):
        for body in (message, SWEEP):
            event = http_event(
                "POST", path, body, triggerTime="2026-11-22T08:00:00Z", **{"x-fc-control-path": "/invoke"}
            )
            with pytest.raises(Exception, match=r"no timer sent it|cannot be accepted"):
                driver.invoke(function, json.dumps(event).encode())
    assert rows(store, *WRITTEN) == before
    assert not driver.queue


def test_every_background_function_is_known_here(driver: InProcess) -> None:
    without = {name.replace("_", "-") for name, handler in driver.handlers.items() if not addresses_of(handler)}
    assert without == set(BACKGROUND)


@pytest.mark.parametrize("path", ["/invoke", "/initialize", "/2023-03-30/functions/sweep/invocations"])
def test_the_runtimes_own_addresses_are_none_of_ours(driver: InProcess, path: str) -> None:
    event = json.dumps(http_event("POST", path, SWEEP, **{"x-fc-control-path": "/invoke"})).encode()
    for handler in driver.handlers.values():
        if addresses_of(handler):
            assert handler(event, Context())["statusCode"] == 404


HTML = '<p><img src="https://image.example/i.png"><a href="https://link.example/">a</a></p>'
SETTINGS = ("OTS_ENDPOINT", "FEED_FC_ENDPOINT", "FEED_ALIPAY_GATEWAY")


def test_no_address_that_a_user_names_is_asked(
    product: Product, driver: InProcess, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the deployment's settings name is connected to, and no other name is even looked up."""
    asked: set[tuple[str, int]] = set()

    def look_up(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        asked.add((str(host), int(port or 0)))
        return real_look_up(host, port, *more, **named)

    def connect(self: socket.socket, address: Any) -> None:
        asked.add(address[:2])
        real_connect(self, address)

    real_look_up, real_connect = socket.getaddrinfo, socket.socket.connect
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    product.given_people(ANN, BEN)
    product.follow(BEN, ANN)
    face = {"avatar_url": "https://face.example/f.jpg"}
    assert product.call("PUT", "/v1/users/me", ANN, face).status == 200
    article = product.publish(ANN, html=HTML, cover_url="https://cover.example/c.jpg")["id"]
    product.settle()
    product.change(ANN, article, cover_url="https://other.example/c.jpg")
    product.tip(BEN, article, message="https://message.example/")
    for path in (f"/v1/articles/{article}", "/v1/timeline", f"/v1/users/{ANN}", "/v1/hot", "/v1/search?q=link.example"):
        assert product.call("GET", path, BEN, headers={"Origin": "https://origin.example"}).status == 200
    clock.advance(120_000)
    driver.sweep()
    product.settle()
    configured = {(parts.hostname, parts.port) for parts in (urlsplit(os.environ[name]) for name in SETTINGS)}
    assert asked == configured
