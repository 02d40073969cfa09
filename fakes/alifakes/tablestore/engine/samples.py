"""A sample of a table's rows, from which the size of its parts is estimated.

It lies beside the rows and changes with them, so that no question needs a look at all rows. A row is in it by the
checksum of its key, with a chance that grows with its size: every row where partitions are small, one in about a
thousand at the default. A row that a later write makes much smaller may keep its place until it is deleted; rows that
expire keep theirs.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple
from zlib import crc32

from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import KeyValue
from alifakes.tablestore.storage.interface import Storage

_ROWS = 1000  # of a full partition that are in the sample
_BYTES = 65536  # a row of this size is in it always
_SAMPLE = struct.Struct("<Id")  # bytes of the row, and its chance


class Group(NamedTuple):
    """What the rows of one partition key are estimated at."""

    key: KeyValue
    rows: float
    size: float


def sampled(changes: Mapping[bytes, bytes | None], split_rows: int) -> dict[bytes, bytes | None]:
    """What changes of rows change in the sample."""
    least = _ROWS / split_rows
    entries: dict[bytes, bytes | None] = {}
    for key, data in changes.items():
        if data is None:
            entries[key] = None
            continue
        chance = min(1.0, max(least, len(data) / _BYTES))
        if crc32(key) < chance * 2**32:
            entries[key] = _SAMPLE.pack(len(data), chance)
    return entries


def rows_behind(entry: bytes) -> float:
    """For how many rows one of the sample stands."""
    chance: float = _SAMPLE.unpack(entry)[1]
    return 1 / chance


def read_groups(storage: Storage, table: Table, start: bytes = b"", end: bytes | None = None) -> list[Group]:
    groups: list[Group] = []
    with closing(storage.scan(table.samples, start, end)) as entries:
        for encoded, data in entries:
            key = decode_key(encoded)[0]
            size, chance = _SAMPLE.unpack(data)
            rows, total = 1 / chance, size / chance
            if groups and groups[-1].key == key:
                last = groups.pop()
                rows, total = last.rows + rows, last.size + total
            groups.append(Group(key, rows, total))
    return groups
