"""The answer that following, unfollowing and asking have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from feed.call import Call
from feed.domain.relations import Status
from feed.operations._sight import viewer_of, whose
from feed.store import relations
from feed.store.client import Tables
from feed.store.rows import Wanted
from feed.store.schema import RELATIONS


class Response(BaseModel):
    status: Literal[1, 0, -1, -2]
    follows_you: bool
    friends: bool


def status(author_id: int, call: Call, tables: Tables) -> Response:
    """Both directions in one request, from the rows themselves and never from an index; none for who is hidden."""
    caller = call.caller
    if caller is None:
        return Response(status=Status.NOT_SIGNED_IN.value, follows_you=False, friends=False)
    if caller == author_id:
        return Response(status=Status.YOURSELF.value, follows_you=False, friends=False)
    forth, back = relations.key(author_id, caller), relations.key(caller, author_id)
    found = tables.read(Wanted(RELATIONS, [forth, back]), *whose(call))
    if viewer_of(found, [author_id], call, tables).hides(author_id):
        return answer(following=False, follows_back=False)
    mine, theirs = (relations.of(found[RELATIONS], key) for key in (forth, back))
    return answer(following=mine is not None and mine.on, follows_back=theirs is not None and theirs.on)


def answer(*, following: bool, follows_back: bool) -> Response:
    mine = Status.FOLLOWING if following else Status.NOT_FOLLOWING
    return Response(status=mine.value, follows_you=follows_back, friends=following and follows_back)
