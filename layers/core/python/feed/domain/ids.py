"""Ids of users and articles, and the hashed partition keys made of them."""

from __future__ import annotations

import hashlib

MAX_ID = 2**53 - 1
"""The largest integer that JSON clients read exactly."""

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01: 41 bits of milliseconds last until 2094
_RANDOM_BITS = 12


def new_article_id(now_ms: int, random_bits: int) -> int:
    """41 bits of time, 12 of chance; whoever stores it expects the row not to exist, and draws again if it does."""
    return (now_ms - _EPOCH_MS) << _RANDOM_BITS | (random_bits & (1 << _RANDOM_BITS) - 1)


def hashed(id: int | str) -> str:
    """`<4 hex of md5>:<id>`: spreads neighbours over partitions, and cuts into even ranges without a scan."""
    text = str(id)
    return f"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:4]}:{text}"


def unhashed(key: str) -> int:
    return int(key.partition(":")[2])


def is_user(key: str) -> bool:
    """Whether a hashed key is a user's; a guest's holds more than digits."""
    return key.partition(":")[2].isdecimal()
