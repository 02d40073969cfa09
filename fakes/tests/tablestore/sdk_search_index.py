"""One search index as the tests handle it, in few words, through the SDK."""

from __future__ import annotations

from typing import Any

import tablestore as ots_sdk

from .sdk_table import Table


class Index:
    """One search index through the SDK; no query finds every row."""

    def __init__(self, table: Table, name: str) -> None:
        self.table = table
        self.name = name

    def search(self, query: Any = None, columns: Any = None, **options: Any) -> Any:
        """The answer; `sort` lists sorters, `columns` is a list of names, a ColumnReturnType, or None: keys alone."""
        sorters = options.pop("sort", None)
        sort = None if sorters is None else ots_sdk.Sort(sorters)
        wanted = None
        if columns is not None:
            named = isinstance(columns, list)
            kind = ots_sdk.ColumnReturnType.SPECIFIED if named else columns
            wanted = ots_sdk.ColumnsToGet(columns if named else [], kind)
        asked = ots_sdk.SearchQuery(query or ots_sdk.MatchAllQuery(), sort=sort, **options)
        return self.table.client.search(self.table.name, self.name, asked, wanted)

    def keys(self, query: Any = None, limit: int = 100, **options: Any) -> list[Any]:
        """Key values of the rows in the order of the answer."""
        return [self._key(row) for row in self.search(query, limit=limit, **options).rows]

    def pages(self, query: Any = None, **options: Any) -> list[list[Any]]:
        """The keys of all pages from the first on, following next_token."""
        answer = self.search(query, **options)
        pages = [[self._key(row) for row in answer.rows]]
        options.pop("sort", None)
        while answer.next_token:
            answer = self.search(query, next_token=answer.next_token, **options)
            pages.append([self._key(row) for row in answer.rows])
        return pages

    @staticmethod
    def _key(row: Any) -> Any:
        values = tuple(value for _, value in row[0])
        return values[0] if len(values) == 1 else values
