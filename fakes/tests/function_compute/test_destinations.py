"""Where results of asynchronous invocations go, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
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


def test_other_destinations_are_noted(start: Callable[..., Any]) -> None:
    arn = "acs:mns:cn-hangzhou:1:/queues/results/messages"
    calls = start({"asyncInvokeConfig": {"destinationConfig": {"onSuccess": {"destination": arn}}}})
    assert f"one sends results to {arn}, which is no function of s.yaml: they are dropped." in calls.fake.notes
    calls.later("one", do="nothing")
    calls.wait()
    assert [record["status"] for record in calls.records("one")] == ["ok"]
