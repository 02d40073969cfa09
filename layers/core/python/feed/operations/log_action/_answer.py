"""The caller's own flags and the article's counts, as both operations answer them."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel

from feed.domain.actions import Flag
from feed.domain.articles import Article
from feed.operations._cards import Counts, counts


class Flags(BaseModel):
    read: bool
    like: bool
    collect: bool
    comment: bool


class Response(BaseModel):
    flags: Flags
    counts: Counts


def answer(article: Article, flags: Collection[Flag]) -> Response:
    return Response(flags=Flags(**{flag.value: flag in flags for flag in Flag}), counts=counts(article))
