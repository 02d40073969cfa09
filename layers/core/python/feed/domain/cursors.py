"""Opaque cursors: a position, bound to its list and its caller."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from feed.errors import InvalidRequest

_MARK = 8  # bytes
_LONGEST = 64


def encode(list_name: str, caller: int | None, position: list[int | str]) -> str:
    body = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(list_name, caller, body) + body).decode().rstrip("=")


def decode(list_name: str, caller: int | None, cursor: str, *shapes: tuple[type, ...]) -> tuple[Any, ...]:
    """The position, of one of these shapes (each of int and str). Raises InvalidRequest for a foreign or damaged one.

    The mark is no secret: a forged cursor reaches nothing that a plain walk of the caller's own list does not.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position = json.loads(raw[_MARK:])
    except (ValueError, binascii.Error, RecursionError):
        raise refused() from None
    if raw[:_MARK] != _mark(list_name, caller, raw[_MARK:]) or not isinstance(position, list):
        raise refused()
    if tuple(type(value) for value in position) not in shapes or not all(map(_storable, position)):
        raise refused()
    return tuple(position)


def _storable(value: int | str) -> bool:
    """Whether the value can be part of a key: 64 bits, or a short text."""
    if isinstance(value, str):
        return len(value) <= _LONGEST and value.isascii()
    return 0 <= value < 1 << 63


def _mark(list_name: str, caller: int | None, body: bytes) -> bytes:
    binding = f"{list_name}\n{'' if caller is None else caller}\n".encode()
    return hashlib.blake2b(binding + body, digest_size=_MARK, person=b"feed-cursor").digest()


def refused() -> InvalidRequest:
    reason = "is damaged, or belongs to another list or another caller"
    return InvalidRequest(f"The cursor {reason}.", fields={"cursor": reason})
