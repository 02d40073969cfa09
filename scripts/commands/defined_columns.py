"""AddDefinedColumn, which the service has and the Python SDK lacks: its request, sent by the SDK's own client.

The message is the Go SDK's (`AddDefinedColumnRequest` in its table_store.proto).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from feed.observability import quiet_sdks
from feed.store.schema import ColumnType

_API = "AddDefinedColumn"
_TYPES: dict[ColumnType, int] = {"INTEGER": 1, "STRING": 4}


class _Request:
    """What the SDK asks of a message."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def SerializeToString(self) -> bytes:
        return self._body


def add_defined_columns(client: Any, table: str, columns: Sequence[tuple[str, ColumnType]]) -> None:
    """Behind those that the table has. Raises what any call of the SDK does."""
    quiet_sdks()  # it would print the request in words, which it has none for
    protocol = client.protocol
    protocol.api_list = [*type(protocol).api_list, _API]
    protocol.encoder.api_encode_map[_API] = _encoded
    protocol.decoder.api_decode_map[_API] = lambda _body, _request_id: (None, None)
    client._request_helper(_API, table, columns)


def _encoded(table: str, columns: Sequence[tuple[str, ColumnType]]) -> _Request:
    """Field 1 is the table's name, each field 2 a column: 1 its name, 2 its type."""
    schemas = (_field(1, name.encode()) + bytes((2 << 3, _TYPES[kind])) for name, kind in columns)
    return _Request(_field(1, table.encode()) + b"".join(_field(2, schema) for schema in schemas))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field; names have at most 255 bytes."""
    length, more = len(content) & 0x7F, len(content) >> 7
    return bytes((number << 3 | 2, length | 0x80, more) if more else (number << 3 | 2, length)) + content
