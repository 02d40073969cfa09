"""Words for tests of dump and load: tables of every kind, what stands in them, and the two commands on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tablestore

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from commands.backup import dump as dumping
from commands.backup.lines import Row
from commands.backup.load import Loaded, Loading, Progress
from commands.backup.manifest import Manifest
from commands.backup.patience import Units
from commands.backup.reading import Reader
from feed.store.schema import Index, Table

FEW = (None, "8", "f", None)
"""Cuts that make three parts of a table; four tables have PARTS in all."""
PARTS = 12
Fakes = tuple[TablestoreFake, TablestoreFake]

OURS = (
    Table("plain", (("pk", "STRING"), ("n", "INTEGER"))),
    Table("short", (("pk", "STRING"),), ttl_s=86_400),
    Table(
        "listed",
        (("pk", "STRING"),),
        columns=(("a", "STRING"), ("i", "INTEGER")),
        indexes=(Index("by_a", ("a", "i", "pk")),),
    ),
    Table("numbered", (("pk", "STRING"), ("n", "INTEGER")), auto_increment="n"),
)

SOME: dict[str, Any] = {
    "plain": {(f"{start:04x}:1", number): {"x": number} for start in range(0, 65_536, 4_096) for number in range(3)},
    "short": {("a",): {"x": 1}},
    "listed": {(f"{number}",): {"a": "p", "i": number} for number in range(9)},
    "numbered": [(author, {"x": number}) for number in range(4) for author in ("1:a", "8:b")] + [("1:a", {"x": 0})],
}
"""One author's first row stands there twice."""


class Stopped(Exception):
    """Stands for whatever ends the process."""


def silent(_: Any) -> None:
    pass


def rows_of(client: Any, table: Table) -> list[Row]:
    return [row for row, _ in Reader(client, table, Units()).range(None, None)]


def put(client: Any, table: Table, key: tuple[Any, ...], cells: dict[str, Any]) -> None:
    named = list(zip(table.key_names, key, strict=True))
    client.put_row(table.name, tablestore.Row(named, list(cells.items())), tablestore.Condition("IGNORE"))


def fill(client: Any, content: dict[str, Any]) -> None:
    for table in OURS:
        if table.auto_increment:
            for key, cells in content[table.name]:
                put(client, table, (key, tablestore.PK_AUTO_INCR), cells)
        else:
            for key, cells in content[table.name].items():
                put(client, table, key, cells)


def without_numbers(rows: list[Row]) -> list[Any]:
    return [(row.key[0], row.cells, row.versions) for row in rows]


def emptied(fake: TablestoreFake, tables: tuple[Table, ...] = OURS) -> Any:
    fake.reset()
    client = fake.client("feed", retry_policy=tablestore.NoRetryPolicy())
    table_admin.create(client, silent, tables)
    return client


def whole_dump(client: Any, folder: Path, tables: tuple[Table, ...] = OURS) -> Manifest:
    return dumping.dump(client, folder / "d", "one", Units(), silent, tables)


def load_into(client: Any, manifest: Manifest, moved: Callable[[int], None] = silent, **more: bool) -> Loaded:
    progress = Progress.of(manifest, "other", manifest.folder.parent)
    return Loading(client, manifest, progress, moved, OURS).run(**more)


def check_equal(one: Any, other: Any) -> None:
    for table in OURS[:2]:
        assert rows_of(other, table) == rows_of(one, table)
    assert [row[:2] for row in rows_of(other, OURS[2])] == [row[:2] for row in rows_of(one, OURS[2])]
    assert without_numbers(rows_of(other, OURS[3])) == without_numbers(rows_of(one, OURS[3]))


def stopping_at(at: int) -> Callable[[int], None]:
    left = [at]

    def moved(_rows: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Stopped

    return moved
