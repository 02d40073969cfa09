"""The instances behind one server: one storage, and in it an engine per instance name, made on first use."""

from __future__ import annotations

import os
from pathlib import Path

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.snapshots import Snapshots
from alifakes.tablestore.storage import Storage, open_storage


class Instances:
    """Engines by instance name; all of them keep their data in the file `path`, or in memory when it is None."""

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._path = None if path is None else Path(path)
        self.settings = settings
        self._clock = clock
        self._snapshots = Snapshots(self._path)
        self._engines: dict[str, Engine] = {}
        self._storage: Storage | None = None

    def open(self) -> None:
        """Open the storage; raises StorageError, whose message is a sentence, when the file cannot be used."""
        self._storage = open_storage(self._path, self.settings.fsync)

    def get(self, name: str) -> Engine:
        engine = self._engines.get(name)
        if engine is None:
            assert self._storage is not None  # requests come between open and close
            engine = Engine(self._storage, clock=self._clock, settings=self.settings, instance=name)
            self._engines[name] = engine
        return engine

    def names(self) -> list[str]:
        """Of those that were asked for since the start."""
        return sorted(self._engines)

    def reset(self) -> None:
        """Drop the data of every instance, also of those that nobody has asked for since the start."""
        self.close()
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.open()

    def change(self, settings: Settings) -> None:
        """Go on under other settings, as after a restart: what engines keep in memory only is lost."""
        if settings != self.settings:
            self.settings = settings
            self._engines.clear()

    def snapshots(self) -> list[str]:
        return self._snapshots.names()

    def keep(self, name: str) -> None:
        """Make or replace the snapshot `name`; raises ValueError for an impossible name."""
        if self._path is None:
            self._snapshots.keep(name, self._storage)
            return
        self.close()  # which leaves all in the one file
        try:
            self._snapshots.keep(name, None)
        finally:
            self.open()

    def restore(self, name: str) -> None:
        """Set all data back to the snapshot `name`; raises ValueError when there is none."""
        self._snapshots.check(name)
        self.close()
        copied = None
        try:
            copied = self._snapshots.copy_of(name)
        finally:
            if copied is None:
                self.open()
            else:
                self._storage = copied

    def close(self) -> None:
        self._engines.clear()
        if self._storage is not None:
            self._storage.close()
            self._storage = None
