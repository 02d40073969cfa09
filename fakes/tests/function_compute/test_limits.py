"""A function's memory, its hooks' time-outs, and who is told what when a process goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import ClientException

from alifakes.function_compute.clock import Clock

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
EXITED = "Process exited unexpectedly before completing request (duration: "


def test_a_process_over_its_memory_is_ended(calls: Any) -> None:
    # it would hold its memory for longer than its time-out of 2 s
    message = calls.now("act", do="hog", megabytes=200, seconds=60)["errorMessage"]
    assert message.startswith(EXITED)
    assert int(message.rpartition("maxMemoryUsage: ")[2].removesuffix("MB)")) > 128
    assert calls.now("act", do="return", value="another instance") == "another instance"


def test_a_peak_too_short_to_be_seen_is_told_by_the_process(calls: Any) -> None:
    assert calls.now("act", do="hog", megabytes=140, seconds=0)["errorMessage"].startswith(EXITED)


def test_what_a_process_starts_counts_as_well(calls: Any) -> None:
    # each alone would be within the 128 MB; they would hold them for longer than the time-out of 2 s
    message = calls.now("act", do="fork-hogs", processes=3, megabytes=60, seconds=60)["errorMessage"]
    assert message.startswith(EXITED)
    assert int(message.rpartition("maxMemoryUsage: ")[2].removesuffix("MB)")) > 128


def test_memory_that_forks_share_counts_once(calls: Any) -> None:
    assert calls.now("act", do="fork-sharers", processes=3, megabytes=80, seconds=0.5) == "done"


def test_memory_within_the_limit_is_the_functions(calls: Any) -> None:
    assert calls.now("act", do="hog", megabytes=64, seconds=0) == "done"


def test_beyond_its_instances_a_function_answers_429(start: Callable[..., Any], tmp_path: Path) -> None:
    calls = start({"handler": "index.gate", "timeout": 30}, max_instances=1, max_waiting=0, clock=Clock(NOON))
    gate = tmp_path / "gate"
    answers: list[Any] = []
    busy = threading.Thread(target=lambda: answers.append(calls.now("one", body=str(gate))))
    busy.start()
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("gate.*")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with pytest.raises(ClientException) as refused:
        calls.now("one", body=str(gate))
    assert (refused.value.status_code, refused.value.code) == (429, "ResourceExhausted")
    # an asynchronous invocation is accepted, and tried again after 0.5, 1 and 2 s
    calls.later("one", body=str(gate))
    calls.advance(1)
    assert [record["status"] for record in calls.records("one")] == ["running", "429", "throttled"]
    gate.touch()
    busy.join()
    calls.advance(0.5)
    assert answers == ["open"]
    assert [record["status"] for record in calls.records("one")] == ["ok", "429", "ok"]


CODE = """
import os, time
def slow(context):
    while True:
        pass
def handler(event, context):
    return os.getpid()
"""


def test_an_initializer_has_its_own_time_out(start: Callable[..., Any], tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text(CODE)
    hook = {"initializer": {"handler": "index.slow", "timeout": 1}}
    calls = start({"code": str(code), "handler": "index.handler", "timeout": 60, "instanceLifecycleConfig": hook})
    assert calls.now("one")["errorMessage"].startswith("Function timed out after 1 seconds")


def test_a_pre_stop_hook_has_its_own_time_out(start: Callable[..., Any], tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text(CODE)
    hook = {"preStop": {"handler": "index.slow", "timeout": 1}}
    calls = start({"code": str(code), "handler": "index.handler", "timeout": 60, "instanceLifecycleConfig": hook})
    pid = calls.now("one")
    calls.fake.stop()
    assert not Path(f"/proc/{pid}").exists()
    calls.fake.start()  # for the fixture to stop
