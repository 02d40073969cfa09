"""One search: match, order, page, and the rows of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import Consumed, Row
from alifakes.tablestore.engine.rows import Cells, StoredRow, decode_row, live, to_cells
from alifakes.tablestore.engine.search.checks import check_request, from_index
from alifakes.tablestore.engine.search.highlight import fragments
from alifakes.tablestore.engine.search.index import Document, InvertedIndex
from alifakes.tablestore.engine.search.matching import Matches, find
from alifakes.tablestore.engine.search.ordering import Place, Sorts, raw_values
from alifakes.tablestore.engine.search.paging import collapsed, make_token, numbers_in_order, page, read_token
from alifakes.tablestore.engine.search.query import Returned, SearchHit, SearchRequest, SearchResult
from alifakes.tablestore.engine.search.schema import ScoreSort
from alifakes.tablestore.storage.interface import Storage

if TYPE_CHECKING:
    from alifakes.tablestore.engine.catalog import Table

DEFAULT_LIMIT = 10  # (D)


def search(index: InvertedIndex, table: Table, storage: Storage, request: SearchRequest, now_ms: int) -> SearchResult:
    """Raises OtsError."""
    offset = request.offset or 0
    limit = DEFAULT_LIMIT if request.limit is None else request.limit
    check_request(index.schema, request, offset, limit)
    sorts: Sorts = request.sort or index.schema.sort
    after: Place | None = None
    if request.token:
        sorts, after = read_token(index, request.token)
    matches = find(index, request.query)
    at_most = len(matches.documents) if request.collapse else offset + limit + 1
    ordered = numbers_in_order(index, matches, sorts, after, at_most)
    numbers, more = page(collapsed(index, ordered, request.collapse), offset, limit)
    scored = any(isinstance(sorter, ScoreSort) for sorter in sorts)
    rows = _Rows(index, table, storage, request, now_ms)
    hits = [rows.hit(index.documents[number], matches.score(number) if scored else None) for number in numbers]
    token = b""
    if more and numbers and request.collapse is None:
        token = _token_behind(index, matches, sorts, numbers[-1], scored)
    return SearchResult(
        hits=tuple(hit for hit in hits if hit is not None),
        total=len(matches.documents) if request.count_all else -1,  # (P)
        token=token,
        consumed=Consumed(read=capacity.units(rows.size)),
    )


def _token_behind(index: InvertedIndex, matches: Matches, sorts: Sorts, number: int, scored: bool) -> bytes:
    document = index.documents[number]
    raw = raw_values(sorts, document, matches.score(number) if scored else 0.0)
    return make_token(sorts, raw, document.key)


class _Rows:
    """Reads what a search answers with; `size` adds up its bytes."""

    def __init__(
        self, index: InvertedIndex, table: Table, storage: Storage, request: SearchRequest, now_ms: int
    ) -> None:
        self._index = index
        self._table = table
        self._storage = storage
        self._request = request
        self._now_ms = now_ms
        self._from_index = from_index(index.schema, request)
        self._stored = frozenset(field.name for field in index.schema.fields if field.stored)
        self._columns = frozenset(request.columns)
        self.size = 0

    def hit(self, document: Document, score: float | None) -> SearchHit | None:
        """None for a row that is to come from the table and is no longer there (not verified with the service)."""
        row: StoredRow | None = document.row
        if not self._from_index:
            data = self._storage.get(self._table.rows, document.key)
            row = None if data is None else live(decode_row(data), self._table.options, self._now_ms)
        if row is None:
            return None
        cells = self._cells(row)
        key = decode_key(document.key)
        self.size += capacity.key_size(self._table.key_names, key) + capacity.cells_size(cells)
        named = tuple(zip(self._table.key_names, key, strict=True))
        return SearchHit(Row(named, to_cells(cells)), score, self._fragments(document))

    def _cells(self, row: StoredRow) -> Cells:
        returned = self._request.returned
        if returned is Returned.ALL:
            return row.cells
        if returned is Returned.NONE:
            return ()
        names = self._stored if returned is Returned.ALL_FROM_INDEX else self._columns
        return tuple(cell for cell in row.cells if cell[0] in names)

    def _fragments(self, document: Document) -> tuple[tuple[str, tuple[str, ...]], ...]:
        highlighting = self._request.highlighting
        found = []
        for wanted in () if highlighting is None else highlighting.fields:
            assert highlighting is not None
            analyzer = self._index.fields[wanted.field].analyzer
            texts = document.values.get(wanted.field)
            assert analyzer is not None  # only a TEXT field can be highlighted
            if texts is not None:
                cut = fragments(self._request.query, wanted, analyzer, texts, highlighting.escape_html)  # type: ignore[arg-type]
                found.append((wanted.field, cut))
        return tuple((name, cut) for name, cut in found if cut)
