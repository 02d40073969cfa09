"""The partitions of a table and its splits by size, estimated from a sample of its rows.

The sample lies beside the rows and changes with them, so that no question needs a look at all rows. A row is in it by
the checksum of its key, with a chance that grows with its size: every row where partitions are small, one in about a
thousand at the default. A row that a later write makes much smaller may keep its place until it is deleted; rows that
expire keep theirs.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import NamedTuple
from zlib import crc32

from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.keys import decode_key, encode_key
from alifakes.tablestore.engine.model import Consumed, KeyColumn, KeyValue
from alifakes.tablestore.engine.pending import Pending
from alifakes.tablestore.storage.interface import Storage

_ROWS = 1000  # of a full partition that are in the sample
_BYTES = 65536  # a row of this size is in it always
_SAMPLE = struct.Struct("<Id")  # bytes of the row, and its chance


class Group(NamedTuple):
    """What the rows of one partition key are estimated at."""

    key: KeyValue
    rows: float
    size: float


class Splits(NamedTuple):
    """`points` are values of the first key column: each split but the first begins at one. `locations` one a split."""

    keys: tuple[KeyColumn, ...]
    points: tuple[KeyValue, ...]
    locations: tuple[str, ...]
    consumed: Consumed


def sample(pending: Pending, table: Table, split_rows: int) -> None:
    """Add to a request what its writes change in the sample."""
    least = _ROWS / split_rows
    for key, data in pending.changes(table.rows).items():
        if data is None:
            pending.put(table.samples, key, None)
            continue
        chance = min(1.0, max(least, len(data) / _BYTES))
        if crc32(key) < chance * 2**32:
            pending.put(table.samples, key, _SAMPLE.pack(len(data), chance))


def partition_points(storage: Storage, table: Table, split_rows: int) -> tuple[KeyValue, ...]:
    """Where every partition but the first begins: as CreateTable asked, and in the middle of each that has grown."""
    return _partition_points(_groups(storage, table), table, split_rows)


def split_by_size(storage: Storage, table: Table, size: int, limit: int | None, split_rows: int) -> Splits:
    """Splits of about `size` bytes, each of one partition, between keys of it; at most `limit` points unless None."""
    groups = _groups(storage, table)
    if limit is not None:
        size = max(size, -(-int(sum(group.size for group in groups)) // (limit + 1)))
    partitions = _partition_points(groups, table, split_rows)
    points = _cut(groups, partitions, lambda part: _size_points(part, size))[:limit]
    ends = [encode_key((point,)) for point in partitions]
    starts = [b"", *(encode_key((point,)) for point in points)]
    locations = tuple(_location(table, bisect_right(ends, start)) for start in starts)
    return Splits(table.keys, points, locations, Consumed(read=1 if not points else len(points) + 2))


def _groups(storage: Storage, table: Table) -> list[Group]:
    groups: list[Group] = []
    with closing(storage.scan(table.samples, b"")) as entries:
        for encoded, data in entries:
            key = decode_key(encoded)[0]
            size, chance = _SAMPLE.unpack(data)
            rows, total = 1 / chance, size / chance
            if groups and groups[-1].key == key:
                last = groups.pop()
                rows, total = last.rows + rows, last.size + total
            groups.append(Group(key, rows, total))
    return groups


def _partition_points(groups: Sequence[Group], table: Table, split_rows: int) -> tuple[KeyValue, ...]:
    return _cut(groups, table.schema.split_points, lambda part: _halves(part, split_rows))


def _cut(
    groups: Sequence[Group], points: Sequence[KeyValue], more: Callable[[Sequence[Group]], list[KeyValue]]
) -> tuple[KeyValue, ...]:
    """`points` and, for the groups before, between and behind them, `more`."""
    keys = [encode_key((group.key,)) for group in groups]
    ends = [*(bisect_left(keys, encode_key((point,))) for point in points), len(groups)]
    found = more(groups[: ends[0]])
    for point, start, end in zip(points, ends, ends[1:], strict=False):
        found += [point, *more(groups[start:end])]
    return tuple(found)


def _halves(groups: Sequence[Group], split_rows: int) -> list[KeyValue]:
    total = sum(group.rows for group in groups)
    if total < split_rows or len(groups) < 2:
        return []
    before = 0.0
    at = 0
    while at < len(groups) - 1 and (at == 0 or before + groups[at].rows <= total / 2):
        before += groups[at].rows
        at += 1
    return [*_halves(groups[:at], split_rows), groups[at].key, *_halves(groups[at:], split_rows)]


def _size_points(groups: Sequence[Group], size: int) -> list[KeyValue]:
    points: list[KeyValue] = []
    filled = 0.0
    for group in groups[:-1]:
        filled += group.size
        if filled >= size:
            points.append(_after(group.key))
            filled = 0.0
    return points


def _after(key: KeyValue) -> KeyValue:
    """The next value; a greater one follows, so there is one."""
    if isinstance(key, str):
        return key + "\0"
    if isinstance(key, bytes):
        return key + b"\0"
    return key + 1


def _location(table: Table, partition: int) -> str:
    return hashlib.md5(f"{table.rows}/{partition}".encode(), usedforsecurity=False).hexdigest()
