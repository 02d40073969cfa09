"""Who is told of an act: written with what the act counts, and by the sweeper as the act's own row says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.actions import Flag
from feed.domain.notices import of_act
from feed.store import logs, notifications

if TYPE_CHECKING:
    from feed.domain.articles import Article
    from feed.store.client import Tables

_FLAGS = {flag.bit: flag for flag in Flag}


def about(article: Article, reader: int | None, flag: Flag, at_ms: int) -> tuple[int, ...]:
    """What a work row must know to tell again of a flag that was set at this time; nothing where nobody is told."""
    if reader is None or of_act(flag, reader, article.id, at_ms) is None:
        return ()
    return article.author_id, reader, flag.bit, at_ms


def tell_again(tables: Tables, article_id: int, author_id: int, reader: int, bit: int, at_ms: int) -> None:
    """Of a flag that is set since then; or that it was taken back, or never set. Raises OutcomeUnknown."""
    flag = _FLAGS[bit]
    notice = of_act(flag, reader, article_id, at_ms)
    if notice is not None:
        on = logs.flags(tables, reader, article_id).get(flag) == at_ms
        tables.write_all(notifications.tell(author_id, notice, on=on))
