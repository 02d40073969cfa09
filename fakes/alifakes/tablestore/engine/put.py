"""Puts that need no look at what is stored: the bytes that the client sent become those of the stored row.

`wire/plain_puts.py` reads them and leaves everything unusual to the long way, which knows every error. Both ways store
the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from alifakes.tablestore.engine import capacity
from alifakes.tablestore.engine.catalog import Table
from alifakes.tablestore.engine.crc8 import AFTER_8, TABLE
from alifakes.tablestore.engine.encoded import CHECKSUMS, encode_stamp
from alifakes.tablestore.engine.model import Consumed
from alifakes.tablestore.engine.results import WriteResult
from alifakes.tablestore.engine.rows import HEADER

ROW_ENDS = [bytes((0x09, crc)) for crc in range(256)]  # TAG_ROW_CHECKSUM


class EncodedKey(NamedTuple):
    """The key of a read as sent, as EncodedPut has it."""

    shape: tuple[bytes, ...]
    key: bytes


class EncodedPut(NamedTuple):
    """One row as sent: its key, and its cells by name without timestamps; the CRCs are those that the client sent."""

    shape: tuple[bytes, ...]  # as `Table.shape`: name and type of each key column
    key: bytes  # as the storage has it
    head: bytes  # TAG_ROW_PK and the cells of the key
    crc: int  # of the row, after the key
    key_size: int
    size: int  # of names and values of the cells
    cells: list[tuple[bytes, bytes, int]]  # name, encoded up to the timestamp, CRC


def takes(table: Table, puts: Sequence[EncodedPut]) -> bool:
    """Whether these rows only have to be stored: none can be refused, and nothing follows from them."""
    if table.base is not None or table.indexes or table.defined_types or table.auto_increment is not None:
        return False
    return {put.shape for put in puts} == {table.shape}


class Stamper:
    """Makes stored rows of the puts of one request."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._stamp, self._crc = encode_stamp(now_ms)

    def stored(self, put: EncodedPut) -> bytes:
        now_ms, stamp, stamp_crc = self._now_ms, self._stamp, self._crc
        _, _, head, crc, key_size, size, cells = put
        count = len(cells)
        parts = [HEADER.pack(now_ms, now_ms, key_size + size, count, 1 if count else 0, len(head) + 1), head]
        if cells:
            parts.append(b"\x02")
        for _, encoded, cell_crc in cells:
            cell_crc = AFTER_8[cell_crc] ^ stamp_crc
            parts += (encoded, stamp, CHECKSUMS[cell_crc])
            crc = TABLE[crc ^ cell_crc]
        parts.append(ROW_ENDS[TABLE[crc]])
        return b"".join(parts)


def acknowledged(table: Table, put: EncodedPut) -> WriteResult:
    return _acknowledged(capacity.units(put.key_size + put.size + table.cell_overhead * len(put.cells)))


@lru_cache(maxsize=256)
def _acknowledged(units: int) -> WriteResult:
    return WriteResult(None, Consumed(write=units))
