"""HTTP triggers at hosts of their own, and requests that they take for later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.clock import Clock

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
TRIGGER = {"triggerName": "t", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["POST"]}}


def later(fake: FunctionComputeFake, body: bytes = b"", host: str = "one.localhost", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(
        f"{fake.api_endpoint}/x", data=body, headers={"host": host, "x-fc-invocation-type": "Async", **named}
    )


@pytest.mark.parametrize("host", ["web.localhost", "WEB.localhost:80"])
def test_every_path_of_its_host_is_the_triggers(fc3: FunctionComputeFake, host: str) -> None:
    answer = requests.put(f"{fc3.api_endpoint}/any/path", headers={"host": host})
    assert (answer.status_code, answer.json()["rawPath"]) == (201, "/any/path")
    answer = requests.delete(f"{fc3.api_endpoint}/any/path", headers={"host": host})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, PUT")


def test_functions_without_a_trigger_have_no_host(fc3: FunctionComputeFake) -> None:
    assert requests.get(fc3.api_endpoint, headers={"host": "echo.localhost"}).status_code == 404


def test_what_is_taken_for_later_has_ended_when_the_queue_is_idle(calls: Any, fc3: FunctionComputeFake) -> None:
    accepted = later(fc3, b"text", host="web.localhost")
    assert (accepted.status_code, accepted.content) == (202, b"")
    calls.wait()
    record = calls.records("web")[-1]
    assert record["request_id"] == accepted.headers["x-fc-request-id"]
    assert (record["kind"], record["label"], record["status"]) == ("async", "POST /x", "ok")


def test_a_task_is_taken_once(start: Callable[..., Any]) -> None:
    calls = start({"handler": "index.web", "triggers": [TRIGGER], "asyncInvokeConfig": {"asyncTask": True}})
    assert later(calls.fake, x_fc_async_task_id="t-1").headers["x-fc-async-task-id"] == "t-1"
    again = later(calls.fake, x_fc_async_task_id="t-1")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "StatefulAsyncInvocationAlreadyExists")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"x" * (128 * 1024 + 1), {}, "EntityTooLarge"),
        (b"", {"x_fc_invocation_type": "Soon"}, "InvalidArgument"),
        (b"", {"x_fc_async_delay": "3601"}, "InvalidArgument"),
        (b"", {"x_fc_async_delay": "a"}, "InvalidArgument"),
    ],
)
def test_what_is_not_taken(fc3: FunctionComputeFake, body: bytes, headers: dict[str, str], code: str) -> None:
    answer = later(fc3, body, "web.localhost", **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_an_invocation_may_ask_to_be_delayed(start: Callable[..., Any]) -> None:
    calls = start({"handler": "index.web", "triggers": [TRIGGER]}, clock=Clock(NOON))
    assert later(calls.fake, x_fc_async_delay="60").status_code == 202
    for seconds, status in ((59, "queued"), (1, "ok")):
        calls.advance(seconds)
        assert [record["status"] for record in calls.records("one")] == [status]
