"""The short ways of puts and reads do what the long ones do, and take nothing that those would refuse."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alifakes.tablestore.actions import batch_write_row, get_row
from alifakes.tablestore.actions.call import Answer
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.crc8 import TABLE, crc8
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import KeyColumn, KeyType, TableOptions, TableSchema
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage import MemoryStorage
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.plain_puts import read_key, read_put

NOW_MS = 1_790_000_000_000
INTEGER, DOUBLE, BOOLEAN, STRING, BLOB = 0, 1, 2, 3, 7
KEY = (("a", KeyType.STRING), ("b", KeyType.INTEGER))

T = TypeVar("T")
Value = tuple[int, bytes]  # type, and the bytes behind it
WireCell = tuple[bytes, Value, bytes]  # name, value, what stands between value and checksum


def _text(kind: int, raw: bytes) -> Value:
    return kind, struct.pack("<i", len(raw)) + raw


INTEGERS = st.integers(-(2**63), 2**63 - 1).map(lambda value: (INTEGER, struct.pack("<q", value)))
STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(lambda text: _text(STRING, text.encode()))
BLOBS = st.binary(max_size=150).map(lambda raw: _text(BLOB, raw))
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: (DOUBLE, struct.pack("<d", value)))
BOOLEANS = st.booleans().map(lambda value: (BOOLEAN, bytes([value])))
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).filter(lambda name: name[0] != "#")
COLUMNS = st.dictionaries(NAMES.filter(lambda name: name not in "ab"), INTEGERS | STRINGS | BLOBS | FLOATS | BOOLEANS)

ODD_VALUES = (
    INTEGERS
    | STRINGS
    | st.tuples(st.integers(0, 12), st.binary(max_size=12))
    | st.sampled_from([float("nan"), float("inf"), float("-inf")]).map(lambda value: (DOUBLE, struct.pack("<d", value)))
    | st.binary(max_size=4).map(lambda raw: _text(STRING, raw))
    | st.just(_text(STRING, b"x" * 1025))
)
ODD_NAMES = st.sampled_from([b"a", b"b", b"c", b"d", b"#c", b"", b"\xff", b"c" * 256])
EXTRAS = st.just(b"") | st.just(b"\x06\x01") | st.just(b"\x07" + struct.pack("<q", NOW_MS)) | st.just(b"\x00")
ODD_CELLS = st.lists(st.tuples(ODD_NAMES, ODD_VALUES, EXTRAS), max_size=4)


def _cell(cell: WireCell) -> tuple[bytes, int]:
    name, (kind, raw), extra = cell
    crc = TABLE[crc8(name) ^ kind]
    crc = crc8(raw, crc)
    crc = crc8(extra[1:], crc)
    head = b"\x03\x04" + struct.pack("<i", len(name)) + name
    return head + b"\x05" + struct.pack("<iB", len(raw) + 1, kind) + raw + extra + bytes([0x0A, crc]), crc


def _row(key: Sequence[WireCell], cells: Sequence[WireCell], end: bytes = b"") -> bytes:
    crc = 0
    parts = [b"\x75\0\0\0\x01"]
    for number, cell in enumerate((*key, *cells)):
        if number == len(key):
            parts.append(b"\x02")
        encoded, cell_crc = _cell(cell)
        parts.append(encoded)
        crc = TABLE[crc ^ cell_crc]
    return b"".join(parts) + bytes([0x09, TABLE[crc]]) + end


class Way:
    """An engine with one table; `short` lets it take puts and keys as they are."""

    def __init__(self, *, short: bool, versions: int = 1) -> None:
        self.storage = MemoryStorage()
        settings = Settings(verify_cells=not short)
        self.engine = Engine(self.storage, clock=Clock(lambda: NOW_MS), settings=settings, instance="i")
        keys = tuple(KeyColumn(name, kind) for name, kind in KEY)
        self.engine.create_table(TableSchema("t", keys, TableOptions(max_versions=versions), ()))

    def write(self, rows: Sequence[bytes]) -> Answer:
        request = pb.BatchWriteRowRequest()
        table = request.tables.add(table_name="t")
        for row in rows:
            put = table.rows.add(type=pb.PUT, row_change=row)
            put.condition.row_existence = pb.IGNORE
        return batch_write_row.decode(request.SerializeToString()).run(self.engine, frozenset())

    def read(self, key: bytes) -> Answer:
        request = pb.GetRowRequest(table_name="t", primary_key=key, max_versions=1)
        return get_row.decode(request.SerializeToString()).run(self.engine, frozenset())

    def rows(self) -> list[tuple[bytes, bytes]]:
        return list(self.storage.scan("i/t/rows", b""))


@example([(_text(STRING, b"k"), (INTEGER, bytes(8)), {"\0": (INTEGER, bytes(8)), "\x03": (BOOLEAN, b"\x01")})], 1)
@given(st.lists(st.tuples(STRINGS, INTEGERS, COLUMNS), min_size=1, max_size=5), st.sampled_from([1, 3]))
def test_both_ways_store_and_answer_the_same(rows: list[tuple[Value, Value, dict[str, Value]]], versions: int) -> None:
    encoded = [
        _row(
            [(b"a", first, b""), (b"b", second, b"")], [(name.encode(), value, b"") for name, value in columns.items()]
        )
        for first, second, columns in rows
    ]
    assert all(read_put(row) is not None for row in encoded)
    short, long = Way(short=True, versions=versions), Way(short=False, versions=versions)
    assert short.write(encoded) == long.write(encoded)
    assert short.rows() == long.rows()


def _outcome(act: Callable[[T], Answer], sent: T) -> Answer | str:
    try:
        return act(sent)
    except OtsError as error:
        return f"{error.status} {error.code} {error.message}"


@given(st.tuples(STRINGS | INTEGERS, INTEGERS | BLOBS), ODD_CELLS, st.sampled_from([b"", b"\0", b"\x08"]))
def test_what_the_long_way_refuses_is_refused(key: tuple[Value, Value], cells: list[WireCell], end: bytes) -> None:
    row = _row([(b"a", key[0], b""), (b"b", key[1], b"")], cells, end)
    short, long = Way(short=True), Way(short=False)
    assert _outcome(short.write, [row]) == _outcome(long.write, [row])
    assert short.rows() == long.rows()


@given(
    st.tuples(STRINGS | INTEGERS, INTEGERS | BLOBS),
    st.lists(st.tuples(ODD_NAMES, ODD_VALUES, EXTRAS), max_size=2),
    ODD_CELLS,
    st.sampled_from([b"", b"\0", b"\x08"]),
)
def test_both_ways_read_the_same(
    key: tuple[Value, Value], more: list[WireCell], cells: list[WireCell], end: bytes
) -> None:
    parts = [(b"a", key[0], b""), (b"b", key[1], b"")]
    short, long = Way(short=True), Way(short=False)
    for way in (short, long):
        _outcome(way.write, [_row(parts, [(b"c", (INTEGER, bytes(8)), b"")])])
    for asked in (_row(parts, []), _row([*parts, *more], cells, end)):
        assert _outcome(short.read, asked) == _outcome(long.read, asked)


@pytest.mark.parametrize(
    "cell",
    [
        (b"c", (DOUBLE, struct.pack("<d", float("nan"))), b""),
        (b"c", (DOUBLE, struct.pack("<d", float("-inf"))), b""),
        (b"c", (BOOLEAN, b"\2"), b""),
        (b"c", (6, b""), b""),
        (b"c", (INTEGER, bytes(7)), b""),
        (b"c", _text(STRING, b"\xff"), b""),
        (b"c", _text(BLOB, bytes(2**21 + 1)), b""),
        (b"c", (STRING, struct.pack("<i", 9) + b"x"), b""),
        (b"c", (INTEGER, bytes(8)), b"\x06\x04"),
        (b"c", (INTEGER, bytes(8)), b"\x07" + struct.pack("<q", NOW_MS)),
        (b"a", (INTEGER, bytes(8)), b""),
        (b"d", (INTEGER, bytes(8)), b""),
        (b"#c", (INTEGER, bytes(8)), b""),
        (b"", (INTEGER, bytes(8)), b""),
        (b"\xff", (INTEGER, bytes(8)), b""),
        (b"c" * 256, (INTEGER, bytes(8)), b""),
    ],
    ids=range(16),
)
def test_what_is_not_certainly_right_is_not_taken(cell: WireCell) -> None:
    key = [(b"a", _text(STRING, b"k"), b""), (b"b", (INTEGER, bytes(8)), b"")]
    assert read_put(_row(key, [(b"d", (INTEGER, bytes(8)), b"")])) is not None
    assert read_put(_row(key, [(b"d", (INTEGER, bytes(8)), b""), cell])) is None


def test_a_damaged_row_is_not_taken() -> None:
    row = bytearray(_row([(b"a", _text(STRING, b"k"), b""), (b"b", (INTEGER, bytes(8)), b"")], []))
    row[-1] ^= 1
    assert read_put(bytes(row)) is None
    assert read_key(bytes(row)) is None


def test_a_key_alone_is_taken() -> None:
    key = [(b"a", _text(STRING, b"k"), b""), (b"b", (INTEGER, bytes(8)), b"")]
    assert read_key(_row(key, [])) is not None
    assert read_key(_row(key, [(b"c", (INTEGER, bytes(8)), b"")])) is None
    assert read_key(_row(key, [], b"\0")) is None


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_row_that_ends_early_is_not_taken(cut: int) -> None:
    row = _row([(b"a", _text(STRING, b"k"), b""), (b"b", (INTEGER, bytes(8)), b"")], [(b"c", (INTEGER, bytes(8)), b"")])
    assert read_put(row[:cut]) is None
    assert read_key(row[:cut]) is None
