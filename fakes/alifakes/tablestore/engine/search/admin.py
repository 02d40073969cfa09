"""The operations on search indexes, of the tables of one instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from alifakes.tablestore import errors
from alifakes.tablestore.engine.catalog import Catalog, Table
from alifakes.tablestore.engine.operations import TableOperations
from alifakes.tablestore.engine.search import checks
from alifakes.tablestore.engine.search.index import InvertedIndex
from alifakes.tablestore.engine.search.live import LiveIndexes
from alifakes.tablestore.engine.search.query import ScanRequest, ScanResult, SearchRequest, SearchResult
from alifakes.tablestore.engine.search.scans import ScanSessions
from alifakes.tablestore.engine.search.schema import SearchIndexSchema
from alifakes.tablestore.engine.search.search import search
from alifakes.tablestore.storage.interface import Storage


class Searches:
    """Every method raises OtsError with the service's words; `now` gives ms since 1970 and never runs backwards."""

    def __init__(
        self,
        storage: Storage,
        catalog: Catalog,
        live: LiveIndexes,
        operations: TableOperations,
        now: Callable[[], int],
    ) -> None:
        self._operations = operations
        self._storage = storage
        self._catalog = catalog
        self._live = live
        self._now = now
        self._sessions = ScanSessions()

    def create_search_index(self, table: str, index: SearchIndexSchema) -> None:
        self._operations.count()
        schema = self._searchable(table).schema
        checks.check_index(schema, index)
        if any(known.name == index.name for known in schema.search_indexes):
            raise errors.search_index_exists(index.name)
        index = replace(index, created_ms=self._now())
        self._catalog.save(replace(schema, search_indexes=(*schema.search_indexes, index)))
        self._live.create(self._catalog.get(table), index, index.created_ms)

    def list_search_indexes(self, table: str | None) -> list[tuple[str, str]]:
        """(table, index) of one table, or of all."""
        tables = list(self._catalog) if table is None else [self._searchable(table)]
        return sorted((found.name, index.name) for found in tables for index in found.search_indexes)

    def describe_search_index(self, table: str, index: str) -> tuple[SearchIndexSchema, int]:
        """With the time (ms) up to which it shows its table; a time before it was made: its rows do not show yet."""
        return self._index(self._searchable(table), index), self._now() - self._live.lag_ms

    def delete_search_index(self, table: str, index: str) -> None:
        self._operations.count()
        found = self._searchable(table)
        dropped = self._index(found, index)
        left = tuple(known for known in found.search_indexes if known is not dropped)
        self._catalog.save(replace(found.schema, search_indexes=left))
        self._live.forget(table, index)

    def update_search_index(self, table: str, index: str, ttl: int) -> None:
        """A new time to live in seconds; the index is filled anew, as rows that had expired may show again."""
        self._operations.count()
        found = self._searchable(table)
        changed = replace(self._index(found, index), ttl=ttl)
        checks.check_ttl(ttl)
        checks.check_options(found.options, (changed,))
        indexes = tuple(changed if known.name == index else known for known in found.search_indexes)
        self._catalog.save(replace(found.schema, search_indexes=indexes))
        self._live.forget(table, index)

    def search(self, table: str, index: str, request: SearchRequest) -> SearchResult:
        found, now_ms = self._searchable(table), self._now()
        return search(self._current(found, index, now_ms), found, self._storage, request, now_ms)

    def compute_splits(self, table: str, index: str) -> str:
        """The id of a session in which the index can be scanned."""
        found = self._searchable(table)
        return self._sessions.start(table, self._index(found, index), self._now())

    def parallel_scan(self, table: str, index: str, request: ScanRequest) -> ScanResult:
        found, now_ms = self._searchable(table), self._now()
        return self._sessions.scan(self._current(found, index, now_ms), found, self._storage, request, now_ms)

    def _current(self, table: Table, index: str, now_ms: int) -> InvertedIndex:
        return self._live.current(table, self._index(table, index), now_ms)

    def _searchable(self, name: str) -> Table:
        """The data table of a search index; the service has words of its own for one that is missing."""
        if name not in self._catalog:
            raise errors.search_table_missing(name)
        table = self._catalog.get(name)
        if table.base is not None:
            raise errors.search_index_on_index(name)
        return table

    @staticmethod
    def _index(table: Table, name: str) -> SearchIndexSchema:
        for index in table.search_indexes:
            if index.name == name:
                return index
        raise errors.search_index_missing(name)
