"""Search indexes themselves: making, listing, describing and deleting them, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import AnalyzerType, FieldSchema, FieldSort, FieldType, PrimaryKeySort, ScoreSort, SortOrder, SyncPhase

TITLE = FieldSchema("title", FieldType.TEXT)
STATE = FieldSchema("state", FieldType.KEYWORD, enable_sort_and_agg=True)


def test_list_names_table_and_index(table: Any, make_table: Any, create_index: Any) -> None:
    other = make_table()
    create_index(table, TITLE, name="second")
    create_index(table, STATE, name="first")
    create_index(other, STATE, name="first")
    assert table.client.list_search_index(table.name) == [(table.name, "first"), (table.name, "second")]
    assert sorted(table.client.list_search_index()) == sorted(
        [(table.name, "first"), (table.name, "second"), (other.name, "first")]
    )


def test_describe_tells_what_was_asked_for_and_what_is_the_default(make_table: Any, create_index: Any) -> None:
    table = make_table({"a": "STRING", "b": "INTEGER"})
    create_index(
        table,
        FieldSchema("plain", FieldType.KEYWORD),
        FieldSchema("tags", FieldType.KEYWORD, is_array=True, store=False, index=False),
        FieldSchema("count", FieldType.LONG, enable_sort_and_agg=True),
        FieldSchema("body", FieldType.TEXT, analyzer=AnalyzerType.FUZZY),
        TITLE,
        sort=[FieldSort("count", SortOrder.DESC), PrimaryKeySort(SortOrder.DESC)],
        routing=["a"],
    )
    meta, sync = table.client.describe_search_index(table.name, "index")
    plain, tags, count, body, title = meta.fields
    assert (plain.field_type, plain.index, plain.enable_sort_and_agg, plain.is_array) == (
        FieldType.KEYWORD,
        True,
        False,
        False,
    )
    assert (tags.index, tags.store, tags.is_array) == (False, False, True)
    assert (count.field_type, count.enable_sort_and_agg) == (FieldType.LONG, True)
    assert (body.analyzer, body.analyzer_parameter.min_chars, body.analyzer_parameter.max_chars) == ("fuzzy", 1, 7)
    assert title.analyzer == AnalyzerType.SINGLEWORD
    assert meta.index_setting.routing_fields == ["a"]
    first, second = meta.index_sort.sorters
    assert (first.field_name, first.sort_order, second.sort_order) == ("count", SortOrder.DESC, SortOrder.DESC)
    assert meta.time_to_live == -1
    assert sync.sync_phase == SyncPhase.INCR


def test_the_order_is_that_of_the_key_unless_told(table: Any, create_index: Any) -> None:
    create_index(table, TITLE)
    meta, _ = table.client.describe_search_index(table.name, "index", False)
    (sorter,) = meta.index_sort.sorters
    assert isinstance(sorter, PrimaryKeySort)
    assert sorter.sort_order == SortOrder.ASC


def test_describe_always_tells_up_to_when_it_shows(table: Any, create_index: Any) -> None:
    """(P) in nanoseconds; the Node SDK counts on it even where it does not ask."""
    begin = time.time_ns() // 1_000_000 * 1_000_000
    create_index(table, TITLE)
    for asked in (True, False):
        _, sync = table.client.describe_search_index(table.name, "index", asked)
        assert begin <= sync.current_sync_timestamp <= time.time_ns()


def test_a_deleted_index_is_gone_and_its_name_free(table: Any, create_index: Any, refused: Any) -> None:
    index = create_index(table, STATE)
    table.put("a", {"state": "on"})
    assert index.keys() == ["a"]
    table.client.delete_search_index(table.name, "index")
    assert list(table.client.list_search_index(table.name)) == []
    with refused(400, "OTSMetaNotMatch", "search index [index] does not exist"):
        index.search()
    assert create_index(table, STATE).keys() == ["a"]


def test_what_does_not_exist(table: Any, refused: Any, invalid: Any) -> None:
    client = table.client
    for call in (client.describe_search_index, client.delete_search_index):
        with refused(400, "OTSMetaNotMatch", "search index [not_exist] does not exist"):
            call(table.name, "not_exist")
        with invalid("table [not_exist] does not exist"):
            call("not_exist", "index")
    with invalid("table [not_exist] does not exist"):
        client.create_search_index("not_exist", "index", ots_sdk.SearchIndexMeta([TITLE]))
    with invalid("table [not_exist] does not exist"):
        client.list_search_index("not_exist")


def test_an_index_that_exists(table: Any, create_index: Any, refused: Any) -> None:
    create_index(table, TITLE)
    with refused(409, "OTSObjectAlreadyExist", "search index [index] already exists"):
        create_index(table, STATE)


def test_a_table_goes_after_its_search_indexes(table: Any, create_index: Any, invalid: Any) -> None:
    create_index(table, TITLE)
    with invalid(f"Table[{table.name}] who has at least one search index cannot be deleted."):
        table.client.delete_table(table.name)
    table.client.delete_search_index(table.name, "index")
    table.client.delete_table(table.name)
    assert list(table.client.list_table()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"versions": 2}, "The maximum versions of a table with search indexes must be 1."),
        ({"ttl": 86400}, "A table with search indexes must have TimeToLive -1 or must not allow updates."),
    ],
    ids=["versions", "ttl"],
)
def test_tables_that_take_no_search_index(
    make_table: Any, create_index: Any, invalid: Any, options: dict[str, int], message: str
) -> None:
    table = make_table(**options)
    with invalid(message):
        create_index(table, TITLE)
    other = make_table()
    create_index(other, TITLE)
    changed = ots_sdk.TableOptions(options.get("ttl", -1), options.get("versions", 1), 86400)
    with invalid(message):
        other.client.update_table(other.name, changed, None)


def test_an_index_table_has_no_search_index(make_table: Any, create_index: Any, table_of: Any, invalid: Any) -> None:
    secondary = ots_sdk.SecondaryIndexMeta("by_state", ["state"], [])
    table = make_table(columns=[("state", "STRING")], indexes=[secondary])
    with invalid("'by_state' is an index table; search indexes belong to data tables."):
        create_index(table_of(table.client, "by_state", ["state", "pk"]), TITLE)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([], "[search index schema] must have at least one field"),
        ([TITLE, TITLE], "field[title] is duplicated"),
        ([FieldSchema("", FieldType.LONG)], "Invalid field name: ''."),
        (
            [FieldSchema("t", FieldType.TEXT, enable_sort_and_agg=True)],
            "enable_sort_and_agg is not supported for field[t] of type TEXT",
        ),
        (
            [FieldSchema("k", FieldType.KEYWORD, analyzer=AnalyzerType.MAXWORD)],
            "analyzer is not supported for field[k], which is not of type TEXT",
        ),
        ([FieldSchema("t", FieldType.TEXT, analyzer="words")], "Unknown analyzer: 'words'."),
        (
            [
                FieldSchema(
                    "t",
                    FieldType.TEXT,
                    analyzer=AnalyzerType.FUZZY,
                    analyzer_parameter=ots_sdk.FuzzyAnalyzerParameter(3, 2),
                )
            ],
            "[min_chars] must be at least 1 and at most [max_chars], not 3 with 2",
        ),
        (
            [FieldSchema("k", FieldType.KEYWORD, enable_highlighting=True)],
            "highlighting is not supported for field[k]",
        ),
        ([FieldSchema(f"f{n}", FieldType.LONG) for n in range(501)], "A search index has at most 500 fields, not 501."),
    ],
    ids=["none", "twice", "unnamed", "sorted-text", "cut-keyword", "analyzer", "fuzzy", "highlight", "many"],
)
def test_fields_that_are_refused(
    table: Any, create_index: Any, invalid: Any, fields: list[FieldSchema], message: str
) -> None:
    with invalid(message):
        create_index(table, *fields)
    assert list(table.client.list_search_index()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "1st"}, "Invalid search index name: '1st'."),
        ({"routing": ["state"]}, "routing field[state] is not a primary key column"),
        ({"sort": [ScoreSort()]}, "index_sort supports PrimaryKeySort and FieldSort only"),
        ({"sort": [FieldSort("other")]}, "field_name[other] is not existed"),
        ({"sort": [FieldSort("title")]}, "sort is not supported for field[title]: enable_sort_and_agg is off"),
    ],
    ids=["name", "routing", "score", "unknown", "unsorted"],
)
def test_settings_that_are_refused(
    table: Any, create_index: Any, invalid: Any, options: dict[str, Any], message: str
) -> None:
    with invalid(message):
        create_index(table, TITLE, STATE, **options)


@pytest.mark.parametrize("kind", [FieldType.VECTOR, FieldType.JSON])
def test_field_types_that_are_not_emulated(table: Any, create_index: Any, refused: Any, kind: FieldType) -> None:
    with refused(400, "OTSUnsupportedOperation", f"Unsupported operation: a field of type {kind.name}."):
        create_index(table, FieldSchema("field", kind))


def test_settings_that_are_not_emulated(table: Any, refused: Any) -> None:
    client = table.client
    virtual = FieldSchema("v", FieldType.KEYWORD, is_virtual_field=True, source_fields=["title"])
    short = FieldSchema("v", FieldType.TEXT, text_similarity=ots_sdk.TextSimilarity.SHORT_TEXT)
    for field, what in ((virtual, "a virtual field"), (short, "a field with the similarity SHORT_TEXT")):
        with refused(400, "OTSUnsupportedOperation", f"Unsupported operation: {what}."):
            client.create_search_index(table.name, "index", ots_sdk.SearchIndexMeta([field]))
