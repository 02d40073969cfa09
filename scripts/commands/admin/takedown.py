"""Taking an article down, and restoring it: one conditional write of its row, whatever the number of readers."""

from __future__ import annotations

from commands.admin.desk import TRIES, Desk, moment
from feed.domain.articles import SHOWN_STATES, Article, State
from feed.errors import ConditionFailed, NotFound, Reload
from feed.operations._recount_people import write_counted
from feed.operations._release import guard
from feed.operations.publish._schedule import alarm
from feed.store import articles, users, work
from feed.store.articles import Takedown
from feed.store.rows import Write

TAKE_DOWN, RESTORE = "takedown", "restore"


def take_down(article_id: int, desk: Desk) -> str:
    """What was done, in one line. Raises Declined, FeedError."""
    article, target = _there(article_id, desk), _target(article_id)
    earlier = articles.takedown(desk.tables, article_id)
    if article.state is State.TAKEN_DOWN and earlier is not None:
        desk.complete_earlier(TAKE_DOWN, target)
        return f"Article {article_id} is taken down already, since {moment(earlier.at_ms)}: {earlier.why}"
    desk.agree(f"Take down {described(article)}?")
    with desk.recorded(TAKE_DOWN, target, article.state.value, State.TAKEN_DOWN.value):
        for _ in range(TRIES):
            if article.state is State.TAKEN_DOWN:
                break
            try:
                write = articles.take_down(article, desk.why, desk.call.time_ms())
                _write_counted(write, article, -int(article.shown), desk)
                break
            except ConditionFailed:
                article = _there(article_id, desk)
        else:
            raise Reload(f"Others keep changing article {article_id}; try again.")
    return f"Article {article_id} is taken down: only its author sees it, everywhere within 2 seconds."


def restore(article_id: int, desk: Desk) -> str:
    """As `take_down`."""
    article, target = _there(article_id, desk), _target(article_id)
    if article.state is not State.TAKEN_DOWN:
        desk.complete_earlier(RESTORE, target)
        return f"Article {article_id} is not taken down; it is {article.state.value}."
    taken = _taken(article_id, desk)
    desk.agree(f"Restore {described(article)}, which was {taken.state.value} and taken down for: {taken.why}?")
    new = _restored(article, taken, desk.call.time_ms())
    with desk.recorded(RESTORE, target, State.TAKEN_DOWN.value, new.state.value):
        for _ in range(TRIES):
            try:
                new = _put_back(article, new, desk)
                break
            except ConditionFailed:
                article = _there(article_id, desk)
            if article.state is not State.TAKEN_DOWN:
                break
            new = _restored(article, _taken(article_id, desk), desk.call.time_ms())
        else:
            raise Reload(f"Others keep changing article {article_id}; try again.")
    delivered = " and is delivered within minutes to who has missed it" if new.shown else ""
    return f"Article {article_id} is restored: it is {new.public_state} again{delivered}."


def described(article: Article) -> str:
    return f"article {article.id} “{article.title}” of user {article.author_id} ({article.state.value})"


def _restored(article: Article, taken: Takedown, now_ms: int) -> Article:
    """As it was. What was public is released once more, under its old publish time.

    While it was down, workers have stopped, and who came back, or followed its author, was not given it.
    """
    new = article._replace(version=article.version + 1)
    if taken.state in SHOWN_STATES:
        return new._replace(state=State.PUBLISHING, delivery=article.delivery + 1)
    if taken.publish_at_ms is not None and taken.publish_at_ms > now_ms:
        return new._replace(state=State.SCHEDULED, publish_at_ms=taken.publish_at_ms)
    return new._replace(state=State.PRIVATE)


def _put_back(old: Article, new: Article, desk: Desk) -> Article:
    """Its work row first: the sweeper finishes the release, or the timer lets it go public at its time."""
    promised = None
    if new.shown:
        promised = guard(new.id, desk.call.time_ms())
    elif new.publish_at_ms is not None:
        promised = alarm(new.id, new.publish_at_ms)
    if promised is not None:
        desk.tables.write_all(work.put(promised, desk.call.trace_id))
    if new.shown:
        new = new._replace(audience=users.require(desk.tables, new.author_id).follower_count)
    _write_counted(articles.restore(old, new), old, int(new.shown), desk)
    return new


def _write_counted(write: Write, article: Article, step: int, desk: Desk) -> None:
    """`step` is by how many articles its author shows more. Raises ConditionFailed when it is not as it was read."""
    if not step:
        desk.tables.write(write)
        return
    author = users.require(desk.tables, article.author_id)
    write_counted(write, author, desk.call, desk.tables, article_count=step, word_count=step * article.words)


def _there(article_id: int, desk: Desk) -> Article:
    article = articles.require(desk.tables, article_id)
    if article.state is State.DELETED:
        raise NotFound(f"Article {article_id} was deleted by its author.")
    return article


def _taken(article_id: int, desk: Desk) -> Takedown:
    taken = articles.takedown(desk.tables, article_id)
    if taken is None:
        raise Reload(f"Article {article_id} was restored meanwhile.")
    return taken


def _target(article_id: int) -> str:
    return f"article:{article_id}"
