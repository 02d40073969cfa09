"""A storage that lives in memory, as long as its process."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from sortedcontainers import SortedDict

from alifakes.tablestore.storage.interface import Changes


class MemoryStorage:
    """One sorted dictionary for each table."""

    def __init__(self) -> None:
        self._tables: dict[str, SortedDict[bytes, bytes]] = {}

    def get(self, table: str, key: bytes) -> bytes | None:
        rows = self._tables.get(table)
        return None if rows is None else rows.get(key)

    def scan(
        self, table: str, start: bytes, end: bytes | None = None, *, reverse: bool = False
    ) -> Generator[tuple[bytes, bytes], None, None]:
        rows = self._tables.get(table)
        if rows is None:
            return
        for key in rows.irange(start, end, inclusive=(True, False), reverse=reverse):
            yield key, rows[key]

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        for table in drop:
            self._tables.pop(table, None)
        for table, entries in changes.items():
            rows = self._tables.get(table)
            if rows is None:
                rows = self._tables[table] = SortedDict()
            for key, value in entries.items():
                if value is None:
                    rows.pop(key, None)
                else:
                    rows[key] = value

    def close(self) -> None:
        self._tables.clear()
