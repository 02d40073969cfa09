"""What other SDKs ask for and the Python SDK cannot, and what nobody knows: requests made by hand."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from alifakes.tablestore.actions import create_search_index, parallel_scan, search, update_search_index
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Change,
    ColumnUpdate,
    KeyColumn,
    KeyType,
    RowChange,
    TableSchema,
    Value,
    WriteKind,
)
from alifakes.tablestore.engine.search.schema import Field, FieldType, SearchIndexSchema
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.storage import MemoryStorage
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_row

ALL = pb.Query(type=pb.MATCH_ALL_QUERY, query=b"")
ROWS: list[dict[str, Value]] = [{"x": 5}, {"y": 3}, {"x": 1, "y": 9}, {}, {"x": 5, "y": 1}]


@pytest.fixture
def engine() -> Engine:
    made = Engine(MemoryStorage(), clock=Clock(), instance="demo")
    made.create_table(TableSchema("t", (KeyColumn("id", KeyType.INTEGER),)))
    fields = Field("x", FieldType.LONG), Field("y", FieldType.LONG), Field("w", FieldType.KEYWORD)
    made.create_search_index("t", SearchIndexSchema("i", fields))
    for number, row in enumerate(ROWS):
        updates = tuple(ColumnUpdate(Change.PUT, name, value) for name, value in row.items())
        made.write_row("t", RowChange(WriteKind.PUT, (("id", number),), updates))
    return made


def _search(engine: Engine, **parts: Any) -> pb.SearchResponse:
    query = pb.SearchQuery(**{"query": ALL, **parts}).SerializeToString()
    body = pb.SearchRequest(table_name="t", index_name="i", search_query=query).SerializeToString()
    return pb.SearchResponse.FromString(search.decode(body).run(engine, frozenset()).body)


def _keys(answer: pb.SearchResponse) -> list[Any]:
    return [decode_row(row).key[0][1] for row in answer.rows]


def _integer(value: int) -> bytes:
    return b"\x00" + struct.pack("<q", value)


# --- rows without the field that an answer is sorted by ---------------------------------------------------------------

FIRST, LAST = b"\x09", b"\x0a"


@pytest.mark.parametrize(
    ("missing", "descending", "keys"),
    [
        ({}, False, [2, 0, 4, 1, 3]),
        ({}, True, [0, 4, 2, 1, 3]),
        ({"missing_value": LAST}, True, [0, 4, 2, 1, 3]),
        ({"missing_value": FIRST}, False, [1, 3, 2, 0, 4]),
        ({"missing_value": FIRST}, True, [1, 3, 0, 4, 2]),
        ({"missing_value": _integer(3)}, False, [2, 1, 3, 0, 4]),
        ({"missing_field": "y"}, False, [2, 1, 0, 4, 3]),
        ({"missing_field": "y", "missing_value": _integer(9)}, True, [3, 0, 4, 1, 2]),
    ],
    ids=range(8),
)
def test_missing_fields(engine: Engine, missing: dict[str, Any], descending: bool, keys: list[int]) -> None:
    order = pb.SORT_ORDER_DESC if descending else pb.SORT_ORDER_ASC
    sort = pb.Sort(sorter=[pb.Sorter(field_sort=pb.FieldSort(field_name="x", order=order, **missing))])
    assert _keys(_search(engine, sort=sort)) == keys
    first = _search(engine, sort=sort, limit=2)
    assert _keys(first) + _keys(_search(engine, token=first.next_token)) == keys


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({"missing_value": b"\x03\x01\x00\x00\x00a"}, "the value for field[x] is not of type LONG"),
        ({"missing_field": "w"}, "missing_field[w] is not of type LONG"),
        ({"missing_field": "z"}, "field_name[z] is not existed"),
    ],
    ids=range(3),
)
def test_what_does_not_replace_a_field(engine: Engine, missing: dict[str, Any], message: str) -> None:
    sort = pb.Sort(sorter=[pb.Sorter(field_sort=pb.FieldSort(field_name="x", **missing))])
    with pytest.raises(OtsError) as caught:
        _search(engine, sort=sort)
    assert caught.value.message == message


# --- the total -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("up_to", "total"), [(-1, -1), (0, 0), (3, 3), (2**31 - 1, 5)])
def test_a_total_up_to_a_number(engine: Engine, up_to: int, total: int) -> None:
    assert _search(engine, track_total_count=up_to).total_hits == total


# --- groups ----------------------------------------------------------------------------------------------------------


def _grouped(engine: Engine, kind: Any, group_by: Any, result: Any) -> Any:
    asked = pb.GroupBys(group_bys=[pb.GroupBy(name="g", type=kind, body=group_by.SerializeToString())])
    answer = pb.GroupBysResult.FromString(_search(engine, group_bys=asked).group_bys)
    return result.FromString(answer.group_by_results[0].group_by_result).items


def test_a_minimum_of_rows(engine: Engine) -> None:
    asked = pb.GroupByField(field_name="x", min_doc_count=2)
    items = _grouped(engine, pb.GROUP_BY_FIELD, asked, pb.GroupByFieldResult)
    assert [(item.key, item.row_count) for item in items] == [("5", 2)]


def test_steps_with_an_offset_and_an_order(engine: Engine) -> None:
    falling = pb.GroupBySort(sorters=[pb.GroupBySorter(group_key_sort=pb.GroupKeySort(order=pb.SORT_ORDER_DESC))])
    asked = pb.GroupByHistogram(field_name="y", interval=_integer(3), offset=_integer(1), sort=falling)
    items = _grouped(engine, pb.GROUP_BY_HISTOGRAM, asked, pb.GroupByHistogramResult)
    assert [(item.key, item.row_count) for item in items] == [(_integer(7), 1), (_integer(1), 2)]


def test_open_ranges(engine: Engine) -> None:
    asked = pb.GroupByRange(field_name="x", ranges=[pb.Range(end=5), pb.Range(begin=5)])
    items = _grouped(engine, pb.GROUP_BY_RANGE, asked, pb.GroupByRangeResult)
    assert [(item.range_from, item.range_to, item.row_count) for item in items] == [
        (float("-inf"), 5, 1),
        (5, float("inf"), 2),
    ]


# --- depths ----------------------------------------------------------------------------------------------------------


def _nested(depth: int) -> pb.Query:
    query = ALL
    for _ in range(depth - 1):
        query = pb.Query(type=pb.BOOL_QUERY, query=pb.BoolQuery(must_queries=[query]).SerializeToString())
    return query


@pytest.mark.parametrize(
    "query",
    [
        pb.Query(),
        pb.Query(type=pb.NESTED_QUERY, query=pb.NestedQuery(path="n").SerializeToString()),
        pb.Query(type=pb.CONST_SCORE_QUERY, query=b""),
    ],
    ids=range(3),
)
def test_queries_of_no_type(engine: Engine, query: pb.Query) -> None:
    with pytest.raises(OtsError, match=r"\[search.query\] must not be null"):
        _search(engine, query=query)


def test_how_deep_queries_are_nested(engine: Engine) -> None:
    assert len(_search(engine, query=_nested(100)).rows) == 5
    for depth in (101, 240, 5000):
        with pytest.raises(OtsError, match=r"Queries and group-bys are nested at most 100 deep\."):
            _search(engine, query=_nested(depth))


def test_group_bys_without_end(engine: Engine) -> None:
    asked = pb.GroupBys()
    for _ in range(5000):
        body = pb.GroupByField(field_name="x", sub_group_bys=asked).SerializeToString()
        asked = pb.GroupBys(group_bys=[pb.GroupBy(name="g", type=pb.GROUP_BY_FIELD, body=body)])
    with pytest.raises(OtsError, match=r"Queries and group-bys are nested at most 100 deep\."):
        _search(engine, group_bys=asked)


# --- what is not understood ------------------------------------------------------------------------------------------

UNKNOWN_FIELD = b"\xf8\x07\x01"  # number 127, of any message


def _refusal(body: bytes, decode: Any) -> str:
    with pytest.raises(OtsError) as caught:
        decode(body)
    assert caught.value.code == "OTSUnsupportedOperation"
    return caught.value.message.removeprefix("Unsupported operation: ").removesuffix(".")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"query": b"\x08\x63"}, "Query with field or value 1"),
        (
            {"query": pb.Query(type=pb.FUNCTIONS_SCORE_QUERY)},
            "Search with FUNCTIONS_SCORE_QUERY",
        ),
        ({"query": pb.Query(type=pb.SUFFIX_QUERY)}, "Search with SUFFIX_QUERY"),
        (
            {"query": pb.Query(type=pb.TERM_QUERY, query=UNKNOWN_FIELD)},
            "TermQuery with field or value 127",
        ),
        ({"filter": b""}, "Search with filter"),
        (
            {"aggs": pb.Aggregations(aggs=[pb.Aggregation(name="a")])},
            "an aggregation without a type",
        ),
        (
            {"group_bys": pb.GroupBys(group_bys=[pb.GroupBy(name="a")])},
            "a group-by without a type",
        ),
        ({"sort": pb.Sort(sorter=[pb.Sorter()])}, "a sorter without an order"),
        (
            {"aggs": pb.Aggregations(aggs=[pb.Aggregation(name="a", type=pb.AGG_MAX, body=UNKNOWN_FIELD)])},
            "FieldAggregation with field or value 127",
        ),
    ],
    ids=range(9),
)
def test_searches_that_are_not_understood(parts: dict[str, Any], message: str) -> None:
    if isinstance(parts.get("query"), bytes):
        query = b"\x22\x02" + parts["query"]  # a type that the enum does not have
    else:
        query = pb.SearchQuery(**{"query": ALL, **parts}).SerializeToString()
    body = pb.SearchRequest(table_name="t", index_name="i", search_query=query).SerializeToString()
    assert _refusal(body, search.decode) == message


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (pb.FieldSchema(field_name="f", field_type=pb.IP), "a field of type IP"),
        (
            pb.FieldSchema(field_name="f", field_type=pb.FUZZY_KEYWORD),
            "a field of type FUZZY_KEYWORD",
        ),
        (
            pb.FieldSchema(field_name="f", field_type=pb.LONG, json_type=1),
            "a field with vector_options or json_type",
        ),
        (pb.FieldSchema.FromString(b"\x10\x63"), "FieldSchema with field or value 2"),
        (pb.FieldSchema.FromString(b"\x10\x01\x18\x03"), "FieldSchema with field or value 3"),
    ],
    ids=range(5),
)
def test_fields_that_are_not_understood(field: pb.FieldSchema, message: str) -> None:
    schema = pb.IndexSchema(field_schemas=[field])
    body = pb.CreateSearchIndexRequest(table_name="t", index_name="i", schema=schema).SerializeToString()
    assert _refusal(body, create_search_index.decode) == message


@pytest.mark.parametrize(
    "parts",
    [
        {"switch_index_name": "other"},
        {"query_flow_weight": [b""]},
        {"added_field_schemas": [pb.FieldSchema(field_name="f")]},
    ],
    ids=range(3),
)
def test_changes_that_are_not_emulated(parts: dict[str, Any]) -> None:
    body = pb.UpdateSearchIndexRequest(table_name="t", index_name="i", time_to_live=-1, **parts).SerializeToString()
    assert _refusal(body, update_search_index.decode) == "UpdateSearchIndex of anything but the time to live"


def test_no_change_at_all() -> None:
    body = pb.UpdateSearchIndexRequest(table_name="t", index_name="i").SerializeToString()
    with pytest.raises(OtsError, match=r"No parameter is specified in table options\."):
        update_search_index.decode(body)


def _scan(engine: Engine, token: bytes = b"") -> pb.ParallelScanResponse:
    query = pb.ScanQuery(query=ALL, max_parallel=1, token=token).SerializeToString()
    body = pb.ParallelScanRequest(table_name="t", index_name="i", scan_query=query).SerializeToString()
    return pb.ParallelScanResponse.FromString(parallel_scan.decode(body).run(engine, frozenset()).body)


def test_behind_the_last_page_there_is_no_token(engine: Engine) -> None:
    """A loop that ends at the absence of it, as those of the Go SDK, must end."""
    assert not _search(engine).HasField("next_token")
    scanned = _scan(engine)
    assert len(scanned.rows) == len(ROWS)
    assert not _scan(engine, scanned.next_token).HasField("next_token")


def test_a_scan_that_dies_at_once(engine: Engine) -> None:
    scan = pb.ScanQuery(query=ALL, max_parallel=1, alive_time=0).SerializeToString()
    body = pb.ParallelScanRequest(table_name="t", index_name="i", scan_query=scan).SerializeToString()
    with pytest.raises(OtsError, match=r"\[parallel_scan.alive_time\] must be positive, current alive_time is 0"):
        parallel_scan.decode(body).run(engine, frozenset())
