"""Each kind of trigger in both yaml forms, as its users meet it: through the ports, by the real clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import fc2 as sdk
import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.clock import Clock

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
EVENING = datetime(2026, 1, 1, 19, 59, tzinfo=timezone.utc)
QUEUE = "acs:mns:cn-hangzhou:1000000000000000:/queues/done/messages"


@pytest.fixture(params=["fc3", "fc2"])
def fake(request: pytest.FixtureRequest, sample: Path, layers: dict[str, Path]) -> Iterator[FunctionComputeFake]:
    form = "" if request.param == "fc3" else ".fc2"
    with FunctionComputeFake(
        sample / f"s{form}.yaml",
        env=lambda endpoint, _: {"ENDPOINT": endpoint},
        layers={**layers, "packages": Path(sdk.__file__).parents[1]},
        routes=sample / f"openapi{form}.yaml",
        clock=Clock(EVENING),
    ) as running:
        yield running


def is_fc3(fake: FunctionComputeFake) -> bool:
    return "web" in fake._pools


def results(fake: FunctionComputeFake, function: str) -> list[dict[str, Any]]:
    """What the queue behind a function holds."""
    asked = {"function": function, "destination": QUEUE}
    answer = requests.get(f"{fake.endpoint}/_fake/destinations", params=asked)
    return [delivery["event"] for delivery in answer.json()["deliveries"]]


def test_a_request_to_an_http_trigger(fake: FunctionComputeFake) -> None:
    """FC 3.0 hands over an event, FC 2.0 a WSGI environment; each at the trigger's own host."""
    host = "web.localhost" if is_fc3(fake) else "site.sample.localhost"
    seen = requests.post(f"{fake.api_endpoint}/a%20b?x=1", data="text", headers={"host": host}).json()
    if is_fc3(fake):
        http = seen["requestContext"]["http"]
        assert (seen["version"], http["method"], http["path"]) == ("v1", "POST", "/a b")
        assert (seen["queryParameters"], seen["body"]) == ({"x": "1"}, "text")
    else:
        assert (seen["REQUEST_METHOD"], seen["PATH_INFO"]) == ("POST", "/a b")
        assert (seen["QUERY_STRING"], seen["body"]) == ("x=1", "text")


def test_a_timer_at_its_time(fake: FunctionComputeFake) -> None:
    answer = requests.post(f"{fake.endpoint}/_fake/clock", json={"advance_ms": 60_000})
    assert answer.status_code == 200
    (result,) = results(fake, "web")
    event = json.loads(json.loads(result["responsePayload"])["body"])
    assert event == {"triggerTime": "2026-01-01T20:00:00Z", "triggerName": "nightly", "payload": "clean"}


def test_a_request_through_api_gateway(fake: FunctionComputeFake) -> None:
    path = "/gateway/7" if is_fc3(fake) else "/things/7"
    event = requests.put(f"{fake.api_endpoint}{path}?x=1", data="text").json()
    assert (event["httpMethod"], event["path"], event["pathParameters"]) == ("PUT", path, {"thing": "7"})
    assert (event["queryParameters"], event["body"], event["isBase64Encoded"]) == ({"x": "1"}, "text", False)


def test_an_asynchronous_invocation(fake: FunctionComputeFake, speak: Callable[..., Any]) -> None:
    """Accepted at once, run later, its result in the queue that its function declares."""
    if is_fc3(fake):
        request_id = speak(fake).later("web", body="text")["x-fc-request-id"]
    else:
        client = sdk.Client(endpoint=fake.endpoint, accessKeyID="local", accessKeySecret="local")
        accepted = client.invoke_function(
            "sample", "web", b'{"body": "text"}', headers={"x-fc-invocation-type": "Async"}
        )
        request_id = accepted.headers["x-fc-request-id"]
    assert requests.post(f"{fake.endpoint}/_fake/idle").status_code == 200
    (result,) = results(fake, "web")
    assert (result["requestContext"]["requestId"], result["requestPayload"]) == (request_id, '{"body": "text"}')
    assert json.loads(result["responsePayload"])["statusCode"] == 201


def test_an_asynchronous_request_to_an_http_trigger(fake: FunctionComputeFake) -> None:
    name, host = ("web", "web.localhost") if is_fc3(fake) else ("site", "site.sample.localhost")
    accepted = requests.post(
        f"{fake.api_endpoint}/later", data="text", headers={"host": host, "x-fc-invocation-type": "Async"}
    )
    assert (accepted.status_code, accepted.content) == (202, b"")
    assert requests.post(f"{fake.endpoint}/_fake/idle").status_code == 200
    (result,) = results(fake, name)
    assert result["requestContext"]["requestId"] == accepted.headers["x-fc-request-id"]
    assert "/later" in result["requestPayload"]
