"""Dates as a DATE field reads them: patterns and epochs, to nanoseconds since 1970.

(D) `y M d H K m s S a X x` and quoted text; a pattern is strict, so that two letters want two digits (P). What a text
does not say is the beginning of it: the first of January 1970, or midnight.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from itertools import groupby

NS_PER_MS = 1_000_000
LATEST = 2**63 - 1  # (D) 2262-04-11; nothing is before 1970

EPOCHS = {
    "epoch_second": 1_000_000_000,
    "epoch_millis": NS_PER_MS,
    "epoch_micros": 1000,
    "epoch_nanos": 1,
}
_DIGITS = {
    "yyyy": r"\d{4}",
    "yy": r"\d{2}",
    **dict.fromkeys("MdHKms", r"\d{1,2}"),
    **{letter * 2: r"\d{2}" for letter in "MdHKms"},
    **{"S" * count: rf"\d{{{count}}}" for count in range(1, 10)},
}
_OFFSETS = {"X": r"[+-]\d{2}(?:\d{2})?", "XX": r"[+-]\d{4}", "XXX": r"[+-]\d{2}:\d{2}"}
_WORDS = {
    "a": r"AM|PM|am|pm",
    **{letters: rf"Z|{digits}" for letters, digits in _OFFSETS.items()},
    **{letters.lower(): digits for letters, digits in _OFFSETS.items()},
}
_PIECES = re.compile(r"'((?:[^']|'')*)'|([A-Za-z]+)|([^A-Za-z']+)")


def is_format(text: str) -> bool:
    return text in EPOCHS or _pattern(text) is not None


def parse(formats: Iterable[str], value: object) -> int | None:
    """Nanoseconds since 1970 by the first of the formats that fits; None when none does."""
    for form in formats:
        found = None
        if form in EPOCHS:
            found = value * EPOCHS[form] if type(value) is int else None
        elif isinstance(value, str):
            found = _read(form, value)
        if found is not None and 0 <= found <= LATEST:
            return found
    return None


@lru_cache(maxsize=256)
def _pattern(form: str) -> tuple[Callable[[str], re.Match[str] | None], tuple[str, ...]] | None:
    """What a text must look like, and which letters its groups stand for; None for a form that is none."""
    parts, letters, at = [], [], 0
    while at < len(form):
        piece = _PIECES.match(form, at)
        if piece is None:
            return None
        at = piece.end()
        quoted, run, other = piece.groups()
        if run is None:
            parts.append(re.escape((quoted.replace("''", "'") or "'") if other is None else other))
            continue
        for _, same in groupby(run):
            word = "".join(same)
            digits = _DIGITS.get(word) or _WORDS.get(word)
            if digits is None:
                return None
            parts.append(f"({digits})")
            letters.append(word[0])
    if not letters or len(set(letters)) < len(letters):
        return None
    return re.compile("".join(parts), re.ASCII).fullmatch, tuple(letters)


def _read(form: str, text: str) -> int | None:
    compiled = _pattern(form)
    found = None if compiled is None else compiled[0](text)
    if compiled is None or found is None:
        return None
    said = dict(zip(compiled[1], found.groups(), strict=True))
    hour = int(said.get("H", said.get("K", "0"))) + 12 * (said.get("a", "AM").upper() == "PM")
    year = said.get("y", "1970")
    try:
        day = datetime(
            int(year if len(year) == 4 else "20" + year),
            int(said.get("M", "1")),
            int(said.get("d", "1")),
            hour,
            int(said.get("m", "0")),
            int(said.get("s", "0")),
        )
    except ValueError:
        return None
    fraction = int(said.get("S", "0").ljust(9, "0"))
    seconds = timegm(day.timetuple()) - _offset(said.get("X", said.get("x", "Z")))
    return seconds * 1_000_000_000 + fraction


def _offset(text: str) -> int:
    """Seconds east of UTC."""
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds
