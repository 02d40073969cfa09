"""Events are what the service documents, field by field; answers are read as documented."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute import events
from alifakes.server import Request

EVENTS = Path(__file__).parents[3] / "tests" / "events"


def recorded(name: str) -> Any:
    return json.loads((EVENTS / name).read_text("utf-8"))


def test_http_v1_event_is_the_recorded_one() -> None:
    request = Request(
        method="PUT",
        target="/v1/%E5%85%B3%E6%B3%A8/7?k=v1&size=20&k=v2",
        headers={
            "host": "127.0.0.1:8000",
            "accept": "text/html,application/json",
            "content-type": "application/json",
            "user-agent": "curl/7.64.1",
            "x-request-source": "a,b",
        },
        body=b'{"title": "Hello"}',
        client_ip="11.11.11.1",
    )
    moment = datetime(2023, 9, 5, 6, 41, 11, 895_000, tzinfo=timezone.utc)
    call = events.HttpCall(request, "1-64f6cd87-19b8e9c1d3a4f2b5c6d7e8f9", moment, {})
    assert json.loads(events.http_v1(call, "http", "cn-hangzhou")) == recorded("http_v1.json")


def test_api_gateway_event_is_the_recorded_one() -> None:
    request = Request(
        method="POST",
        target="/v1/follows/7?k=v1&k=v2",
        headers={
            "host": "127.0.0.1:8000",
            "content-type": "application/octet-stream",
            "user-agent": "curl/7.64.1",
        },
        body=b"\xff\x00\xfe",
        client_ip="11.11.11.1",
    )
    moment = datetime(2023, 9, 5, tzinfo=timezone.utc)
    call = events.HttpCall(request, "7AD052CB-EE8B-4DFD-BBAF-EFB340E0A5AF", moment, {"author_id": "7"})
    assert json.loads(events.api_gateway(call)) == recorded("api_gateway.json")


def test_timer_event_is_the_recorded_one() -> None:
    moment = datetime(2023, 12, 26, 7, 49, tzinfo=timezone.utc)
    assert json.loads(events.timer(moment, "timer-trigger", "awesome-fc")) == recorded("timer.json")


@pytest.mark.parametrize("status", [200, "200"])
def test_gateway_answers_with_a_number_or_text_as_status_and_an_object_as_body(status: object) -> None:
    answer = events.read_gateway_answer(json.dumps({"statusCode": status, "body": {"a": 1}}).encode())
    assert (answer.status, answer.body) == (200, b'{"a": 1}')


def test_base64_bodies_are_decoded() -> None:
    body = json.dumps({"statusCode": 200, "isBase64Encoded": True, "body": "/wD+"}).encode()
    assert events.read_http_answer(body).body == b"\xff\x00\xfe"


def test_http_answer_without_status_is_a_200s_body() -> None:
    answer = events.read_http_answer(b'{"a": 1}')
    assert (answer.status, answer.body) == (200, b'{"a": 1}')


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": 99},
        {"statusCode": True},
        {"statusCode": "many"},
        {"statusCode": 200, "headers": [1]},
        {"statusCode": 200, "headers": {"X-A": "b\r\nX-Injected: c"}},
        {"statusCode": 200, "isBase64Encoded": True, "body": "not base64!"},
    ],
)
def test_unusable_answers_are_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(events.UnusableAnswer):
        events.read_gateway_answer(json.dumps(answer).encode())


def test_gateway_answer_must_have_a_status() -> None:
    with pytest.raises(events.UnusableAnswer, match="statusCode"):
        events.read_gateway_answer(b'{"body": "x"}')
    with pytest.raises(events.UnusableAnswer, match="JSON"):
        events.read_gateway_answer(b"text")
