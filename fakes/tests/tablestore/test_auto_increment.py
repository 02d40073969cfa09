"""Auto-increment keys: unique and strictly increasing per partition key, and what they do not combine with."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR


@pytest.fixture
def outbox(make_table: Any) -> Any:
    return make_table({"author": "STRING", "seq": "AUTO"})


def _put(table: Any, author: str, **columns: Any) -> int:
    row = table.put((author, PK_AUTO_INCR), columns, return_key=True)[1]
    assert row.primary_key[0] == ("author", author)
    return int(row.primary_key[1][1])


def test_numbers_are_positive_and_rise_per_partition_key(outbox: Any) -> None:
    numbers: dict[str, list[int]] = {"a": [], "b": []}
    for turn in range(20):
        author = "ab"[turn % 3 == 0]
        numbers[author].append(_put(outbox, author, turn=turn))
    for author, drawn in numbers.items():
        assert drawn[0] > 0
        assert all(earlier < later for earlier, later in pairwise(drawn))
        assert outbox.list_keys((author, INF_MIN), (author, INF_MAX)) == [(author, number) for number in drawn]


def test_the_row_is_read_by_its_number(outbox: Any) -> None:
    number = _put(outbox, "a", x=1)
    assert outbox.get(("a", number)) == {"x": 1}


def test_a_deleted_number_is_never_drawn_again(outbox: Any) -> None:
    last = 0
    for _ in range(5):
        number = _put(outbox, "a")
        assert number > last
        outbox.delete(("a", number), expect="EXPECT_EXIST")
        last = number


def test_numbers_rise_across_a_batch_and_come_back_in_order(outbox: Any) -> None:
    items = [
        outbox.batch_put((author, PK_AUTO_INCR), {"at": at}, return_key=True) for at, author in enumerate("aabaab")
    ]
    answer = outbox.write(*items)
    keys = [row.row.primary_key for row in answer.get_put_by_table(outbox.name)]
    assert [key[0][1] for key in keys] == list("aabaab")
    for author in "ab":
        drawn = [key[1][1] for key in keys if key[0][1] == author]
        assert all(earlier < later for earlier, later in pairwise(drawn))
    for at, key in enumerate(keys):
        assert outbox.get((key[0][1], key[1][1])) == {"at": at}


def test_update_row_draws_a_number_too(outbox: Any) -> None:
    row = outbox.update(("a", PK_AUTO_INCR), put={"x": 1}, increment={"n": 2}, return_key=True)[1]
    number = row.primary_key[1][1]
    assert outbox.get(("a", number)) == {"x": 1, "n": 2}
    assert _put(outbox, "a") > number


def test_without_return_type_nothing_is_returned(outbox: Any) -> None:
    assert outbox.put(("a", PK_AUTO_INCR), {"x": 1})[1] is None
    assert len(outbox.list_keys()) == 1


def test_the_number_costs_nothing(outbox: Any) -> None:
    consumed, _ = outbox.put(("a", PK_AUTO_INCR), {"x": 1}, return_key=True)
    assert (consumed.read, consumed.write) == (0, 1)


def test_parallel_writers_draw_distinct_numbers(outbox: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: _put(outbox, "a"), range(100)))
    assert len(set(drawn)) == 100
    assert [number for _, number in outbox.list_keys()] == sorted(drawn)


@pytest.mark.parametrize("position", [1, 2, 3])
def test_any_column_but_the_first_may_count(make_table: Any, position: int) -> None:
    table = make_table({"a": "STRING", **{f"k{n}": "AUTO" if n == position else "INTEGER" for n in (1, 2, 3)}})
    key = ("x", *(PK_AUTO_INCR if n == position else 7 for n in (1, 2, 3)))
    drawn = [table.put(key, {}, return_key=True)[1].primary_key[position][1] for _ in range(3)]
    assert drawn == sorted(set(drawn))


@pytest.mark.parametrize("expect", ["EXPECT_EXIST", "EXPECT_NOT_EXIST"])
def test_no_existence_condition_with_a_number_to_draw(outbox: Any, invalid: Any, expect: str) -> None:
    pattern = re.compile(r"^Invalid expect: ?.* when modify row with pk auto increment\.$")
    with invalid(pattern):
        outbox.put(("a", PK_AUTO_INCR), {"x": 1}, expect=expect)
    with invalid(pattern):
        outbox.update(("a", PK_AUTO_INCR), put={"x": 1}, expect=expect)
    assert outbox.list_keys() == []


def test_no_column_condition_with_a_number_to_draw(outbox: Any, invalid: Any, where: Any) -> None:
    with invalid("Can't set condition when modify row with pk auto increment."):
        outbox.put(("a", PK_AUTO_INCR), {"x": 1}, where=where("x", "==", 1))
    assert outbox.list_keys() == []


@pytest.mark.parametrize("expect", ["IGNORE", "EXPECT_NOT_EXIST"])
def test_a_number_of_ones_own_is_written_to_existing_rows_only(outbox: Any, invalid: Any, expect: str) -> None:
    pattern = re.compile(r"^Invalid expect: .* when modify a specific row for table with pk auto increment\.$")
    number = _put(outbox, "a", x=1)
    for target in (number, number + 1):
        with invalid(pattern):
            outbox.put(("a", target), {"x": 2}, expect=expect)
        with invalid(pattern):
            outbox.update(("a", target), put={"x": 2}, expect=expect)
    assert outbox.get(("a", number)) == {"x": 1}


def test_an_existing_row_is_rewritten_with_expect_exist(outbox: Any, refused: Any) -> None:
    number = _put(outbox, "a", x=1)
    outbox.update(("a", number), put={"y": 2}, expect="EXPECT_EXIST")
    assert outbox.get(("a", number)) == {"x": 1, "y": 2}
    outbox.put(("a", number), {"z": 3}, expect="EXPECT_EXIST")
    assert outbox.get(("a", number)) == {"z": 3}
    with refused(403, "OTSConditionCheckFail", "Condition check failed."):
        outbox.put(("a", number + 1), {"z": 3}, expect="EXPECT_EXIST")


def test_the_placeholder_fits_its_own_column_only(make_table: Any) -> None:
    plain = make_table({"a": "STRING", "n": "INTEGER"})
    for values in (("x", PK_AUTO_INCR), (PK_AUTO_INCR, 1)):
        with pytest.raises(ots_sdk.OTSServiceError) as caught:
            plain.put(values, {"x": 1})
        assert caught.value.get_http_status() == 400
    assert plain.list_keys() == []
