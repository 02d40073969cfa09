"""What a reader can do to an article, and the flags that remember it."""

from __future__ import annotations

import enum


class Flag(str, enum.Enum):
    """One flag per kind of act in the behaviour log; the value is its counter's name."""

    READ = "read"
    LIKE = "like"
    COLLECT = "collect"
    COMMENT = "comment"

    @property
    def column(self) -> str:
        return f"is_{self.value}"

    @property
    def time_column(self) -> str:
        return f"{self.value}_ms"


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
