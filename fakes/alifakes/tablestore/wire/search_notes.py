"""Where the service's behaviour in searches is not published or not verified: how it is read here, for the coverage."""

from __future__ import annotations

from collections.abc import Mapping

from alifakes.tablestore.wire import search_pb2 as pb

# By area of the coverage, then by the number of the kind.
NOTES: Mapping[str, Mapping[int, str]] = {
    "query": {
        pb.FUNCTION_SCORE_QUERY: "unverified: a row without the factor's field keeps its score",
        pb.GEO_POLYGON_QUERY: "unverified: a side is a straight line of latitude and longitude",
        pb.MATCH_QUERY: "unverified: max_word and min_word cut Chinese into pairs, as the dictionary is not published",
        pb.NESTED_QUERY: "unverified: score mode NONE unless given; a nested field is unknown outside of its query",
        pb.RANGE_QUERY: "unverified: a number is milliseconds for a DATE that has no format for numbers",
    },
    "sort": {
        pb.Sorter.DOC_SORT_FIELD_NUMBER: "unverified: the order in which the index took the rows in",
        pb.Sorter.GEO_DISTANCE_SORT_FIELD_NUMBER: "unverified: rows without a point come last",
        pb.Sorter.FIELD_SORT_FIELD_NUMBER: "unverified: nested_filter only on a NESTED field of the row itself",
    },
    "search field type": {
        pb.DATE: "unverified: formats are required; what a text does not say is the beginning of it, in UTC",
        pb.NESTED: "unverified: more than 256 elements are left out whole",
    },
    "aggregation": {
        pb.AGG_AVG: "unverified: of nothing it is NaN",
        pb.AGG_MAX: "unverified: of nothing it is -Infinity",
        pb.AGG_MIN: "unverified: of nothing it is Infinity",
        pb.AGG_TOP_ROWS: "unverified: at most 100 rows, without a sort in the order of the index",
    },
    "group-by": {
        pb.GROUP_BY_FIELD: "unverified: keys of BOOLEAN are true and false, of DATE milliseconds; NESTED counts rows",
        pb.GROUP_BY_HISTOGRAM: "unverified: by key, ascending; groups without rows only with min_doc_count 0",
        pb.GROUP_BY_DATE_HISTOGRAM: "unverified: as GROUP_BY_HISTOGRAM; weeks begin on Monday; UTC without time_zone",
        pb.GROUP_BY_COMPOSITE: "unverified: in the order of the keys, those that are missing last",
        pb.GROUP_BY_RANGE: "unverified: without begin or end it is infinite",
    },
}
