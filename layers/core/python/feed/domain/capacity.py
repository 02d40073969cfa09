"""Tablestore's capacity units: bytes of names and values, in units of 4 KB.

Source: "Read and write throughput", help.aliyun.com/document_detail/27284.html, and the sizes of "Data types" there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

UNIT = 4096


def units(size: int) -> int:
    """Of one read or write of so many bytes; every one costs at least one."""
    return -(-size // UNIT) or 1


def row_size(names: Sequence[str], key: Sequence[int | str], columns: Mapping[str, int | str]) -> int:
    """Bytes of a row, or of a write that puts these columns, in a table that keeps rows for ever."""
    return sum(map(_size, names)) + sum(map(_size, key)) + sum(_size(name) + _size(columns[name]) for name in columns)


def _size(value: int | str) -> int:
    return len(value.encode()) if isinstance(value, str) else 8
