"""Money is a whole number of fen; yuan exist only as text, on their way to and from the payment provider."""

from __future__ import annotations

import re

_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?", re.ASCII)


def fen_of(yuan: str) -> int | None:
    """`5`, `5.0` and `5.00` are 500; None for what only looks like an amount (`5e0`, `+5.00`, `５.００`)."""
    match = _YUAN.fullmatch(yuan)
    if match is None:
        return None
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def yuan_of(fen: int) -> str:
    """500 as `5.00`."""
    return f"{fen // 100}.{fen % 100:02d}"
