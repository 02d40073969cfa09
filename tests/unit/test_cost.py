"""scripts/cost: what a hand can reckon of its months, its options, its tables, and how it reads recorded runs."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import operations
from commands.cost import command, console, counted
from commands.cost.assumed import OPERATIONS, Assumed
from commands.cost.command import main
from commands.cost.console import Recording
from commands.cost.counted import Counted
from commands.cost.forecast import NAMES
from commands.cost.month import DAY_S, DAYS, Load, Month, _kept, left, month
from commands.cost.recorded import Bill, bill_of
from commands.cost.statement import compared
from commands.cost.used import Used, total, yuan
from feed.domain.prices import Prices
from simulations.parameters import Parameters

CALL = Used(requests=2, read_cu=3, write_cu=1, invocations=1, gb_s=0.025, vcpu_s=0.0175, bytes_out=1_000)
OTHERS = ("sweep", "scheduled-publish", "tip_notified", "tip_returned", "publish_left")
ALIKE = Counted(
    cold=dict.fromkeys(OPERATIONS, CALL),
    warm=dict.fromkeys(OPERATIONS, CALL),
    after={"follow": Used(read_cu=1), "tip": Used(requests=1, read_cu=1)},
    others=dict.fromkeys(OTHERS, CALL),
    shared=Used(requests=1, read_cu=1),
    act=Used(read_cu=0.02),
    trained=Used(write_cu=1),
)
"""Every call costs the same."""
PRICES = Prices.load()


def of(users: int, way: str = "push", **changes: float) -> Month:
    assert way in ("push", "pull")
    return month(users, "push" if way == "push" else "pull", replace(Assumed(), **changes), ALIKE)


# --- months ---


def test_nobody_pays_for_timers_and_their_instances() -> None:
    idle = of(10_000, active=0.0)
    ticks, waiting = 2 * DAYS * 24 * 60, 2 * 0.5 * DAY_S * DAYS
    assert (idle.whole.invocations, idle.whole.read_cu) == (ticks + DAYS, ticks * CALL.read_cu)
    assert idle.parts["instances that wait"] == Used(waiting_gb_s=waiting)


def test_what_people_call_and_what_articles_bring() -> None:
    assumed = Assumed()
    busy = of(1_000_000)
    readers = 1_000_000 * assumed.active * DAYS
    calls = sum(assumed.calls().values()) - assumed.publish - assumed.tip
    reading = busy.parts["reading and acting"]
    assert reading.invocations == pytest.approx(readers * calls)
    assert reading.write_cu == pytest.approx(readers * calls)
    assert busy.articles == pytest.approx(readers * assumed.publish)
    article = ALIKE.published(round(assumed.audience))
    assert busy.parts["publishing, bringing it to readers"] == article * busy.articles
    assert article.write_cu > assumed.audience


def test_a_tip_is_four_calls_and_what_the_sweeper_does() -> None:
    tips = 10_000 * Assumed().active * DAYS * Assumed().tip
    assert of(10_000).parts["tips"].read_cu == pytest.approx(tips * (3 * CALL.read_cu + 1))
    assert of(10_000).parts["tips"].invocations == pytest.approx(tips * 3)


def test_a_community_of_ten_has_no_three_hundred_followers() -> None:
    assert of(10, audience=300) == of(10, audience=10)


@given(st.integers(10, 10**8), st.sampled_from(["push", "pull"]))
def test_a_larger_community_pays_more_in_all_and_less_a_head(users: int, way: str) -> None:
    small, large = (yuan(of(size, way, audience=5).whole, PRICES).whole for size in (users, 2 * users))
    assert small < large < 2 * small


def test_pulling_pays_only_where_few_look() -> None:
    def ratio(active: float) -> float:
        assumed = replace(Assumed(), active=active)
        return yuan(left(300, assumed, ALIKE), PRICES).whole / yuan(ALIKE.published(300), PRICES).whole

    assert ratio(0.01) < 1 < ratio(0.3) < ratio(0.9)


def test_ways_differ_by_what_brings_articles() -> None:
    pushed, pulled = of(1_000_000), of(1_000_000, "pull")
    same = ("tips", "timers, training at night")
    assert {name: pushed.parts[name] for name in same} == {name: pulled.parts[name] for name in same}
    assert pulled.whole.write_cu != pushed.whole.write_cu


# --- instances that wait ---


def test_rare_calls_keep_one_instance_each_for_its_time() -> None:
    assert _kept(Load(1e-5, 0.05), 60) == pytest.approx(60e-5, rel=1e-2)
    assert _kept(Load(0, 0), 60) == 0


@given(st.floats(1e-4, 1e4), st.floats(1e-3, 0.1), st.floats(0, 600))
def test_who_stays_longer_is_more_and_never_fewer_than_are_busy(rate: float, seconds: float, stay_s: float) -> None:
    load = Load(rate, seconds)
    assert load.busy <= _kept(load, stay_s) <= _kept(load, stay_s + 60) + 1e-6


@pytest.mark.parametrize("load", [Load(0.02, 0.05), Load(1, 0.05), Load(40, 0.05)], ids=str)
def test_as_many_instances_are_kept_as_in_a_simulation(load: Load) -> None:
    """Calls come by chance, each to the first free instance; seconds during which instances exist are summed."""
    chance, stay_s, calls = random.Random(5), 60.0, 40_000
    now = existed = 0.0
    ends: list[float] = []  # of each instance's last call; it exists for so long after it
    for _ in range(calls):
        now += chance.expovariate(load.rate)
        free = next((number for number, end in enumerate(ends) if end <= now), None)
        if free is None:
            free = len(ends)
            ends.append(float("-inf"))
        existed += min(now - ends[free], stay_s) + load.seconds
        ends[free] = now + load.seconds
    assert _kept(load, stay_s) == pytest.approx(existed / now, rel=0.06)


# --- options ---


def test_every_default_names_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left_with:
        main(["--help"])
    assert left_with.value.code == 0
    told = "".join(capsys.readouterr().out.split())
    for item in fields(Assumed):
        assert f"--{item.name.replace('_', '-')}" in told
        assert "".join(item.metadata["source"].split()) in told


def test_every_call_is_an_operation_that_is_counted() -> None:
    known = operations._READS.keys() | operations._WRITES.keys()
    assert known >= OPERATIONS.keys() == Assumed().calls().keys()
    assert NAMES.keys() == OPERATIONS.keys() - {"publish", "tip"}


def test_what_people_do_is_what_the_simulation_assumes_of_them() -> None:
    ours, theirs = Assumed(), Parameters()
    assert (ours.active, ours.visits, ours.articles, ours.within_days) == (
        theirs.active,
        theirs.visits,
        theirs.articles,
        theirs.days,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "--active=2",
        "--tip=-1",
        "--audience=nan",
        "--hot=inf",
        "--users=0",
        "--followers=-1",
        "--users=x",
        "--plot=x.txt",
    ],
)
def test_what_cannot_be_assumed_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left_with:
        main([wrong])
    assert left_with.value.code == 2
    assert capsys.readouterr().err.count("error:") == 1


# --- the forecast ---


def test_the_forecast_is_printed_drawn_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(counted, "count", lambda _assumed, _say: ALIKE)
    picture, file = tmp_path / "cost.svg", tmp_path / "cost.json"

    code = main(["--users", "500", "70000", "--followers", "5", "--plot", str(picture), "--json", str(file)])

    printed = capsys.readouterr().out
    assert code == 0
    for words in ("publish, to 5", "500 push", "70,000 pull", "tip, paid", "unverified: ", *NAMES.values()):
        assert words in printed
    assert picture.read_text(encoding="utf-8").count("<svg") == 1
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["users"], one["way"]) for one in found["months"]] == [
        (500, "push"),
        (500, "pull"),
        (70_000, "push"),
        (70_000, "pull"),
    ]
    for one in found["months"]:
        assert one["yuan"]["whole"] == pytest.approx(sum(part["yuan"]["whole"] for part in one["parts"].values()))
    assert found["prices"]["date"] == PRICES.date
    assert found["assumed"]["active"] == Assumed().active


def test_each_price_counts_once() -> None:
    used = Used(read_cu=10_000, write_cu=10_000, invocations=10_000, gb_s=2, waiting_gb_s=1, vcpu_s=1, bytes_out=2**31)
    paid = yuan(used, PRICES)
    assert paid.tables == pytest.approx(PRICES.read + PRICES.write)
    assert paid.functions == pytest.approx(PRICES.unit * (PRICES.invocation + 3 * PRICES.gb_s + PRICES.vcpu_s))
    assert paid.traffic == pytest.approx(2 * PRICES.traffic_gb)
    assert paid.whole == sum(paid)


# --- recorded runs ---


def line(operation: str, **figures: object) -> str:
    said = {"operation": operation, "request_id": "r", "outcome": "200", "duration_ms": 100.0, **figures}
    return json.dumps({"requests": 2, "read_cu": 3, "write_cu": 1, **said})


def test_a_bill_is_the_sum_of_its_lines() -> None:
    bill = bill_of(
        [
            "2026-11-28 some other line",
            line("timeline GET /v1/timeline"),
            f"fc/timeline: {line('timeline GET /v1/timeline')}",
            json.dumps({"message": line("train-recommendations", outcome="ok", duration_ms=1000)}),
            json.dumps({"operation": "sweep", "request_id": "r", "alert": "said beside a call"}),
        ]
    )
    assert bill.calls == {"timeline GET /v1/timeline": 2, "train-recommendations": 1}
    assert bill.used["timeline GET /v1/timeline"].gb_s == pytest.approx(2 * 0.1 * 0.5)
    assert bill.used["train-recommendations"].gb_s == pytest.approx(4)
    assert (bill.whole.requests, bill.whole.read_cu, bill.whole.write_cu, bill.whole.invocations) == (6, 9, 3, 3)


@given(st.dictionaries(st.sampled_from(["publish", "tip", "sweep"]), st.integers(0, 10**9), min_size=1))
def test_the_whole_is_the_yuan_of_its_operations(units: dict[str, int]) -> None:
    bill = bill_of(line(operation, read_cu=cu, write_cu=cu // 3) for operation, cu in units.items())
    each = sum(yuan(used, PRICES).whole for used in bill.used.values())
    assert yuan(bill.whole, PRICES).whole == pytest.approx(each)
    assert bill.whole == total(bill.used.values())


def test_a_log_is_billed_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, file = tmp_path / "functions.log", tmp_path / "bill.json"
    log.write_text(f"{line('publish POST /v1/articles', write_cu=14)}\n")
    assert main(["--recorded", str(log), "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "publish POST /v1/articles" in printed
    assert "traffic –." in printed  # no log line knows it
    assert json.loads(file.read_text())["operations"]["publish POST /v1/articles"]["write_cu"] == 14

    assert main(["--recorded", str(log), "--json", str(tmp_path / "absent" / "bill.json")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    log.write_text("nothing of ours\n")
    assert main(["--recorded", str(log)]) == main(["--recorded", str(tmp_path / "absent")]) == 1
    assert capsys.readouterr().err.count("\n") == 2


COUNTS = {"requests": 2, "rows": 5, "read_cu": 3, "write_cu": 4}
NONE = dict.fromkeys(COUNTS, 0)
AGREED = Recording(
    bill=Bill({"publish": 1}, {"publish": CALL}),
    functions=COUNTS,
    outside=NONE,
    by_table={"article_table": COUNTS},
    counted={"article_table": COUNTS},
)


@pytest.mark.parametrize(
    ("part", "name"),
    # a request counts in every table that it names: sums of requests differ by nature
    [
        *product(["functions", "outside", "by_table", "counted"], ["rows", "read_cu", "write_cu"]),
        ("by_table", "requests"),
    ],
)
def test_one_unit_is_a_difference(part: str, name: str) -> None:
    before = getattr(AGREED, part)
    counts = before.get("article_table", before)
    more: dict[str, Any] = {**counts, name: counts[name] + 1}
    changed: dict[str, Any] = {part: more if before is counts else {"article_table": more}}
    assert AGREED.differences() == []
    assert replace(AGREED, **changed).differences() != []


def test_what_was_asked_for_outside_is_in_the_sums() -> None:
    more = {name: count + 1 for name, count in COUNTS.items()}
    outside = replace(AGREED, outside=dict.fromkeys(COUNTS, 1), counted={"article_table": more})
    forgotten = replace(AGREED, by_table=None)
    assert outside.differences() == forgotten.differences() == []


def test_the_command_ends_with_1_where_they_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = replace(AGREED, counted={"article_table": {**COUNTS, "write_cu": 5}})
    monkeypatch.setattr(console, "recording", lambda _url: found)
    assert command.main(["--console", "http://127.0.0.1:9"]) == 1
    assert "write_cu: 4 recorded, 5 counted" in capsys.readouterr().err


def test_where_there_is_no_console_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--console", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err.startswith("There is no console with a Tablestore at http://127.0.0.1:9")


@pytest.mark.parametrize("url", ["127.0.0.1:9", "ftp://127.0.0.1", "http://[", "127.0.0.1:port", "", "two words"])
def test_a_wrong_address_is_one_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--console", url]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"There is no console with a Tablestore at {url}: ")
    assert said.count("\n") == 1
    if url == "127.0.0.1:9":
        assert "refused" in said


def test_in_invocations_and_outside_them_is_what_was_counted() -> None:
    other = dict.fromkeys(COUNTS, 7)
    found = replace(AGREED, outside=other, counted={"article_table": COUNTS, "user_table": other})
    lines = compared(found)
    assert [part.split() for part in lines[2].split("  ")[-4:]] == [["0", "/", "7", "/", "7"]] * 4
    assert [part.strip() for part in lines[3].split("  ") if part.strip()] == [
        "all",
        *(f"{count} / {count + 7} / 7" for count in COUNTS.values()),
    ]
    assert "– / 2 / –" in compared(replace(AGREED, by_table=None))[1]
