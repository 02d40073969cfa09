"""Puts the rows of a dump into an instance, and reads back that they are there."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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


class NotEqual(Refused):
    """What is in the instance is not what was loaded."""


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
        shutil.rmtree(self.folder, ignore_errors=True)
        self.done.clear()


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
            rows = sum(self._progress.done.values())
            if not into_existing:
                self._each(self._tables, partial(self._compare, sequences))
        except NotEqual:
            self._progress.forget()
            raise
        finally:
            sequences.close()
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
        full = [table.name for table in self._tables if not Reader(self._client, table, self._compared).is_empty()]
        if not full:
            self._progress.forget()  # what a former run has loaded is gone
        elif not (into_existing or self._progress.begun):
            raise Refused(f"There are rows in {', '.join(full)}; add --into-existing to replace those of the dump.")
        for table in self._tables:
            for part in parts_of(table):
                self._manifest.check(part)

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
        with self._manifest.lines(part) as lines:
            kept = _unexpired(part.table, lines)
            rows = (sequences.renumbered(part.table, row) for row in kept)
            count = put_all(self._client, part.table, rows, self._written, versioned=is_versioned(part.table))
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

    def _compare(self, sequences: Sequences, part: Part) -> None:
        """All but what has expired since it was put, or will within the hour."""
        reader = Reader(self._client, part.table, self._compared)
        found = _unexpired(part.table, (row for row, _ in reader.range(part.low, part.high)))
        with self._manifest.lines(part) as lines:
            wanted = (sequences.renumbered(part.table, row) for row in _unexpired(part.table, lines))
            for one, other in zip_longest(wanted, found):
                if one is None or other is None or not _equal(part.table, one, other):
                    raise NotEqual(
                        f"The row {(one or other).key} of {part.table.name} is not as it was dumped. Whoever writes "
                        "must stop; then load again, into empty tables or with --into-existing."
                    )


def _unexpired(table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """Without the cells that are older than the table keeps them, or will be within the hour, and rows without any."""
    oldest = time.time_ns() // 1_000_000 - table.ttl_s * 1000 + _HOUR_MS if table.ttl_s > 0 else -1
    for row in rows:
        kept = [at for at, version in enumerate(row.versions) if version > oldest]
        if len(kept) == len(row.versions):
            yield row
        elif kept:
            yield Row(row.key, tuple(row.cells[at] for at in kept), tuple(row.versions[at] for at in kept))


def _equal(table: Table, one: Row, other: Row) -> bool:
    if not is_versioned(table):
        return one[:2] == other[:2]
    return one == other
