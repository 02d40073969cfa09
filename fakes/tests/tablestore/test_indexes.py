"""Secondary indexes: what enters them, when, in which order, and that nobody writes them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import INF_MAX, INF_MIN, SecondaryIndexMeta, SecondaryIndexType

COLUMNS = [("author", "STRING"), ("at", "INTEGER"), ("title", "STRING")]
LOCAL = SecondaryIndexType.LOCAL_INDEX


@pytest.fixture
def articles(make_table: Any, table_of: Any) -> Any:
    """A table of articles and its index by author and time: (table, index)."""
    index = SecondaryIndexMeta("by_author", ["author", "at"], ["title"])
    table = make_table({"id": "INTEGER"}, columns=COLUMNS, indexes=[index])
    return table, table_of(table.client, "by_author", ["author", "at", "id"])


def test_describe_names_the_indexes_in_order(make_table: Any, client: Any) -> None:
    indexes = [
        SecondaryIndexMeta("second", ["at", "pk"], []),
        SecondaryIndexMeta("first", ["author"], ["title", "at"]),
    ]
    table = make_table(columns=COLUMNS, indexes=indexes)
    described = client.describe_table(table.name).secondary_indexes
    assert [(index.index_name, index.defined_column_names) for index in described] == [
        ("second", []),
        ("first", ["title", "at"]),
    ]
    assert [index.primary_key_names[0] for index in described] == ["at", "author"]
    assert {index.index_type for index in described} == {SecondaryIndexType.GLOBAL_INDEX}


def test_the_keys_of_the_table_are_appended(articles: Any) -> None:
    table, index = articles
    table.put(7, {"author": "ann", "at": 5, "title": "t", "other": "not indexed"})
    (row,) = index.scan()[2]
    assert row.primary_key == [("author", "ann"), ("at", 5), ("id", 7)]
    assert [(name, value) for name, value, _ in row.attribute_columns] == [("title", "t")]
    assert index.get(("ann", 5, 7)) == {"title": "t"}


def test_a_range_of_the_index_in_both_directions(articles: Any) -> None:
    table, index = articles
    table.fill([(n, {"author": "ab"[n % 2], "at": 100 - n}) for n in range(6)])
    prefix = (("a", INF_MIN, INF_MIN), ("a", INF_MAX, INF_MAX))
    assert index.list_keys(*prefix) == [("a", 96, 4), ("a", 98, 2), ("a", 100, 0)]
    assert index.list_keys(*prefix[::-1], "BACKWARD") == [("a", 100, 0), ("a", 98, 2), ("a", 96, 4)]
    _, following, rows, _ = index.scan(*prefix, limit=1)
    assert (len(rows), following) == (1, [("author", "a"), ("at", 98), ("id", 2)])


def test_a_row_without_every_indexed_column_is_left_out(articles: Any) -> None:
    table, index = articles
    table.fill([(1, {"author": "a"}), (2, {"at": 2}), (3, {}), (4, {"author": "a", "at": 4})])
    assert index.list_keys() == [("a", 4, 4)]
    table.update(1, put={"at": 1})
    assert index.list_keys() == [("a", 1, 1), ("a", 4, 4)]
    table.update(1, delete_all=["author"])
    assert index.list_keys() == [("a", 4, 4)]


def test_entries_move_with_the_indexed_columns(articles: Any) -> None:
    table, index = articles
    table.put(1, {"author": "a", "at": 5, "title": "old"})
    table.update(1, put={"author": "b"})
    assert index.list_keys() == [("b", 5, 1)]
    assert index.get(("b", 5, 1)) == {"title": "old"}
    table.update(1, put={"title": "new"})
    assert index.get(("b", 5, 1)) == {"title": "new"}
    table.update(1, delete_all=["title"])
    assert index.get(("b", 5, 1)) == {}
    table.update(1, increment={"at": 2})
    assert index.list_keys() == [("b", 7, 1)]
    table.put(1, {"author": "c", "at": 9})
    assert index.list_keys() == [("c", 9, 1)]
    table.put(1, {"author": "c"})
    assert index.list_keys() == []


def test_deleting_a_row_deletes_its_entry(articles: Any) -> None:
    table, index = articles
    table.fill([(n, {"author": "a", "at": n}) for n in range(3)])
    table.delete(1)
    assert index.list_keys() == [("a", 0, 0), ("a", 2, 2)]
    assert table.write(table.batch_delete(0), table.batch_put(9, {"author": "z", "at": 9})).is_all_succeed()
    assert index.list_keys() == [("a", 2, 2), ("z", 9, 9)]


def test_a_refused_write_moves_nothing(articles: Any, refused: Any) -> None:
    table, index = articles
    table.put(1, {"author": "a", "at": 1})
    with refused(403, "OTSConditionCheckFail", "Condition check failed."):
        table.put(1, {"author": "b", "at": 1}, expect="EXPECT_NOT_EXIST")
    assert index.list_keys() == [("a", 1, 1)]


def test_nobody_writes_an_index(articles: Any, invalid: Any) -> None:
    table, index = articles
    table.put(1, {"author": "a", "at": 1})
    message = "Can't write index table directly."
    with invalid(message):
        index.put(("b", 1, 1), {"title": "x"})
    with invalid(message):
        index.update(("a", 1, 1), put={"title": "x"})
    with invalid(message):
        index.delete(("a", 1, 1))
    assert index.list_keys() == [("a", 1, 1)]
    assert table.get(1) == {"author": "a", "at": 1}


def test_an_index_over_key_columns_alone(make_table: Any, table_of: Any) -> None:
    table = make_table({"a": "STRING", "b": "STRING"}, columns=COLUMNS, indexes=[SecondaryIndexMeta("r", ["b"], [])])
    table.fill([(("x", "2"), {}), (("y", "1"), {})])
    assert table_of(table.client, "r", ["b", "a"]).list_keys() == [("1", "y"), ("2", "x")]


def test_filters_and_columns_work_on_an_index(articles: Any, where: Any) -> None:
    table, index = articles
    table.fill([(n, {"author": "a", "at": n, "title": f"t{n}"}) for n in range(3)])
    assert index.list_keys(None, None, "FORWARD", column_filter=where("title", "==", "t1")) == [("a", 1, 1)]


def test_a_global_index_lags_as_long_as_it_is_told(
    start: Any, connect: Any, create: Any, table_of: Any, clock: Any
) -> None:
    client = connect(start(clock=clock, index_lag_ms=500))
    meta = SecondaryIndexMeta("by_author", ["author"], [])
    table = create(client, {"id": "INTEGER"}, columns=COLUMNS, indexes=[meta])
    index = table_of(client, "by_author", ["author", "id"])
    clock.step(1000)
    table.put(1, {"author": "a"})
    assert index.list_keys() == []
    clock.step(499)
    assert index.list_keys() == []
    clock.step(1)
    assert index.list_keys() == [("a", 1)]
    table.update(1, put={"author": "b"})
    assert index.list_keys() == [("a", 1)]
    assert table.get(1) == {"author": "b"}
    clock.step(500)
    assert index.list_keys() == [("b", 1)]
    table.delete(1)
    assert index.list_keys() == [("b", 1)]
    clock.step(500)
    assert index.list_keys() == []


def test_a_local_index_never_lags(start: Any, connect: Any, create: Any, table_of: Any, clock: Any) -> None:
    client = connect(start(clock=clock, index_lag_ms=500))
    meta = SecondaryIndexMeta("recent", ["author", "at"], ["title"], LOCAL)
    table = create(client, {"author": "STRING", "id": "INTEGER"}, columns=COLUMNS[1:], indexes=[meta])
    index = table_of(client, "recent", ["author", "at", "id"])
    table.put(("a", 1), {"at": 5, "title": "t"})
    assert index.list_keys() == [("a", 5, 1)]
    table.update(("a", 1), put={"at": 3})
    assert index.list_keys() == [("a", 3, 1)]
    table.delete(("a", 1))
    assert index.list_keys() == []


def test_a_local_index_starts_with_the_partition_key(make_table: Any) -> None:
    meta = SecondaryIndexMeta("local", ["at", "pk"], [], LOCAL)
    with pytest.raises(ots_sdk.OTSServiceError) as caught:
        make_table(columns=COLUMNS, indexes=[meta])
    assert caught.value.code == "OTSParameterInvalid"


# what a table with indexes is, and is not


@pytest.mark.parametrize(
    "options", [{"versions": 2}, {"ttl": 86400}, {"ttl": 86400, "allow_update": True}], ids=["versions", "ttl", "both"]
)
def test_a_table_with_indexes_has_one_version_and_lives_for_ever(make_table: Any, client: Any, options: Any) -> None:
    meta = SecondaryIndexMeta("i", ["author"], [])
    with pytest.raises(ots_sdk.OTSServiceError) as caught:
        make_table(columns=COLUMNS, indexes=[meta], **options)
    assert caught.value.code == "OTSParameterInvalid"
    assert list(client.list_table()) == []


def test_a_time_to_live_needs_updates_forbidden(make_table: Any, client: Any) -> None:
    meta = SecondaryIndexMeta("i", ["author"], [])
    table = make_table(columns=COLUMNS, indexes=[meta], ttl=86400, allow_update=False)
    assert client.describe_table(table.name).table_options.time_to_live == 86400


def test_updates_are_refused_where_they_are_forbidden(make_table: Any) -> None:
    table = make_table(allow_update=False)
    table.put("a", {"x": 1})
    with pytest.raises(ots_sdk.OTSServiceError) as caught:
        table.update("a", put={"x": 2})
    assert caught.value.code == "OTSParameterInvalid"
    assert table.get("a") == {"x": 1}


def test_own_timestamps_are_refused(articles: Any) -> None:
    table, index = articles
    with pytest.raises(ots_sdk.OTSServiceError) as caught:
        table.put(1, [("author", "a", 1_600_000_000_000), ("at", 1, 1_600_000_000_000)])
    assert caught.value.code == "OTSParameterInvalid"
    assert index.list_keys() == table.list_keys() == []


def test_a_key_occurs_once_in_a_batch(articles: Any) -> None:
    table = articles[0]
    try:
        answer = table.write(*(table.batch_put(1, {"author": "a", "at": n}) for n in range(2)))
        codes = {row.error_code for row in answer.get_failed_of_put()}
    except ots_sdk.OTSServiceError as error:
        codes = {error.code}
    assert codes == {"OTSParameterInvalid"}


@pytest.mark.parametrize(
    ("keys", "columns", "message"),
    [
        ([], ["title"], "The number of primary key columns must be in range: [1, 4] in index."),
        ([f"d{n}" for n in range(5)], [], "The number of primary key columns must be in range: [1, 4] in index."),
        (["pk"], [f"d{n}" for n in range(33)], "The number of attribute columns must be in range: [0, 32] in index."),
        (["absent"], [], re.compile("absent")),
        (["d0"], ["absent"], re.compile("absent")),
    ],
    ids=["no key", "five keys", "33 columns", "unknown key", "unknown column"],
)
def test_what_an_index_is_made_of(make_table: Any, invalid: Any, keys: Any, columns: Any, message: Any) -> None:
    defined = [(f"d{n}", "STRING") for n in range(32)]
    with invalid(message):
        make_table(columns=defined, indexes=[SecondaryIndexMeta("i", keys, columns)])


def test_five_indexes_are_enough(make_table: Any, invalid: Any) -> None:
    defined = [(f"d{n}", "STRING") for n in range(10)]
    indexes = [SecondaryIndexMeta(f"i{n}", [f"d{n}"], ["d9"]) for n in range(6)]
    with invalid("Number of index per table exceeds the quota:5."):
        make_table(columns=defined, indexes=indexes)
    make_table(columns=defined, indexes=indexes[:5])


def test_a_table_takes_its_indexes_with_it(articles: Any, make_table: Any, client: Any, refused: Any) -> None:
    table, index = articles
    table.put(1, {"author": "a", "at": 1})
    assert list(client.list_table()) == [table.name]
    client.delete_table(table.name)
    assert list(client.list_table()) == []
    with refused(404, "OTSObjectNotExist", "Requested table does not exist."):
        index.scan()
    make_table({"id": "INTEGER"}, columns=COLUMNS, indexes=[SecondaryIndexMeta("by_author", ["author", "at"], [])])
    assert index.list_keys() == []
