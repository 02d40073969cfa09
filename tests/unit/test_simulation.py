"""The simulation of a fan-out: what a hand can reckon, what holds whatever fails, and where its figures are from."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from math import ceil, log2
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alifakes.tablestore.engine.capacity import units
from feed.domain.fanout import RANGE, WINDOW
from feed.domain.prices import FILE, Prices
from feed.store.client import MAX_BATCH_WRITE
from simulations import main
from simulations.delivery import Delivery
from simulations.fanout import reached
from simulations.parameters import Latency, Parameters
from simulations.pull import pulled
from simulations.spent import Spent
from simulations.worker import _ROW_BYTES

UNLIMITED = 1e15
SURE = replace(
    Parameters(),
    in_flight=8,
    start_ms=Latency(100, 100),
    cold_ms=Latency(2000, 2000),
    invoke_ms=Latency(20, 20),
    row_ms=Latency(10, 10),
    write_ms=Latency(40, 40),
    range_ms=Latency(60, 60),
    write_cpu_ms=0,
    range_cpu_ms=0,
    partitions=1,
    key_cu=UNLIMITED,
    partition_cu=UNLIMITED,
    instance_cu=UNLIMITED,
    deaths_per_s=0,
    lost_answers=0,
    lost_starts=0,
)
"""Nothing fails, nothing is limited, and every request takes its median."""
BEFORE_THE_FIRST_RANGE_S = 7 * 0.01 + 0.02 + 0.1 + 2 + 2 * 0.01
"""The publisher's rows and its invocation; its queue and a new instance; the worker's look at its job, the lease."""


def delivered(followers: int, parameters: Parameters, seed: int = 1) -> Delivery:
    random.seed(seed)
    delivery = Delivery(followers, parameters)
    delivery.run()
    return delivery


def seconds(delivery: Delivery, share: float = 1.0) -> float:
    (moment,) = reached(delivery.arrivals, sum(shard.rows for shard in delivery.shards), [share])
    assert moment is not None
    return moment


def people(delivery: Delivery) -> int:
    return sum(number for _, number in delivery.arrivals)


def pieces(total: int, size: int) -> list[int]:
    """Of a range that is read until its end, at least one."""
    return [min(size, total - start) for start in range(0, total, size)] or [0]


def test_time_is_what_a_hand_calculation_says() -> None:
    delivery = delivered(10_000, SURE)

    two_ranges, waves = 2 * 0.06, ceil(50 / 8)
    assert seconds(delivery) == pytest.approx(BEFORE_THE_FIRST_RANGE_S + two_ranges + waves * 0.04)
    assert seconds(delivery, 0.5) == pytest.approx(BEFORE_THE_FIRST_RANGE_S + two_ranges + ceil(25 / 8) * 0.04)


def test_a_partition_lets_so_many_rows_a_second_pass() -> None:
    slow = replace(SURE, partition_cu=1_000, burst_s=0, queue_s=10, request_timeout_s=20)

    delivery = delivered(10_000, slow)

    last_batch_waits_s = (10_000 - MAX_BATCH_WRITE) / 1_000
    assert seconds(delivery) == pytest.approx(BEFORE_THE_FIRST_RANGE_S + 2 * 0.06 + last_batch_waits_s + 0.04)
    assert delivery.spent.refused == 0


def test_an_authors_one_partition_key_limits_the_ranges() -> None:
    patient = replace(SURE, burst_s=0, queue_s=100, request_timeout_s=200)
    free, limited = (delivered(1_000_000, replace(patient, key_cu=cu)) for cu in (UNLIMITED, 1_000))

    reading_s = sum(units(size * _ROW_BYTES) for shard in free.shards for size in pieces(shard.rows, RANGE)) / 1_000
    assert seconds(free) < reading_s < seconds(limited)


def test_a_processor_does_one_thing_at_a_time() -> None:
    delivery = delivered(10_000, replace(SURE, write_cpu_ms=10, vcpu=0.5))

    assert seconds(delivery) == pytest.approx(BEFORE_THE_FIRST_RANGE_S + 2 * 0.06 + 50 * 0.01 / 0.5 + 0.04)


@settings(max_examples=25, deadline=None)
@given(followers=st.integers(0, 150_000), per_invocation=st.integers(400, 30_000), width=st.integers(1, 64))
def test_requests_and_units_are_the_floor_and_the_ledger(followers: int, per_invocation: int, width: int) -> None:
    delivery = delivered(followers, replace(SURE, per_invocation=per_invocation, width=width))

    invocations = [turn for shard in delivery.shards for turn in pieces(shard.rows, per_invocation)]
    windows = [window for turn in invocations for window in pieces(turn, WINDOW)]
    ranges = [size for window in windows for size in pieces(window, RANGE)]
    batches = sum(ceil(window / MAX_BATCH_WRITE) for window in windows)
    spent, shards = delivery.spent, delivery.width
    ledger = 2 * len(invocations) + len(windows)
    assert spent.invocations == len(invocations)
    assert spent.requests == 9 + len(ranges) + batches + ledger + (1 if shards == 1 else 3)
    assert spent.write_cu == followers + 10 + shards + len(invocations) + len(windows)
    looks = 3 * len(invocations) + len(windows) + (0 if shards == 1 else 1 + units(shards * 220))
    assert spent.read_cu == sum(units(size * _ROW_BYTES) for size in ranges) + looks + 6 + shards


@settings(max_examples=25, deadline=None)
@given(followers=st.integers(0, 400_000), per_invocation=st.integers(400, 30_000), width=st.integers(1, 100))
def test_depth_is_within_its_bound(followers: int, per_invocation: int, width: int) -> None:
    delivery = delivered(followers, replace(SURE, per_invocation=per_invocation, width=width))

    shards = delivery.width
    assert delivery.depth <= 1 + ceil(log2(shards)) + max(1, ceil(followers / (shards * per_invocation)))


FAILURES = {
    "lost answers": {"lost_answers": 0.02},
    "vanishing workers": {"deaths_per_s": 0.1},
    "lost starts": {"lost_starts": 0.3},
    "too few instances": {"instances": 2},
    "throttling": {"partition_cu": 3_000, "queue_s": 0.05},
    "all of it": {
        "lost_answers": 0.01,
        "deaths_per_s": 0.05,
        "lost_starts": 0.1,
        "partition_cu": 5_000,
        "queue_s": 0.1,
    },
}


@pytest.mark.parametrize("failures", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("seed", [1, 2])
def test_failures_lose_nobody_and_save_nothing(failures: dict[str, float], seed: int) -> None:
    many_shards = replace(SURE, per_invocation=5_000)
    smooth = delivered(50_000, many_shards, seed)

    rough = delivered(50_000, replace(many_shards, **failures), seed)  # type: ignore[arg-type]

    assert people(rough) == people(smooth) == 50_000
    assert rough.dead == 0
    assert all(shard.job.done for shard in rough.shards)
    assert rough.spent.write_cu >= smooth.spent.write_cu
    assert rough.spent.read_cu >= smooth.spent.read_cu
    assert seconds(rough) >= seconds(smooth)


def test_a_vanished_worker_is_followed_when_its_lease_and_the_margin_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    lives = iter([0.25])  # seconds: it vanishes among its first batches
    monkeypatch.setattr(random, "expovariate", lambda _: next(lives, UNLIMITED))

    delivery = delivered(10_000, replace(SURE, deaths_per_s=1))

    free_s = BEFORE_THE_FIRST_RANGE_S + SURE.timeout_s + SURE.request_timeout_s
    assert free_s - 0.1 < seconds(delivery) < free_s + 60 + 5
    assert people(delivery) == 10_000
    assert delivery.spent.invocations == 3, "one vanished, its repetition found the lease, the sweeper's worker did it"
    assert delivery.spent.read_cu > 10_000, "whoever takes over puts every row only where it is absent"


def test_the_sweeper_leaves_a_worker_alone_that_is_at_work() -> None:
    slow = replace(SURE, partition_cu=100, burst_s=0, queue_s=50, request_timeout_s=60, timeout_s=600)

    delivery = delivered(20_000, slow)

    assert seconds(delivery) > 190, "the sweeper has come by twice"
    assert delivery.spent.invocations == 1


def test_a_larger_audience_never_costs_less() -> None:
    sizes = [100, 1_000, 10_000, 20_000, 20_001, 100_000, 1_000_000, 3_000_000]
    found = [delivered(followers, SURE) for followers in sizes]
    prices = Prices.load()

    for costs in (
        [one.spent.requests for one in found],
        [one.spent.write_cu for one in found],
        [one.spent.read_cu for one in found],
        [prices.yuan(one.spent.billed()) for one in found],
    ):
        assert costs == sorted(costs)
    of_powers = [seconds(one) for one, followers in zip(found, sizes, strict=True) if followers in (100, 10**4, 10**6)]
    assert of_powers == sorted(of_powers)


def test_the_same_seed_draws_the_same_delivery() -> None:
    once, again, other = (delivered(300_000, Parameters(), seed) for seed in (1, 1, 2))

    assert (once.arrivals, once.spent) == (again.arrivals, again.spent)
    assert once.arrivals != other.arrivals


def test_shards_differ_by_chance() -> None:
    rows = [shard.rows for shard in delivered(1_000_000, SURE).shards]

    mean = 1_000_000 / len(rows)
    assert sum(rows) == 1_000_000
    assert len(set(rows)) > len(rows) // 2
    assert all(abs(each - mean) < 6 * mean**0.5 for each in rows)


def test_cold_followers_are_read_and_not_written() -> None:
    everybody, warm = (delivered(10_000, replace(SURE, cold=cold)) for cold in (0.0, 0.4))

    assert people(warm) == 6_000
    assert warm.spent.write_cu == everybody.spent.write_cu - 4_000
    assert warm.spent.read_cu == everybody.spent.read_cu


def test_pulling_costs_each_reader_who_comes() -> None:
    news = replace(SURE, active=1.0, visits=2.0, articles=2.0, days=1.0)
    one, thousand = (pulled(followers, news) for followers in (1, 1_001))

    assert thousand.readers == 1_001
    put, mark, late = 1, 1, 0.9
    assert 1_000 * (put + mark + late) < thousand.spent.write_cu - one.spent.write_cu < 1_000 * (put + mark + 1)
    assert one.extra_ms in (60, 70), "six requests one after the other, seven where it is late"


def test_pulling_pays_only_where_few_look() -> None:
    prices = Prices.load()
    pushed = prices.yuan(delivered(1_000_000, SURE).spent.billed())

    few, many = (prices.yuan(pulled(1_000_000, replace(SURE, active=active)).spent) for active in (0.02, 0.5))

    assert few < pushed < many
    assert pulled(1_000_000, replace(SURE, active=0.0)).readers == 0


def test_every_default_names_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert all(item.metadata["source"].strip() and item.metadata["about"].strip() for item in fields(Parameters))

    with pytest.raises(SystemExit):
        main(["fanout", "--help"])
    told = "".join(capsys.readouterr().out.split())
    for item in fields(Parameters):
        assert f"--{item.name.replace('_', '-')}" in told
        assert "".join(item.metadata["source"].split()) in told


def test_every_price_has_a_page_and_what_is_not_verified_says_so() -> None:
    document = json.loads(Path(FILE).read_text(encoding="utf-8"))

    assert document["currency"] == "CNY"
    for price in document["prices"].values():
        assert "aliyun.com/" in price["page"] or "alibabacloud.com/" in price["page"]
        assert price["verified"] is not price["page"].startswith("UNVERIFIED")
    assert Prices.load().yuan(Spent(write_cu=10_000)) == document["prices"]["tablestore_write"]["yuan"]


def test_the_command_prints_both_ways_and_draws_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "fanout.svg"

    code = main(
        [
            "fanout",
            "--followers",
            "1000",
            "30000",
            "--runs",
            "3",
            "--row-ms",
            "4",
            "9",
            "--plot",
            str(picture),
            "--json",
        ]
    )

    *table, line = capsys.readouterr().out.splitlines()
    assert code == 0
    assert sum("30,000" in row for row in table) == 2
    result = json.loads(line)
    assert [one["followers"] for one in result["results"]] == [1_000, 30_000]
    assert result["parameters"]["row_ms"] == [4, 9]
    for one in result["results"]:
        assert one["push"]["write_cu"] > one["followers"]
        assert one["push"]["reached_s"] == sorted(one["push"]["reached_s"])
        assert one["pull_by_push"] == one["pull"]["yuan"] / one["push"]["yuan"]
    assert picture.read_text(encoding="utf-8").count("<svg") == 1
