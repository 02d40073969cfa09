"""PATCH /v1/articles/{id}: edit, publish or withdraw; one conditional write, whatever changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from feed.call import Call
from feed.domain.articles import Article, State
from feed.errors import Busy, ConditionFailed, InvalidRequest, Reload
from feed.operations._cards import FullArticle, full
from feed.operations._fields import Html, HttpsUrl, Id, PublicRequest, Summary, Title, Version, left_out
from feed.operations._release import count_shown, guard, release, released
from feed.operations._rights import own
from feed.operations.publish._content import clean, made_summary
from feed.store import articles, users, work
from feed.wiring import World

_TRIES = 3


class Request(PublicRequest):
    """What is left out stays as it is; `version` demands that nobody has changed the article since."""

    id: Id
    title: Title = left_out()
    html: Html = left_out()
    summary: Summary = left_out()
    cover_url: HttpsUrl | None = None
    state: Literal["private", "public"] = left_out()
    version: Version = left_out()

    def gives(self, name: str) -> bool:
        return name in self.model_fields_set


def run(request: Request, call: Call, world: World) -> FullArticle:
    if not request.model_fields_set - {"id", "version"}:
        raise InvalidRequest("Nothing is to be changed: name at least one of title, html, summary, cover_url, state.")
    author = users.require(world.tables, call.require_caller())
    for _ in range(_TRIES):
        old = own(world.tables, request.id, author.id, text=True)
        if request.gives("version") and request.version != old.version:
            message = f"The article is at version {old.version}, not {request.version}; reload it and try again."
            raise Reload(message, code="version_conflict")
        new = _moved(_edited(request, old), request, author, call, world)
        try:
            new = _apply(old, new, call, world)
        except ConditionFailed:
            continue
        return full(new)
    raise Reload("The article is being changed elsewhere at the same time; reload it and try again.")


def _edited(request: Request, old: Article) -> Article:
    """The new content; a summary that was made from the text follows it, one that the author wrote stays."""
    new = replace(old, version=old.version + 1)
    if request.gives("title"):
        new = replace(new, title=request.title)
    if request.gives("html"):
        content = clean(request.html)
        was_made = old.summary == made_summary(old.html)
        summary = content.summary if was_made else old.summary
        new = replace(new, html=content.html, summary=summary, words=content.words)
    if request.gives("summary"):
        new = replace(new, summary=request.summary)
    if request.gives("cover_url"):
        new = replace(new, cover_url=request.cover_url)
    return new


def _moved(article: Article, request: Request, author: users.User, call: Call, world: World) -> Article:
    """The new state, if it changes."""
    if request.gives("state") and request.state == "public" and not article.shown:
        return released(article, author.follower_count, world, call.now_ms)
    if request.gives("state") and request.state == "private" and article.shown:
        return replace(article, state=State.PRIVATE)
    return article


def _apply(old: Article, new: Article, call: Call, world: World) -> Article:
    """Write it, count it, and finish a release. Raises ConditionFailed when `old` was not current."""
    tables = world.tables
    goes_public = new.shown and not old.shown
    unfinished = guard(new.id, call.now_ms)
    if goes_public and tables.write_many([work.put(unfinished)]):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    tables.write(articles.revise(old, new))
    if old.shown != new.shown:
        count_shown(new if new.shown else old, world, 1 if new.shown else -1)
    elif new.shown and new.words != old.words:
        tables.count(users.counted(new.author_id, word_count=new.words - old.words))
    if goes_public:
        new = release(new, call, world)
        tables.write_many([work.remove(unfinished)])
    return new
