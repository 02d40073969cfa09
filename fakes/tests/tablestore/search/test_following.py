"""How a search index follows its table: back-fill, changes, lag, expiry, restarts, faults and counters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tablestore import (
    ColumnReturnType,
    FieldSchema,
    FieldSort,
    FieldType,
    PrimaryKeySort,
    SortOrder,
    SyncPhase,
    TermQuery,
)

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.engine.search import paging

STATE = FieldSchema("state", FieldType.KEYWORD, enable_sort_and_agg=True)
HOT = FieldSchema("hot", FieldType.LONG, enable_sort_and_agg=True)
TEXT = FieldSchema("text", FieldType.TEXT)
PUBLIC = TermQuery("state", "public")
DAY_MS = 86_400_000


def test_an_index_takes_in_the_rows_that_are_there(table: Any, create_index: Any) -> None:
    table.fill([(f"{n:04}", {"hot": n}) for n in range(1500)])
    index = create_index(table, HOT)
    answer = index.search(get_total_count=True, sort=[FieldSort("hot", SortOrder.DESC)], limit=2)
    assert (answer.total_count, index.keys(limit=2, sort=[PrimaryKeySort(SortOrder.DESC)])) == (1500, ["1499", "1498"])


def test_writes_of_every_kind_show(table: Any, create_index: Any) -> None:
    index = create_index(table, STATE, HOT)
    table.put("a", {"state": "public", "hot": 1})
    table.put("b", {"state": "draft", "hot": 2})
    assert index.keys(PUBLIC) == ["a"]
    table.update("b", put={"state": "public"})
    table.update("a", increment={"hot": 9})
    assert index.keys(PUBLIC, sort=[FieldSort("hot")]) == ["b", "a"]
    table.update("b", delete_all=["state"])
    assert index.keys(PUBLIC) == ["a"]
    table.put("a", {"hot": 1})
    assert index.keys(PUBLIC) == []
    answer = table.write(table.batch_put("c", {"state": "public"}), table.batch_delete("a"), table.batch_put("d"))
    assert answer.is_all_succeed()
    assert (index.keys(PUBLIC), index.keys()) == (["c"], ["b", "c", "d"])
    table.delete("c")
    assert index.keys() == ["b", "d"]


def test_what_was_refused_does_not_show(table: Any, create_index: Any, refused: Any) -> None:
    index = create_index(table, STATE)
    table.put("a", {"state": "public"})
    with refused(403, "OTSConditionCheckFail", "Condition check failed."):
        table.put("a", {"state": "draft"}, expect="EXPECT_NOT_EXIST")
    assert index.keys(PUBLIC) == ["a"]


def test_keys_that_the_server_completes_show(make_table: Any, create_index: Any) -> None:
    import tablestore as ots_sdk

    table = make_table({"author": "STRING", "n": "AUTO"})
    index = create_index(table, STATE, FieldSchema("n", FieldType.LONG))
    for state in ("public", "draft"):
        table.put(("ann", ots_sdk.PK_AUTO_INCR), {"state": state})
    (row,) = index.search(PUBLIC).rows
    assert index.keys(TermQuery("n", row[0][1][1])) == [tuple(value for _, value in row[0])]


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["put", "update", "delete"]), st.integers(0, 5), st.integers(-2, 2), st.sampled_from("xyz")
    ),
    max_size=30,
)


@pytest.mark.parametrize("few", [0, 1000], ids=["kept-order", "sorted"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_an_index_shows_what_its_table_holds(
    make_table: Any, create_index: Any, monkeypatch: pytest.MonkeyPatch, few: int, changes: Any
) -> None:
    monkeypatch.setattr(paging, "_FEW", few)
    index = create_index(make_table({"id": "INTEGER"}), STATE, HOT, TEXT)
    held: dict[int, dict[str, Any]] = {}
    for at, (kind, key, hot, text) in enumerate(changes):
        if kind == "delete":
            index.table.delete(key)
            held.pop(key, None)
        elif kind == "put":
            index.table.put(key, {"hot": hot, "text": text})
            held[key] = {"hot": hot, "text": text}
        else:
            index.table.update(key, put={"state": text})
            held.setdefault(key, {})["state"] = text
        if at % 3 == 0:
            index.keys(sort=[FieldSort("hot")])  # an order that may be kept while rows change
    by_heat = sorted(held, key=lambda key: ("hot" not in held[key], held[key].get("hot", 0), key))
    assert index.keys(sort=[FieldSort("hot")]) == by_heat
    for letter in "xyz":
        assert index.keys(TermQuery("text", letter)) == sorted(k for k in held if held[k].get("text") == letter)
        assert index.keys(TermQuery("state", letter)) == sorted(k for k in held if held[k].get("state") == letter)


# --- lag -------------------------------------------------------------------------------------------------------------


def test_changes_show_after_the_lag(start: Any, connect: Any, create: Any, create_index: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock, search_lag_ms=500)))
    index = create_index(table, STATE)
    table.put("a", {"state": "public"})
    assert index.keys() == []
    clock.step(300)
    table.put("a", {"state": "draft"})
    table.put("b", {"state": "public"})
    clock.step(199)
    assert index.keys() == []
    clock.step(1)
    assert (index.keys(), index.keys(PUBLIC)) == (["a"], ["a"])
    clock.step(300)
    assert (index.keys(), index.keys(PUBLIC)) == (["a", "b"], ["b"])
    table.delete("b")
    clock.step(499)
    assert index.keys(PUBLIC) == ["b"]
    clock.step(1)
    assert index.keys(PUBLIC) == []


def test_the_lag_is_that_of_secondary_indexes_unless_told(
    start: Any, connect: Any, create: Any, create_index: Any, clock: Any
) -> None:
    table = create(connect(start(clock=clock, index_lag_ms=500)))
    index = create_index(table, STATE)
    table.put("a")
    clock.step(499)
    assert index.keys() == []
    clock.step(1)
    assert index.keys() == ["a"]
    at_once = create(connect(start(clock=clock, index_lag_ms=500, search_lag_ms=0)))
    at_once.put("a")
    assert create_index(at_once, STATE).keys() == ["a"]


def test_back_fill_lags_too(start: Any, connect: Any, create: Any, create_index: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock, search_lag_ms=500)))
    table.put("a", {"state": "public"})
    index = create_index(table, STATE)

    def phase() -> SyncPhase:
        return table.client.describe_search_index(table.name, "index")[1].sync_phase

    assert (index.keys(), phase()) == ([], SyncPhase.FULL)
    clock.step(500)
    assert (index.keys(), phase()) == (["a"], SyncPhase.INCR)


def test_columns_of_the_table_are_not_behind(
    start: Any, connect: Any, create: Any, create_index: Any, clock: Any
) -> None:
    table = create(connect(start(clock=clock, search_lag_ms=500)))
    index = create_index(table, STATE)
    table.fill([("a", {"state": "public", "other": 1}), ("b", {"state": "public"})])
    clock.step(500)
    table.put("a", {"state": "draft", "other": 2})
    table.delete("b")

    def states(columns: Any) -> list[Any]:
        return [[cell[1] for cell in cells] for _, cells in index.search(PUBLIC, columns).rows]

    assert states(["state"]) == [["public"], ["public"]]
    assert states(ColumnReturnType.ALL) == [[2, "draft"]]


# --- expiry ----------------------------------------------------------------------------------------------------------


def test_expired_rows_are_gone(start: Any, connect: Any, create: Any, create_index: Any, clock: Any) -> None:
    table = create(connect(start(clock=clock)), ttl=86400, allow_update=False)
    index = create_index(table, STATE, HOT)
    now = clock.now
    table.put("a", {"state": "public"})
    table.put("b", [("state", "public", now - DAY_MS // 2), ("hot", 1, now)])
    table.put("c")
    clock.step(DAY_MS // 2 + 1)
    table.put("d", {"state": "public"})
    assert (index.keys(PUBLIC), index.keys(TermQuery("hot", 1))) == (["a", "d"], ["b"])
    clock.step(DAY_MS // 2)
    assert index.keys() == ["d"]
    table.put("a", {"state": "public"})
    clock.step(DAY_MS // 2)
    assert index.keys() == ["a"]


def test_a_time_to_live_that_changes(start: Any, connect: Any, create: Any, create_index: Any, clock: Any) -> None:
    import tablestore as ots_sdk

    table = create(connect(start(clock=clock)), allow_update=False)
    index = create_index(table, STATE)
    table.put("a")
    clock.step(2 * DAY_MS)
    assert index.keys() == ["a"]
    table.client.update_table(table.name, ots_sdk.TableOptions(86400, 1, 86400, False), None)
    assert index.keys() == []


# --- restarts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lag_ms", [0, 500])
def test_an_index_survives_a_restart(
    tmp_path: Path, connect: Any, create: Any, create_index: Any, table_of: Any, clock: Any, lag_ms: int
) -> None:
    path = tmp_path / "data.db"
    with TablestoreFake(path, search_lag_ms=lag_ms, clock=clock) as fake:
        table = create(connect(fake, "demo"), name="table")
        create_index(table, STATE, TEXT, HOT, sort=[FieldSort("hot", SortOrder.DESC)])
        table.fill([("a", {"state": "public", "hot": 1}), ("b", {"state": "public", "hot": 2}), ("c", {"hot": 3})])
        table.delete("c")
        described = str(table.client.describe_search_index("table", "index")[0])
    with TablestoreFake(path, search_lag_ms=lag_ms, clock=clock) as fake:
        client = connect(fake, "demo")
        table = table_of(client, "table", ["pk"])
        index = _index_of(table, create_index)
        table.put("d", {"state": "public", "hot": 9})
        assert str(client.describe_search_index("table", "index")[0]) == described
        assert index.keys(PUBLIC) == ["b", "a"] if lag_ms else ["d", "b", "a"]
        clock.step(lag_ms)
        assert index.keys(PUBLIC) == ["d", "b", "a"]


def _index_of(table: Any, create_index: Any) -> Any:
    """The Index of one that is there already."""
    other = create_index(table, STATE, name="other")
    table.client.delete_search_index(table.name, "other")
    other.name = "index"
    return other


def test_reset_forgets_indexes(start: Any, connect: Any, create: Any, create_index: Any) -> None:
    fake = start()
    client = connect(fake, "demo")
    index = create_index(create(client, name="table"), STATE)
    index.table.put("a")
    assert index.keys() == ["a"]
    fake._instances.reset()
    assert list(client.list_search_index()) == []
    again = create_index(create(client, name="table"), STATE)
    assert again.keys() == []


# --- faults and counters ---------------------------------------------------------------------------------------------


def test_faults_reach_searches(start: Any, connect: Any, create: Any, create_index: Any, refused: Any) -> None:
    fake = start()
    index = create_index(create(connect(fake)), STATE)
    fake.faults.add("throttle", api="Search", table=index.table.name, count=1)
    with refused(503, "OTSServerBusy", "Server is busy."):
        index.search()
    fake.faults.add("unavailable", api="Search", count=1)
    with refused(503, "OTSServerUnavailable", "Server is not available."):
        index.search()
    fake.faults.add("lost_answer", api="Search", count=1)
    with pytest.raises(Exception, match=r"(?i)connection"):
        index.search()
    fake.faults.add("delay", api="Search", count=1, delay_ms=1)
    assert index.keys() == []


def test_searches_are_counted_and_cost_what_they_answer_with(
    start: Any, connect: Any, create: Any, create_index: Any
) -> None:
    fake = start()
    table = create(connect(fake))
    index = create_index(table, STATE)
    table.fill([(str(n), {"text": "x" * 2000}) for n in range(4)])
    fake.reset_requests()
    index.search()
    assert fake.requests() == {"Search": {table.name: {"requests": 1, "rows": 4, "read_cu": 1, "write_cu": 0}}}
    index.search(columns=ColumnReturnType.ALL)
    assert fake.requests()["Search"][table.name] == {"requests": 2, "rows": 8, "read_cu": 3, "write_cu": 0}
