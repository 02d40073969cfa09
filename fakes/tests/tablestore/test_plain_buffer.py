"""The row codec against the SDK's own, byte for byte, and against damaged bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR
from tablestore.native import parse_multiple_rows, parse_single_row
from tablestore.plainbuffer.plain_buffer_builder import PlainBufferBuilder
from tablestore.plainbuffer.plain_buffer_coded_stream import PlainBufferCodedInputStream
from tablestore.plainbuffer.plain_buffer_crc8 import PlainBufferCrc8
from tablestore.plainbuffer.plain_buffer_stream import PlainBufferInputStream

from alifakes.tablestore.engine.crc8 import crc8
from alifakes.tablestore.engine.model import AutoIncrement, Bound, Cell
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.wire.plain_buffer import (
    DELETE_ALL_VERSIONS,
    DELETE_ONE_VERSION,
    INCREMENT,
    WireCell,
    WireRow,
    decode_row,
    decode_rows,
    decode_value,
    encode_row,
    encode_rows,
)

INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
# the SDK's Python encoder counts a column name in characters, so only ASCII names come through it whole
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
KEY_VALUES = INTEGERS | TEXTS | st.binary(max_size=200)
VALUES = KEY_VALUES | st.booleans() | st.floats(allow_nan=False)
STAMPS = st.integers(0, 2**53)
KEYS = st.lists(st.tuples(NAMES, KEY_VALUES), min_size=1, max_size=4)
CELLS = st.lists(st.builds(Cell, NAMES, VALUES, STAMPS), max_size=6)


def as_sdk(value: object) -> object:
    """The SDK's encoder takes BINARY as bytearray; bytes would become STRING."""
    return bytearray(value) if isinstance(value, bytes) else value


def sdk_row(data: bytes) -> tuple[list[tuple[str, object]], list[tuple[str, object, int | None]]]:
    row: tuple[list[tuple[str, object]], list[tuple[str, object, int | None]]]
    row = PlainBufferCodedInputStream(PlainBufferInputStream(data)).read_row()
    return row


def refusal(data: bytes) -> str:
    with pytest.raises(OtsError) as caught:
        decode_rows(data)
    assert (caught.value.status, caught.value.code) == (400, "OTSParameterInvalid")
    return caught.value.message


def read_or_refuse(data: bytes) -> list[WireRow] | None:
    """The rows, or None when they were refused; any other exception is a crash."""
    try:
        return decode_rows(data)
    except OtsError as error:
        assert (error.status, error.code) == (400, "OTSParameterInvalid")  # noqa: PT017 - either way is right
        return None


@given(st.binary(max_size=700), st.integers(0, 255))
@example(bytes(127), 5)
@example(bytes(128), 5)
@example(bytes(range(256)) * 3, 0xA5)
def test_crc_equals_the_sdks(data: bytes, start: int) -> None:
    assert crc8(data, start) == PlainBufferCrc8.crc_bytes(start, data)


@given(KEYS, CELLS)
def test_reads_what_the_sdk_puts(key: list[tuple[str, int | str | bytes]], cells: list[Cell]) -> None:
    data = bytes(
        PlainBufferBuilder.serialize_for_put_row(
            [(name, as_sdk(value)) for name, value in key],
            [(cell.name, as_sdk(cell.value), cell.timestamp) for cell in cells],
        )
    )
    row = decode_row(data)
    assert row.key == tuple(key)
    assert row.cells == [WireCell(cell.name, cell.value, None, cell.timestamp) for cell in cells]
    assert [type(cell.value) for cell in row.cells] == [type(cell.value) for cell in cells]
    assert not row.deleted


@given(KEYS, CELLS)
def test_writes_what_the_sdk_reads(key: list[tuple[str, int | str | bytes]], cells: list[Cell]) -> None:
    data = encode_row(key, cells)
    expected = (
        [(name, as_sdk(value)) for name, value in key],
        [(cell.name, as_sdk(cell.value), cell.timestamp) for cell in cells],
    )
    assert sdk_row(data) == expected
    assert parse_single_row(data) == expected


@given(st.lists(st.tuples(KEYS, CELLS), min_size=1, max_size=4))
def test_pages_read_alike_by_both_of_the_sdks_parsers(
    rows: list[tuple[list[tuple[str, int | str | bytes]], list[Cell]]],
) -> None:
    data = encode_rows(rows)
    in_python = PlainBufferCodedInputStream(PlainBufferInputStream(data)).read_rows()
    in_c = parse_multiple_rows(data)
    assert [(row.primary_key, row.attribute_columns) for row in in_python] == [tuple(row) for row in in_c]
    assert [row.key for row in decode_rows(data)] == [tuple(key) for key, _ in rows]


def test_an_empty_page_is_no_bytes() -> None:
    assert encode_rows([]) == b""


def test_golden_bytes() -> None:
    data = encode_row([("k", 1)], [Cell("c", "é", 258)])
    assert data.hex(" ") == (
        "75 00 00 00 01 03 04 01 00 00 00 6b 05 09 00 00 00 00 01 00 00 00 00 00 00 00 0a 87 "
        "02 03 04 01 00 00 00 63 05 07 00 00 00 03 02 00 00 00 c3 a9 07 02 01 00 00 00 00 00 00 0a d9 09 1a"
    )
    assert data == bytes(PlainBufferBuilder.serialize_for_put_row([("k", 1)], [("c", "é", 258)]))


