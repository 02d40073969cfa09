"""UpdateSearchIndex, and the life of rows in an index that keeps them for less long than their table."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import ColumnReturnType, FieldSchema, FieldType, SearchIndexMeta

DAY_S, DAY_MS = 86_400, 86_400_000
KIND = FieldSchema("kind", FieldType.KEYWORD)


def _create(table: Any, ttl: int, name: str = "index") -> None:
    table.client.create_search_index(table.name, name, SearchIndexMeta([KIND], time_to_live=ttl))


def _update(table: Any, ttl: Any, name: str = "index") -> None:
    table.client.update_search_index(table.name, name, SearchIndexMeta([], time_to_live=ttl))


def _ttl(table: Any) -> int:
    return int(table.client.describe_search_index(table.name, "index")[0].time_to_live)


@pytest.fixture
def lasting(start: Any, connect: Any, create: Any, clock: Any) -> Any:
    """A table that keeps its rows for ten days."""
    return create(connect(start(clock=clock)), ttl=10 * DAY_S, allow_update=False)


def test_rows_leave_an_index_before_their_table(lasting: Any, clock: Any, create_index: Any) -> None:
    index = create_index(lasting, KIND, name="whole")
    _create(lasting, 2 * DAY_S)
    lasting.put("a", {"kind": "x"})
    clock.step(DAY_MS)
    lasting.put("b", {"kind": "x"})
    short = type(index)(lasting, "index")
    assert short.keys() == ["a", "b"]
    clock.step(DAY_MS)
    assert (short.keys(), index.keys()) == (["b"], ["a", "b"])
    assert len(short.search(columns=ColumnReturnType.ALL_FROM_INDEX).rows[0][1]) == 1
    clock.step(8 * DAY_MS)
    assert (short.keys(), index.keys()) == ([], ["b"])


def test_a_new_life_counts_for_the_rows_that_are_there(lasting: Any, clock: Any, create_index: Any) -> None:
    index = create_index(lasting, KIND)
    lasting.put("a")
    clock.step(3 * DAY_MS)
    assert index.keys() == ["a"]
    _update(lasting, 2 * DAY_S)
    assert (_ttl(lasting), index.keys()) == (2 * DAY_S, [])
    _update(lasting, 5 * DAY_S)
    assert (_ttl(lasting), index.keys()) == (5 * DAY_S, ["a"])
    _update(lasting, -1)
    assert (_ttl(lasting), index.keys()) == (-1, ["a"])


@pytest.mark.parametrize("change", [_create, _update])
def test_lives_that_are_refused(lasting: Any, table: Any, create_index: Any, invalid: Any, change: Any) -> None:
    if change is _update:
        for made in (lasting, table):
            create_index(made, KIND)
    with invalid(
        "[table ttl] must be bigger than or equal search index ttl, "
        f"but table ttl is {10 * DAY_S} and search index ttl is [index:{11 * DAY_S}]"
    ):
        change(lasting, 11 * DAY_S)
    with invalid("TimeToLive of a search index must be -1 or at least 86400, not 86399."):
        change(lasting, DAY_S - 1)
    with invalid("A search index has a TimeToLive only if its table allows no updates."):
        change(table, DAY_S)


def test_the_table_must_keep_rows_as_long(lasting: Any, invalid: Any) -> None:
    _create(lasting, 5 * DAY_S)
    client = lasting.client
    client.update_table(lasting.name, ots_sdk.TableOptions(5 * DAY_S, 1, 86400, False), None)
    with invalid(
        "[table ttl] must be bigger than or equal search index ttl, "
        f"but table ttl is {4 * DAY_S} and search index ttl is [index:{5 * DAY_S}]"
    ):
        client.update_table(lasting.name, ots_sdk.TableOptions(4 * DAY_S, 1, 86400, False), None)
    with invalid("A search index has a TimeToLive only if its table allows no updates."):
        client.update_table(lasting.name, ots_sdk.TableOptions(-1, 1, 86400, True), None)


def test_what_does_not_exist(lasting: Any, invalid: Any, refused: Any) -> None:
    with refused(400, "OTSMetaNotMatch", "search index [index] does not exist"):
        _update(lasting, DAY_S)
    with invalid("table [not_exist] does not exist"):
        lasting.client.update_search_index("not_exist", "index", SearchIndexMeta([], time_to_live=DAY_S))
