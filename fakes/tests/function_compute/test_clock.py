"""Time that is put forward: timers, retries and waiting events follow it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests

from alifakes.function_compute.clock import Clock

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


async def settle() -> None:
    pass


def test_sleepers_wake_in_order_and_at_their_moment() -> None:
    clock = Clock(NOON)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *pauses: float) -> None:
        for seconds in pauses:
            await clock.sleep(seconds)
            woken.append((name, (clock.now() - NOON).total_seconds()))

    async def run() -> None:
        tasks = [asyncio.ensure_future(sleep("late", 5)), asyncio.ensure_future(sleep("often", 2, 2, 2, 60))]
        await asyncio.sleep(0)
        await clock.advance(10, settle)
        assert clock.now() == NOON + timedelta(seconds=10)
        assert not tasks[1].done()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())
    assert woken == [("often", 2), ("often", 4), ("late", 5), ("often", 6)]


def test_real_time_passes_by_itself_and_can_be_put_forward() -> None:
    clock = Clock()

    async def run() -> None:
        await asyncio.wait_for(clock.sleep(0.01), 10)
        far = asyncio.ensure_future(clock.sleep(3600))
        await asyncio.sleep(0)
        await clock.advance(3600, settle)
        await asyncio.wait_for(far, 10)

    asyncio.run(run())
    ahead = (clock.now() - datetime.now(timezone.utc)).total_seconds()
    assert 3590 < ahead < 3610


def timer(cron: str) -> dict[str, object]:
    config = {"cronExpression": cron, "enable": True, "payload": "tick"}
    return {
        "handler": "index.echo",
        "triggers": [{"triggerName": "t", "triggerType": "timer", "triggerConfig": config}],
    }


@pytest.mark.parametrize(
    ("cron", "fired"),
    [
        ("@every 20m", 3),
        ("0 0 * * * *", 1),
        ("0 */10 * * * *", 6),
        ("CRON_TZ=Asia/Shanghai 0 30 20 * * *", 1),
        ("CRON_TZ=Asia/Shanghai 0 30 12 * * *", 0),
    ],
)
def test_timers_follow_the_clock(start: Callable[..., Any], cron: str, fired: int) -> None:
    calls = start(timer(cron), clock=Clock(NOON), timers=True)
    calls.advance(3600)
    assert [record["status"] for record in calls.records("one")] == ["ok"] * fired
    answer = requests.get(f"{calls.fake.endpoint}/_fake/clock").json()
    assert answer == {"now_ms": (NOON.timestamp() + 3600) * 1000}


def test_retries_wait_for_the_clock(start: Callable[..., Any], tmp_path: Path) -> None:
    calls = start({"asyncInvokeConfig": {"maxAsyncRetryAttempts": 3}}, clock=Clock(NOON))
    marker = tmp_path / "tries"
    calls.later("one", do="fail-until", file=str(marker), tries=4)
    # pauses of 1, 2 and 4 s
    for seconds, tries in ((0, "1"), (0.999, "1"), (0.001, "2"), (1.999, "2"), (60, "4")):
        calls.advance(seconds)
        assert marker.read_text() == tries
    assert [record["status"] for record in calls.records("one")] == ["ok"]


@pytest.mark.parametrize("body", ["", "[]", '{"advance_ms": -1}', '{"advance_ms": true}', '{"advance_ms": 1e30}'])
def test_wrong_orders_to_the_clock(start: Callable[..., Any], body: str) -> None:
    calls = start({})
    assert requests.post(f"{calls.fake.endpoint}/_fake/clock", data=body).status_code == 400


def test_the_log_of_one_invocation(start: Callable[..., Any]) -> None:
    calls = start({})
    for text in ("first", "second"):
        calls.now("one", do="print", text=text)
    first, second = calls.records("one")
    answer = requests.get(f"{calls.fake.endpoint}/_fake/logs", params={"request_id": second["request_id"]})
    lines = [entry["line"] for entry in answer.json()["lines"]]
    assert lines[0] == f"FC Invoke Start RequestId: {second['request_id']}"
    assert lines[-1] == f"FC Invoke End RequestId: {second['request_id']}"
    assert "second" in lines
    assert not any("first" in line or first["request_id"] in line for line in lines)
    everything = requests.get(f"{calls.fake.endpoint}/_fake/logs").json()["lines"]
    assert {"first", "second"} <= {entry["line"] for entry in everything}
