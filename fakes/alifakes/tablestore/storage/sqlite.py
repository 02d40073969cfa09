"""A storage in one SQLite file: what was written before `apply` returned survives a killed process and a lost plug."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from pathlib import Path

from alifakes.tablestore.settings import Fsync
from alifakes.tablestore.storage.errors import StorageError, StorageInUseError, StorageVersionError
from alifakes.tablestore.storage.interface import Changes

FORMAT_VERSION = 2
_APPLICATION_ID = 0x4F545346  # "OTSF", in the header of our files
_LOCK_WAIT_S = 2.0
_STATEMENTS = 1024  # prepared statements kept: a handful for each table

_DROPPED_AT_ONCE = 1_000  # rows that one write may delete of a dropped table: about a millisecond

_TABLES = "CREATE TABLE IF NOT EXISTS tables (number INTEGER PRIMARY KEY, name TEXT UNIQUE)"  # NULL: dropped


class SqliteStorage:
    """One SQL table without rowids for each table; one connection, which keeps every other process out."""

    def __init__(self, path: str | Path, *, fsync: Fsync = "full") -> None:
        """Open or make the file.

        `fsync` is when writes reach the disk: "full" before they are acknowledged; "normal" within seconds, so that a
        lost plug, not a killed process, may undo the last of them; "off" whenever the system likes, and a lost plug
        may damage the file.

        Raises StorageVersionError for another format, StorageInUseError when another process has the file open, and
        StorageError when it cannot be opened or made.
        """
        self._path = Path(path)
        try:
            self._db = sqlite3.connect(
                self._path,
                timeout=_LOCK_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=_STATEMENTS,
            )
        except sqlite3.Error as error:
            raise StorageError(f"The database {self._path} cannot be opened: {error}.") from error
        try:
            self._prepare(fsync)
        except BaseException:
            self._db.close()
            raise
        self._tables: dict[str, str] = {}
        self._dropped: list[str] = []  # tables of the file that still hold rows, but belong to nobody
        for number, name in self._db.execute("SELECT number, name FROM tables"):
            if name is None:
                self._dropped.append(f"t{number}")
            else:
                self._tables[name] = f"t{number}"

    def _prepare(self, fsync: Fsync) -> None:
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._check_format()
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {fsync}")
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(_TABLES)
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StorageInUseError(f"The database {self._path} is in use by another process.") from error
            raise StorageError(f"The database {self._path} cannot be opened: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise StorageVersionError(
                f"The file {self._path} is not a database of this emulator: SQLite says '{error}'; "
                f"this emulator reads format {FORMAT_VERSION}."
            ) from error

    def _check_format(self) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application == _APPLICATION_ID and version == FORMAT_VERSION:
            return
        if application == _APPLICATION_ID:
            raise StorageVersionError(
                f"The database {self._path} has format {version}, but this emulator reads format {FORMAT_VERSION}."
            )
        if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StorageVersionError(
                f"The file {self._path} is an SQLite database of another program "
                f"(application id {application}, version {version}); this emulator reads format {FORMAT_VERSION}."
            )

    def get(self, table: str, key: bytes) -> bytes | None:
        name = self._tables.get(table)
        if name is None:
            return None
        row = self._db.execute(f"SELECT value FROM {name} WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def scan(
        self, table: str, start: bytes, end: bytes | None = None, *, reverse: bool = False
    ) -> Generator[tuple[bytes, bytes], None, None]:
        name = self._tables.get(table)
        if name is None:
            return
        order = "DESC" if reverse else "ASC"
        if end is None:
            rows = self._db.execute(f"SELECT key, value FROM {name} WHERE key >= ? ORDER BY key {order}", (start,))
        else:
            rows = self._db.execute(
                f"SELECT key, value FROM {name} WHERE key >= ? AND key < ? ORDER BY key {order}", (start, end)
            )
        try:
            yield from rows
        finally:
            rows.close()

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        tables, dropped = dict(self._tables), list(self._dropped)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for table in drop:
                name = tables.pop(table, None)
                if name is not None:
                    self._db.execute("UPDATE tables SET name = NULL WHERE name = ?", (table,))
                    dropped.append(name)
            dropped = self._clear(dropped)
            for table, entries in changes.items():
                name = tables.get(table) or self._create(tables, table)
                self._write(name, sorted(entries.items(), key=_key))
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._tables, self._dropped = tables, dropped

    def _clear(self, dropped: list[str]) -> list[str]:
        """Delete dropped tables until one has rows left after a page of deletes; returns those that remain."""
        for place, name in enumerate(dropped):
            page = f"SELECT key FROM {name} ORDER BY key LIMIT 1 OFFSET {_DROPPED_AT_ONCE}"
            end = self._db.execute(page).fetchone()
            if end is not None:
                self._db.execute(f"DELETE FROM {name} WHERE key < ?", end)
                return dropped[place:]
            self._db.execute(f"DROP TABLE {name}")
            self._db.execute("DELETE FROM tables WHERE number = ?", (int(name[1:]),))
        return []

    def _create(self, tables: dict[str, str], table: str) -> str:
        number = self._db.execute("INSERT INTO tables (name) VALUES (?)", (table,)).lastrowid
        name = tables[table] = f"t{number}"
        self._db.execute(f"CREATE TABLE {name} (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        return name

    def _write(self, name: str, entries: Sequence[tuple[bytes, bytes | None]]) -> None:
        puts = [entry for entry in entries if entry[1] is not None]
        deletes = [(key,) for key, value in entries if value is None]
        if puts:
            self._db.executemany(f"INSERT OR REPLACE INTO {name} (key, value) VALUES (?, ?)", puts)
        if deletes:
            self._db.executemany(f"DELETE FROM {name} WHERE key = ?", deletes)

    def close(self) -> None:
        self._db.close()


def _key(entry: tuple[bytes, bytes | None]) -> bytes:
    return entry[0]
