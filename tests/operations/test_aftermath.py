"""What is counted beside the API's own calls: chains, timers, what is left to readers; and what formulas say of it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.aftermath import Extra, extra_costs
from benchmarks.meter import Cost
from benchmarks.operations import FANS, Costs, Scene
from benchmarks.stage import DAY_MS, Stage
from commands.cost.assumed import Assumed
from commands.cost.counted import Counted
from feed.domain.fanout import LATE_MS
from simulations.parameters import Parameters
from simulations.pull import fetched


@pytest.fixture(scope="module")
def extra(keys: Path) -> Extra:
    with Stage(keys) as stage:
        return extra_costs(stage, keys)


def test_what_a_page_fetches_is_what_the_simulation_reckons(extra: Extra) -> None:
    """Of one reader who comes once a day, for the one article of the day."""
    reckoned = fetched(1, replace(Parameters(), active=1, visits=1, articles=1, days=1)).spent
    late = math.exp(-LATE_MS / DAY_MS)
    counted = extra.fetched
    assert counted.read_cu == reckoned.read_cu
    assert counted.requests == pytest.approx(reckoned.requests - late)
    assert counted.write_cu == pytest.approx(reckoned.write_cu - late)


def test_what_calls_lead_to(extra: Extra) -> None:
    """An unfollow's relation row goes a day later; the sweeper finds that an order is settled. Nothing else is left."""
    nothing_due = extra.calls["sweep"][0]
    assert nothing_due.write_cu == 0
    assert extra.after["unfollow"][0].write_cu == 2
    assert extra.after["tip"][0].write_cu == 1
    assert extra.after["follow"][0].write_cu == extra.after["action"][0].write_cu == 0
    assert all(runs == 0 for _, runs in extra.after.values())


def test_what_an_instance_reads_for_all_its_calls(extra: Extra) -> None:
    assert extra.shared == Cost(requests=1, depth=1, read_cu=1, write_cu=0)


def test_a_night_reads_the_log_once(extra: Extra) -> None:
    bytes_of_an_act = 4_096 * extra.night.read_cu / extra.acts
    assert 50 < bytes_of_an_act < 120
    assert extra.night.write_cu == extra.trained > 0


def test_a_publication_and_its_delivery_are_counted_as_reckoned(keys: Path, extra: Extra) -> None:
    with Stage(keys) as stage:
        scene = Scene(stage)
        stage.clock.advance(600_000)  # its fans are no newcomers any more
        stage.later(0)
        _, call = stage.meter.measure(scene.publish)
        runs, delivery = stage.meter.measure(stage.product.settle)

    reckoned = Counted.of({"publish": Costs(call, call, 0)}, extra, Assumed()).published(FANS)

    assert runs + 1 == reckoned.invocations
    for figure in ("requests", "read_cu", "write_cu"):
        assert getattr(reckoned, figure) == getattr(call.cost, figure) + getattr(delivery.cost, figure), figure
