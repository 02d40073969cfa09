"""Rows of a table in the order of their keys, a page at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import tablestore

from commands.backup.lines import Row
from commands.backup.patience import Units, patiently
from feed.store.schema import Table


class Reader:
    """Reads one table; `units` counts what that costs."""

    def __init__(self, client: Any, table: Table, units: Units) -> None:
        self._client, self._table, self._units = client, table, units

    def range(self, low: str | None, high: str | None) -> Iterator[tuple[Row, int]]:
        """Each row from one value of the first key column up to another, and when its page was asked for, in ms."""
        return self._pages(self._bound(low), self._bound(high, tablestore.INF_MAX))

    def partition(self, first: Any) -> list[Row]:
        """Every row with this value of the first key column."""
        names = self._table.key_names
        start, end = (
            [(names[0], first), *((name, bound) for name in names[1:])]
            for bound in (tablestore.INF_MIN, tablestore.INF_MAX)
        )
        if len(names) > 1:
            return [row for row, _ in self._pages(start, end)]
        consumed, row, _ = patiently(lambda: self._client.get_row(self._table.name, start, max_version=1))
        self._units.add(consumed)
        return [] if row is None else [Row.of_sdk(row)]

    def is_empty(self) -> bool:
        start, end = self._bound(None), self._bound(None, tablestore.INF_MAX)
        consumed, _, rows, _ = patiently(partial(self._page, start, end, limit=1))
        self._units.add(consumed)
        return not rows

    def _bound(self, first: str | None, otherwise: Any = tablestore.INF_MIN) -> list[tuple[str, Any]]:
        names = self._table.key_names
        rest = [(name, tablestore.INF_MIN if first is not None else otherwise) for name in names[1:]]
        return [(names[0], otherwise if first is None else first), *rest]

    def _pages(self, start: Any, end: Any) -> Iterator[tuple[Row, int]]:
        while start:
            asked_ms = time.time_ns() // 1_000_000
            consumed, start, rows, _ = patiently(partial(self._page, start, end))
            self._units.add(consumed)
            yield from ((Row.of_sdk(row), asked_ms) for row in rows)

    def _page(self, start: Any, end: Any, limit: int | None = None) -> Any:
        return self._client.get_range(self._table.name, "FORWARD", start, end, limit=limit, max_version=1)
