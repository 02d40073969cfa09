"""Splits of a table by size, estimated from the sample of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.keys import encode_key
from alifakes.tablestore.engine.model import Consumed, KeyColumn, KeyValue
from alifakes.tablestore.engine.partitions import Partitions, cut
from alifakes.tablestore.engine.samples import Group, read_groups
from alifakes.tablestore.storage.interface import Storage


class Splits(NamedTuple):
    """`points` are values of the first key column: each split but the first begins at one. `locations` one a split."""

    keys: tuple[KeyColumn, ...]
    points: tuple[KeyValue, ...]
    locations: tuple[str, ...]
    consumed: Consumed


def split_by_size(storage: Storage, table: Table, partitions: Partitions, size: int, limit: int | None) -> Splits:
    """Splits of about `size` bytes, each of one partition, between keys of it; at most `limit` points unless None."""
    groups = read_groups(storage, table)
    if limit is not None:
        size = max(size, -(-int(sum(group.size for group in groups)) // (limit + 1)))
    first, *others = cut(groups, partitions.points(table))
    points = _size_points(first, size)
    for point, part in zip(partitions.points(table), others, strict=True):
        points += [point, *_size_points(part, size)]
    points = points[:limit]
    starts = [b"", *(encode_key((point,)) for point in points)]
    locations = tuple(_location(table, partitions.number(table, start)) for start in starts)
    return Splits(table.keys, tuple(points), locations, Consumed(read=1 if not points else len(points) + 2))


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
