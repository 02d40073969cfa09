"""What a reader can do to an article, and the flags that remember it."""

from __future__ import annotations

import enum
from collections.abc import Iterable

REWARD_BIT = 16


class Flag(str, enum.Enum):
    """One flag per kind of act in the behaviour log; the value is its counter's name.

    A row also packs its flags into one integer, `acts`, by bits, for whoever reads many rows: tips have one there too.
    """

    READ = "read"
    LIKE = "like"
    COMMENT = "comment"
    COLLECT = "collect"

    @property
    def column(self) -> str:
        return f"is_{self.value}"

    @property
    def time_column(self) -> str:
        return f"{self.value}_ms"

    @property
    def bit(self) -> int:
        return _BITS[self.value]


_BITS = {"read": 1, "like": 2, "comment": 4, "collect": 8}

ACTS: dict[str, tuple[Flag, bool]] = {
    "read": (Flag.READ, True),
    "like": (Flag.LIKE, True),
    "unlike": (Flag.LIKE, False),
    "collect": (Flag.COLLECT, True),
    "uncollect": (Flag.COLLECT, False),
    "comment": (Flag.COMMENT, True),
    "uncomment": (Flag.COMMENT, False),
}
"""What each `kind` of api.md does to which flag."""


def totals(acts: Iterable[int]) -> dict[Flag, int]:
    """How many of these rows have each flag."""
    rows = list(acts)
    return {flag: sum(1 for bits in rows if bits & flag.bit) for flag in Flag}
