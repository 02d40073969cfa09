"""How Alipay writes money and time: yuan with two decimals, Beijing time without a zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

MAX_FEN = 100_000_000_00
BEIJING = timezone(timedelta(hours=8))
_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def read_yuan(text: str) -> int:
    """Fen; raises ValueError outside [0.01, 100000000] and for anything but digits with at most two decimals."""
    match = _YUAN.fullmatch(text)
    fen = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
    if not 1 <= fen <= MAX_FEN:
        raise ValueError(f"An amount lies between 0.01 and 100000000 yuan with at most two decimals, not {text!r}.")
    return fen


def beijing(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, BEIJING)


def write_time(ms: int) -> str:
    return f"{beijing(ms):%Y-%m-%d %H:%M:%S}"


def read_time(text: str) -> int:
    """Milliseconds since 1970 of a `yyyy-MM-dd HH:mm:ss` in Beijing; raises ValueError for anything else."""
    if _TIME.fullmatch(text) is None:
        raise ValueError(f"A time is written yyyy-MM-dd HH:mm:ss, not {text!r}.")
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).timestamp() * 1000)
