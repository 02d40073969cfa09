"""Past the inbox's end: what suits the reader, then what is hot; nothing that the inbox holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from feed.call import Call
from feed.domain.articles import Article
from feed.operations._suggestions import Suggestion, by_taste, fresh, hot, mixed
from feed.operations._unseen import Keep, unseen
from feed.operations._walk import next_cursor, passed_before
from feed.store import inboxes, sessions
from feed.wiring import World

_LIST = "timeline beyond the inbox"
_RECOMMENDED, _HOT = 1, 2
_LOOKED_AT = 100
"""Articles beyond the page's size that one page past the inbox considers."""


class Beyond(NamedTuple):
    items: list[Article]
    next_cursor: str | None
    source: Literal["recommended", "hot"]


def first_cursor(call: Call) -> str | None:
    return next_cursor(_LIST, [], call, more=True, part=_RECOMMENDED)


def beyond(size: int, cursor: str | None, call: Call, world: World) -> Beyond:
    """Recommended as long as there are any, then hot. Raises InvalidRequest for a foreign cursor."""
    part, passed = passed_before(_LIST, cursor, call, (_RECOMMENDED, _HOT))
    if part == _RECOMMENDED:
        ranked, acted = by_taste(call, world)
        suggestions = mixed(ranked, fresh(call, world), passed, acted) if ranked else []
        page = _page(size, suggestions, _RECOMMENDED, passed, call, world)
        if page.items:
            return page
    before = set(passed)
    listed = [item for item in hot("hot", world) if item.article_id not in before]
    return _page(size, listed, _HOT, passed, call, world)


def _page(
    size: int, candidates: Sequence[Suggestion], part: int, passed: list[int], call: Call, world: World
) -> Beyond:
    ids = [item.article_id for item in candidates]
    keep = _not_from_the_inbox(call, world)
    found, taken = unseen(ids, size, call, world.tables, most=size + _LOOKED_AT, keep=keep)
    ended = len(taken) == len(ids)
    cursor = next_cursor(
        _LIST, [*passed, *taken], call, more=part == _RECOMMENDED or not ended, part=_HOT if ended else part
    )
    return Beyond(found, cursor, "recommended" if part == _RECOMMENDED else "hot")


def _not_from_the_inbox(call: Call, world: World) -> Keep:
    """What the inbox holds was shown, or is hidden on purpose, as everything else of an author whom the caller left."""

    def keep(found: list[Article]) -> list[Article]:
        if call.caller is None or not found:
            return found
        reader, tables = call.caller, world.tables
        held, session = tables.pair(
            lambda: inboxes.held(tables, reader, ((article.published_ms or 0, article.id) for article in found)),
            lambda: sessions.find(tables, reader),
        )
        return [article for article in found if article.id not in held and article.author_id not in session.left]

    return keep
