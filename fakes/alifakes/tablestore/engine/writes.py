"""One row's write: conditions, then the new row, then what its indexes must show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alifakes.tablestore import errors
from alifakes.tablestore.engine import auto_increment, capacity
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.filters import passes
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.keys import decode_key, encode_key
from alifakes.tablestore.engine.model import (
    Cell,
    Change,
    ColumnUpdate,
    Condition,
    Consumed,
    Existence,
    Key,
    KeyPart,
    RowChange,
    Value,
    WriteKind,
)
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.engine.rows import Cells, StoredRow, decode_row, encode_row, live, newest, to_cells
from alifakes.tablestore.engine.schema import check_change, check_key
from alifakes.tablestore.storage.interface import Storage
from alifakes.tablestore.validation import type_name

_INTEGERS = range(-(2**63), 2**63)


def write(table: Table, change: RowChange, pending: Pending, queue: IndexQueue | None, now_ms: int) -> WriteResult:
    """Raises OtsError, having changed nothing. Without a queue the table's indexes are left for `change_indexes`."""
    parts = check_key(table, change.key)
    check_change(table, change, now_ms)
    condition = change.condition
    conditional = condition.existence is not Existence.IGNORE or condition.column is not None
    key, encoded = _final_key(table, parts, pending)
    raw = None
    if conditional or change.kind is WriteKind.UPDATE or table.indexes:
        data = pending.get(table.rows, encoded)
        raw = None if data is None else decode_row(data)
    old = None if raw is None else live(raw, table.options, now_ms)
    if conditional:
        _check_condition(condition, old)
    key_size = capacity.key_size(table.key_names, key)
    stamp_ms = now_ms if old is None else max(now_ms, _earliest(table, change, old))
    new = _new_row(table, change, old, key_size, stamp_ms)
    if new is not None or change.kind is not WriteKind.UPDATE:
        pending.put(table.rows, encoded, None if new is None else encode_row(new, table.key_names, key))
        if queue is not None:
            for index in table.indexes:
                queue.change(pending, index, key, raw, new, now_ms)
    written = key_size + capacity.updates_size(change.updates, table.cell_overhead)
    consumed = Consumed(read=capacity.units(key_size) if conditional else 0, write=capacity.units(written))
    shown = tuple(zip(table.key_names, key, strict=True)) if change.return_key else None
    return WriteResult(shown, consumed, _returned(change.returned, new) if change.returned else ())


def _earliest(table: Table, change: RowChange, old: StoredRow) -> int:
    """The first stamp that is not older than what the write replaces.

    Where versions are kept, an update has a stamp of its own: with the service it does, as no two writes of a row are
    so quick. (J) reads back every version of a row that it updates in a loop.
    """
    keeps = change.kind is WriteKind.UPDATE and table.options.max_versions > 1
    return old.written_ms + 1 if keeps else old.written_ms


def _returned(names: Sequence[str], new: StoredRow | None) -> tuple[Cell, ...]:
    """The newest cell of every column asked for."""
    assert new is not None
    return to_cells(newest(tuple(cell for cell in new.cells if cell[0] in names), 1))


def change_indexes(
    table: Table,
    changes: Mapping[bytes, bytes | None],
    storage: Storage,
    pending: Pending,
    queue: IndexQueue,
    now_ms: int,
) -> None:
    """What the indexes must show of rows that are about to be written."""
    for encoded, data in changes.items():
        old = storage.get(table.rows, encoded)
        for index in table.indexes:
            queue.change(
                pending,
                index,
                decode_key(encoded),
                None if old is None else decode_row(old),
                None if data is None else decode_row(data),
                now_ms,
            )


def _final_key(table: Table, parts: tuple[KeyPart, ...], pending: Pending) -> tuple[Key, bytes]:
    """The key with its auto-increment value taken; nothing after this may fail for such a row."""
    at = table.auto_increment
    if at is None or isinstance(parts[at], int):
        key: Key = tuple(parts)  # type: ignore[arg-type]
        return key, encode_key(key)
    value = auto_increment.next_value(pending, table.counters, encode_key(parts[:1]))  # type: ignore[arg-type]
    key = (*parts[:at], value, *parts[at + 1 :])  # type: ignore[arg-type]
    return key, encode_key(key)


def _check_condition(condition: Condition, row: StoredRow | None) -> None:
    """First the row's existence, then the column condition, which sees a missing row as one without columns."""
    if condition.existence is Existence.EXPECT_EXIST and row is None:
        raise errors.condition_failed()
    if condition.existence is Existence.EXPECT_NOT_EXIST and row is not None:
        raise errors.condition_failed()
    if condition.column is not None and not passes(condition.column, () if row is None else row.cells):
        raise errors.condition_failed()


def _new_row(table: Table, change: RowChange, old: StoredRow | None, key_size: int, now_ms: int) -> StoredRow | None:
    """None when there is no row after the write: after a delete, or an update of a missing row that only deletes."""
    if change.kind is WriteKind.DELETE:
        return None
    if change.kind is WriteKind.PUT:
        cells = _put_cells(change.updates, table.options.max_versions, now_ms)
    else:
        if old is None and all(update.change in (Change.DELETE, Change.DELETE_ALL) for update in change.updates):
            return None
        cells = _update_cells(() if old is None else old.cells, change.updates, table.options.max_versions, now_ms)
    return StoredRow(now_ms, key_size + capacity.cells_size(cells), cells)


def _put_cells(updates: Sequence[ColumnUpdate], versions: int, now_ms: int) -> Cells:
    cells = [
        (update.name, update.value, now_ms if update.timestamp is None else update.timestamp) for update in updates
    ]
    if len({cell[0] for cell in cells}) == len(cells):
        cells.sort()
        return tuple(cells)  # type: ignore[arg-type]
    return _update_cells((), updates, versions, now_ms)


def _update_cells(cells: Cells, updates: Sequence[ColumnUpdate], versions: int, now_ms: int) -> Cells:
    """Apply the updates in their order; a cell of the same column and timestamp is replaced."""
    columns: dict[str, dict[int, Value]] = {}
    for name, value, timestamp in cells:
        columns.setdefault(name, {})[timestamp] = value
    for update in updates:
        if update.change is Change.DELETE_ALL:
            columns.pop(update.name, None)
            continue
        column = columns.setdefault(update.name, {})
        if update.change is Change.DELETE:
            assert update.timestamp is not None
            column.pop(update.timestamp, None)
        elif update.change is Change.INCREMENT:
            latest = max(column, default=now_ms)
            column[max(latest, now_ms)] = _incremented(update, column.get(latest))
        else:
            assert update.value is not None
            column[now_ms if update.timestamp is None else update.timestamp] = update.value
    return newest(
        tuple(
            (name, columns[name][timestamp], timestamp)
            for name in sorted(columns)
            for timestamp in sorted(columns[name], reverse=True)
        ),
        versions,
    )


def _incremented(update: ColumnUpdate, stored: Value | None) -> Value:
    """A missing column counts as zero; only like is added to like."""
    amount = update.value
    assert isinstance(amount, int | float)
    if stored is None:
        return amount
    if type(stored) is not type(amount):
        raise errors.increment_of_wrong_type(update.name, type_name(stored), type_name(amount))
    assert isinstance(stored, int | float)
    total = stored + amount
    if isinstance(total, int) and total not in _INTEGERS:
        raise errors.increment_overflow(update.name)
    if total in (float("inf"), float("-inf")):
        raise errors.increment_overflow(update.name)
    return total
