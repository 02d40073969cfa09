"""Walks through lists whose order moves: the cursor names what was passed, so that nothing comes twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from feed.call import Call
from feed.domain import cursors

MOST_PASSED = 200
"""Beyond that a walk ends: the ids that were shown, or looked at and left out, travel in its cursor."""


def passed_before(
    list_name: str, cursor: str | None, call: Call, parts: Collection[int] = (0,)
) -> tuple[int, list[int]]:
    """The part of the list that comes next, and the ids that the walk has passed. Raises InvalidRequest."""
    if cursor is None:
        return min(parts), []
    part, passed = cursors.decode_walk(list_name, call.caller, cursor)
    if part not in parts:
        raise cursors.refused()
    return part, list(passed)


def next_cursor(list_name: str, passed: Sequence[int], call: Call, *, more: bool, part: int = 0) -> str | None:
    if not more or len(passed) >= MOST_PASSED:
        return None
    return cursors.encode_walk(list_name, call.caller, part, passed)
