"""Rows in PlainBuffer as answers carry them, which is how they are stored: wire/plain_buffer.py describes the format.

What is decoded here was encoded here or has been checked on its way in; nothing is checked again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import lru_cache

from alifakes.tablestore.engine.crc8 import AFTER_8, TABLE, crc8
from alifakes.tablestore.engine.model import Cell, KeyValue, Row, Value

StoredCell = tuple[str, Value, int]  # name, value, timestamp in ms
Cells = tuple[StoredCell, ...]  # by name, newest version first

INTEGER, DOUBLE, BOOLEAN, STRING, BLOB = 0x0, 0x1, 0x2, 0x3, 0x7
CHECKSUMS = [bytes((0x0A, crc)) for crc in range(256)]  # TAG_CELL_CHECKSUM

_CELL, _ROW_DATA = 0x03, 0x02
_INT32 = struct.Struct("<i")
_INT64 = struct.Struct("<q")
_DOUBLE = struct.Struct("<d")
_HEAD = struct.Struct("<iB")  # of a value: its size, its type
_STRING_HEAD = struct.Struct("<BiBi")  # TAG_CELL_VALUE, size, type, length
_STAMP_SIZE = 9  # TAG_CELL_TIMESTAMP and the time

# Column names repeat in every row: what they encode and decode to is kept, up to a bound.
_NAMES_KEPT = 4096
_encoded_names: dict[str, tuple[bytes, int]] = {}
_decoded_names: dict[bytes, str] = {}


def encode_cells(key: Iterable[tuple[str, KeyValue]], cells: Iterable[StoredCell] = ()) -> tuple[bytes, int]:
    """One row without a header, and where in it the attribute cells start."""
    crc = 0
    parts = [b"\x01"]
    for name, value in key:
        head, name_crc = _encoded_names.get(name) or _learn_encoded(name)
        encoded, cell_crc = _encode_value(value, name_crc)
        parts += (head, encoded, CHECKSUMS[cell_crc])
        crc = TABLE[crc ^ cell_crc]
    start = sum(map(len, parts)) + 1
    keys = len(parts)
    timestamp, stamp, stamp_crc = -1, b"", 0
    for column, content, written in cells:
        head, name_crc = _encoded_names.get(column) or _learn_encoded(column)
        encoded, cell_crc = _encode_value(content, name_crc)
        if written != timestamp:  # the cells of a row were mostly written together
            timestamp = written
            stamp, stamp_crc = encode_stamp(timestamp)
        cell_crc = AFTER_8[cell_crc] ^ stamp_crc
        parts += (head, encoded, stamp, CHECKSUMS[cell_crc])
        crc = TABLE[crc ^ cell_crc]
    if len(parts) > keys:
        parts.insert(keys, b"\x02")
    parts.append(bytes((0x09, TABLE[crc])))
    return b"".join(parts), start


@lru_cache(maxsize=16)
def encode_stamp(timestamp: int) -> tuple[bytes, int]:
    """A cell's timestamp with its tag, and the CRC of the eight bytes."""
    stamp = _INT64.pack(timestamp)
    return b"\x07" + stamp, crc8(stamp)


def _learn_encoded(name: str) -> tuple[bytes, int]:
    raw = name.encode("utf-8")
    known = b"\x03\x04" + _INT32.pack(len(raw)) + raw, crc8(raw)
    if len(_encoded_names) >= _NAMES_KEPT:
        _encoded_names.clear()
    _encoded_names[name] = known
    return known


def _encode_value(value: Value, crc: int) -> tuple[bytes, int]:
    """TAG_CELL_VALUE and the value, and the CRC continued over its type and bytes (not its size)."""
    if isinstance(value, str):
        raw = value.encode("utf-8")
        encoded = _STRING_HEAD.pack(0x05, len(raw) + 5, STRING, len(raw)) + raw
    elif isinstance(value, bytes):
        encoded = _STRING_HEAD.pack(0x05, len(value) + 5, BLOB, len(value)) + value
    elif isinstance(value, bool):
        encoded = b"\x05\x02\x00\x00\x00\x02\x01" if value else b"\x05\x02\x00\x00\x00\x02\x00"
    elif isinstance(value, int):
        encoded = b"\x05\x09\x00\x00\x00\x00" + _INT64.pack(value)
    else:
        encoded = b"\x05\x09\x00\x00\x00\x01" + _DOUBLE.pack(value)
    return encoded, crc8(encoded[5:], crc)


def decode_encoded(data: bytes) -> Row:
    """A row without a header."""
    key: list[tuple[str, KeyValue]] = []
    at = 1
    while data[at] == _CELL:
        name, value, at = _decode_cell(data, at)
        key.append((name, value))  # type: ignore[arg-type]  # no DOUBLE is a key
        at += 2
    cells = decode_cells(data, at + 1) if data[at] == _ROW_DATA else ()
    return Row(tuple(key), tuple([Cell(*cell) for cell in cells]))


def decode_cells(data: bytes, at: int) -> Cells:
    """The cells of a row from the first one on; none when there is something else."""
    cells = []
    timestamp_of = _INT64.unpack_from
    end = len(data)
    while at < end and data[at] == _CELL:
        name, value, at = _decode_cell(data, at)
        cells.append((name, value, timestamp_of(data, at + 1)[0]))
        at += _STAMP_SIZE + 2
    return tuple(cells)


def _decode_cell(data: bytes, at: int) -> tuple[str, Value, int]:
    """Name, value, and the place after the value."""
    end = at + 6 + _INT32.unpack_from(data, at + 2)[0]
    raw = data[at + 6 : end]
    name = _decoded_names.get(raw) or _learn_decoded(raw)
    size, kind = _HEAD.unpack_from(data, end + 1)
    start, end = end + 6, end + 5 + size
    if kind == STRING:
        return name, data[start + 4 : end].decode(), end
    if kind == INTEGER:
        return name, _INT64.unpack_from(data, start)[0], end
    if kind == DOUBLE:
        return name, _DOUBLE.unpack_from(data, start)[0], end
    if kind == BOOLEAN:
        return name, data[start] != 0, end
    return name, data[start + 4 : end], end


def _learn_decoded(raw: bytes) -> str:
    if len(_decoded_names) >= _NAMES_KEPT:
        _decoded_names.clear()
    _decoded_names[raw] = name = raw.decode("utf-8")
    return name
