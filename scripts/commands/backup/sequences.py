"""What became of the numbers that the service gave the rows of outboxes: it takes none back, and gives others.

Whoever names such a number is rewritten: `sequence` of articles, how far a reader pulled, how far an outbox has come.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tablestore

from commands.backup.lines import Row, Value, encode
from commands.backup.patience import Units, patiently
from commands.backup.reading import Reader
from feed.domain.ids import hashed
from feed.store.schema import ARTICLES, PULLS, SESSIONS, Table

_MARKS = {SESSIONS: "p_", PULLS: "a_"}
"""Columns that end in an author's id and hold a number of that author's outbox."""


class Sequences:
    """By author the old numbers and the new ones, in a file; several threads use it."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._known = sqlite3.connect(file, check_same_thread=False)
        self._known.execute("CREATE TABLE IF NOT EXISTS numbers (author, old, new, PRIMARY KEY (author, old))")

    def close(self) -> None:
        self._known.close()

    def keep(self, author: str, numbers: Sequence[tuple[int, int]]) -> None:
        with self._lock, self._known:
            rows = ((author, old, new) for old, new in numbers)
            self._known.executemany("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", rows)

    def at(self, author: str, old: int) -> int:
        """The new number of a row, or of the last one before it; what lies before all of them stays."""
        query = "SELECT new FROM numbers WHERE author = ? AND old <= ? ORDER BY old DESC LIMIT 1"
        with self._lock:
            found = self._known.execute(query, (author, old)).fetchone()
        return int(found[0]) if found else min(old, 0)

    def renumbered(self, table: Table, row: Row) -> Row:
        """The row as it is to stand beside the new numbers."""
        if table.auto_increment:
            return row._replace(key=(row.key[0], self.at(str(row.key[0]), int(row.key[1]))))
        if table.name == ARTICLES:
            author = row.get("author_id")
            return row._replace(cells=tuple(self._cell(author, name == "sequence", name, v) for name, v in row.cells))
        prefix = _MARKS.get(table.name)
        if prefix is None:
            return row
        cells = (self._cell(name.removeprefix(prefix), name.startswith(prefix), name, v) for name, v in row.cells)
        return row._replace(cells=tuple(cells))

    def _cell(self, author: Any, named: bool, name: str, value: Value) -> tuple[str, Value]:
        return (name, self.at(hashed(int(author)), int(value)) if named else value)


def append_all(client: Any, table: Table, author: str, rows: Sequence[Row], units: Units) -> list[tuple[int, int]]:
    """Put what is missing of an author's rows, in their order; (old number, new number) of all.

    A row that is there already, with the same cells of the same time, is taken for the one that a former try has put.
    """

    def attempt() -> list[tuple[int, int]]:
        there: dict[bytes, list[int]] = {}
        for row in reversed(Reader(client, table, units).partition(author)):
            there.setdefault(_content(row), []).append(int(row.key[1]))
        found = (there.get(_content(row)) for row in rows)
        return [
            (int(row.key[1]), same.pop() if same else _append(client, table, row, units))
            for row, same in zip(rows, found, strict=True)
        ]

    return patiently(attempt)


def _content(row: Row) -> bytes:
    return encode(row._replace(key=()))


def _append(client: Any, table: Table, row: Row, units: Units) -> int:
    names = table.key_names
    cells = [(name, value, version) for (name, value), version in zip(row.cells, row.versions, strict=True)]
    new = tablestore.Row([(names[0], row.key[0]), (names[1], tablestore.PK_AUTO_INCR)], cells)
    answer = client.put_row(table.name, new, tablestore.Condition("IGNORE"), tablestore.ReturnType.RT_PK)
    units.add(answer[0])
    return int(dict(answer[1].primary_key)[names[1]])
