"""An article, and what the caller has done to it: what each operation on acts begins with."""

from __future__ import annotations

from feed.call import Call
from feed.domain.actions import Flag
from feed.domain.articles import Article
from feed.domain.visibility import Viewer, visible_to
from feed.errors import NotFound
from feed.operations._unseen import reader
from feed.store import logs
from feed.store.client import Tables


def known(article_id: int, call: Call, tables: Tables) -> tuple[Article, frozenset[Flag]]:
    """One request. Raises NotFound unless the caller may see the article."""
    article, flags = logs.card_and_flags(tables, reader(call), article_id)
    if article is None or not visible_to(article, Viewer(call.caller)):
        raise NotFound(f"There is no article {article_id}.")
    return article, flags
