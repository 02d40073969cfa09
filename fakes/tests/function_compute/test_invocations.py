"""The asynchronous queue: retries, age, order, idleness, on a controlled clock."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import InvokeFunctionHeaders, InvokeFunctionRequest
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.invocations import Invocation, Invocations, Watcher
from alifakes.function_compute.model import AsyncConfig, Function
from alifakes.function_compute.sandbox.instance import UNHANDLED, Outcome
from alifakes.function_compute.sandbox.pool import Exhausted, Pool

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

FUNCTION = Function(
    name="work",
    service=None,
    runtime="python3.10",
    handler="index.work",
    code_dir=Path(),
    region="cn-hangzhou",
    memory=128,
    timeout=3,
    role=None,
    environment={},
    layers=(),
)


class Clock:
    """Time that passes only by being slept through."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Scripted:
    """Stands for a pool: `run` decides how each invocation ends."""

    def __init__(self, config: AsyncConfig, run: Callable[[bytes], Awaitable[bool]], max_instances: int = 4) -> None:
        self.function = replace(FUNCTION, asynchronous=config)
        self.max_instances = max_instances
        self._run = run

    async def invoke(self, event: bytes, request_id: str, *, waits: bool, **_: object) -> Outcome:
        assert not waits
        assert request_id
        ok = await self._run(event)
        return Outcome(b"", None if ok else UNHANDLED, 1.0, 1.0, b"", "c-1")


def work_off(
    pool: Scripted, events: list[bytes], clock: Clock, watcher: Watcher | None = None
) -> tuple[list[Invocation], list[str]]:
    """The records and the printed lines once the queue is idle."""

    async def run() -> tuple[list[Invocation], list[str]]:
        lines: list[str] = []
        queue = Invocations(
            {"work": cast(Pool, pool)},
            lambda invocation: lines.append(invocation.line()),
            retry_base_s=1.0,
            sleep=clock.sleep,
            now=clock.now,
            watcher=watcher,
        )
        for event in events:
            queue.enqueue(Invocation.of(pool.function, "async"), event)
        assert await queue.idle(10)
        return list(queue.records), lines

    return asyncio.run(run())


async def fail(_: bytes) -> bool:
    return False


@pytest.mark.parametrize("retries", [0, 1, 3, 8])
def test_user_errors_are_retried_with_growing_pauses(retries: int) -> None:
    clock = Clock()
    (record,), lines = work_off(Scripted(AsyncConfig(retries=retries), fail), [b""], clock)
    assert (record.status, record.attempts) == ("error", retries + 1)
    assert clock.slept == [2**attempt for attempt in range(retries)]
    assert lines[-1] == f"work  async  error  1 ms  (attempt {retries + 1})"
    assert len(lines) == retries + 1


def test_success_ends_the_retries() -> None:
    results = iter([False, False, True])

    async def run(_: bytes) -> bool:
        return next(results)

    (record,), _ = work_off(Scripted(AsyncConfig(), run), [b""], Clock())
    assert (record.status, record.attempts) == ("ok", 3)


def test_an_event_too_old_is_dropped() -> None:
    clock = Clock()
    (record,), _ = work_off(Scripted(AsyncConfig(retries=8, max_age=5), fail), [b""], clock)
    # pauses of 1, 2 and 4 s: the third retry would begin at 7 s
    assert (record.status, record.attempts) == ("expired", 3)


async def busy(_: bytes) -> bool:
    raise Exhausted


def test_one_that_finds_all_instances_busy_is_tried_again_for_five_hours() -> None:
    clock = Clock()
    (record,), lines = work_off(Scripted(AsyncConfig(retries=0), busy), [b""], clock)
    assert (record.status, record.attempts) == ("429", 0)
    assert clock.slept[:5] == [0.5, 1, 2, 4, 8]
    assert sum(clock.slept[:-1]) <= 5 * 3600 < sum(clock.slept)
    assert len(lines) == 1


def test_it_may_grow_too_old_before_that() -> None:
    clock = Clock()
    (record,), _ = work_off(Scripted(AsyncConfig(max_age=60), busy), [b""], clock)
    assert (record.status, record.attempts) == ("expired", 0)
    assert sum(clock.slept[:-1]) <= 60 < sum(clock.slept)


