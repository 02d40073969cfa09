"""Who may do what to an article: strangers learn nothing of what they may not see."""

from __future__ import annotations

from feed.domain.articles import Article
from feed.domain.visibility import Viewer, visible_to
from feed.errors import Forbidden, NotFound
from feed.store import articles
from feed.store.client import Tables


def visible(tables: Tables, article_id: int, caller: int | None, *, text: bool = False) -> Article:
    """The article, `text` with its HTML; raises NotFound unless the caller may see it."""
    article = articles.find(tables, article_id, text=text)
    if article is None or not visible_to(article, Viewer(caller)):
        raise NotFound(f"There is no article {article_id}.")
    return article


def own(tables: Tables, article_id: int, caller: int, *, text: bool = False) -> Article:
    """As `visible`; raises Forbidden for one that the caller may see, but did not write."""
    article = visible(tables, article_id, caller, text=text)
    if article.author_id != caller:
        raise Forbidden(f"Article {article_id} is not yours.")
    return article
