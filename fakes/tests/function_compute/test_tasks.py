"""Task mode: an id is accepted once, in both versions of the API; duplicates of the queue's own are delivered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fc2 as sdk
import pytest
import requests
from alibabacloud_tea_openapi.exceptions import ClientException

from alifakes.function_compute import FunctionComputeFake

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def test_a_task_id_is_accepted_once(calls: Any) -> None:
    assert calls.later("task", task="t-1", do="nothing")["x-fc-async-task-id"] == "t-1"
    with pytest.raises(ClientException) as refused:
        calls.later("task", task="t-1", do="nothing")
    assert (refused.value.status_code, refused.value.code) == (409, "StatefulAsyncInvocationAlreadyExists")
    calls.wait()
    assert [record["task_id"] for record in calls.records("task")].count("t-1") == 1


def test_a_task_id_is_refused_even_after_its_end(calls: Any) -> None:
    calls.later("task", task="t-2", do="nothing")
    calls.wait()
    with pytest.raises(ClientException):
        calls.later("task", task="t-2", do="nothing")


def test_without_a_task_id_the_request_id_is_the_tasks(calls: Any) -> None:
    headers = calls.later("task", do="nothing")
    assert headers["x-fc-async-task-id"] == headers["x-fc-request-id"]


def test_functions_not_in_task_mode_take_any_id_again(calls: Any) -> None:
    for _ in range(2):
        assert "x-fc-async-task-id" not in calls.later("act", task="t-3", do="nothing")


@pytest.mark.parametrize("task", ["1a", "a b", "a" * 129, "é"])
def test_ids_of_another_form_are_refused(fc2: FunctionComputeFake, task: str) -> None:
    with pytest.raises(sdk.FcError) as refused:
        submit(fc2, task.encode().decode("latin-1"))
    assert (refused.value.status_code, refused.value.err_code) == (400, "InvalidArgument")


def submit(fake: FunctionComputeFake, task: str, **order: object) -> Any:
    client = sdk.Client(endpoint=fake.endpoint, accessKeyID="local", accessKeySecret="local")
    headers = {"x-fc-invocation-type": "Async", "x-fc-stateful-async-invocation-id": task}
    return client.invoke_function("sample", "task", json.dumps({"do": "nothing", **order}).encode(), headers=headers)


def test_a_task_id_of_a_service_is_accepted_once(fc2: FunctionComputeFake) -> None:
    assert submit(fc2, "a" * 128).headers["x-fc-stateful-async-invocation-id"] == "a" * 128
    with pytest.raises(sdk.FcError) as refused:
        submit(fc2, "a" * 128)
    assert (refused.value.status_code, refused.value.err_code) == (409, "StatefulAsyncInvocationAlreadyExists")


def test_duplicates_on_request(calls: Any) -> None:
    url = f"{calls.fake.endpoint}/_fake/duplicates"
    assert requests.post(url, json={"function": "act", "count": 2}).status_code == 200
    ids = [calls.later("act", do="nothing")["x-fc-request-id"] for _ in range(3)]
    calls.wait()
    ran = [record["request_id"] for record in calls.records("act") if record["status"] == "ok"]
    assert [ran.count(request_id) for request_id in ids] == [2, 2, 1]


@pytest.mark.parametrize("order", [{}, {"function": "absent"}, {"function": ["act"]}, {"function": "act", "count": -1}])
def test_wrong_orders_of_duplicates(fc3: FunctionComputeFake, order: dict[str, object]) -> None:
    assert requests.post(f"{fc3.endpoint}/_fake/duplicates", json=order).status_code == 400


def test_functions_invoke_each_other_through_the_sdk(fc2: FunctionComputeFake, tmp_path: Path) -> None:
    file = tmp_path / "chain"
    client = sdk.Client(endpoint=fc2.endpoint, accessKeyID="local", accessKeySecret="local")
    client.invoke_function("sample", "chain", json.dumps({"left": 3, "file": str(file)}).encode())
    assert requests.post(f"{fc2.endpoint}/_fake/idle?timeout_ms=20000").status_code == 200
    assert file.read_text().split() == ["3", "2", "1", "0"]