def test_waiting_for_an_instance_costs_no_attempt() -> None:
    results = iter(["busy", "busy", "fails", "busy", "fails", "ends"])

    async def run(event: bytes) -> bool:
        result = next(results)
        return await busy(event) if result == "busy" else result == "ends"

    clock = Clock()
    (record,), _ = work_off(Scripted(AsyncConfig(retries=2), run), [b""], clock)
    assert (record.status, record.attempts) == ("ok", 3)
    assert clock.slept == [0.5, 1, 1, 2, 2]


class Noting:
    """What a watcher is told of one that rests: its status and the moment of its next attempt, in s."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float | None]] = []

    def accepted(self, invocation: Invocation, _event: bytes) -> None:
        self.changed(invocation)

    def begun(self, *_: object) -> None: ...
    def printed(self, *_: object) -> None: ...
    def ended(self, *_: object) -> None: ...
    def changed(self, invocation: Invocation) -> None:
        self.told.append((invocation.status, None if invocation.due_ms is None else invocation.due_ms / 1000))


def test_whoever_watches_knows_when_it_is_tried_again() -> None:
    results = iter(["busy", "fails", "fails"])

    async def run(event: bytes) -> bool:
        return await busy(event) if next(results) == "busy" else False

    noting = Noting()
    work_off(Scripted(AsyncConfig(retries=1), run), [b""], Clock(), noting)
    assert noting.told == [
        ("queued", None), ("throttled", 0.5), ("error", None), ("retrying", 1.5), ("error", None)
    ]  # fmt: skip


def test_order_and_bounded_concurrency() -> None:
    seen: list[bytes] = []
    running = 0
    most = 0

    async def run(event: bytes) -> bool:
        nonlocal running, most
        seen.append(event)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return True

    events = [str(number).encode() for number in range(50)]
    records, _ = work_off(Scripted(AsyncConfig(), run, max_instances=3), events, Clock())
    assert seen == events
    assert most == 3
    assert {record.status for record in records} == {"ok"}


def invoke_later(fake: FunctionComputeFake, name: str, **order: object) -> str:
    config = Config(
        access_key_id="local",
        access_key_secret="local",
        endpoint=fake.endpoint.removeprefix("http://"),
        protocol="http",
        region_id="cn-hangzhou",
    )
    request = InvokeFunctionRequest(body=io.BytesIO(json.dumps(order).encode()))
    headers = InvokeFunctionHeaders(x_fc_invocation_type="Async")
    answer = Client(config).invoke_function_with_options(name, request, headers, RuntimeOptions())
    return str(answer.headers["x-fc-request-id"])


def records(fake: FunctionComputeFake, function: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{fake.endpoint}/_fake/invocations", params={"function": function})
    return cast("list[dict[str, Any]]", answer.json()["invocations"])


def wait_until_idle(fake: FunctionComputeFake) -> None:
    assert requests.post(f"{fake.endpoint}/_fake/idle?timeout_ms=20000").status_code == 200


def test_a_function_that_fails_twice_is_run_three_times(fc3: FunctionComputeFake, tmp_path: Path) -> None:
    marker = tmp_path / "tries"
    request_id = invoke_later(fc3, "act", do="fail-until", file=str(marker), tries=3)
    wait_until_idle(fc3)
    record = next(record for record in records(fc3, "act") if record["request_id"] == request_id)
    assert (marker.read_text(), record["status"], record["attempts"]) == ("3", "ok", 3)


def test_crashes_in_between_lose_nothing(fc3: FunctionComputeFake) -> None:
    assert requests.post(f"{fc3.endpoint}/_fake/invocations/reset").status_code == 200
    for number in range(60):
        invoke_later(fc3, "act", do="die" if number % 20 == 0 else "nothing")
    wait_until_idle(fc3)
    ended = [(record["status"], record["attempts"]) for record in records(fc3, "act")]
    assert sorted(ended) == [("error", 3)] * 3 + [("ok", 1)] * 57


def test_idle_times_out(fc3: FunctionComputeFake) -> None:
    invoke_later(fc3, "act", do="sleep", seconds=1)
    answer = requests.post(f"{fc3.endpoint}/_fake/idle?timeout_ms=50")
    assert answer.status_code == 408
    wait_until_idle(fc3)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/_fake/x", 404), ("POST", "/_fake/idle?timeout_ms=a", 400)]
)
def test_bad_control_requests(fc3: FunctionComputeFake, method: str, path: str, status: int) -> None:
    answer = requests.request(method, fc3.endpoint + path)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
