"""Rows that differ in the first key column alone: the SDK encodes one of them, the others are pasted from its bytes."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from feed.observability import whereabouts

_API = "BatchWriteRow"
_ANSWERS_KEPT = 8
_EVERY_BYTE = bytes(range(256))

# the first cell of a row, plain_buffer_coded_stream.py
_BEFORE_NAME = 11
"""The row's header, four bytes; tags of the key, of the cell and of its name; the name's length, four bytes."""
_BEFORE_TEXT = 10
"""The value's tag; its length, four bytes; its type; the text's length, four bytes."""
_TEXT_TYPE = b"\3"
_CHECKSUM_TAG = b"\x0a"


class CopiesRequest:
    """What `batch_write_row` of a client that was taught takes in place of the SDK's request.

    `sample` is the SDK's request for one of the rows, with an empty first key column; `firsts` has those of all.
    """

    def __init__(self, sample: Any, firsts: Sequence[str]) -> None:
        ((table, item),) = sample.items.items()
        (row,) = item.row_items
        self.sample = sample
        self.firsts = firsts
        self.cells = len(row.row.primary_key) + len(row.row.attribute_columns)
        # the SDK's response asks of what kind each row was, and nothing else
        self.items = {table: SimpleNamespace(row_items=[SimpleNamespace(type=row.type)] * len(firsts))}


def teach(sdk: Any) -> bool:
    """Make a client take CopiesRequest. False, said once in the log, where its SDK is not as we know it."""
    try:
        encoders, decoders = sdk.protocol.encoder.api_encode_map, sdk.protocol.decoder.api_decode_map
        encode, decode = _pasting(encoders[_API]), _remembering(decoders[_API])
        _try_out(encode, decode)
    except Exception as error:  # an SDK that we do not know may raise anything
        _report(whereabouts(error))
        return False
    encoders[_API], decoders[_API] = encode, decode
    return True


@cache
def _report(detail: str) -> None:
    problem = "The Tablestore SDK is not as we know it, and encodes every row of a fan-out itself."
    print(json.dumps({"problem": problem, "detail": detail}), file=sys.stdout, flush=True)


def _pasting(encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    from tablestore.encoder import NativeEncodedBytes

    def either(request: Any) -> Any:
        if not isinstance(request, CopiesRequest):
            return encode(request)
        return NativeEncodedBytes(pasted(encode(request.sample).SerializeToString(), request.cells, request.firsts))

    return either


def _remembering(decode: Callable[[bytes, str], Any]) -> Callable[[bytes, str], Any]:
    """While all goes well, every batch of one size is answered by the same bytes."""
    known = lru_cache(_ANSWERS_KEPT)(lambda body: decode(body, ""))
    return lambda body, _request_id: known(body)


def _try_out(encode: Callable[[Any], Any], decode: Callable[[bytes, str], Any]) -> None:
    """Raises unless a small batch is encoded as by the SDK, and its answer is understood."""
    from tablestore import BatchWriteRowResponse
    from tablestore.protobuf import table_store_pb2 as wire

    firsts = ["", "id", "编号" * 50]
    copies = CopiesRequest(_trial([""]), firsts)
    if encode(copies).SerializeToString() != encode(_trial(firsts)).SerializeToString():
        raise ValueError("It encodes rows in another way.")
    done = {"is_ok": True, "consumed": {"capacity_unit": {"read": 1, "write": 2}}}
    refused = {"is_ok": False, "error": {"code": "OTSServerBusy"}}
    body = wire.BatchWriteRowResponse(tables=[{"table_name": "trial", "rows": [done, refused, done]}])
    answer, _ = decode(body.SerializeToString(), "")
    rows = BatchWriteRowResponse(copies, answer).table_of_put["trial"]
    found = [(row.index, row.is_ok, row.consumed.write if row.is_ok else row.error_code) for row in rows]
    if found != [(0, True, 2), (1, False, "OTSServerBusy"), (2, True, 2)]:
        raise ValueError("It understands an answer in another way.")


def _trial(firsts: Sequence[str]) -> Any:
    from tablestore import BatchWriteRowRequest, Condition, PutRowItem, Row, TableInBatchWriteRowItem

    key, columns = [("number", -1), ("name", "名")], [("text", "文" * 50), ("author", 2**40)]
    rows = [PutRowItem(Row([("id", first), *key], columns), Condition("EXPECT_NOT_EXIST")) for first in firsts]
    request = BatchWriteRowRequest()
    request.add(TableInBatchWriteRowItem("trial", rows))
    return request


def pasted(sample: bytes, cells: int, firsts: Sequence[str]) -> bytes:
    """The bytes of a request for all `firsts`, from those for a single row, of so many cells, whose first is empty."""
    from tablestore.protobuf.table_store_pb2 import BatchWriteRowRequest

    (table,) = BatchWriteRowRequest.FromString(sample).tables
    rows = _Row(table.rows[0], cells).copies(firsts)
    table.ClearField("rows")
    body = b"".join((table.SerializeToString(), *rows))
    return b"\x0a" + _varint(len(body)) + body


class _Row:
    """A row to be copied: all of its bytes but the first cell's text, and what depends on it.

    A cell's checksum is a CRC-8 of its name and value, a row's one of its cells' checksums and a zero. A CRC is linear:
    where the first cell's changes, the row's changes by what as many steps make of the difference alone.
    """

    def __init__(self, row: Any, cells: int) -> None:
        from tablestore.plainbuffer.plain_buffer_crc8 import CRC8_TABLE

        self._step = bytes(CRC8_TABLE)
        put: bytes = row.row_change
        row.ClearField("row_change")
        around: bytes = row.SerializePartialToString()
        self._type, self._condition = around[:2], around[2:]  # the row itself goes between them
        (length,) = struct.unpack_from("<i", put, _BEFORE_NAME - 4)
        name_end = _BEFORE_NAME + length
        text = name_end + _BEFORE_TEXT
        self._size = len(put)
        self._name = put[_BEFORE_NAME:name_end]
        self._before = put[: name_end + 1]
        self._rest = put[text + 2 : -1]
        self._row_crcs = self._by_first_cell(cells, put[text + 1], put[-1])
        self._heads: dict[int, tuple[bytes, int]] = {}

    def _by_first_cell(self, cells: int, cell_crc: int, row_crc: int) -> bytes:
        """The row's checksum for each of the first cell's."""
        steps = _EVERY_BYTE
        for _ in range(cells + 1):
            steps = steps.translate(self._step)
        return bytes(row_crc ^ steps[cell_crc] ^ each for each in steps)

    def copies(self, firsts: Sequence[str]) -> list[bytes]:
        """As parts of one string: joining them later is cheaper than making each row."""
        texts = [first.encode() for first in firsts]
        parts: list[bytes] = []
        for text, crc in zip(texts, self._crcs(texts), strict=True):
            head, crc_before = self._heads.get(len(text)) or self._head(len(text))
            crc ^= crc_before
            cell_crc, row_crc = _EVERY_BYTE[crc : crc + 1], self._row_crcs[crc : crc + 1]
            parts += (head, text, _CHECKSUM_TAG, cell_crc, self._rest, row_crc, self._condition)
        return parts

    def _crcs(self, texts: Sequence[bytes]) -> bytes:
        """Of each text by itself, a byte of all of them at a time. A CRC that begins with zeros is still zero."""
        width = max(map(len, texts), default=0)
        block = b"".join([text.rjust(width, b"\0") for text in texts])
        crcs = bytes(len(texts))
        for at in range(width):
            mixed = int.from_bytes(crcs, "little") ^ int.from_bytes(block[at::width], "little")
            crcs = mixed.to_bytes(len(texts), "little").translate(self._step)
        return crcs

    def _head(self, size: int) -> tuple[bytes, int]:
        """What stands before a text of so many bytes, and what it adds to the checksum of the text."""
        value = _TEXT_TYPE + struct.pack("<i", size)
        put_size = self._size + size
        put = b"".join((b"\x12", _varint(put_size), self._before, struct.pack("<i", len(value) + size), value))
        row_size = len(self._type) + 1 + len(_varint(put_size)) + put_size + len(self._condition)
        crc = 0
        for byte in self._name + value + bytes(size):
            crc = self._step[crc ^ byte]
        made = b"".join((b"\x12", _varint(row_size), self._type, put)), crc
        self._heads[size] = made
        return made


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 128:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)
