"""Articles by what they say, as the search index knew them: it follows the table by some seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feed.domain.articles import SHOWN_STATES, Article
from feed.domain.ids import unhashed
from feed.store.articles import CARD, decode, key
from feed.store.client import Tables
from feed.store.rows import AnyOf, Between, Excerpts, Filter, Hit, Key, OneOf, Phrase, Search
from feed.store.schema import ARTICLES, ARTICLES_SEARCH

TITLE = Excerpts("title", most=1, characters=150)
TEXT = Excerpts("text", most=3, characters=100)
_MOST = 1_000
"""Rows of one search that asks for nothing but the index holds."""


class Match(NamedTuple):
    """An article's place, and the excerpts of what it said when it was at this version."""

    position: tuple[int, str]
    version: int
    title: Sequence[str]
    text: Sequence[str]

    @property
    def article_id(self) -> int:
        return unhashed(self.position[1])


def matches(
    tables: Tables, parts: Sequence[str], author_id: int | None, before: Key | None, limit: int
) -> tuple[list[Match], bool]:
    """Below the position, newest first, articles that are public or this author's, and whether others follow.

    Each part stands as a phrase in the title or in the text.
    """
    limit = min(limit, _MOST - 1)
    filters = [_readable(author_id), *map(_said, parts), *(_below(before) if before else ())]
    columns = ("listed_ms", "version")
    found = tables.search(
        Search(ARTICLES, ARTICLES_SEARCH, filters, ("listed_ms",), columns, limit + 1, excerpts=(TITLE, TEXT))
    )
    return [_match(hit) for hit in found[:limit]], len(found) > limit


def texts(tables: Tables, article_ids: Iterable[int]) -> dict[int, tuple[Article, str]]:
    """Articles as they are now, each with that of its text which is searched."""
    keys = [key(article_id) for article_id in article_ids]
    rows = tables.get_many({ARTICLES: keys}, {ARTICLES: (*CARD, "text")})[ARTICLES].values()
    return {article.id: (article, str(row.get("text", ""))) for row in rows for article in (decode(row),)}


def _readable(author_id: int | None) -> Filter:
    shown = OneOf("state", [state.value for state in SHOWN_STATES])
    return AnyOf([shown, OneOf("author_id", [author_id])]) if author_id is not None else shown


def _said(part: str) -> Filter:
    return AnyOf([Phrase("title", part), Phrase("text", part)])


def _below(position: Key) -> list[Filter]:
    """In the order of the answer, which is that of keys where times are equal."""
    listed_ms, article_key = position
    earlier, before = Between("listed_ms", below=listed_ms), Between("article_key", below=article_key)
    return [Between("listed_ms", at_most=listed_ms), AnyOf([earlier, before])]


def _match(hit: Hit) -> Match:
    position = int(hit.row["listed_ms"]), str(hit.row["article_key"])
    title, text = (hit.fragments.get(part.column, ()) for part in (TITLE, TEXT))
    return Match(position, int(hit.row["version"]), title, text)
