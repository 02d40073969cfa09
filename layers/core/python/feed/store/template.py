"""Rows that differ in the first key column alone: the SDK encodes one of them, the others are pasted from its bytes."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from feed.observability import whereabouts
from feed.store.rows import Copies, Expect
from feed.store.sdk import encode

_API = "BatchWriteRow"
_TEMPLATES_KEPT = 4
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

    `names` are the key columns'.
    """

    def __init__(self, copies: Copies, names: Sequence[str]) -> None:
        self.copies = copies
        self.names = names
        # the SDK's response asks of what kind each row was, and nothing else
        self.items = {copies.table: SimpleNamespace(row_items=[SimpleNamespace(type="put")] * len(copies))}

    def in_full(self, firsts: Sequence[str]) -> Any:
        """The SDK's own request for the rows of these."""
        from tablestore import BatchWriteRowRequest, PutRowItem, TableInBatchWriteRowItem

        puts = map(self.copies.put, firsts)
        rows = [PutRowItem(*encode(list(zip(self.names, put.key, strict=True)), put)) for put in puts]
        request = BatchWriteRowRequest()
        request.add(TableInBatchWriteRowItem(self.copies.table, rows))
        return request


def teach(sdk: Any) -> bool:
    """Make a client take CopiesRequest. False, said once in the log, where its SDK is not as we know it."""
    try:
        encoders, decoders = sdk.protocol.encoder.api_encode_map, sdk.protocol.decoder.api_decode_map
        ours = _pasting(encoders[_API]), _remembering(decoders[_API])
        _try_out(*ours)
    except Exception as error:  # an SDK that we do not know may raise anything
        _report(whereabouts(error))
        return False
    encoders[_API], decoders[_API] = ours
    return True


@cache
def _report(detail: str) -> None:
    problem = "The Tablestore SDK is not as we know it, and encodes every row of a fan-out itself."
    print(json.dumps({"problem": problem, "detail": detail}), file=sys.stdout, flush=True)


def _pasting(own: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The SDK's encoder of BatchWriteRow, and ours for copies; it keeps a template of the last few rows."""
    from tablestore.encoder import NativeEncodedBytes

    templates: dict[str, _Template] = {}

    def either(request: Any) -> Any:
        if not isinstance(request, CopiesRequest):
            return own(request)
        row = repr((request.names, replace(request.copies, firsts=())))  # tells 1 from True, as the bytes do
        template = templates.get(row)
        if template is None:
            template = _Template(own(request.in_full([""])).SerializeToString(), request.copies)
            if len(templates) >= _TEMPLATES_KEPT:
                templates.clear()
            templates[row] = template
        return NativeEncodedBytes(template.request(request.copies.firsts))

    return either


def _remembering(own: Callable[[bytes, str], Any]) -> Callable[[bytes, str], Any]:
    """The SDK's decoder: while all goes well, every batch of one size is answered by the same bytes."""
    known = lru_cache(_ANSWERS_KEPT)(lambda body: own(body, ""))
    return lambda body, _request_id: known(body)


def _try_out(encoded: Callable[[Any], Any], decoded: Callable[[bytes, str], Any]) -> None:
    """Raises unless a small batch is encoded as by the SDK, and its answer is understood."""
    from tablestore import BatchWriteRowResponse
    from tablestore.protobuf import table_store_pb2 as wire

    firsts = ["", "id", "编号" * 50]
    copies = Copies("trial", firsts, (-1, "名"), {"text": "文" * 50, "author": 2**40}, Expect.ABSENT)
    request = CopiesRequest(copies, ("id", "number", "name"))
    if encoded(request).SerializeToString() != encoded(request.in_full(firsts)).SerializeToString():
        raise ValueError("It encodes rows in another way.")
    done = {"is_ok": True, "consumed": {"capacity_unit": {"read": 1, "write": 2}}}
    refused = {"is_ok": False, "error": {"code": "OTSServerBusy"}}
    body = wire.BatchWriteRowResponse(tables=[{"table_name": "trial", "rows": [done, refused, done]}])
    answer, _ = decoded(body.SerializeToString(), "")
    rows = BatchWriteRowResponse(request, answer).table_of_put["trial"]
    found = [(row.index, row.is_ok, row.consumed.write if row.is_ok else row.error_code) for row in rows]
    if found != [(0, True, 2), (1, False, "OTSServerBusy"), (2, True, 2)]:
        raise ValueError("It understands an answer in another way.")


class _Template:
    """A request for one row whose first key column is empty, as the SDK encodes it, to be filled in for many.

    A cell's checksum is a CRC-8 of its name and value, a row's one of its cells' checksums and a zero. A CRC is linear:
    where the first cell's changes, the row's changes by what as many steps make of the difference alone.
    """

    def __init__(self, sample: bytes, copies: Copies) -> None:
        from tablestore.plainbuffer.plain_buffer_crc8 import CRC8_TABLE
        from tablestore.protobuf.table_store_pb2 import BatchWriteRowRequest

        self._step = bytes(CRC8_TABLE)
        (table,) = BatchWriteRowRequest.FromString(sample).tables
        (row,) = table.rows
        put: bytes = row.row_change
        row.ClearField("row_change")
        around: bytes = row.SerializePartialToString()
        table.ClearField("rows")
        self._table: bytes = table.SerializeToString()
        self._type, self._condition = around[:2], around[2:]  # the row itself goes between them
        (length,) = struct.unpack_from("<i", put, _BEFORE_NAME - 4)
        name_end = _BEFORE_NAME + length
        text = name_end + _BEFORE_TEXT
        self._size = len(put)
        self._name = put[_BEFORE_NAME:name_end]
        self._before = put[: name_end + 1]
        self._rest = put[text + 2 : -1]
        cells = 1 + len(copies.rest) + len(copies.columns)
        self._row_crcs = self._by_first_cell(cells, put[text + 1], put[-1])
        self._heads: dict[int, tuple[bytes, int]] = {}

    def request(self, firsts: Sequence[str]) -> bytes:
        """For a row for each of these."""
        body = b"".join((self._table, *self._rows(firsts)))
        return b"\x0a" + _varint(len(body)) + body

    def _by_first_cell(self, cells: int, cell_crc: int, row_crc: int) -> bytes:
        """The row's checksum for each of the first cell's."""
        steps = _EVERY_BYTE
        for _ in range(cells + 1):
            steps = steps.translate(self._step)
        return bytes(row_crc ^ steps[cell_crc] ^ each for each in steps)

    def _rows(self, firsts: Sequence[str]) -> list[bytes]:
        """In parts: joining all of them at once is cheaper than making each row."""
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
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)
