"""Values of an auto-increment key column: per partition key unique, rising, never used again, and with gaps."""

from __future__ import annotations

import zlib

from alifakes.tablestore.engine.pending import Pending

_WIDEST_GAP = 64


def next_value(pending: Pending, counters: str, partition_key: bytes) -> int:
    """Take a value, above zero; the counter is written with the row, so that a restart or a delete reuses none.

    The service promises no neighbouring values; the gap follows from what came before, so that runs repeat exactly.
    """
    stored = pending.get(counters, partition_key)
    last = 0 if stored is None else int.from_bytes(stored, "big")
    gap = 2 + zlib.crc32(partition_key + last.to_bytes(8, "big")) % (_WIDEST_GAP - 1)
    value = last + gap
    pending.put(counters, partition_key, value.to_bytes(8, "big"))
    return value
