"""Which fields an answer can be sorted by, and the order in which rows came."""

from __future__ import annotations

from typing import Any

import pytest
from tablestore import DocSort, FieldSchema, FieldSort, FieldType, SortOrder


@pytest.fixture
def index(make_table: Any, create_index: Any) -> Any:
    return create_index(
        make_table({"id": "INTEGER"}),
        FieldSchema("open", FieldType.KEYWORD),
        FieldSchema("shut", FieldType.KEYWORD, enable_sort_and_agg=False),
    )


def test_a_field_that_does_not_say_so_is_sorted(index: Any, invalid: Any) -> None:
    index.table.fill([(1, {"open": "b"}), (2, {"open": "a"}), (3, {})])
    assert index.keys(sort=[FieldSort("open")]) == [2, 1, 3]
    with invalid("sort is not supported for field[shut]: enable_sort_and_agg is off"):
        index.keys(sort=[FieldSort("shut")])


def test_sort_as_the_rows_came(index: Any) -> None:
    for number in (2, 3, 1):
        index.table.put(number)
    assert index.keys(sort=[DocSort()]) == [2, 3, 1]
    assert index.pages(limit=2, sort=[DocSort(SortOrder.DESC)]) == [[1, 3], [2]]


def test_a_token_of_another_index(index: Any, create_index: Any, invalid: Any) -> None:
    other = create_index(index.table, FieldSchema("open", FieldType.KEYWORD), name="other")
    index.table.fill([(1, {}), (2, {})])
    with invalid("[search.token] is invalid"):
        other.search(next_token=index.search(limit=1).next_token)
