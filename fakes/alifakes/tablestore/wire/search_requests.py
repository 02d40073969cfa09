"""Searches and scans on their way in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.query import Query, Returned, ScanRequest, SearchRequest
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.plain_buffer import decode_row
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.search_groups import decode_aggregations, decode_group_bys
from alifakes.tablestore.wire.search_queries import decode_highlighting, decode_query, decode_sort

_RETURNED = {
    pb.RETURN_ALL: Returned.ALL,
    pb.RETURN_SPECIFIED: Returned.SPECIFIED,
    pb.RETURN_NONE: Returned.NONE,
    pb.RETURN_ALL_FROM_INDEX: Returned.ALL_FROM_INDEX,
}
_COUNT_ALL = 2**31 - 1


def decode_search(request: pb.SearchRequest) -> SearchRequest:
    """Routing values are checked and change nothing: an index here is one partition."""
    known(request)
    with _no_deeper():
        return _decode_search(request)


@contextmanager
def _no_deeper() -> Iterator[None]:
    """Messages in bytes may be nested without end, as protobuf itself does not look into them."""
    try:
        yield
    except RecursionError:
        raise errors.search_too_deep() from None


def _decode_search(request: pb.SearchRequest) -> SearchRequest:
    for key in request.routing_values:
        decode_row(key)
    search = known(parse(pb.SearchQuery, request.search_query))
    if search.HasField("filter"):
        raise errors.not_emulated("Search with filter")
    return SearchRequest(
        query=_decode_query(search),
        sort=decode_sort(search.sort) or None,
        offset=search.offset if search.HasField("offset") else None,
        limit=search.limit if search.HasField("limit") else None,
        count_up_to=_decode_count(search),
        token=search.token,
        collapse=text(search.collapse.field_name) if search.HasField("collapse") else None,
        highlighting=decode_highlighting(search.highlight) if search.HasField("highlight") else None,
        returned=_decode_returned(request.columns_to_get),
        columns=tuple(text(name) for name in request.columns_to_get.column_names),
        aggregations=decode_aggregations(search.aggs),
        group_bys=decode_group_bys(search.group_bys),
    )


def decode_scan(request: pb.ParallelScanRequest) -> ScanRequest:
    known(request)
    with _no_deeper():
        return _decode_scan(request)


def _decode_scan(request: pb.ParallelScanRequest) -> ScanRequest:
    if not request.HasField("scan_query"):
        raise errors.scan_query_missing()
    scan = known(parse(pb.ScanQuery, request.scan_query))
    return ScanRequest(
        query=_decode_query(scan),
        session=request.session_id.decode(errors="replace") if request.HasField("session_id") else None,
        limit=scan.limit if scan.HasField("limit") else errors.MAX_SCAN_LIMIT,
        alive_s=scan.alive_time if scan.HasField("alive_time") else errors.SCAN_ALIVE_S,
        token=scan.token,
        parallel_id=scan.current_parallel_id,
        parallels=scan.max_parallel,
        returned=_decode_returned(request.columns_to_get),
        columns=tuple(text(name) for name in request.columns_to_get.column_names),
    )


def _decode_query(holder: pb.SearchQuery | pb.ScanQuery) -> Query:
    if not holder.HasField("query"):
        raise errors.search_query_missing()
    return decode_query(holder.query)


def _decode_returned(columns: pb.ColumnsToGet) -> Returned:
    return _RETURNED[columns.return_type] if columns.HasField("return_type") else Returned.NONE


def _decode_count(search: pb.SearchQuery) -> int | None:
    """Two ways to ask for the total: all of it, or up to a number (-1: none)."""
    if search.HasField("track_total_count"):
        return None if search.track_total_count < 0 else search.track_total_count
    return _COUNT_ALL if search.get_total_count else None
