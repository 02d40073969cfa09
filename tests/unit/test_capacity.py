"""Capacity units as the product foresees them, beside what the storage counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alifakes.tablestore.engine import capacity as counted
from feed.domain.capacity import row_size, units

NAMES = st.text(min_size=1, max_size=20)
VALUES = st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=2_000))


@given(st.integers(0, 10**7))
def test_units_are_the_storages(size: int) -> None:
    assert units(size) == counted.units(size)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.dictionaries(NAMES, VALUES, max_size=8))
def test_bytes_are_the_storages(key: dict[str, int | str], columns: dict[str, int | str]) -> None:
    names, values = list(key), list(key.values())
    cells = [(name, value, 0) for name, value in columns.items()]
    assert row_size(names, values, columns) == counted.key_size(names, values) + counted.cells_size(cells)
