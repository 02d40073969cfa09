"""An article, and what the caller has done to it: what each operation on acts begins with."""

from __future__ import annotations

from collections.abc import Mapping

from feed.call import Call
from feed.domain.actions import Flag
from feed.domain.articles import Article
from feed.operations._sight import visible_beside
from feed.operations._unseen import reader
from feed.store import logs
from feed.store.client import Tables
from feed.store.schema import LOG


def known(article_id: int, call: Call, tables: Tables) -> tuple[Article, Mapping[Flag, int]]:
    """And when each flag was set that is; one request. Raises NotFound unless the caller may see the article."""
    article, found = visible_beside(article_id, call, tables, logs.wanted(reader(call), [article_id]))
    return article, logs.decode(found[LOG].get(logs.key(reader(call), article_id)))
