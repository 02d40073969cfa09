"""PATCH /v1/articles/{id}: edit, publish, schedule or withdraw; one conditional write, whatever changes."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from feed.call import Call
from feed.domain.articles import Article, State
from feed.errors import Busy, ConditionFailed, Forbidden, InvalidRequest, Reload
from feed.operations._cards import FullArticle, full
from feed.operations._fields import Html, HttpsUrl, Id, Instant, PublicRequest, Summary, Title, Version, left_out
from feed.operations._recount_people import write_counted
from feed.operations._release import go_public, released
from feed.operations._rights import own
from feed.operations.publish._content import RULES, clean, is_made, safe
from feed.operations.publish._schedule import alarm, check_schedule
from feed.store import articles, users, work
from feed.wiring import World

_TRIES = 3


class TakenDown(Forbidden):
    """An operator has taken the article down."""

    code = "taken_down"


class Request(PublicRequest):
    """What is left out stays as it is; `version` demands that nobody has changed the article since."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: Id
    title: Title = left_out()
    html: Html = left_out()
    summary: Summary = left_out()
    cover_url: HttpsUrl | None = None
    state: Literal["private", "public", "scheduled"] = left_out()
    publish_at: Instant = left_out()
    version: Version = left_out()

    def gives(self, name: str) -> bool:
        return name in self.model_fields_set


def run(request: Request, call: Call, world: World) -> FullArticle:
    if not request.model_fields_set - {"id", "version"}:
        raise InvalidRequest("Nothing is to be changed: name at least one of title, html, summary, cover_url, state.")
    check_schedule(request.state, request.publish_at, call.now_ms)
    author = users.require(world.tables, call.require_caller())
    for _ in range(_TRIES):
        old = own(request.id, call, world.tables, text=True)
        if request.gives("version") and request.version != old.version:
            message = f"The article is at version {old.version}, not {request.version}; reload it and try again."
            raise Reload(message, code="version_conflict")
        new = _moved(_edited(request, old), request, author, call, world)
        try:
            new = _apply(old, new, author, call, world)
        except ConditionFailed:
            continue
        return full(safe(new))
    raise Reload("The article is being changed elsewhere at the same time; reload it and try again.")


def _edited(request: Request, old: Article) -> Article:
    """The new content; a summary that was made from the text follows it, one that the author wrote stays."""
    new = old._replace(version=old.version + 1)
    if request.gives("title"):
        new = new._replace(title=request.title)
    if request.gives("html"):
        content = clean(request.html)
        summary = content.summary if is_made(old.summary, old.html) else old.summary
        new = new._replace(html=content.html, html_rules=RULES, summary=summary, words=content.words)
    if request.gives("summary"):
        new = new._replace(summary=request.summary)
    if request.gives("cover_url"):
        new = new._replace(cover_url=request.cover_url)
    return new


def _moved(article: Article, request: Request, author: users.User, call: Call, world: World) -> Article:
    """The new state, if one is asked for. Raises Reload for a time that comes too late, TakenDown."""
    if article.state is State.TAKEN_DOWN and request.gives("state"):
        raise TakenDown(f"Article {article.id} was taken down by the operator; its state cannot be changed.")
    if request.state == "public" and not article.shown:
        return released(article, author.follower_count, world, call.now_ms)
    if request.state == "private":
        return article._replace(state=State.PRIVATE, publish_at_ms=None)
    if request.state == "scheduled" and article.shown:
        message = f"Article {article.id} is public already; make it private before you schedule it."
        raise Reload(message, code="already_public")
    if request.state == "scheduled":
        return article._replace(state=State.SCHEDULED, publish_at_ms=request.publish_at)
    return article


def _apply(old: Article, new: Article, author: users.User, call: Call, world: World) -> Article:
    """Write it, count it, and finish a release. Raises ConditionFailed when `old` was not current."""
    if new.shown and not old.shown:
        return go_public(old, new, author, call, world)
    tables, publish_at = world.tables, new.publish_at_ms
    if publish_at not in (None, old.publish_at_ms) and tables.write_many(
        [work.put(alarm(new.id, publish_at), call.trace_id)]
    ):
        raise Busy("Tablestore is busy; nothing was changed, try again.")
    write = articles.revise(old, new)
    if old.shown and not new.shown:
        write_counted(write, author, call, tables, article_count=-1, word_count=-old.words)
    elif new.shown and new.words != old.words:
        write_counted(write, author, call, tables, word_count=new.words - old.words)
    else:
        tables.write(write)
    return new
