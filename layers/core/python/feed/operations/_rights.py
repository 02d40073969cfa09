"""Who may do what to an article: strangers learn nothing of what they may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.domain.articles import Article
from feed.errors import Forbidden
from feed.operations._sight import visible

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables


def own(article_id: int, call: Call, tables: Tables, *, text: bool = False) -> Article:
    """As `visible`; raises Forbidden for one that the caller may see, but did not write."""
    article = visible(article_id, call, tables, text=text)
    if article.author_id != call.caller:
        raise Forbidden(f"Article {article_id} is not yours.")
    return article
