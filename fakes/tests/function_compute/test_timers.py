"""Timer triggers: when they are due, and what they send."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.invocations import Invocation, Invocations
from alifakes.function_compute.lint import TIMER_PAYLOAD_LIMIT
from alifakes.function_compute.project import read_project
from alifakes.function_compute.triggers.cron import CronError, Schedule
from alifakes.function_compute.triggers.timers import Timers


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        ("0 0 4 * * *", "2023-12-26T04:00:00", "2023-12-27T04:00:00"),
        ("0 0 4 * * *", "2023-12-26T03:59:59", "2023-12-26T04:00:00"),
        ("30 */5 * * * *", "2023-12-26T04:00:00", "2023-12-26T04:00:30"),
        ("CRON_TZ=Asia/Shanghai 0 0 4 1 * *", "2023-12-26T00:00:00", "2023-12-31T20:00:00"),
        ("@every 4m", "2023-12-26T04:00:07", "2023-12-26T04:04:07"),
        ("0 0 9 * * MON", "2023-12-26T04:00:00", "2024-01-01T09:00:00"),
    ],
)
def test_next_due_time(expression: str, now: str, due: str) -> None:
    assert Schedule(expression).after(moment(now)) == moment(due)


@pytest.mark.parametrize(
    "expression",
    ["", "* * * * *", "* * * * * * *", "61 * * * * *", "@every 4s", "@every 0m", "@daily", "CRON_TZ=Moon 0 0 4 * * *"],
)
def test_expressions_that_are_refused(expression: str) -> None:
    with pytest.raises(CronError, match=r"\.$"):
        Schedule(expression)


class Queue:
    """Stands for the queue of invocations."""

    def __init__(self, enough: int) -> None:
        self.events: list[tuple[str, bytes]] = []
        self.full = asyncio.Event()
        self._enough = enough

    def enqueue(self, invocation: Invocation, event: bytes) -> None:
        self.events.append((invocation.address, event))
        if len(self.events) == self._enough:
            self.full.set()


def test_timers_fire_at_their_time(sample: Path) -> None:
    project = read_project(sample / "s.yaml", {})
    time = moment("2023-12-26T19:59:00")

    async def sleep(seconds: float) -> None:
        nonlocal time
        # wakes too early at first, as real sleeps may
        time += timedelta(seconds=seconds if seconds < 1 else seconds - 0.5)
        await asyncio.sleep(0)

    async def run() -> list[tuple[str, bytes]]:
        queue = Queue(2)
        timers = Timers(project, cast(Invocations, queue), now=lambda: time, sleep=sleep)
        timers.start()
        await asyncio.wait_for(queue.full.wait(), 10)
        await timers.stop()
        return queue.events

    event = b'{"triggerTime": "2023-12-%dT20:00:00Z", "triggerName": "nightly", "payload": "clean"}'
    assert asyncio.run(run())[:2] == [("web", event % 26), ("web", event % 27)]


def test_a_clock_that_jumps_is_noticed(sample: Path) -> None:
    project = read_project(sample / "s.yaml", {})
    time = moment("2023-12-26T08:00:00")
    jumped = False

    async def sleep(seconds: float) -> None:
        nonlocal time, jumped
        assert seconds <= 60
        # the machine is suspended while this sleeps: the wall clock goes on, the sleep does not
        time += timedelta(seconds=seconds) if jumped else timedelta(hours=12, seconds=1)
        jumped = True
        await asyncio.sleep(0)

    async def run() -> list[tuple[str, bytes]]:
        queue = Queue(1)
        timers = Timers(project, cast(Invocations, queue), now=lambda: time, sleep=sleep)
        timers.start()
        await asyncio.wait_for(queue.full.wait(), 10)
        await timers.stop()
        return queue.events

    assert b"2023-12-26T20:00:00Z" in asyncio.run(run())[0][1]


def test_the_largest_payload_fires(tmp_path: Path, sample: Path) -> None:
    payload = "p" * TIMER_PAYLOAD_LIMIT
    file = tmp_path / "s.yaml"
    trigger = {"cronExpression": "0 0 0 1 1 *", "enable": True, "payload": payload}
    props = {
        "region": "cn-hangzhou",
        "functionName": "echo",
        "runtime": "python3.10",
        "handler": "index.echo",
        "code": str(sample / "code"),
        "triggers": [{"triggerName": "yearly", "triggerType": "timer", "triggerConfig": trigger}],
    }
    project = {"edition": "3.0.0", "name": "one", "resources": {"echo": {"component": "fc3", "props": props}}}
    file.write_text(json.dumps(project))
    with FunctionComputeFake(file, timers=False) as fake:
        assert requests.post(f"{fake.endpoint}/_fake/timers/fire?function=echo").status_code == 200
        assert requests.post(f"{fake.endpoint}/_fake/idle").status_code == 200
        (fired,) = requests.get(f"{fake.endpoint}/_fake/invocations").json()["invocations"]
    assert (fired["status"], fired["attempts"]) == ("ok", 1)


def test_firing_on_request(fc2: FunctionComputeFake) -> None:
    answer = requests.post(f"{fc2.endpoint}/_fake/timers/fire?function=show")
    assert answer.status_code == 200
    assert requests.post(f"{fc2.endpoint}/_fake/idle").status_code == 200
    fired = requests.get(f"{fc2.endpoint}/_fake/invocations?function=show").json()["invocations"]
    assert [(record["kind"], record["label"], record["status"]) for record in fired] == [("timer", "often", "ok")]
    assert answer.json()["request_ids"] == [fired[0]["request_id"]]
    assert requests.post(f"{fc2.endpoint}/_fake/timers/fire?function=echo").status_code == 404
