"""Copies every row of every table into files, table by table, each in parts side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from commands.backup.lines import Row, encode
from commands.backup.manifest import Kept, Manifest, Part, packed, parts_of
from commands.backup.patience import Units
from commands.backup.reading import Reader
from commands.table_admin import Refused
from feed.store.schema import SESSIONS, TABLES, WORK, Table

SIDE_BY_SIDE = 8
FIRST = (WORK, SESSIONS)
"""What was begun before the dump is guarded by its work row; the session row is what a relation row follows."""
WIDE = 10_000
"""Rows of one partition key that are held in memory."""
CLOCKS_MS = 60_000
"""How far this machine's clock and the service's may lie apart."""
_LOOKS = 5

Moved = Callable[[int], None]


def dump(
    client: Any, folder: Path, label: str, units: Units, moved: Moved, tables: Sequence[Table] = TABLES
) -> Manifest:
    """Begin, or go on with what is in the folder. `moved` is told of every part, by its rows.

    Raises Refused when the folder holds something else.
    """
    manifest = _manifest(client, folder, label, tables)
    for table in in_order(tables):
        if table.name in manifest.keys:
            _dump_table(client, table, manifest, units, moved)
    manifest.finished = manifest.finished or _now()
    manifest.save()
    return manifest


def in_order(tables: Sequence[Table]) -> list[Table]:
    return sorted(tables, key=lambda table: FIRST.index(table.name) if table.name in FIRST else len(FIRST))


def _manifest(client: Any, folder: Path, label: str, tables: Sequence[Table]) -> Manifest:
    manifest = Manifest.read(folder)
    if manifest is None:
        if folder.exists() and any(folder.iterdir()):
            raise Refused(f"{folder} is not empty, and no dump; name a new folder.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it is everything about everybody
        existing = set(client.list_table())
        keys = {table.name: list(table.key_names) for table in tables if table.name in existing}
        manifest = Manifest(folder, label, _now(), keys=keys)
        manifest.save()
    if manifest.instance != label:
        raise Refused(f"{folder} holds a dump of {manifest.instance}; name a new folder.")
    if manifest.finished:
        raise Refused(f"{folder} holds a whole dump, of {manifest.began}; name a new folder.")
    return manifest


def _dump_table(client: Any, table: Table, manifest: Manifest, units: Units, moved: Moved) -> None:
    def run(part: Part) -> None:
        if part.name not in manifest.parts:
            manifest.add(part, _Dumping(Reader(client, table, units)).write(part, manifest.file(part)))
        moved(manifest.parts[part.name].rows)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for _ in threads.map(run, parts_of(table)):
            pass


class _Dumping:
    """One part: its rows, partition key by partition key."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._wide = self._moving = 0

    def write(self, part: Part, file: Path) -> Kept:
        digest, rows = hashlib.sha256(), 0
        with packed(file) as lines:
            for row in self._rows(part):
                line = encode(row)
                digest.update(line)
                lines.write(line)
                rows += 1
        return Kept(rows, digest.hexdigest(), self._wide, self._moving)

    def _rows(self, part: Part) -> Iterator[Row]:
        for _, same in groupby(self._reader.range(part.low, part.high), lambda item: item[0].key[0]):
            yield from self._partition(same)

    def _partition(self, found: Iterator[tuple[Row, int]]) -> Iterator[Row]:
        began = list(islice(found, WIDE))
        rows, more = [row for row, _ in began], next(found, None)
        if more is None:
            return iter(self._settled(rows, began[0][1]))
        self._wide += 1
        return chain(rows, (row for row, _ in chain((more,), found)))

    def _settled(self, rows: list[Row], asked_ms: int) -> list[Row]:
        """As they were at one moment: as first read if none is of after that, else as read twice the same."""
        if max((version for row in rows for version in row.versions), default=0) < asked_ms - CLOCKS_MS:
            return rows
        for _ in range(_LOOKS):
            again = self._reader.partition(rows[0].key[0])
            if not again or again == rows:
                return again
            rows = again
        self._moving += 1
        return rows


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
