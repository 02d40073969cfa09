"""Frozen dataclasses and enums as JSON and back, for what the catalog and tokens keep.

A dataclass is a list of its class's name and its fields, a tuple one that starts with an empty name.
"""

from __future__ import annotations

import enum
from dataclasses import fields
from typing import Any, TypeVar

K = TypeVar("K")

_KINDS: dict[str, type] = {}


def kept(kind: type[K]) -> type[K]:
    """Marks a dataclass or an enum that may be kept."""
    _KINDS[kind.__name__] = kind
    return kind


def to_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return ["", *map(to_plain, value)]
    name = type(value).__name__
    if isinstance(value, enum.Enum):
        return [name, value.value]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if name in _KINDS:
        return [name, *(to_plain(getattr(value, field.name)) for field in fields(value))]
    return value


def from_plain(plain: Any) -> Any:
    """Trusts what it is given."""
    if not isinstance(plain, list):
        return plain
    name, *parts = plain
    if name == "bytes":
        return bytes.fromhex(parts[0])
    values = map(from_plain, parts)
    return tuple(values) if name == "" else _KINDS[name](*values)
