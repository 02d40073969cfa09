"""PlainBuffer, the service's row format: tagged little-endian cells, each cell and each row closed by a CRC-8.

    header 0x75 | TAG_ROW_PK cell* | TAG_ROW_DATA cell* | TAG_DELETE_ROW_MARKER | TAG_ROW_CHECKSUM crc
    cell = TAG_CELL | NAME size bytes | VALUE size type bytes | TYPE operation | TIMESTAMP ms | TAG_CELL_CHECKSUM crc

A cell's CRC runs over name, value, timestamp, operation: not the order in which they are written.
Messages are those of the service's list of error codes, "PlainBuffer encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

from alifakes.tablestore import errors
from alifakes.tablestore.engine.crc8 import TABLE, crc8
from alifakes.tablestore.engine.encoded import StoredCell, encode_cells
from alifakes.tablestore.engine.model import AutoIncrement, Bound, Cell, KeyPart, KeyValue, Value
from alifakes.tablestore.errors import OtsError

HEADER = b"\x75\x00\x00\x00"
TAG_ROW_PK = 0x01
TAG_ROW_DATA = 0x02
TAG_CELL = 0x03
TAG_CELL_NAME = 0x04
TAG_CELL_VALUE = 0x05
TAG_CELL_TYPE = 0x06
TAG_CELL_TIMESTAMP = 0x07
TAG_DELETE_ROW_MARKER = 0x08
TAG_ROW_CHECKSUM = 0x09
TAG_CELL_CHECKSUM = 0x0A

VT_INTEGER = 0x0
VT_DOUBLE = 0x1
VT_BOOLEAN = 0x2
VT_STRING = 0x3
VT_NULL = 0x6
VT_BLOB = 0x7
VT_INF_MIN = 0x9
VT_INF_MAX = 0xA
VT_AUTO_INCREMENT = 0xB

DELETE_ALL_VERSIONS = 0x1
DELETE_ONE_VERSION = 0x3
INCREMENT = 0x4

_MARKERS: dict[int, KeyPart] = {
    VT_INF_MIN: Bound.INF_MIN,
    VT_INF_MAX: Bound.INF_MAX,
    VT_AUTO_INCREMENT: AutoIncrement.AUTO_INCREMENT,
}
_TYPE_NAMES = {
    VT_DOUBLE: "VT_DOUBLE",
    VT_BOOLEAN: "VT_BOOLEAN",
    VT_NULL: "VT_NULL",
    VT_INF_MIN: "VT_INF_MIN",
    VT_INF_MAX: "VT_INF_MAX",
    VT_AUTO_INCREMENT: "VT_AUTO_INCREMENT",
}
_KEY_TYPES = frozenset((VT_INTEGER, VT_BOOLEAN, VT_STRING, VT_BLOB, *_MARKERS))
_COLUMN_TYPES = frozenset((VT_INTEGER, VT_DOUBLE, VT_BOOLEAN, VT_STRING, VT_BLOB))

_INT32 = struct.Struct("<i")
_INT64 = struct.Struct("<q")
_DOUBLE = struct.Struct("<d")
_SIZE_TYPE = struct.Struct("<iB")  # of a value: size of what follows, its type

# Column names repeat in every row: what they decode to is kept, up to a bound.
_NAMES_KEPT = 4096
_NAME_SIZE_KEPT = 255
_decoded_names: dict[bytes, tuple[str, int]] = {}


class WireCell(NamedTuple):
    """One attribute cell as sent; `operation` is a cell type of the wire, None for a plain value."""

    name: str
    value: Value | None
    operation: int | None
    timestamp: int | None


class WireRow(NamedTuple):
    """One row as sent."""

    key: tuple[tuple[str, KeyPart], ...]
    cells: list[WireCell]
    deleted: bool


def decode_row(data: bytes) -> WireRow:
    """Decode exactly one row with its header; raises OtsError 400 OTSParameterInvalid when it is damaged."""
    rows = decode_rows(data)
    if len(rows) != 1:
        raise errors.invalid_data_format()
    return rows[0]


def decode_rows(data: bytes) -> list[WireRow]:
    """Decode a header and the rows after it; raises OtsError 400 OTSParameterInvalid when they are damaged."""
    if data[:4] != HEADER:
        raise errors.wrong_header(int.from_bytes(data[:4], "little"), HEADER[0])
    rows: list[WireRow] = []
    position = 4
    try:
        while position < len(data) and (not rows or data[position:].strip(b"\0")):  # the Node SDK pads keys with zeros
            row, position = _read_row(data, position)
            rows.append(row)
    except (IndexError, struct.error):
        raise errors.encoded_key_too_short() from None
    return rows


def decode_value(data: bytes) -> Value:
    """Decode a value that stands alone, as filters carry it: its type, then its bytes."""
    try:
        value, position, _ = _read_value(data, 0, data[0], _COLUMN_TYPES)
    except (IndexError, struct.error):
        raise errors.invalid_data_format() from None
    if position != len(data) or isinstance(value, (Bound, AutoIncrement)):
        raise errors.invalid_data_format()
    return value


def _read_row(data: bytes, position: int) -> tuple[WireRow, int]:
    if data[position] != TAG_ROW_PK:
        raise errors.wrong_tag(data[position], TAG_ROW_PK)
    position += 1
    key: list[tuple[str, KeyPart]] = []
    cells: list[WireCell] = []
    row_crc = 0
    while data[position] == TAG_CELL:
        name, value, operation, timestamp, position, cell_crc = _read_cell(data, position, _KEY_TYPES)
        if value is None:
            raise errors.key_value_missing(name)
        if operation is not None:
            raise errors.operation_in_key(name)
        if timestamp is not None:
            raise errors.timestamp_in_key(name)
        key.append((name, value))  # type: ignore[arg-type]  # _KEY_TYPES has no VT_DOUBLE
        row_crc = TABLE[row_crc ^ cell_crc]
    if not key:
        raise errors.key_missing()
    if data[position] == TAG_ROW_DATA:
        position += 1
        while data[position] == TAG_CELL:
            name, part, operation, timestamp, position, cell_crc = _read_cell(data, position, _COLUMN_TYPES)
            cells.append(WireCell(name, part, operation, timestamp))  # type: ignore[arg-type]  # _COLUMN_TYPES has no markers
            row_crc = TABLE[row_crc ^ cell_crc]
    deleted = data[position] == TAG_DELETE_ROW_MARKER
    if deleted:
        position += 1
    row_crc = TABLE[row_crc ^ deleted]
    if data[position] != TAG_ROW_CHECKSUM:
        raise errors.row_checksum_missing()
    if data[position + 1] != row_crc:
        raise errors.wrong_checksum(data[position + 1], row_crc)
    return WireRow(tuple(key), cells, deleted), position + 2


def _read_cell(
    data: bytes, position: int, types: frozenset[int]
) -> tuple[str, KeyPart | Value | None, int | None, int | None, int, int]:
    """Read from TAG_CELL on: name, value, operation, timestamp, position after the cell, its CRC."""
    if data[position + 1] != TAG_CELL_NAME:
        raise errors.cell_name_missing()
    (length,) = _INT32.unpack_from(data, position + 2)
    start = position + 6
    position = start + length
    if length < 0 or position > len(data):
        raise errors.wrong_string_format(length)
    raw = data[start:position]
    known = _decoded_names.get(raw)
    name, crc = known if known is not None else _learn_name(raw)
    value: KeyPart | Value | None = None
    operation = timestamp = None
    if data[position] == TAG_CELL_VALUE:
        encoded, variant = _SIZE_TYPE.unpack_from(data, position + 1)
        start = position + 5
        value, position, crc = _read_value(data, start, variant, types, name, crc)
        if position - start != encoded:
            raise errors.cell_has_more_data()
    if data[position] == TAG_CELL_TYPE:
        operation = data[position + 1]
        position += 2
    if data[position] == TAG_CELL_TIMESTAMP:
        (timestamp,) = _INT64.unpack_from(data, position + 1)
        crc = crc8(data[position + 1 : position + 9], crc)
        position += 9
    if operation is not None:
        crc = TABLE[crc ^ operation]
    if data[position] != TAG_CELL_CHECKSUM:
        raise errors.cell_checksum_missing(f"{TAG_CELL_CHECKSUM:#04x}")
    if data[position + 1] != crc:
        raise errors.wrong_checksum(data[position + 1], crc)
    return name, value, operation, timestamp, position + 2, crc


def _read_value(
    data: bytes, start: int, variant: int, types: frozenset[int], name: str = "", crc: int = 0
) -> tuple[KeyPart | Value, int, int]:
    """Read a value from its type byte on: the value, the position after it, the CRC continued."""
    if variant not in types:
        raise _wrong_type(variant, types)
    position = start + 1
    crc = TABLE[crc ^ variant]
    if variant in (VT_STRING, VT_BLOB):
        (length,) = _INT32.unpack_from(data, position)
        end = position + 4 + length
        if length < 0 or end > len(data):
            raise errors.wrong_string_format(length)
        crc = crc8(data[position:end], crc)
        raw = data[position + 4 : end]
        return (raw if variant == VT_BLOB else _text(raw, name)), end, crc
    if variant == VT_INTEGER:
        (integer,) = _INT64.unpack_from(data, position)
        return integer, position + 8, crc8(data[position : position + 8], crc)
    if variant == VT_DOUBLE:
        (double,) = _DOUBLE.unpack_from(data, position)
        return double, position + 8, crc8(data[position : position + 8], crc)
    if variant == VT_BOOLEAN:
        return data[position] != 0, position + 1, TABLE[crc ^ data[position]]
    return _MARKERS[variant], position, crc


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise errors.value_not_utf8(name) from None


def _learn_name(raw: bytes) -> tuple[str, int]:
    try:
        known = raw.decode("utf-8"), crc8(raw)
    except UnicodeDecodeError:
        raise errors.wrong_string_format(len(raw)) from None
    if len(raw) <= _NAME_SIZE_KEPT:
        if len(_decoded_names) >= _NAMES_KEPT:
            _decoded_names.clear()
        _decoded_names[raw] = known
    return known


def _wrong_type(variant: int, types: frozenset[int]) -> OtsError:
    if variant not in _TYPE_NAMES:
        return errors.unknown_variant()
    told = errors.invalid_key_type if types is _KEY_TYPES else errors.invalid_attribute_type
    return told(_TYPE_NAMES[variant])


def encode_row(key: Iterable[tuple[str, KeyValue]], cells: Iterable[Cell] = ()) -> bytes:
    """Encode one row of an answer with its header; the SDK cannot read cell types, so none is ever written."""
    return HEADER + encode_cells(key, _stored(cells))[0]


def encode_rows(rows: Iterable[tuple[Iterable[tuple[str, KeyValue]], Iterable[Cell]]]) -> bytes:
    """Encode rows after one header; no rows encode to no bytes."""
    encoded = [encode_cells(key, _stored(cells))[0] for key, cells in rows]
    return b"".join((HEADER, *encoded)) if encoded else b""


def _stored(cells: Iterable[Cell]) -> list[StoredCell]:
    return [(cell.name, cell.value, cell.timestamp) for cell in cells]
