"""What the engine asks of a storage."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

Changes = Mapping[str, Mapping[bytes, bytes | None]]  # table -> key -> value, None deletes


class Storage(Protocol):
    """Byte keys in byte order and their values, in named tables that are made by the first write to them.

    A table that was never written reads as empty.
    """

    def get(self, table: str, key: bytes) -> bytes | None: ...

    def scan(
        self, table: str, start: bytes, end: bytes | None = None, *, reverse: bool = False
    ) -> Generator[tuple[bytes, bytes], None, None]:
        """Keys with start <= key < end (None: to the last), and values, in either direction, read as they are taken.

        The caller ends or closes the iteration before it writes.
        """
        ...

    def apply(self, changes: Changes, drop: Sequence[str] = ()) -> None:
        """Drop tables, then write all changes: both or neither, and durable on return where the storage is."""
        ...

    def close(self) -> None: ...
