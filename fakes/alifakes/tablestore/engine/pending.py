"""The changes of one request: seen by its later rows at once, written to the storage together."""

from __future__ import annotations

from collections.abc import Mapping

from alifakes.tablestore.storage.interface import Changes, Storage


class Pending:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._changes: dict[str, dict[bytes, bytes | None]] = {}

    def get(self, table: str, key: bytes) -> bytes | None:
        entries = self._changes.get(table)
        if entries is not None and key in entries:
            return entries[key]
        return self._storage.get(table, key)

    def put(self, table: str, key: bytes, value: bytes | None) -> None:
        """None deletes."""
        entries = self._changes.get(table)
        if entries is None:
            entries = self._changes[table] = {}
        entries[key] = value

    def put_all(self, table: str, entries: Mapping[bytes, bytes | None]) -> None:
        if entries:
            self._changes.setdefault(table, {}).update(entries)

    def changes(self, table: str) -> Mapping[bytes, bytes | None]:
        return self._changes.get(table, {})

    def commit(self) -> Changes:
        """Write everything at once; returns what was written."""
        changes, self._changes = self._changes, {}
        if changes:
            self._storage.apply(changes)
        return changes
