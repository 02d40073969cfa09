"""Walks through lists whose order moves: the cursor names what was passed, so that nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from feed.call import Call
from feed.domain import cursors
from feed.domain.articles import Article

MOST_PASSED = 200
"""Beyond that a walk ends: the ids that were shown, or looked at and left out, travel in its cursor."""
_NEXT_LOOK = 49
"""Candidates of a look after the first: with a log row beside each card, and the caller's row of hidden people, as many
as one request reads."""


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


def first_shown(
    candidates: Sequence[int], size: int, show: Callable[[Sequence[int]], list[Article]], *, most: int
) -> tuple[list[Article], Sequence[int]]:
    """The first `size` that `show` lets pass, in their order, and the candidates passed: the rest is the next page's.

    The first look is at as many as the page holds, since most often all pass; at most `most` are looked at, and then
    the page is short, or empty.
    """
    found: list[Article] = []
    taken, end = 0, min(most, len(candidates))
    while taken < end and len(found) < size:
        chunk = candidates[taken : min(end, taken + (_NEXT_LOOK if taken else size))]
        shown = show(chunk)[: size - len(found)]
        found += shown
        taken += chunk.index(shown[-1].id) + 1 if len(found) == size else len(chunk)
    return found, candidates[:taken]
