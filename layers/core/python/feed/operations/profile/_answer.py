"""A profile as both operations answer it."""

from __future__ import annotations

from pydantic import BaseModel

from feed.store.users import User


class Response(BaseModel):
    id: int
    nickname: str
    avatar_url: str | None
    follower_count: int
    following_count: int
    article_count: int
    like_count: int
    word_count: int


def answer(user: User) -> Response:
    return Response(**user._asdict())
