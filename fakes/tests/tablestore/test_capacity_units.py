"""What a byte is, and what a capacity unit is."""

from __future__ import annotations

import pytest

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.model import Change, ColumnUpdate, TableOptions, Value


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3)])
def test_units_round_up_and_start_at_one(size: int, units: int) -> None:
    assert capacity.units(size) == units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (0, 8),
        (-(2**63), 8),
        (0.5, 8),
        (True, 1),
        ("", 0),
        ("abc", 3),
        ("公司", 6),
        ("😀", 4),
        (b"", 0),
        (b"\x00\xff", 2),
    ],
)
def test_values_count_their_bytes(value: Value, size: int) -> None:
    assert capacity.value_size(value) == size


def test_names_count_with_their_values() -> None:
    assert capacity.key_size(("pk", "名"), ("abc", 7)) == 2 + 3 + 3 + 8
    assert capacity.cells_size([("a", True, 1), ("bc", "de", 2)]) == 2 + 4


@pytest.mark.parametrize(
    ("options", "size"),
    [(TableOptions(), 0), (TableOptions(max_versions=2), 8), (TableOptions(ttl=86400), 8)],
)
def test_timestamps_count_where_versions_or_expiry_use_them(options: TableOptions, size: int) -> None:
    assert capacity.timestamp_bytes(options) == size


def test_an_update_counts_what_it_writes_and_the_names_that_it_deletes() -> None:
    updates = [
        ColumnUpdate(Change.PUT, "put", "1234"),
        ColumnUpdate(Change.PUT, "set", "1234", timestamp=5),
        ColumnUpdate(Change.INCREMENT, "inc", 1),
        ColumnUpdate(Change.DELETE, "one", timestamp=5),
        ColumnUpdate(Change.DELETE_ALL, "all"),
    ]
    assert capacity.updates_size(updates, 0) == (3 + 4) + (3 + 4 + 8) + (3 + 8) + 3 + 3
    assert capacity.updates_size(updates, 8) == (3 + 4 + 8) + (3 + 4 + 8) + (3 + 8 + 8) + 3 + 3
