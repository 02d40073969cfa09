"""The story of search indexes: a field of each type, every query, sort, aggregation and group-by of the Python SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tablestore as sdk
from tablestore import FieldSchema, FieldType, MatchAllQuery, SearchQuery, TermQuery

if TYPE_CHECKING:
    from .stories import Narrator

FIELDS = [
    FieldSchema("k", FieldType.KEYWORD, index=True, enable_sort_and_agg=True, store=True),
    FieldSchema("t", FieldType.TEXT, analyzer=sdk.AnalyzerType.SINGLEWORD, enable_highlighting=True),
    FieldSchema("l", FieldType.LONG, is_array=True),
    FieldSchema("d", FieldType.DOUBLE),
    FieldSchema("b", FieldType.BOOLEAN),
    FieldSchema("g", FieldType.GEOPOINT),
    FieldSchema("day", FieldType.DATE, date_formats=["yyyy-MM-dd"]),
    FieldSchema("n", FieldType.NESTED, sub_field_schemas=[FieldSchema("x", FieldType.LONG)]),
]
ROWS = [
    [
        ("k", "a"),
        ("t", "one two"),
        ("l", "[1, 2]"),
        ("d", 0.5),
        ("b", True),
        ("g", "30.2,120.1"),
        ("day", "2024-01-31"),
    ],
    [
        ("k", "b"),
        ("t", "two three"),
        ("l", "[3]"),
        ("d", 1.5),
        ("b", False),
        ("g", "31.2,121.4"),
        ("day", "2024-02-01"),
    ],
    [("k", "b"), ("t", "three"), ("d", 2.5), ("n", '[{"x": 1}, {"x": 5}]')],
]
SOME = sdk.RangeQuery("d", 0.5, 2.5, True, True)
QUERIES = [
    MatchAllQuery(),
    sdk.MatchQuery("t", "two three", 1, sdk.QueryOperator.OR, 2.0),
    sdk.MatchPhraseQuery("t", "two three"),
    TermQuery("k", "b"),
    sdk.TermsQuery("l", [1, 3]),
    SOME,
    sdk.PrefixQuery("k", "a"),
    sdk.WildcardQuery("k", "?*"),
    sdk.BoolQuery([MatchAllQuery()], [TermQuery("k", "a")], [SOME], [TermQuery("b", False)], 1),
    sdk.NestedQuery("n", TermQuery("n.x", 5), sdk.ScoreMode.MAX, sdk.InnerHits(None, 0, 1, None)),
    sdk.GeoBoundingBoxQuery("g", "31,120", "30,121"),
    sdk.GeoDistanceQuery("g", "30.2,120.1", 1000),
    sdk.GeoPolygonQuery("g", ["30,120", "32,120", "32,122", "30,122"]),
    sdk.FunctionScoreQuery(MatchAllQuery(), sdk.FieldValueFactor("d")),
    sdk.ExistsQuery("g"),
    sdk.DisMaxQuery([TermQuery("k", "a"), TermQuery("k", "b")], 0.5),
]
SORTS = [
    sdk.FieldSort("l", sdk.SortOrder.DESC, sdk.SortMode.MAX),
    sdk.FieldSort("n.x", sdk.SortOrder.ASC, None, sdk.NestedFilter("n", TermQuery("n.x", 1))),
    sdk.GeoDistanceSort("g", ["30,120"], sdk.SortOrder.ASC, None, sdk.GeoDistanceType.ARC),
    sdk.ScoreSort(),
    sdk.PrimaryKeySort(sdk.SortOrder.DESC),
    sdk.DocSort(),
]
SUMS = [
    sdk.Max("l"),
    sdk.Min("d", missing_value=0.0),
    sdk.Avg("d"),
    sdk.Sum("l"),
    sdk.Count("k"),
    sdk.DistinctCount("k"),
    sdk.Percentiles("d", [50, 95]),
    sdk.TopRows(1, sdk.Sort([sdk.PrimaryKeySort()])),
]
GROUPS = [
    sdk.GroupByField("k", 5, [sdk.RowCountSort(sdk.SortOrder.DESC)], [sdk.Max("d")], [sdk.GroupByField("b")]),
    sdk.GroupByRange("d", [(0, 1), (1, 3)]),
    sdk.GroupByFilter([TermQuery("k", "b"), MatchAllQuery()]),
    sdk.GroupByGeoDistance("g", sdk.GeoPoint(30, 120), [(0, 50_000), (50_000, 500_000)]),
    sdk.GroupByHistogram("l", 2, sdk.FieldRange(0, 10)),
    sdk.GroupByDateHistogram("day", sdk.DateTimeValue(1, sdk.DateTimeUnit.MONTH)),
    sdk.GroupByGeoGrid("g", sdk.GeoHashPrecision.GHP_156KM_156KM_3),
    sdk.GroupByComposite([sdk.GroupByField("k", name="by k"), sdk.GroupByField("b", name="by b")]),
]


def search(narrator: Narrator) -> None:
    tell, client = narrator.tell, narrator.client
    nothing = sdk.ReservedThroughput(sdk.CapacityUnit(0, 0))
    keys = [("pk", "STRING")]
    tell("for an index", client.create_table, sdk.TableMeta("t", keys), sdk.TableOptions(), nothing)
    fixed = sdk.TableOptions(-1, 1, 86400, False)
    tell("one that allows no updates", client.create_table, sdk.TableMeta("fixed", keys), fixed, nothing)
    index = sdk.SearchIndexMeta(FIELDS, sdk.IndexSetting(["pk"]))
    tell("a field of each type", client.create_search_index, "t", "i", index)
    small = sdk.SearchIndexMeta([FieldSchema("k", FieldType.KEYWORD)], None, sdk.Sort([sdk.PrimaryKeySort()]), 864000)
    tell("sorted, and rows live ten days", client.create_search_index, "fixed", "small", small)
    tell("one that is there already", client.create_search_index, "fixed", "small", small)
    tell("of one table", client.list_search_index, "t")
    tell("of all tables", client.list_search_index)
    for number, cells in enumerate(ROWS):
        tell("as the index takes it in", client.put_row, "t", sdk.Row([("pk", f"r{number}")], cells))
    tell("all of it", client.describe_search_index, "t", "i")
    _searches(tell, client)
    _scans(tell, client)
    longer = sdk.SearchIndexMeta([], None, None, 864001)
    tell("a second longer", client.update_search_index, "fixed", "small", longer)
    tell("a table that allows updates", client.update_search_index, "t", "i", longer)
    tell("without the state of its rows", client.describe_search_index, "fixed", "small", False)
    tell("by its name", client.delete_search_index, "fixed", "small")
    tell("by the same name", client.delete_search_index, "fixed", "small")


def _searches(tell: Any, client: Any) -> None:
    every = sdk.ColumnsToGet([], sdk.ColumnReturnType.ALL)
    two = sdk.ColumnsToGet(["k", "l"], sdk.ColumnReturnType.SPECIFIED)

    def ask(what: str, query: Any, columns: Any = None, **options: Any) -> Any:
        asked = SearchQuery(query, limit=options.pop("limit", 2), **options)
        return tell(what, client.search, "t", "i", asked, columns, None, 10)

    for query in QUERIES:
        ask(f"a {type(query).__name__}", query, get_total_count=True)
    for sorter in SORTS:
        ask(f"a {type(sorter).__name__}", MatchAllQuery(), sort=sdk.Sort([sorter]))
    for aggregation in SUMS:
        ask(f"the aggregation {type(aggregation).__name__}", MatchAllQuery(), limit=0, aggs=[aggregation])
    for group_by in GROUPS:
        ask(f"a {type(group_by).__name__}", MatchAllQuery(), limit=0, group_bys=[group_by])
    shown = sdk.Highlight([sdk.HighlightParameter("t", 1, 18, "<b>", "</b>")], sdk.HighlightEncoder.HTML_MODE)
    ask("highlighting", sdk.MatchQuery("t", "two"), highlight=shown)
    ask("collapsed", MatchAllQuery(), collapse_field=sdk.Collapse("k"))
    first = ask("every column of the first page", MatchAllQuery(), every, sort=sdk.Sort([sdk.FieldSort("d")]))
    ask("two columns of the second page", MatchAllQuery(), two, next_token=first and first.next_token)
    ask("an offset", MatchAllQuery(), offset=1)
    ask("a field that is none", TermQuery("none", 1))
    routed = SearchQuery(MatchAllQuery(), limit=5)
    tell("by routing", client.search, "t", "i", routed, None, [[("pk", "r1")]])


def _scans(tell: Any, client: Any) -> None:
    splits = tell("of the index", client.compute_splits, "t", "i")
    columns = sdk.ColumnsToGet(["k"], sdk.ColumnReturnType.SPECIFIED)
    session = splits and splits.session_id
    token = None
    for what in ("the first two", "the last one", "the empty end"):
        scan = sdk.ScanQuery(MatchAllQuery(), 2, token, 0, 1, 30)
        found = tell(what, client.parallel_scan, "t", "i", scan, session, columns)
        token = found and found.next_token
