"""Where results of asynchronous invocations go, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

import fc2 as sdk
import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.clock import Clock
from alifakes.function_compute.destinations import Destinations
from alifakes.function_compute.model import AsyncConfig
from alifakes.function_compute.project import read_project

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def result_of(calls: Any, file: Path, **order: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The result's event and the invocation's own record."""
    request_id = calls.later("source", file=str(file), **order)["x-fc-request-id"]
    calls.wait()
    (line,) = file.read_text().splitlines()
    return json.loads(line), next(record for record in calls.records("source") if record["request_id"] == request_id)


def test_a_success_is_told(calls: Any, tmp_path: Path) -> None:
    event, record = result_of(calls, tmp_path / "told", do="return", value={"a": "é"})
    assert abs(event.pop("timestamp") - record["started_ms"]) < 60_000
    assert event == {
        "requestContext": {
            "requestId": record["request_id"],
            "functionArn": "acs:fc:cn-hangzhou:1000000000000000:functions/source",
            "condition": "",
            "approximateInvokeCount": 1,
        },
        "requestPayload": json.dumps({"file": str(tmp_path / "told"), "do": "return", "value": {"a": "é"}}),
        "responseContext": {"statusCode": 200, "functionError": ""},
        "responsePayload": '{"a": "é"}',
    }
    assert calls.records("remember")[-1]["label"] == "result of source"


def test_a_failure_is_told_after_the_last_attempt(calls: Any, tmp_path: Path) -> None:
    event, record = result_of(calls, tmp_path / "told", do="raise", text="no")
    assert (event["requestContext"]["approximateInvokeCount"], record["attempts"]) == (2, 2)
    assert event["responseContext"] == {"statusCode": 200, "functionError": "UnhandledInvocationError"}
    assert event["requestContext"]["condition"] == "UnhandledInvocationError"
    assert json.loads(event["responsePayload"])["errorMessage"] == "no"


def test_a_result_goes_on_to_a_function_of_a_service(fc2: FunctionComputeFake, tmp_path: Path) -> None:
    file = tmp_path / "told"
    client = sdk.Client(endpoint=fc2.endpoint, accessKeyID="local", accessKeySecret="local")
    order = json.dumps({"do": "nothing", "file": str(file)}).encode()
    client.invoke_function("sample", "task", order, headers={"x-fc-invocation-type": "Async"})
    assert requests.post(f"{fc2.endpoint}/_fake/idle?timeout_ms=20000").status_code == 200
    arn = json.loads(file.read_text())["requestContext"]["functionArn"]
    assert arn == "acs:fc:cn-hangzhou:1000000000000000:services/sample.LATEST/functions/task"


def test_an_event_dropped_for_its_age_is_told(
    sample: Path, layers: dict[str, Path], speak: Callable[..., Any], tmp_path: Path
) -> None:
    # the pause before the second attempt is longer than the 60 s that the event may wait
    clock = Clock(NOON)
    with FunctionComputeFake(sample / "s.yaml", layers=layers, timers=False, clock=clock, retry_base_s=90) as fake:
        calls = speak(fake)
        calls.later("source", do="raise", text="no", file=str(tmp_path / "told"))
        calls.advance(3600)
        (record,) = calls.records("source")
    assert (record["status"], record["attempts"]) == ("expired", 1)
    told = json.loads((tmp_path / "told").read_text())
    assert told["timestamp"] == (NOON.timestamp() + 90) * 1000
    assert told["requestContext"]["condition"] == "Expired"
    assert (told["responseContext"], told["responsePayload"]) == ({"statusCode": 0, "functionError": ""}, "")


def test_a_result_too_long_for_an_asynchronous_event_is_dropped(calls: Any, tmp_path: Path) -> None:
    calls.later("source", do="return", value="x" * 100_000, file=str(tmp_path / "told"))
    calls.wait()
    assert calls.records("source")[-1]["status"] == "ok"
    assert calls.records("remember")[-1]["status"] == "dropped"
    assert not (tmp_path / "told").exists()


QUEUE = "acs:mns:cn-hangzhou:1:/queues/results/messages"
TOPIC = "acs:mns:cn-hangzhou:1:/topics/failures/messages"


def deliveries(calls: Any, **asked: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{calls.fake.endpoint}/_fake/destinations", params=asked)
    return cast("list[dict[str, Any]]", answer.json()["deliveries"])


@pytest.fixture
def telling(start: Callable[..., Any]) -> Any:
    """A function that sends successes to a queue and failures to a topic."""
    destinations = {"onSuccess": {"destination": QUEUE}, "onFailure": {"destination": TOPIC}}
    return start({"asyncInvokeConfig": {"maxAsyncRetryAttempts": 0, "destinationConfig": destinations}})


def test_queues_and_topics_keep_what_they_are_sent(telling: Any) -> None:
    ids = []
    for order in ({"do": "nothing"}, {"do": "raise", "text": "x"}):
        ids.append(telling.later("one", **order)["x-fc-request-id"])
        telling.wait()
    assert [(each["function"], each["destination"], each["request_id"]) for each in deliveries(telling)] == [
        ("one", QUEUE, ids[0]),
        ("one", TOPIC, ids[1]),
    ]
    (failure,) = deliveries(telling, destination=TOPIC)
    assert failure["event"]["requestContext"]["requestId"] == ids[1]
    assert json.loads(failure["event"]["responsePayload"])["errorMessage"] == "x"
    assert len(deliveries(telling, function="one")) == 2
    assert deliveries(telling, function="absent") == []
    assert [record["status"] for record in telling.records("one")] == ["ok", "error"]
    assert requests.post(f"{telling.fake.endpoint}/_fake/invocations/reset").status_code == 200
    assert deliveries(telling) == []


def test_destinations_that_are_no_functions_are_noted(telling: Any) -> None:
    for arn in (QUEUE, TOPIC):
        sentence = f"one sends results to {arn}, which is no event function of s.yaml: they are kept,"
        assert any(note.startswith(sentence) for note in telling.fake.notes)


def test_http_functions_are_told_nothing(sample: Path) -> None:
    project = read_project(sample / "s.fc2.yaml", {"ENDPOINT": ""})
    arn = "acs:fc:cn-hangzhou:1000000000000000:services/sample.LATEST/functions/{}"
    config = AsyncConfig(on_success=arn.format("site"), on_failure=arn.format("act"))
    echo = replace(project.functions[0], asynchronous=config)
    destinations = Destinations(replace(project, functions=(echo, *project.functions[1:])))
    assert destinations.deliver(echo, "r", arn.format("site"), b"{}") is None
    assert destinations.deliver(echo, "r", arn.format("act"), b"{}") in project.functions
    assert [arn.format("site") in note for note in destinations.notes if note.startswith("sample$echo ")] == [True]


def test_what_functions_are_told_is_listed_as_well(calls: Any, tmp_path: Path) -> None:
    event, record = result_of(calls, tmp_path / "told", do="nothing")
    listed = [each for each in deliveries(calls, function="source") if each["request_id"] == record["request_id"]]
    assert [each["event"] for each in listed] == [event]
    assert listed[0]["destination"].endswith(":functions/remember")
