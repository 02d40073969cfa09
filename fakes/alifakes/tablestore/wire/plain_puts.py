"""Reads the rows of plain puts, and the keys of plain reads, in one pass over their bytes.

It accepts what is certainly right, and leaves the rest to `plain_buffer.decode_row` and the checks that follow, so that
every error comes from one place. The row's checksum is checked; a cell's is taken over and carried on, which is what
makes this fast: a damaged value does not get past the digest of the body.
"""

from __future__ import annotations

import struct

from alifakes.tablestore import errors, validation
from alifakes.tablestore.engine.crc8 import TABLE
from alifakes.tablestore.engine.put import ROW_ENDS, EncodedKey, EncodedPut
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire.plain_buffer import HEADER, VT_BLOB, VT_BOOLEAN, VT_DOUBLE, VT_INTEGER, VT_STRING

_ROW_PK, _ROW_DATA, _CELL, _CELL_NAME, _CELL_VALUE, _CELL_CHECKSUM = 1, 2, 3, 4, 5, 10
_NAME_HEAD = struct.Struct("<BBi")  # TAG_CELL, TAG_CELL_NAME, length
_VALUE_HEAD = struct.Struct("<BiBi")  # TAG_CELL_VALUE, size, type, length where the type has one
_SIGN = 1 << 63
_START = HEADER + b"\x01"
_TEXTS = (VT_STRING, VT_BLOB)
_KINDS = {VT_INTEGER: b"\x00", VT_STRING: b"\x03", VT_BLOB: b"\x07"}
_NAMES_KEPT = 4096
_names: set[bytes] = set()  # those that may be columns

_Cells = list[tuple[bytes, bytes, int]]


def read_put(data: bytes) -> EncodedPut | None:
    """None for a row that is not certainly right, or that sets timestamps."""
    try:
        return _read_row(data)
    except (IndexError, struct.error, UnicodeDecodeError):
        return None


def read_key(data: bytes) -> EncodedKey | None:
    """None for a row that is not certainly right, or is more than a key."""
    try:
        key = _read_key(data)
    except (IndexError, struct.error, UnicodeDecodeError):
        return None
    if key is None:
        return None
    shape, encoded, head, crc, _ = key
    return EncodedKey(shape, encoded) if data[4 + len(head) :] == ROW_ENDS[TABLE[crc]] else None


def _read_row(data: bytes) -> EncodedPut | None:
    key = _read_key(data)
    if key is None:
        return None
    shape, encoded, head, key_crc, key_size = key
    at = 4 + len(head)
    cells: _Cells = []
    crc = key_crc
    size = 0
    if data[at] == _ROW_DATA:
        at, crc, size = _read_cells(data, at + 1, crc, cells)
        if not _in_order(cells, shape):
            return None
    if data[at:] != ROW_ENDS[TABLE[crc]]:
        return None
    return EncodedPut(shape, encoded, head, key_crc, key_size, size, cells)


def _read_key(data: bytes) -> tuple[tuple[bytes, ...], bytes, bytes, int, int] | None:
    if data[:5] != _START:
        return None
    shape: list[bytes] = []
    encoded = b""
    crc = size = 0
    at = 5
    while data[at] == _CELL:
        _, name_tag, length = _NAME_HEAD.unpack_from(data, at)
        end = at + 6 + length
        name = data[at + 6 : end]
        if name_tag != _CELL_NAME or length <= 0 or not (name in _names or _may_be_column(name)):
            return None
        tag, value_size, kind, text_size = _VALUE_HEAD.unpack_from(data, end)
        stop = end + 5 + value_size
        if tag != _CELL_VALUE or data[stop] != _CELL_CHECKSUM:
            return None
        if kind == VT_INTEGER and value_size == 9:
            number = int.from_bytes(data[end + 6 : stop], "little", signed=True)
            encoded += b"\x01" + (number + _SIGN).to_bytes(8, "big")
            size += length + 8
        elif kind in _TEXTS and text_size == value_size - 5:
            raw = data[end + 10 : stop]
            if not 0 <= text_size <= errors.MAX_KEY_VALUE:
                return None
            if kind == VT_STRING:
                raw.decode()
            encoded += (b"\x02" if kind == VT_STRING else b"\x03") + raw.replace(b"\0", b"\0\xff") + b"\0"
            size += length + text_size
        else:
            return None
        shape += (name, _KINDS[kind])
        crc = TABLE[crc ^ data[stop + 1]]
        at = stop + 2
    return tuple(shape), encoded, data[4:at], crc, size


def _read_cells(data: bytes, at: int, crc: int, cells: _Cells) -> tuple[int, int, int]:
    """Appends to `cells` what is right; the place after it, the row's CRC so far, and the size of names and values."""
    size = 0
    known, name_head, value_head, append = _names, _NAME_HEAD.unpack_from, _VALUE_HEAD.unpack_from, cells.append
    while data[at] == _CELL:
        _, name_tag, length = name_head(data, at)
        end = at + 6 + length
        name = data[at + 6 : end]
        if name_tag != _CELL_NAME or length <= 0 or not (name in known or _may_be_column(name)):
            break
        tag, value_size, kind, text_size = value_head(data, end)
        stop = end + 5 + value_size
        if tag != _CELL_VALUE or data[stop] != _CELL_CHECKSUM:
            break
        if kind == VT_INTEGER and value_size == 9:
            size += length + 8
        elif kind in _TEXTS and text_size == value_size - 5:
            if not 0 <= text_size <= errors.MAX_VALUE:
                break
            if kind == VT_STRING:
                data[end + 10 : stop].decode()
            size += length + text_size
        elif kind == VT_DOUBLE and value_size == 9 and not _is_odd(data, stop):
            size += length + 8
        elif kind == VT_BOOLEAN and value_size == 2 and data[end + 6] <= 1:
            size += length + 1
        else:
            break
        cell_crc = data[stop + 1]
        append((name, data[at:stop], cell_crc))
        crc = TABLE[crc ^ cell_crc]
        at = stop + 2
    return at, crc, size


def _is_odd(data: bytes, stop: int) -> bool:
    """Whether the DOUBLE that ends here is infinite or not a number: its exponent is all ones."""
    return data[stop - 1] & 0x7F == 0x7F and data[stop - 2] >= 0xF0


def _in_order(cells: _Cells, shape: tuple[bytes, ...]) -> bool:
    """Sort by name; no name may occur twice, nor be a key column's."""
    if len(cells) > errors.MAX_ROW_COLUMNS:
        return False
    cells.sort()
    names = {cell[0] for cell in cells}
    return len(names) == len(cells) and names.isdisjoint(shape[::2])


def _may_be_column(name: bytes) -> bool:
    try:
        validation.check_column_name(name.decode())
    except (OtsError, UnicodeDecodeError):
        return False
    if len(_names) >= _NAMES_KEPT:
        _names.clear()
    _names.add(name)
    return True
