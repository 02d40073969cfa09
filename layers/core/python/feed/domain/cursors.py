"""Opaque cursors: where a list goes on, bound to the list and its caller."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from feed.errors import InvalidRequest

_MARK = 8  # bytes
_LONGEST = 64
_ID_BYTES = 7


def encode(list_name: str, caller: int | None, position: list[int | str]) -> str:
    return _sealed(list_name, caller, json.dumps(position, separators=(",", ":")).encode())


def decode(
    list_name: str, caller: int | None, cursor: str, *shapes: tuple[type, ...], longest_text: int = _LONGEST
) -> tuple[Any, ...]:
    """The position, of one of these shapes (each of int and str). Raises InvalidRequest for a foreign or damaged one.

    The mark is no secret: a forged cursor reaches nothing that a plain walk of the caller's own list does not.
    """
    try:
        position = json.loads(_opened(list_name, caller, cursor))
    except (ValueError, RecursionError):
        raise refused() from None
    if not isinstance(position, list) or tuple(type(value) for value in position) not in shapes:
        raise refused()
    if not all(_storable(value, longest_text) for value in position):
        raise refused()
    return tuple(position)


def encode_walk(list_name: str, caller: int | None, part: int, passed: Sequence[int]) -> str:
    """For lists whose order moves under the walk: which of its parts comes next, and every id passed so far.

    What is named here never comes twice, however the list has changed since.
    """
    return _sealed(list_name, caller, bytes([part]) + b"".join(id.to_bytes(_ID_BYTES, "big") for id in passed))


def decode_walk(list_name: str, caller: int | None, cursor: str) -> tuple[int, tuple[int, ...]]:
    """The part and the ids passed. Raises InvalidRequest for a foreign or damaged one."""
    body = _opened(list_name, caller, cursor)
    if len(body) % _ID_BYTES != 1:
        raise refused()
    ids = (body[at : at + _ID_BYTES] for at in range(1, len(body), _ID_BYTES))
    return body[0], tuple(int.from_bytes(id, "big") for id in ids)


def belongs(list_name: str, caller: int | None, cursor: str) -> bool:
    """Whether a cursor is this list's, where an address serves several."""
    raw = _decoded(cursor)
    return raw[:_MARK] == _mark(list_name, caller, raw[_MARK:])


def refused() -> InvalidRequest:
    reason = "is damaged, or belongs to another list or another caller"
    return InvalidRequest(f"The cursor {reason}.", fields={"cursor": reason})


def _sealed(list_name: str, caller: int | None, body: bytes) -> str:
    return base64.urlsafe_b64encode(_mark(list_name, caller, body) + body).decode().rstrip("=")


def _opened(list_name: str, caller: int | None, cursor: str) -> bytes:
    if not belongs(list_name, caller, cursor):
        raise refused()
    return _decoded(cursor)[_MARK:]


def _decoded(cursor: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error):
        return b""


def _mark(list_name: str, caller: int | None, body: bytes) -> bytes:
    binding = f"{list_name}\n{'' if caller is None else caller}\n".encode()
    return hashlib.blake2b(binding + body, digest_size=_MARK, person=b"feed-cursor").digest()


def _storable(value: int | str, longest_text: int) -> bool:
    """Whether the value can be part of a key: 64 bits, or a short text."""
    if isinstance(value, str):
        return len(value) <= longest_text and value.isascii()
    return 0 <= value < 1 << 63
