"""The instances behind one server: one storage, and in it an engine per instance name, made on first use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.storage import Changes, Storage, open_storage


class Instances:
    """Engines by instance name; all of them keep their data in the file `path`, or in memory when it is None."""

    def __init__(self, path: str | os.PathLike[str] | None, index_lag_ms: int, clock: Callable[[], int]) -> None:
        self._path = None if path is None else Path(path)
        self._index_lag_ms = index_lag_ms
        self._clock = clock
        self._engines: dict[str, Engine] = {}
        self._storage: Storage | None = None

    def open(self) -> None:
        """Open the storage; raises StorageError, whose message is a sentence, when the file cannot be used."""
        self._storage = open_storage(self._path)

    def get(self, name: str) -> Engine:
        engine = self._engines.get(name)
        if engine is None:
            assert self._storage is not None  # requests come between open and close
            storage = _Part(self._storage, name)
            engine = self._engines[name] = Engine(storage, clock=self._clock, index_lag_ms=self._index_lag_ms)
        return engine

    def reset(self) -> None:
        """Drop the data of every instance, also of those that nobody has asked for since the start."""
        self.close()
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.open()

    def close(self) -> None:
        while self._engines:
            self._engines.popitem()[1].close()
        if self._storage is not None:
            self._storage.close()
            self._storage = None


class _Part:
    """One instance's part of a storage: its tables carry the instance's name, in which no slash can be."""

    def __init__(self, storage: Storage, instance: str) -> None:
        self._storage = storage
        self._prefix = f"{instance}/"

    def get(self, table: str, key: bytes) -> bytes | None:
        return self._storage.get(self._prefix + table, key)

    def scan(
        self, table: str, start: bytes, end: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        return self._storage.scan(self._prefix + table, start, end, reverse=reverse)

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        prefix = self._prefix
        self._storage.apply(
            {prefix + table: entries for table, entries in changes.items()}, [prefix + table for table in drop]
        )

    def close(self) -> None:
        """Nothing: the storage outlives its parts."""
