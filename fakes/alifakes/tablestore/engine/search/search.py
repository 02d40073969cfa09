"""One search: match, order, page, the rows of the page, and what is counted over all that matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alifakes.tablestore import errors
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.model import Consumed, Row
from alifakes.tablestore.engine.search.aggregations import aggregate
from alifakes.tablestore.engine.search.checks import check_request
from alifakes.tablestore.engine.search.groups import group
from alifakes.tablestore.engine.search.hits import Hits, Rows
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.matching import find
from alifakes.tablestore.engine.search.ordering import Place, Sorts
from alifakes.tablestore.engine.search.paging import collapsed, numbers_in_order, page, place_behind, token_behind
from alifakes.tablestore.engine.search.query import SearchRequest, SearchResult
from alifakes.tablestore.engine.search.sort_checks import has_score
from alifakes.tablestore.storage.interface import Storage

if TYPE_CHECKING:
    from alifakes.tablestore.engine.catalog import Table


def search(index: InvertedIndex, table: Table, storage: Storage, request: SearchRequest, now_ms: int) -> SearchResult:
    """Raises OtsError. An order without sorters, that of an index with NESTED fields, has no next page (P)."""
    offset = request.offset or 0
    limit = errors.DEFAULT_SEARCH_LIMIT if request.limit is None else request.limit
    check_request(index.schema, request, offset, limit)
    sorts: Sorts = request.sort or index.schema.sort
    after: Place | None = None
    if request.token:
        sorts, after = place_behind(index, request.token)
    matches = find(index, request.query)
    at_most = len(matches.documents) if request.collapse else offset + limit
    ordered = numbers_in_order(index, matches, sorts, after, at_most)
    numbers, full = page(collapsed(index, ordered, request.collapse), offset, limit)
    scored = has_score(sorts)
    rows = Rows(index, table, storage, request, now_ms)
    hits = Hits(index, rows, request)
    shown = [hits.hit(number, matches.score(number) if scored else None) for number in numbers]

    def row(number: int) -> Row | None:
        return rows.row(index.documents[number])

    paged = full and numbers and sorts and request.collapse is None
    return SearchResult(
        hits=tuple([hit for hit in shown if hit is not None]),
        total=-1 if request.count_up_to is None else min(request.count_up_to, len(matches.documents)),
        token=token_behind(index, matches, sorts, numbers[-1]) if paged else b"",
        aggregations=aggregate(index, matches.documents, request.aggregations, row),
        group_bys=group(index, matches.documents, request.group_bys, row),
        consumed=Consumed(read=capacity.units(rows.size)),
    )
