"""Puts the rows of a dump into an instance, and reads back that they are there."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import tablestore

from commands.backup.dump import SIDE_BY_SIDE, Moved
from commands.backup.lines import Row
from commands.backup.manifest import Manifest, Part, parts_of
from commands.backup.patience import Units, patiently
from commands.backup.reading import Reader
from commands.backup.sequences import Sequences, append_all
from commands.backup.writing import is_versioned, put_all
from commands.migration import steps
from commands.table_admin import Refused
from feed.store.schema import TABLES, Table

USUAL_DEVIATION_S = 86_400
_HOUR_MS = 3_600_000


@dataclass
class Progress:
    """The parts that are loaded and those that were read back, in a folder of this dump and this instance."""

    folder: Path
    done: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def of(cls, manifest: Manifest, label: str, root: Path) -> Progress:
        content = (manifest.folder / "manifest.json").read_bytes()
        folder = root / f"load-{hashlib.sha256(label.encode() + content).hexdigest()[:16]}"
        file = folder / "done.json"
        return cls(folder, json.loads(file.read_text()) if file.exists() else {})

    @property
    def begun(self) -> bool:
        return (self.folder / "done.json").exists()

    def save(self, part: str = "", rows: int = 0) -> None:
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            if part:
                self.done[part] = rows
            new = self.folder / "done.new"
            new.write_text(json.dumps(self.done))
            new.replace(self.folder / "done.json")

    def forget(self) -> None:
        shutil.rmtree(self.folder)


@dataclass(frozen=True)
class Loaded:
    """Rows that were put, and those that had expired; what the writing and the reading back have cost."""

    rows: int
    expired: int
    written: Units
    compared: Units


class Loading:
    """One run. `moved` is told of every part twice, by its rows: when it is loaded, and when it was read back."""

    def __init__(
        self, client: Any, manifest: Manifest, progress: Progress, moved: Moved, tables: Sequence[Table] = TABLES
    ) -> None:
        self._client = client
        self._manifest = manifest
        self._progress = progress
        self._moved = moved
        self._all = tables
        self._tables = [table for table in tables if table.name in manifest.keys]
        self._written, self._compared = Units(), Units()

    def run(self, *, into_existing: bool = False) -> Loaded:
        """Go on where a former run ended. Raises Refused before anything is written, or when rows are not equal."""
        self._check(into_existing)
        self._progress.save()
        sequences = Sequences(self._progress.folder / "sequences.sqlite")
        try:
            self._load(sequences)
            if not into_existing:
                self._each(self._tables, partial(self._compare, sequences))
        finally:
            sequences.close()
        rows = sum(self._progress.done.values())
        self._progress.forget()
        return Loaded(rows, self._manifest.rows - rows, self._written, self._compared)

    def _check(self, into_existing: bool) -> None:
        unknown = self._manifest.keys.keys() - {table.name for table in self._tables}
        if not self._manifest.finished or unknown:
            raise Refused(
                f"{self._manifest.folder} holds tables that this version does not know: {', '.join(sorted(unknown))}."
                if unknown
                else f"The dump in {self._manifest.folder} was not finished; run scripts/tables dump again."
            )
        if steps(self._client, self._all):
            raise Refused("The instance lacks tables or indexes; run scripts/tables migrate first.")
        if not (into_existing or self._progress.begun):
            full = [table.name for table in self._tables if self._has_rows(table)]
            if full:
                raise Refused(f"There are rows in {', '.join(full)}; add --into-existing to replace those of the dump.")
        for table in self._tables:
            for part in parts_of(table):
                self._manifest.check(part)

    def _has_rows(self, table: Table) -> bool:
        return next(Reader(self._client, table, self._compared).range(None, None), None) is not None

    def _load(self, sequences: Sequences) -> None:
        versioned = [table for table in self._tables if is_versioned(table)]
        for table in versioned:
            self._accept(table, time.time_ns() // 1_000_000_000)
        numbered = [table for table in self._tables if table.auto_increment]
        self._each(numbered, partial(self._append, sequences))
        self._each([table for table in self._tables if not table.auto_increment], partial(self._put, sequences))
        for table in versioned:
            self._accept(table, USUAL_DEVIATION_S)

    def _accept(self, table: Table, deviation_s: int) -> None:
        """Versions that lie so far from now."""
        options = tablestore.TableOptions(table.ttl_s, 1, deviation_s)
        patiently(lambda: self._client.update_table(table.name, options))

    def _each(self, tables: Sequence[Table], work: Callable[[Part], None]) -> None:
        for table in tables:
            with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
                for part, _ in zip(parts_of(table), threads.map(work, parts_of(table)), strict=True):
                    self._moved(self._manifest.parts[part.name].rows)

    def _put(self, sequences: Sequences, part: Part) -> None:
        if part.name in self._progress.done:
            return
        count = 0

        def counted(rows: Iterator[Row]) -> Iterator[Row]:
            nonlocal count
            for count, row in enumerate(rows, 1):  # noqa: B007 (it is the number of rows)
                yield row

        with self._manifest.lines(part) as lines:
            rows = counted(self._expected(sequences, part.table, lines))
            put_all(self._client, part.table, rows, self._written, versioned=is_versioned(part.table))
        self._progress.save(part.name, count)

    def _append(self, sequences: Sequences, part: Part) -> None:
        if part.name in self._progress.done:
            return
        count = 0
        with self._manifest.lines(part) as lines:
            for author, rows in groupby(lines, lambda row: str(row.key[0])):
                numbers = append_all(self._client, part.table, author, list(rows), self._written)
                sequences.keep(author, numbers)
                count += len(numbers)
        self._progress.save(part.name, count)

    def _expected(self, sequences: Sequences, table: Table, lines: Iterator[Row]) -> Iterator[Row]:
        """The rows as they are to stand in the instance."""
        for row in lines:
            left = _unexpired(table, row)
            if left is not None:
                yield sequences.renumbered(table, left)

    def _compare(self, sequences: Sequences, part: Part) -> None:
        reader = Reader(self._client, part.table, self._compared)
        found = (row for row, _ in reader.range(part.low, part.high))
        with self._manifest.lines(part) as lines:
            for wanted, there in zip_longest(self._expected(sequences, part.table, lines), found):
                if wanted is None or there is None or not _equal(part.table, wanted, there):
                    key = (wanted or there).key
                    raise Refused(f"The row {key} of {part.table.name} is not as it was dumped; has anybody written?")


def _unexpired(table: Table, row: Row) -> Row | None:
    """Without the cells that are older than the table keeps them, or will be within the hour; None if none is left."""
    if table.ttl_s < 0 or not row.cells:
        return row
    oldest = time.time_ns() // 1_000_000 - table.ttl_s * 1000 + _HOUR_MS
    kept = [at for at, version in enumerate(row.versions) if version > oldest]
    if not kept:
        return None
    return Row(row.key, tuple(row.cells[at] for at in kept), tuple(row.versions[at] for at in kept))


def _equal(table: Table, one: Row, other: Row) -> bool:
    if not is_versioned(table):
        return one[:2] == other[:2]
    return one == other
