"""Local transactions: what is written under an id, and the partition key that nobody else may write meanwhile."""

from __future__ import annotations

import re
import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

from alifakes.tablestore import errors, validation
from alifakes.tablestore.engine.catalog import Catalog, Table
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.model import KeyPart, KeyValue, NamedKey, RowChange
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.engine.schema import check_key
from alifakes.tablestore.engine.writes import change_indexes, write
from alifakes.tablestore.storage.interface import Changes, Storage

_ID = re.compile("[0-9a-f]{32}")
_Partition = tuple[str, KeyPart]  # a table's name and a value of its first key column


class Overlay:
    """A storage as a transaction sees it: under its own changes of one table."""

    def __init__(self, storage: Storage, rows: str) -> None:
        self._storage = storage
        self._rows = rows
        self.changes: dict[bytes, bytes | None] = {}

    def get(self, table: str, key: bytes) -> bytes | None:
        if table == self._rows and key in self.changes:
            return self.changes[key]
        return self._storage.get(table, key)

    def scan(
        self, table: str, start: bytes, end: bytes | None = None, *, reverse: bool = False
    ) -> Generator[tuple[bytes, bytes], None, None]:
        assert table == self._rows
        own = sorted(
            ((key, data) for key, data in self.changes.items() if start <= key and (end is None or key < end)),
            reverse=reverse,
        )
        at = 0
        with closing(self._storage.scan(table, start, end, reverse=reverse)) as entries:
            for key, data in entries:
                while at < len(own) and (own[at][0] > key if reverse else own[at][0] < key):
                    yield from _present(own[at])
                    at += 1
                if at < len(own) and own[at][0] == key:
                    yield from _present(own[at])
                    at += 1
                else:
                    yield key, data
        for entry in own[at:]:
            yield from _present(entry)

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        """Takes changes in. Expired rows that a range meets are among them: to a transaction they are deleted."""
        assert not drop
        for table, entries in changes.items():
            assert table == self._rows
            self.changes.update(entries)

    def close(self) -> None:
        self._storage.close()


def _present(entry: tuple[bytes, bytes | None]) -> Generator[tuple[bytes, bytes], None, None]:
    key, data = entry
    if data is not None:
        yield key, data


class Transaction:
    """One that has been started and is neither committed nor aborted; times in ms since 1970."""

    def __init__(self, storage: Storage, table: Table, first: KeyValue, now_ms: int) -> None:
        self.table = table
        self.source = Overlay(storage, table.rows)
        self.first = first
        self._started_ms = self._used_ms = now_ms
        self._size = 0

    @property
    def partition(self) -> _Partition:
        return self.table.name, self.first

    def is_over(self, now_ms: int) -> bool:
        return (
            now_ms - self._started_ms >= errors.TRANSACTION_LIFE_MS
            or now_ms - self._used_ms >= errors.TRANSACTION_IDLE_MS
        )

    def use(self, now_ms: int) -> None:
        self._used_ms = now_ms

    def check_table(self, name: str) -> None:
        if name != self.table.name:
            raise errors.outside_transaction(f"table '{name}'")

    def check(self, key: NamedKey) -> None:
        """Raises OtsError unless the key, a bound too, fits the table and lies in the partition."""
        first = check_key(self.table, key)[0]
        if first != self.first:
            raise errors.outside_transaction(f"partition key {validation.shown(first)}")

    def write(self, change: RowChange, now_ms: int) -> WriteResult:
        self.check(change.key)
        size = self._size + validation.check_change(change)
        if size > errors.MAX_TRANSACTION_DATA:
            raise errors.transaction_too_large()
        pending = Pending(self.source)
        result = write(self.table, change, pending, None, now_ms)
        pending.commit()
        self._size = size
        return result

    def finish(self, storage: Storage, pending: Pending, queue: IndexQueue, now_ms: int) -> None:
        """Puts everything into `pending`."""
        changes: Mapping[bytes, bytes | None] = self.source.changes
        for key, data in changes.items():
            pending.put(self.table.rows, key, data)
        if self.table.indexes:
            change_indexes(self.table, changes, storage, pending, queue, now_ms)


def _partition_key(table: Table, key: NamedKey) -> KeyValue:
    (name, part), column = key[0], table.keys[0]
    if name != column.name:
        raise errors.key_name_mismatch(name, column.name)
    expected, sent = validation.key_type_name(column.type), validation.type_name(part)
    if sent != expected:
        raise errors.key_type_mismatch(sent, expected)
    assert isinstance(part, int | str | bytes)
    return part


class Transactions:
    """Of one instance, in memory: a restart aborts them all, and so does a change of their table's schema."""

    def __init__(self, storage: Storage, catalog: Catalog) -> None:
        self._storage = storage
        self._catalog = catalog
        self._open: dict[str, Transaction] = {}
        self._holders: dict[_Partition, str] = {}

    def __bool__(self) -> bool:
        """Whether any partition may be locked."""
        return bool(self._open)

    def start(self, table: Table, key: NamedKey, now_ms: int) -> str:
        if not table.explicit_transactions:
            raise errors.transactions_off()
        if len(key) != 1:
            raise errors.invalid_transaction_key()
        first = _partition_key(table, key)
        if table.auto_increment is not None:
            raise errors.transaction_with_auto_increment(table.name)
        for held in list(self._open):  # forget those that nobody ended
            self._current(held, now_ms)
        if (table.name, first) in self._holders:
            raise errors.row_conflict()
        name = secrets.token_hex(16)
        transaction = self._open[name] = Transaction(self._storage, table, first, now_ms)
        self._holders[transaction.partition] = name
        return name

    def find(self, name: str, now_ms: int) -> Transaction:
        """Raises OtsError when there is none of this id, or no more."""
        if not _ID.fullmatch(name):
            raise errors.invalid_transaction_id()
        transaction = self._current(name, now_ms)
        if transaction is None:
            raise errors.session_missing()
        transaction.use(now_ms)
        return transaction

    def end(self, name: str) -> None:
        del self._holders[self._open.pop(name).partition]

    def check_free(self, table: Table, key: NamedKey, now_ms: int) -> None:
        """Raises OtsError 409 OTSRowOperationConflict when a transaction holds the partition of a key to be written."""
        holder = self._holders.get((table.name, check_key(table, key)[0]))
        if holder is not None and self._current(holder, now_ms) is not None:
            raise errors.row_conflict()

    def _current(self, name: str, now_ms: int) -> Transaction | None:
        transaction = self._open.get(name)
        if transaction is None:
            return None
        table = transaction.table
        if (
            transaction.is_over(now_ms)
            or table.name not in self._catalog
            or self._catalog.find(table.name) is not table
        ):
            self.end(name)
            return None
        return transaction
