"""Keys as bytes whose order is the order of the keys: column by column, prefix safe.

Each column starts with a byte that names its type. An INTEGER is eight bytes, big-endian, its sign bit flipped; a
STRING (UTF-8) or BINARY ends with a zero byte, and zero bytes inside are followed by 0xFF, which no column starts with.
"""

from __future__ import annotations

from collections.abc import Iterable

from alifakes.tablestore.engine.model import Bound, KeyPart, KeyValue

_INTEGER, _STRING, _BOOLEAN = 1, 2, 4  # BINARY is 3
_AFTER_ALL_COLUMNS = b"\xfe"
_SIGN = 1 << 63


def encode_key(values: Iterable[KeyValue]) -> bytes:
    """Keys compare as their encodings do; values of different types in one column compare by type."""
    return b"".join(map(_encode_value, values))


def encode_bound(parts: Iterable[KeyPart]) -> bytes:
    """A place between keys: at the first INF_MIN or INF_MAX, before or after every key with the columns to its left."""
    encoded = b""
    for part in parts:
        if part is Bound.INF_MIN:
            break
        if part is Bound.INF_MAX:
            return encoded + _AFTER_ALL_COLUMNS
        assert isinstance(part, int | str | bytes)
        encoded += _encode_value(part)
    return encoded


def after(encoded: bytes) -> bytes:
    """The first place after a key or bound."""
    return encoded + b"\x00"


def _encode_value(value: KeyValue) -> bytes:
    if type(value) is str:
        return b"\x02" + value.encode().replace(b"\x00", b"\x00\xff") + b"\x00"
    if type(value) is int:
        return b"\x01" + (value + _SIGN).to_bytes(8, "big")
    if type(value) is bool:
        return b"\x04\x01" if value else b"\x04\x00"
    assert isinstance(value, bytes)
    return b"\x03" + value.replace(b"\x00", b"\x00\xff") + b"\x00"


def decode_key(encoded: bytes) -> tuple[KeyValue, ...]:
    values: list[KeyValue] = []
    at, end = 0, len(encoded)
    while at < end:
        tag = encoded[at]
        if tag == _INTEGER:
            values.append(int.from_bytes(encoded[at + 1 : at + 9], "big") - _SIGN)
            at += 9
            continue
        if tag == _BOOLEAN:
            values.append(encoded[at + 1] == 1)
            at += 2
            continue
        stop = encoded.index(b"\x00", at + 1)
        escaped = False
        while encoded[stop + 1 : stop + 2] == b"\xff":
            escaped = True
            stop = encoded.index(b"\x00", stop + 2)
        raw = encoded[at + 1 : stop]
        if escaped:
            raw = raw.replace(b"\x00\xff", b"\x00")
        values.append(raw.decode() if tag == _STRING else raw)
        at = stop + 1
    return tuple(values)
