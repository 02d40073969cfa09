"""Ordered bytes in named tables, in memory or in an SQLite file."""

from __future__ import annotations

from pathlib import Path

from alifakes.tablestore.settings import Fsync
from alifakes.tablestore.storage.errors import StorageError, StorageInUseError, StorageVersionError
from alifakes.tablestore.storage.interface import Changes, Storage
from alifakes.tablestore.storage.memory import MemoryStorage
from alifakes.tablestore.storage.sqlite import SqliteStorage

__all__ = [
    "Changes",
    "MemoryStorage",
    "SqliteStorage",
    "Storage",
    "StorageError",
    "StorageInUseError",
    "StorageVersionError",
    "open_storage",
]


def open_storage(path: str | Path | None = None, fsync: Fsync = "full") -> Storage:
    """Open the SQLite file at `path`, made if it is missing, or without a path a storage that lives in memory.

    Raises StorageVersionError for a file of another format and StorageInUseError for one that another process has open.
    """
    return MemoryStorage() if path is None else SqliteStorage(path, fsync=fsync)
