"""Cell versions: how many are kept and read, which timestamps are taken, and when cells expire."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk

INT64 = 2**63 - 1
WIDE = INT64 // 1000000


def test_the_newest_versions_are_kept(make_table: Any) -> None:
    table = make_table(versions=3, deviation=WIDE)
    for at in (5000, 1000, 3000, 4000, 2000):
        table.update("a", put=[("x", at, at)])
    assert table.versions("a", "x") == [(5000, 5000), (4000, 4000), (3000, 3000)]


def test_one_table_version_keeps_the_newest(make_table: Any) -> None:
    table = make_table(deviation=WIDE)
    table.update("a", put=[("x", "new", 2000)])
    table.update("a", put=[("x", "old", 1000)])
    assert table.versions("a", "x") == [("new", 2000)]


def test_a_read_asks_for_as_many_as_it_wants(make_table: Any) -> None:
    table = make_table(versions=5, deviation=WIDE)
    table.put("a", [("x", 1, 1000), ("x", 2, 2000), ("x", 3, 3000), ("y", 1, 1500)])
    assert table.read("a", max_version=2)[1].attribute_columns == [("x", 3, 3000), ("x", 2, 2000), ("y", 1, 1500)]
    assert table.read("a", max_version=1)[1].attribute_columns == [("x", 3, 3000), ("y", 1, 1500)]
    assert len(table.versions("a", "x", max_version=100)) == 3


def test_the_same_timestamp_overwrites(make_table: Any) -> None:
    table = make_table(versions=5, deviation=WIDE)
    table.update("a", put=[("x", "first", 1000)])
    table.update("a", put=[("x", "second", 1000)])
    assert table.versions("a", "x") == [("second", 1000)]


def test_the_service_stamps_what_has_no_timestamp(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), versions=3)
    first = clock.now
    table.put("a", {"x": 1, "y": 1})
    second = clock.step(1500)
    table.update("a", put={"x": 2})
    assert table.versions("a", "x") == [(2, second), (1, first)]
    assert table.versions("a", "y") == [(1, first)]


def test_two_writes_in_one_millisecond_leave_the_later(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)))
    table.put("a", {"x": 1})
    table.update("a", put={"x": 2})
    assert table.get("a") == {"x": 2}
    table.put("a", {"y": 3})
    assert table.get("a") == {"y": 3}
    table.delete("a")
    assert table.get("a") is None


def test_every_update_is_a_version_of_its_own(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), versions=3)
    for number in range(3):
        table.update("a", put={"x": number})
    assert table.versions("a", "x") == [(2, clock.now + 2), (1, clock.now + 1), (0, clock.now)]
    later = clock.step(10)
    table.update("a", put={"x": 3})
    assert table.versions("a", "x")[0] == (3, later)


@pytest.mark.parametrize(
    ("time_range", "expected"),
    [
        ((1000, 3000), [2000, 1000]),
        ((1001, 3001), [3000, 2000]),
        ((0, INT64 // 1000 - 1), [3000, 2000, 1000]),
        ((2000, 2001), [2000]),
        (2000, [2000]),
        ((3001, 4000), []),
        (1500, []),
    ],
)
def test_time_ranges_take_their_start_and_leave_their_end(make_table: Any, time_range: Any, expected: Any) -> None:
    table = make_table(versions=5, deviation=WIDE)
    table.put("a", [("x", at, at) for at in (1000, 2000, 3000)])
    assert [at for _, at in table.versions("a", "x", max_version=None, time_range=time_range)] == expected


def test_a_time_range_and_a_count_bound_each_other(make_table: Any) -> None:
    table = make_table(versions=5, deviation=WIDE)
    table.put("a", [("x", at, at) for at in (1000, 2000, 3000)])
    assert table.versions("a", "x", max_version=1, time_range=(0, 2500)) == [(2000, 2000)]


def test_one_timestamp_and_a_count_exclude_each_other(make_table: Any, invalid: Any) -> None:
    table = make_table(versions=5, deviation=WIDE)
    with invalid("Specific tiemstamp and max versions cannot be given at the same time."):
        table.read("a", max_version=1, time_range=2000)


def test_a_row_outside_the_time_range_shows_its_key_only(make_table: Any) -> None:
    table = make_table(deviation=WIDE)
    table.put("a", [("x", 1, 1000)])
    row = table.read("a", max_version=None, time_range=(2000, 3000))[1]
    assert (row.primary_key, row.attribute_columns) == ([("pk", "a")], [])
    assert table.read("a", ["x"], max_version=None, time_range=(2000, 3000))[1] is None


@pytest.mark.parametrize("timestamp", [-1, INT64 // 1000, INT64])
def test_timestamps_have_a_range(make_table: Any, invalid: Any, timestamp: int) -> None:
    table = make_table(deviation=WIDE)
    message = "Timestamp must be in range [0, INT64_MAX/1000)."
    with invalid(message):
        table.put("a", [("x", 1, timestamp)])
    with invalid(message):
        table.update("a", put=[("x", 1, timestamp)])
    assert table.get("a") is None


@pytest.mark.parametrize("timestamp", [0, 1, INT64 // 1000 - 1])
def test_timestamps_at_their_limits(make_table: Any, timestamp: int) -> None:
    table = make_table(deviation=WIDE)
    table.put("a", [("x", 1, timestamp)])
    assert table.versions("a", "x") == [(1, timestamp)]


@pytest.mark.parametrize(("seconds", "taken"), [(-100, True), (-101, False), (99, True), (100, False), (0, True)])
def test_own_timestamps_deviate_from_now_by_so_much(
    start: Any, connect: Any, create: Any, clock: Any, invalid: Any, seconds: int, taken: bool
) -> None:
    clock.now -= clock.now % 1000
    table = create(connect(start(clock=clock)), deviation=100)
    cells = [("x", 1, clock.now + seconds * 1000)]
    if taken:
        table.put("a", cells)
        assert table.versions("a", "x") == [(1, clock.now + seconds * 1000)]
    else:
        message = re.compile(r"^Invalid timestamp\. Cell: ?x\.$")
        with invalid(message):
            table.put("a", cells)
        with invalid(message):
            table.update("a", put=cells)
        assert table.get("a") is None


DAY = 86400


def test_cells_expire_one_by_one(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), ttl=DAY, versions=3)
    old, new = clock.now - (DAY - 60) * 1000, clock.now
    table.put("a", [("x", "old", old), ("x", "new", new), ("y", "old", old)])
    assert table.get("a") == {"x": "new", "y": "old"}
    clock.step(70_000)
    assert table.versions("a", "x") == [("new", new)]
    assert table.get("a") == {"x": "new"}
    assert [row.attribute_columns for row in table.scan(max_version=3)[2]] == [[("x", "new", new)]]


def test_an_expired_row_shows_nothing(start: Any, connect: Any, create: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), ttl=DAY)
    table.put("a", [("x", "old", clock.now - (DAY - 60) * 1000)])
    table.put("b", {"x": "new"})
    clock.step(70_000)
    assert not table.get("a")
    assert table.get("a", ["x"]) is None
    assert table.get("b") == {"x": "new"}


def test_a_write_older_than_the_time_to_live_is_refused(
    start: Any, connect: Any, create: Any, clock: Any, invalid: Any
) -> None:
    table = create(connect(start(clock=clock)), ttl=DAY, deviation=10 * DAY)
    with invalid(re.compile(r"^Invalid timestamp\. Cell: ?x\.$")):
        table.put("a", [("x", 1, clock.now - (DAY + 2) * 1000)])
    table.put("a", [("x", 1, clock.now - (DAY - 2) * 1000)])
    assert table.get("a") == {"x": 1}


def test_for_ever_is_for_ever(make_table: Any) -> None:
    table = make_table(deviation=WIDE)
    table.put("a", [("x", 1, 0)])
    assert table.get("a") == {"x": 1}


def test_fewer_versions_take_effect_when_the_table_is_updated(client: Any, make_table: Any) -> None:
    table = make_table(versions=3, deviation=WIDE)
    table.put("a", [("x", at, at) for at in (1000, 2000, 3000)])
    client.update_table(table.name, ots_sdk.TableOptions(None, 1, None))
    assert table.versions("a", "x") == [(3000, 3000)]


def test_a_shorter_time_to_live_takes_effect_when_the_table_is_updated(client: Any, make_table: Any) -> None:
    table = make_table(deviation=WIDE)
    table.put("a", [("x", 1, 1000), ("y", 2)])
    client.update_table(table.name, ots_sdk.TableOptions(DAY, None, None))
    assert table.get("a") == {"y": 2}
