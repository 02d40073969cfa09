"""A row as a line of JSON, with every type and version kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

Value = int | str | float | bool | bytearray


class Row(NamedTuple):
    """Its key, and its cells by name; `versions`, in ms since 1970, stand in the cells' order."""

    key: tuple[Value, ...]
    cells: tuple[tuple[str, Value], ...]
    versions: tuple[int, ...]

    @classmethod
    def of_sdk(cls, row: Any) -> Row:
        cells = row.attribute_columns or ()
        key = tuple(value for _, value in row.primary_key)
        return cls(key, tuple((cell[0], cell[1]) for cell in cells), tuple(int(cell[2]) for cell in cells))

    def get(self, name: str) -> Value | None:
        return dict(self.cells).get(name)


def encode(row: Row) -> bytes:
    """JSON tells 1 from 1.0 and from true; bytes are {"b": base64}."""
    cells = [[name, _plain(value), version] for (name, value), version in zip(row.cells, row.versions, strict=True)]
    text = json.dumps([[_plain(value) for value in row.key], cells], ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def decode(line: bytes) -> Row:
    """Raises ValueError when it is none."""
    key, cells = json.loads(line)
    return Row(_values(key), tuple((name, _value(value)) for name, value, _ in cells), tuple(cell[2] for cell in cells))


def _values(plain: Sequence[Any]) -> tuple[Value, ...]:
    return tuple(_value(value) for value in plain)


def _plain(value: Value) -> Any:
    return {"b": base64.b64encode(value).decode()} if isinstance(value, (bytearray, bytes)) else value


def _value(plain: Any) -> Value:
    return bytearray(base64.b64decode(plain["b"])) if isinstance(plain, dict) else plain