def test_reads_the_operations_of_an_update() -> None:
    data = bytes(
        PlainBufferBuilder.serialize_for_update_row(
            [("k", "x")],
            {
                "PUT": [("a", 1), ("b", 2, 33)],
                "DELETE": [("c", None, 44)],
                "DELETE_ALL": ["d"],
                "INCREMENT": [("e", 5)],
            },
        )
    )
    assert decode_row(data).cells == [
        WireCell("a", 1, None, None),
        WireCell("b", 2, None, 33),
        WireCell("c", None, DELETE_ONE_VERSION, 44),
        WireCell("d", None, DELETE_ALL_VERSIONS, None),
        WireCell("e", 5, INCREMENT, None),
    ]


def test_reads_bounds_and_the_auto_increment_marker() -> None:
    data = bytes(PlainBufferBuilder.serialize_primary_key([("a", INF_MIN), ("b", INF_MAX), ("c", PK_AUTO_INCR)]))
    assert decode_row(data).key == (
        ("a", Bound.INF_MIN),
        ("b", Bound.INF_MAX),
        ("c", AutoIncrement.AUTO_INCREMENT),
    )


def test_reads_the_marker_of_a_delete() -> None:
    assert decode_row(bytes(PlainBufferBuilder.serialize_for_delete_row([("k", 1)]))).deleted


@given(st.data())
def test_damaged_bytes_are_refused_and_never_crash(data: st.DataObject) -> None:
    good = encode_row([("k", "value"), ("n", 7)], [Cell("a", "text", 5), Cell("b", 1.5, 6), Cell("c", b"\0\1", 7)])
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))
    changed = good[:at] + bytes((byte,)) + good[at + 1 :]
    for damaged in (changed, good[:at], good + good[at:]):
        rows = read_or_refuse(damaged)
        assert rows is None or rows != decode_rows(good)


@given(st.binary(max_size=80))
def test_random_bytes_are_refused_and_never_crash(data: bytes) -> None:
    for junk in (data, b"\x75\0\0\0" + data, b"\x75\0\0\0\x01\x03\x04" + data):
        read_or_refuse(junk)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x74\0\0\0", "Cell data broken, mismatch header, actual: 116, expect: 117."),
        (b"\x75\0\0\0\x02", "Cell data broken, mismatch tag, actual tag(2), expect(1)."),
        (b"\x75\0\0\0\x01\x09\x00", "Cell data broken, no PK follow PKTag."),
        (b"\x75\0\0\0\x01\x03\x05", "Cell data broken, attr has no name."),
        (b"\x75\0\0\0\x01\x03\x04\xff\xff\xff\xff", "Cell data broken, wrong string format, size: -1."),
        (b"\x75\0\0\0\x01\x03\x04\xff\xff\xff\x7f", "Cell data broken, wrong string format, size: 2147483647."),
        (b"\x75\0\0\0\x01\x03\x04\x01\0\0\0k\x0a\x00", "Cell data broken, checksum is mismatch, 0:22."),
        (b"\x75\0\0\0\x01\x03\x04\x01\0\0\0k\x0a\x16", "Cell data broken, PK value cannot be NULL, name: k."),
        (
            b"\x75\0\0\0\x01\x03\x04\x01\0\0\0k\x05\x02\0\0\0\x01\x01",
            "VT_DOUBLE is an invalid type for the primary key.",
        ),
        (
            b"\x75\0\0\0\x01\x03\x04\x01\0\0\0k\x05\x02\0\0\0\x05",
            "data format is invalid, unknown variant type occured.",
        ),
        (b"\x75\0\0\0\x01", "Input encoded PK broken, length is shorter than expect."),
    ],
)
def test_the_words_of_refusals(data: bytes, message: str) -> None:
    assert refusal(data) == message


def test_the_rows_own_check_is_compared() -> None:
    data = encode_row([("k", 1)])
    assert refusal(data[:-1] + bytes((data[-1] ^ 1,))).startswith("Cell data broken, checksum is mismatch")


def test_text_that_is_not_utf8_is_refused() -> None:
    data = bytes(PlainBufferBuilder.serialize_for_put_row([("k", 1)], [("c", b"\xff\xfe")]))
    assert refusal(data) == "Value of column c must be UTF8 encoding."


def test_one_row_is_one_row() -> None:
    with pytest.raises(OtsError, match="data format is invalid"):
        decode_row(encode_rows([([("k", 1)], []), ([("k", 2)], [])]))


@given(VALUES)
def test_a_value_alone(value: int | float | str | bytes) -> None:
    decoded = decode_value(bytes(PlainBufferBuilder.serialize_column_value(as_sdk(value))))
    assert (decoded, type(decoded)) == (value, type(value))


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00" + struct.pack("<q", 1) + b"\x00", b"\x09", b"\x63"])
def test_a_damaged_value_alone(data: bytes) -> None:
    with pytest.raises(OtsError) as caught:
        decode_value(data)
    assert caught.value.status == 400


@pytest.mark.parametrize("zeros", [1, 4, 9])
def test_zeros_after_a_row_are_ignored(zeros: int) -> None:
    """The Node SDK sends them after keys."""
    row = encode_row([("k", "value")])
    assert decode_row(row + bytes(zeros)) == decode_row(row)
    assert refusal(row[:4] + bytes(zeros)) == "Cell data broken, mismatch tag, actual tag(0), expect(1)."
    assert refusal(row + bytes(zeros) + b"\1").startswith("Cell data broken, mismatch tag")
