"""PATCH /v1/articles/{id}: edit, publish or withdraw; one conditional write, whatever changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from feed.call import Call
from feed.domain.articles import Article, State
from feed.edge.fields import Html, HttpsUrl, Id, PublicRequest, Summary, Title, Version
from feed.errors import Busy, ConditionFailed, InvalidRequest, Reload
from feed.operations._cards import FullArticle, full
from feed.operations._release import count_released, guard, release, released
from feed.operations.publish._content import clean
from feed.operations.publish._rights import own
from feed.store import articles, users, work
from feed.wiring import World

_TRIES = 3


class Request(PublicRequest):
    """What is left out stays as it is; `version` demands that nobody has changed the article since."""

    id: Id
    title: Title | None = None
    html: Html | None = None
    summary: Summary | None = None
    cover_url: HttpsUrl | None = None
    state: Literal["private", "public"] | None = None
    version: Version | None = None


def run(request: Request, call: Call, world: World) -> FullArticle:
    if not request.model_fields_set - {"id", "version"}:
        raise InvalidRequest("Nothing is to be changed: name at least one of title, html, summary, cover_url, state.")
    caller = call.require_caller()
    for _ in range(_TRIES):
        old = own(world.tables, request.id, caller)
        if request.version is not None and request.version != old.version:
            message = f"The article is at version {old.version}, not {request.version}; reload it and try again."
            raise Reload(message, code="version_conflict")
        new = _edited(request, old, call, world)
        try:
            new = _apply(old, new, request, call, world)
        except ConditionFailed:
            continue
        return full(new, users.find(world.tables, caller))
    raise Reload("The article is being changed elsewhere at the same time; reload it and try again.")


def _edited(request: Request, old: Article, call: Call, world: World) -> Article:
    """What the request makes of the article; a text that changes brings a new summary unless one is given."""
    new = replace(old, version=old.version + 1)
    if request.title is not None:
        new = replace(new, title=request.title)
    if request.html is not None:
        content = clean(request.html, request.summary)
        new = replace(new, html=content.html, summary=content.summary, words=content.words)
    elif request.summary is not None:
        new = replace(new, summary=request.summary)
    if "cover_url" in request.model_fields_set:
        new = replace(new, cover_url=request.cover_url)
    if request.state == "public" and not old.shown:
        new = released(new, world, call.now_ms)
    elif request.state == "private" and old.shown:
        new = replace(new, state=State.PRIVATE)
    return new


def _apply(old: Article, new: Article, request: Request, call: Call, world: World) -> Article:
    """Write it; then finish a release, or count a withdrawal. Raises ConditionFailed when `old` was not current."""
    tables = world.tables
    goes_public = new.shown and not old.shown
    unfinished = guard(new.id, call.now_ms)
    if goes_public and tables.write_many([work.put(unfinished)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    tables.write(articles.revise(old, new, text=request.html is not None))
    if goes_public:
        new = release(new, call, world)
        tables.write_many([work.remove(unfinished)])
    elif old.shown and not new.shown:
        count_released(old, world, -1)
    elif old.shown and new.words != old.words:
        tables.write_many([users.counted(new.author_id, word_count=new.words - old.words)])
    return new
