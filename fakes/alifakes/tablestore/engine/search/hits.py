"""The rows that an answer shows: from the index or the table, with fragments and the elements that were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import Row
from alifakes.tablestore.engine.rows import Cells, StoredRow, decode_row, live, to_cells
from alifakes.tablestore.engine.search.checks import check_highlighting, from_index
from alifakes.tablestore.engine.search.highlight import fragments
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.levels import Level, RowDocument
from alifakes.tablestore.engine.search.matching import by_parent, find
from alifakes.tablestore.engine.search.ordering import Ranking, place
from alifakes.tablestore.engine.search.query import (
    Bool,
    Fragments,
    FunctionScore,
    Highlighting,
    InnerHit,
    InnerHits,
    Nested,
    Query,
    Returned,
    ScanRequest,
    SearchHit,
    SearchRequest,
)
from alifakes.tablestore.engine.search.schema import ScoreSort
from alifakes.tablestore.engine.search.sort_checks import check_element_sorts
from alifakes.tablestore.storage.interface import Storage

if TYPE_CHECKING:
    from alifakes.tablestore.engine.catalog import Table


class Rows:
    """Reads the rows of documents; `size` adds up their bytes."""

    def __init__(
        self, index: InvertedIndex, table: Table, storage: Storage, request: SearchRequest | ScanRequest, now_ms: int
    ) -> None:
        self._table = table
        self._options = index.options(table.options)
        self._storage = storage
        self._returned = request.returned
        self._now_ms = now_ms
        self._from_index = from_index(index.schema, request)
        self._stored = frozenset(field.name for field in index.schema.fields if field.stored)
        self._columns = frozenset(request.columns)
        self.size = 0

    def row(self, document: RowDocument) -> Row | None:
        """None for a row that is to come from the table and is no longer there (not verified with the service)."""
        cells: Cells = ()
        if self._returned is not Returned.NONE:
            stored = self._stored_row(document)
            if stored is None:
                return None
            cells = self._cells(stored)
        key = decode_key(document.key)
        self.size += capacity.key_size(self._table.key_names, key) + capacity.cells_size(cells)
        return Row(tuple(zip(self._table.key_names, key, strict=True)), to_cells(cells))

    def _stored_row(self, document: RowDocument) -> StoredRow | None:
        data = document.data if self._from_index else self._storage.get(self._table.rows, document.key)
        return None if data is None else live(decode_row(data), self._options, self._now_ms)

    def _cells(self, row: StoredRow) -> Cells:
        if self._returned is Returned.ALL:
            return row.cells
        names = self._stored if self._returned is Returned.ALL_FROM_INDEX else self._columns
        return tuple(cell for cell in row.cells if cell[0] in names)


class Hits:
    """What else an answer says of a row."""

    def __init__(self, index: InvertedIndex, rows: Rows, request: SearchRequest) -> None:
        self._index = index
        self._rows = rows
        self._request = request
        self._inner = [_Inner(index, nested) for nested in _with_inner_hits(request.query)]

    def hit(self, number: int, score: float | None) -> SearchHit | None:
        row = self._rows.row(self._index.documents[number])
        if row is None:
            return None
        request = self._request
        inner = tuple((found.path, found.hits(number)) for found in self._inner)
        return SearchHit(
            row,
            score,
            _fragments(self._index, number, request.query, request.highlighting),
            tuple((path, hits) for path, hits in inner if hits),
        )


def _fragments(level: Level[Any], number: int, query: Query, highlighting: Highlighting | None) -> Fragments:
    found = []
    for wanted in () if highlighting is None else highlighting.fields:
        assert highlighting is not None
        if wanted.field not in level.fields:  # of another level: it shows with the inner hits there
            continue
        analyzer = level.fields[wanted.field].analyzer
        texts: Any = level.reader(wanted.field)(number)
        assert analyzer is not None  # only a TEXT field can be highlighted
        cut = fragments(query, wanted, analyzer, texts, highlighting.escape_html) if texts else ()
        if cut:
            found.append((wanted.field, cut))
    return tuple(found)


def _with_inner_hits(query: Query) -> Iterator[tuple[Nested, InnerHits]]:
    """Queries on NESTED fields of rows that ask for them; below another such query none are shown."""
    if isinstance(query, Bool):
        for part in (*query.must, *query.filters, *query.should):
            yield from _with_inner_hits(part)
    elif isinstance(query, FunctionScore):
        yield from _with_inner_hits(query.query)
    elif isinstance(query, Nested) and query.inner_hits is not None:
        yield query, query.inner_hits


class _Inner:
    """The elements that one query found, by row."""

    def __init__(self, index: InvertedIndex, asked: tuple[Nested, InnerHits]) -> None:
        self._nested, self._wanted = asked
        self.path = self._nested.path
        self._level = index.nested[self.path]
        if not 0 <= self._wanted.limit <= errors.MAX_SEARCH_LIMIT:
            raise errors.search_limit_too_large(self._wanted.limit, errors.MAX_SEARCH_LIMIT)
        check_element_sorts(index.schema, self.path, self._wanted.sort)
        if self._wanted.highlighting is not None:
            check_highlighting(index.schema, self._wanted.highlighting)
        self._matches = find(self._level, self._nested.query)
        self._sorts = self._wanted.sort or (ScoreSort(),)
        self._ranking = Ranking(self._level, self._sorts)
        self._found = by_parent(self._level, self._matches.documents)

    def hits(self, number: int) -> tuple[InnerHit, ...]:
        """Of equal ones the first in the row comes first."""
        wanted = self._wanted
        places = sorted(
            place(self._sorts, self._ranking.raw(child, self._matches.score(child)), child)
            for child in self._found.get(number, ())
        )
        shown: Sequence[int] = [found[-1] for found in places[wanted.offset : wanted.offset + wanted.limit]]
        return tuple([self._hit(child) for child in shown])

    def _hit(self, child: int) -> InnerHit:
        cut = _fragments(self._level, child, self._nested.query, self._wanted.highlighting)
        return InnerHit(self._level.documents[child].offset, self._matches.score(child), cut)
