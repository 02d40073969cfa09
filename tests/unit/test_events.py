"""Events are read alike whoever delivers them, and a client's faults are told from the platform's."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from feed.edge.events import MalformedEvent, http_request, message, require_timer
from feed.errors import InvalidRequest

EVENTS = Path(__file__).parent.parent / "events"


def http_trigger(**changes: Any) -> dict[str, Any]:
    """The v1 event as Function Compute's documentation shows it."""
    return {
        "version": "v1",
        "rawPath": "/v1/users/7",
        "body": "Hello FC!",
        "isBase64Encoded": False,
        "headers": {"Content-Type": "text/plain", "X-Many": "a,b"},
        "queryParameters": {"size": "5", "cursor": "a,b"},
        "requestContext": {
            "accountId": "1234567890123456",
            "domainName": "feed.cn-hangzhou.fcapp.run",
            "domainPrefix": "feed",
            "requestId": "1-64f6cd87-abcdef",
            "time": "2023-09-05T06:41:11Z",
            "timeEpoch": "1693896071895",
            "http": {
                "method": "GET",
                "path": "/v1/users/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "PostmanRuntime/7.32.3",
            },
        },
        **changes,
    }


def api_gateway(**changes: Any) -> dict[str, Any]:
    """API Gateway's event as its documentation shows it, the flag printed as text."""
    return {
        "path": "/v1/users/7",
        "httpMethod": "GET",
        "headers": {"content-type": "text/plain", "x-many": "a,b", "X-Forwarded-For": "6.6.6.6, 203.0.113.9"},
        "queryParameters": {"size": "5", "cursor": "a,b"},
        "pathParameters": {"id": "7"},
        "body": base64.b64encode(b"Hello FC!").decode(),
        "isBase64Encoded": "true",
        **changes,
    }


def read(event: Any) -> Any:
    return http_request(json.dumps(event).encode())


SHAPES = pytest.mark.parametrize("shape", [http_trigger, api_gateway])


@SHAPES
def test_both_shapes_give_the_same_request(shape: Any) -> None:
    request = read(shape())
    assert (request.method, request.path, request.client_ip) == ("GET", "/v1/users/7", "203.0.113.9")
    assert request.query == {"size": "5", "cursor": "a,b"}
    assert request.body == b"Hello FC!"
    assert request.headers["content-type"] == "text/plain"
    assert request.headers["x-many"] == "a,b"


@SHAPES
def test_header_names_of_any_case_are_one_header(shape: Any) -> None:
    headers = {"Authorization": "Bearer a", "AUTHORIZATION": "Bearer b"}
    assert read(shape(headers=headers)).headers == {"authorization": "Bearer a,Bearer b"}


@SHAPES
@pytest.mark.parametrize("flag", [True, "true"])
def test_a_base64_body_is_decoded(shape: Any, flag: object) -> None:
    assert read(shape(body="/w==", isBase64Encoded=flag)).body == b"\xff"


@SHAPES
@pytest.mark.parametrize("flag", [False, "false", None])
def test_a_text_body_is_taken_as_utf8(shape: Any, flag: object) -> None:
    assert read(shape(body="/w==é", isBase64Encoded=flag)).body == "/w==é".encode()


@SHAPES
def test_parts_that_are_empty_may_be_missing(shape: Any) -> None:
    request = read({**shape(), "queryParameters": None, "body": None, "headers": None})
    assert (request.query, request.body, request.headers) == ({}, b"", {})


@SHAPES
@pytest.mark.parametrize("body", ["a", "/w=", "a b=", "é", "\ud800", "/w==\n"])
def test_bad_base64_is_the_clients_fault(shape: Any, body: str) -> None:
    with pytest.raises(InvalidRequest, match="base64"):
        read(shape(body=body, isBase64Encoded=True))


@SHAPES
@pytest.mark.parametrize(
    "changes", [{"body": "\ud800"}, {"queryParameters": {"a": "\udfff"}}, {"queryParameters": {"\udfff": ""}}]
)
def test_lone_surrogates_are_the_clients_fault(shape: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="not valid UTF-8"):
        read(shape(isBase64Encoded=False) | changes)


def test_the_path_is_decoded_once() -> None:
    assert read(http_trigger(rawPath="/a%2541/%E4%BD%A0")).path == "/a%41/你"
    assert read(api_gateway(path="/a%41/你")).path == "/a%41/你"


@pytest.mark.parametrize("path", ["/%", "/%zz", "/%f", "/%ff", "/a%2Fb", "/a%2fb", "/%C0%AF", "/\ud800", "/%ED%A0%80"])
def test_bad_escapes_are_the_clients_fault(path: str) -> None:
    with pytest.raises(InvalidRequest):
        read(http_trigger(rawPath=path))


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        json.dumps({"requestContext": {}}).encode(),
        json.dumps(http_trigger(rawPath=7)).encode(),
        json.dumps(http_trigger(body=7)).encode(),
        json.dumps({**http_trigger(), "headers": ["a"]}).encode(),
        json.dumps({**api_gateway(), "queryParameters": {"a": 1}}).encode(),
        json.dumps({**api_gateway(), "httpMethod": None}).encode(),
    ],
)
def test_a_malformed_envelope_is_the_platforms_fault(event: bytes) -> None:
    with pytest.raises(MalformedEvent):
        http_request(event)


def test_the_events_that_the_emulator_builds_are_read() -> None:
    trigger = http_request((EVENTS / "http_v1.json").read_bytes())
    assert (trigger.method, trigger.path, trigger.client_ip) == ("PUT", "/v1/关注/7", "11.11.11.1")
    assert trigger.body == b'{"title": "Hello"}'
    gateway = http_request((EVENTS / "api_gateway.json").read_bytes())
    assert (gateway.method, gateway.path, gateway.client_ip) == ("POST", "/v1/follows/7", "11.11.11.1")
    assert gateway.body == b"\xff\x00\xfe"


def test_a_timers_event_is_told_from_others() -> None:
    require_timer((EVENTS / "timer.json").read_bytes())
    inside_http = json.dumps(http_trigger(body='{"triggerTime":"2023-12-26T07:49:00Z"}')).encode()
    with pytest.raises(MalformedEvent):
        require_timer(inside_http)


def test_a_message_is_an_object() -> None:
    assert message(b'{"article_id": 1}') == {"article_id": 1}
    with pytest.raises(MalformedEvent):
        message(b"[1]")
