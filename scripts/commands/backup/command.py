"""`dump` and `load` of scripts/tables: a bar on standard error, and what it has cost on standard output."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from commands.backup import dump as dumping
from commands.backup.load import Loading, Progress
from commands.backup.manifest import Manifest, parts_of
from commands.backup.patience import Units
from commands.running import LOCAL
from commands.table_admin import Refused
from feed.store.schema import TABLES


def dump(client: Any, folder: Path, label: str) -> int:
    units, began = Units(), time.monotonic()
    with tqdm(total=sum(len(parts_of(table)) for table in TABLES), unit="part", desc="dumping", disable=None) as bar:
        manifest = dumping.dump(client, folder, label, units, lambda _rows: _move(bar, 1))
    print(f"{manifest.rows} rows in {len(manifest.keys)} tables, in {time.monotonic() - began:.0f} s")
    print(f"{units.read} read units{_per_million(units.read, manifest.rows)}")
    wide, moving = (sum(getattr(kept, name) for kept in manifest.parts.values()) for name in ("wide", "moving"))
    if wide or moving:
        print(f"Not of one moment: {wide} partition keys with many rows, {moving} that kept changing; docs/backup.md")
    return 0


def load(client: Any, folder: Path, label: str, *, into_existing: bool) -> int:
    manifest = Manifest.read(folder)
    if manifest is None:
        raise Refused(f"There is no dump in {folder}.")
    total = manifest.rows * (1 if into_existing else 2)
    with tqdm(total=total, unit="row", unit_scale=True, desc="loading", disable=None) as bar:
        progress = Progress.of(manifest, label, LOCAL)
        loading = Loading(client, manifest, progress, lambda rows: _move(bar, rows))
        loaded = loading.run(into_existing=into_existing)
    print(f"{loaded.rows} rows loaded, {loaded.expired} had expired; {loaded.written.write} write units", end="")
    print(_per_million(loaded.written.write, loaded.rows))
    if into_existing:
        print("Rows were not read back, for others stand among them.", file=sys.stderr)
    else:
        print(f"every row read back and equal; {loaded.compared.read} read units")
    return 0


def _move(bar: tqdm[Any], by: int) -> None:
    bar.update(by)


def _per_million(units: int, rows: int) -> str:
    return f" ({units / rows * 1_000_000:,.0f} for a million rows)" if rows else ""
