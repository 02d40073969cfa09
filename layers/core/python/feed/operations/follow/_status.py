"""The answer that following, unfollowing and asking have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.domain.relations import Status
from feed.store import relations
from feed.store.client import Tables
from feed.store.schema import RELATIONS


class Response(BaseModel):
    status: Literal[1, 0, -1, -2]
    follows_you: bool
    friends: bool


def status(tables: Tables, caller: int | None, author_id: int) -> Response:
    """Both directions in one request, from the rows themselves and never from an index."""
    if caller is None:
        return Response(status=Status.NOT_SIGNED_IN.value, follows_you=False, friends=False)
    if caller == author_id:
        return Response(status=Status.YOURSELF.value, follows_you=False, friends=False)
    forth, back = relations.key(author_id, caller), relations.key(caller, author_id)
    rows = tables.get_many({RELATIONS: [forth, back]}, {RELATIONS: ()})[RELATIONS]
    mine, theirs = relations.of(rows, forth), relations.of(rows, back)
    return answer(following=mine is not None and mine.on, follows_back=theirs is not None and theirs.on)


def answer(*, following: bool, follows_back: bool) -> Response:
    mine = Status.FOLLOWING if following else Status.NOT_FOLLOWING
    return Response(status=mine.value, follows_you=follows_back, friends=following and follows_back)
