"""GetRange: order, bounds, both directions, paging, and what a filter does to a page."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore import INF_MAX, INF_MIN, CapacityUnit

INT64 = 2**63 - 1
LESS = "Begin key must less than end key in FORWARD"
MORE = "Begin key must more than end key in BACKWARD"


@pytest.fixture
def grid(make_table: Any) -> Any:
    """Keys (a, 0) to (c, 2) of STRING and INTEGER."""
    table = make_table({"a": "STRING", "n": "INTEGER"})
    table.fill([((a, n), {"x": f"{a}{n}"}) for a in "bac" for n in (2, 0, 1)])
    return table


GRID = [(a, n) for a in "abc" for n in range(3)]


def test_the_whole_table_in_both_directions(grid: Any) -> None:
    _, following, rows, token = grid.scan()
    assert (following, token) == (None, b"")
    assert [row.primary_key for row in rows] == [[("a", a), ("n", n)] for a, n in GRID]
    assert grid.list_keys(None, None, "BACKWARD") == GRID[::-1]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (("a", 1), ("b", 1), [("a", 1), ("a", 2), ("b", 0)]),
        (("a", INF_MIN), ("a", INF_MAX), [("a", 0), ("a", 1), ("a", 2)]),
        (("a", INF_MAX), ("c", INF_MIN), [("b", 0), ("b", 1), ("b", 2)]),
        (("aa", 0), ("bb", 0), [("b", 0), ("b", 1), ("b", 2)]),
        ((INF_MIN, INF_MAX), ("a", 1), [("a", 0)]),
        (("c", 2), (INF_MAX, INF_MIN), [("c", 2)]),
        (("c", 3), (INF_MAX, INF_MAX), []),
        ((INF_MIN, 7), (INF_MAX, -7), GRID),
    ],
)
def test_forward_takes_the_start_and_leaves_the_end(grid: Any, start: Any, end: Any, expected: Any) -> None:
    assert grid.list_keys(start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (("b", 1), ("a", 1), [("b", 1), ("b", 0), ("a", 2)]),
        (("a", INF_MAX), ("a", INF_MIN), [("a", 2), ("a", 1), ("a", 0)]),
        (("c", INF_MIN), ("a", INF_MAX), [("b", 2), ("b", 1), ("b", 0)]),
        ((INF_MAX, INF_MIN), ("c", 1), [("c", 2)]),
        (("a", 0), (INF_MIN, INF_MIN), [("a", 0)]),
    ],
)
def test_backward_takes_the_start_and_leaves_the_end(grid: Any, start: Any, end: Any, expected: Any) -> None:
    assert grid.list_keys(start, end, "BACKWARD") == expected


@pytest.mark.parametrize(
    ("start", "end"), [(("b", 0), ("a", 0)), (("a", 1), ("a", 0)), (("a", 1), ("a", 1)), ((INF_MAX, 0), ("a", 1))]
)
def test_forward_begins_below_its_end(grid: Any, invalid: Any, start: Any, end: Any) -> None:
    with invalid(re.compile(f"^{LESS}\\.?$")):
        grid.scan(start, end)


@pytest.mark.parametrize(("start", "end"), [(("a", 0), ("b", 0)), (("a", 1), ("a", 1)), ((INF_MIN, 0), ("a", 1))])
def test_backward_begins_above_its_end(grid: Any, invalid: Any, start: Any, end: Any) -> None:
    with invalid(re.compile(f"^{MORE}\\.?$")):
        grid.scan(start, end, "BACKWARD")


@pytest.mark.parametrize("bounds", [(INF_MIN, INF_MIN), (INF_MAX, INF_MAX)])
def test_equal_bounds_are_refused(table: Any, invalid: Any, bounds: Any) -> None:
    with invalid(re.compile(LESS)):
        table.scan(*bounds)


def test_strings_are_ordered_by_their_bytes(table: Any) -> None:
    names = ["", "\x00", "A", "Z", "a", "a\x00", "aa", "z", "é", "世", "界", "\ue000", "🌏"]
    table.fill([(name, {"x": 1}) for name in reversed(names)])
    assert table.list_keys() == sorted(names, key=str.encode)
    assert table.list_keys("a", "b") == ["a", "a\x00", "aa"]


def test_integers_are_ordered_by_value(make_table: Any) -> None:
    table = make_table({"n": "INTEGER"})
    numbers = [-INT64 - 1, -256, -255, -2, -1, 0, 1, 2, 255, 256, 2**32, INT64]
    table.fill([(number, {"x": 1}) for number in reversed(numbers)])
    assert table.list_keys() == numbers
    assert table.list_keys(-2, 2) == [-2, -1, 0, 1]


def test_binaries_are_ordered_by_their_bytes(make_table: Any) -> None:
    table = make_table({"b": "BINARY"})
    values = [b"", b"\x00", b"\x00\x00", b"\x00\x01", b"\x00\xff", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\x00"]
    table.fill([(bytearray(value), {"x": 1}) for value in reversed(values)])
    assert [bytes(key) for key in table.list_keys()] == values


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_any_keys_come_in_order_whatever_the_page(make_table: Any, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(["STRING", "INTEGER", "BINARY"]), min_size=1, max_size=3))
    values = {
        "STRING": st.text(alphabet="\x00a\x7fé世🌏", max_size=3),
        "INTEGER": st.sampled_from([-INT64 - 1, -1, 0, 1, 255, 256, INT64]),
        "BINARY": st.binary(max_size=3).map(bytearray),
    }
    order: dict[str, Any] = {"STRING": str.encode, "INTEGER": int, "BINARY": bytes}
    keys = data.draw(st.lists(st.tuples(*(values[kind] for kind in kinds)), max_size=12))
    by_value = {tuple(order[kind](value) for kind, value in zip(kinds, key, strict=True)): key for key in keys}
    expected = [list(by_value[sortable]) for sortable in sorted(by_value)]
    table = make_table({f"k{at}": kind for at, kind in enumerate(kinds)})
    table.fill([(key, {"x": 1}) for key in keys])
    for direction, wanted in (("FORWARD", expected), ("BACKWARD", expected[::-1])):
        assert _walk(table, direction, limit=data.draw(st.integers(1, 5))) == wanted


def _walk(table: Any, direction: str = "FORWARD", **options: Any) -> list[Any]:
    """Keys of every page, following next_start_primary_key to its end."""
    keys: list[Any] = []
    start = None
    while True:
        _, following, rows, _ = table.scan(start, None, direction, **options)
        keys += [[value for _, value in row.primary_key] for row in rows]
        if following is None:
            return keys
        start = tuple(value for _, value in following)


# pages


def test_limit_ends_a_page_and_names_the_next_row(grid: Any) -> None:
    _, following, rows, _ = grid.scan(limit=2)
    assert len(rows) == 2
    assert following == [("a", "a"), ("n", 2)]
    _, following, rows, _ = grid.scan(("b", 1), None, "BACKWARD", limit=2)
    assert [row.primary_key for row in rows] == [[("a", "b"), ("n", 1)], [("a", "b"), ("n", 0)]]
    assert following == [("a", "a"), ("n", 2)]


def test_a_limit_beyond_the_range_ends_it(grid: Any) -> None:
    _, following, rows, _ = grid.scan(limit=100)
    assert (len(rows), following) == (9, None)


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_is_positive(table: Any, invalid: Any, limit: int) -> None:
    with invalid("The limit must be greater than 0."):
        table.scan(limit=limit)


def test_a_range_without_rows_is_answered_empty(table: Any) -> None:
    consumed, following, rows, token = table.scan()
    assert (following, rows, token) == (None, [], b"")
    assert (consumed.read, consumed.write) == (1, 0)


@pytest.fixture(scope="module")
def long_table(ots: Any, connect: Any, create: Any) -> Any:
    """5,001 small rows with keys 0 to 5,000; `even` only on even ones."""
    table = create(connect(ots), {"n": "INTEGER"})
    table.fill([(n, {"x": n, "even": 1} if n % 2 == 0 else {"x": n}) for n in range(5001)])
    return table


def test_exactly_5000_rows_are_one_page(long_table: Any) -> None:
    _, following, rows, _ = long_table.scan(0, 5000)
    assert (len(rows), following) == (5000, None)
    _, following, rows, _ = long_table.scan(5000, 0, "BACKWARD")
    assert (len(rows), following) == (5000, None)


def test_5001_rows_are_two_pages(long_table: Any) -> None:
    _, following, rows, _ = long_table.scan()
    assert (len(rows), following) == (5000, [("n", 5000)])
    _, following, rows, _ = long_table.scan(5000)
    assert (len(rows), following) == (1, None)
    _, following, rows, _ = long_table.scan(None, None, "BACKWARD", limit=100_000)
    assert (len(rows), following) == (5000, [("n", 0)])


def test_rows_scanned_count_not_rows_returned(long_table: Any, where: Any) -> None:
    nothing = where("x", "<", 0)
    _, following, rows, _ = long_table.scan(column_filter=nothing)
    assert (rows, following) == ([], [("n", 5000)])
    _, following, rows, _ = long_table.scan(5000, None, column_filter=nothing)
    assert (rows, following) == ([], None)
    _, following, rows, _ = long_table.scan(None, None, "FORWARD", columns_to_get=["absent"])
    assert (rows, following) == ([], [("n", 5000)])


def test_the_sdks_iterator_walks_every_page(long_table: Any) -> None:
    counter = CapacityUnit(0, 0)
    rows = long_table.client.xget_range(
        long_table.name, "FORWARD", [("n", INF_MIN)], [("n", INF_MAX)], counter, columns_to_get=["even"]
    )
    assert [row.primary_key[0][1] for row in rows] == list(range(0, 5001, 2))
    assert counter.read > 1


def test_a_page_ends_at_4_mib(make_table: Any) -> None:
    table = make_table({"n": "INTEGER"})
    mebibyte = "x" * (1 << 20)
    for n in range(6):
        table.put(n, {"x": mebibyte})
    _, following, rows, _ = table.scan()
    assert len(rows) in (3, 4, 5)
    assert following == [("n", len(rows))]
    assert _walk(table) == [[n] for n in range(6)]
    assert _walk(table, "BACKWARD") == [[n] for n in reversed(range(6))]


def test_unread_columns_do_not_fill_a_page(make_table: Any) -> None:
    table = make_table({"n": "INTEGER"})
    for n in range(6):
        table.put(n, {"big": "x" * (1 << 20), "small": n})
    _, following, rows, _ = table.scan(columns_to_get=["small"])
    assert (len(rows), following) == (6, None)


# filters and columns


def test_limit_counts_returned_rows_or_scanned_ones_but_loses_none(grid: Any, where: Any) -> None:
    odd = where.any(*(where("x", "==", f"{a}1") for a in "abc"))
    assert _walk(grid, limit=2, column_filter=odd) == [["a", 1], ["b", 1], ["c", 1]]


def test_chosen_columns_leave_rows_without_them_out(make_table: Any, columns_of: Any) -> None:
    table = make_table({"n": "INTEGER"})
    table.fill([(0, {"x": 0, "y": 0}), (1, {"y": 1}), (2, {}), (3, {"x": 3})])
    rows = table.scan(columns_to_get=["x"])[2]
    assert [(row.primary_key[0][1], columns_of(row)) for row in rows] == [(0, {"x": 0}), (3, {"x": 3})]
    assert table.list_keys() == [0, 1, 2, 3]


def test_a_filter_sees_the_chosen_columns_only(make_table: Any, where: Any) -> None:
    table = make_table({"n": "INTEGER"})
    table.fill([(0, {"x": 0, "y": 0}), (1, {"x": 1, "y": 1})])
    filtered = {"column_filter": where("y", "==", 1, missing=False)}
    assert table.list_keys(None, None, "FORWARD", **filtered) == [1]
    assert table.list_keys(None, None, "FORWARD", columns_to_get=["x"], **filtered) == []
    assert table.list_keys(None, None, "FORWARD", columns_to_get=["x", "y"], **filtered) == [1]


def test_bounds_must_match_the_schema(grid: Any, client: Any, refused: Any) -> None:
    message = "Validate PK type fail. Input: VT_STRING, Meta: VT_INTEGER."
    with refused(400, "OTSInvalidPK", message):
        grid.scan(("a", "0"), ("b", INF_MAX))
    with refused(400, "OTSInvalidPK", "Validate PK size fail. Input: 1, Meta: 2."):
        client.get_range(grid.name, "FORWARD", [("a", "a")], [("a", "b")])
    with refused(400, "OTSInvalidPK", "Validate PK name fail. Input: z, Meta: n."):
        client.get_range(grid.name, "FORWARD", [("a", "a"), ("n", 0)], [("a", "b"), ("z", 0)])


def test_an_auto_increment_placeholder_is_no_bound(make_table: Any, invalid: Any) -> None:
    table = make_table({"pk": "STRING", "id": "AUTO"})
    with invalid("PKAutoIncr can't be used for read operations."):
        table.scan(("a", ots_sdk.PK_AUTO_INCR), ("a", INF_MAX))


def test_versions_and_columns_are_bounded_as_in_get_row(make_table: Any) -> None:
    table = make_table(versions=3, deviation=2**40)
    table.put("a", [("x", 1, 1000), ("x", 2, 2000), ("y", 1, 1000), ("z", 1, 1000)])
    (row,) = table.scan(max_version=2, start_column="x", end_column="z")[2]
    assert row.attribute_columns == [("x", 2, 2000), ("x", 1, 1000), ("y", 1, 1000)]
    (row,) = table.scan(max_version=None, time_range=(0, 1500), columns_to_get=["x"])[2]
    assert row.attribute_columns == [("x", 1, 1000)]


def test_a_page_ends_at_5000_expired_rows(start: Any, connect: Any, create: Any, clock: Any) -> None:
    day = 86400
    table = create(connect(start(clock=clock)), {"n": "INTEGER"}, ttl=day)
    table.fill([((number,), {"x": 1}) for number in range(5_001)])
    clock.step(day * 1000 + 1)
    table.put(6_000, {"x": 2})
    _, following, rows, _ = table.scan()
    assert (following, rows) == ([("n", 5_000)], [])
    _, following, rows, _ = table.scan()
    assert following is None
    assert [row.primary_key for row in rows] == [[("n", 6_000)]]
