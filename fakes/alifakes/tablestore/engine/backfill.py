"""How a new index takes in the rows that its table has: in steps, each of which survives a restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from alifakes.tablestore.engine.catalog import Catalog, Index, Table
from alifakes.tablestore.engine.indexes import IndexQueue, index_entry
from alifakes.tablestore.engine.keys import after, decode_key
from alifakes.tablestore.engine.model import Build, IndexSchema, TableSchema
from alifakes.tablestore.engine.partitions import Partitions
from alifakes.tablestore.engine.rows import decode_row
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Storage

_STEP_ROWS = 1_000
_REQUEST_ROWS = 10_000  # that one request waits for


class Backfill:
    """Nothing runs by itself: requests that need an index take its filling on as far as the clock allows.

    A row is looked at as it is then, and writes that come before or after change the index themselves. Therefore a
    filled index holds what its table does, whatever was written meanwhile.
    """

    def __init__(
        self,
        storage: Storage,
        catalog: Catalog,
        queue: IndexQueue,
        partitions: Partitions,
        settings: Settings,
        now: Callable[[], int],
    ) -> None:
        self._storage = storage
        self._catalog = catalog
        self._queue = queue
        self._partitions = partitions
        self._rows_per_s = settings.build_rows_per_s
        self._now = now

    def start(self) -> Build:
        return Build(self._now())

    def advance(self, name: str) -> None:
        """Go on with the index table `name`, if it is being filled."""
        done = 0
        while done < _REQUEST_ROWS:
            table, index = self._catalog.index(name)
            if index.schema.build is None:
                return
            rows = min(_STEP_ROWS, self._allowed(index.schema.build))
            if rows <= 0:
                return
            self._step(table, index, index.schema.build, rows)
            done += rows

    def _allowed(self, build: Build) -> int:
        if self._rows_per_s is None:
            return _STEP_ROWS
        return (self._now() - build.started_ms) * self._rows_per_s // 1000 - build.rows

    def _step(self, table: Table, index: Index, build: Build, rows: int) -> None:
        # a change still in the queue is older than the rows read here, and would undo what they show
        self._queue.drain(index.table, self._now())
        entries: dict[bytes, bytes | None] = {}
        position, read = build.position, 0
        with closing(self._storage.scan(table.rows, position)) as found:
            for key, data in found:
                entry = index_entry(index, decode_key(key), decode_row(data))
                if entry is not None:
                    entries[entry[0]] = entry[1]
                position = after(key)
                read += 1
                if read == rows:
                    break
        left = Build(build.started_ms, position, build.rows + read) if read == rows else None
        changed = replace(index.schema, build=left)
        changes = {index.table.rows: entries, index.table.samples: self._partitions.sampled(entries)}
        self._catalog.save(_with_index(table, changed), changes)
        self._partitions.grow(index.table, changes, self._now())


def _with_index(table: Table, changed: IndexSchema) -> TableSchema:
    indexes = tuple(changed if index.name == changed.name else index for index in table.schema.indexes)
    return replace(table.schema, indexes=indexes)
