"""What a user or an article is, and what has become of it; people also by their name."""

from __future__ import annotations

from collections.abc import Iterator

from commands.admin import audit
from commands.admin.ban import good_tokens
from commands.admin.desk import Desk, moment
from commands.fanout.delivery import Delivery
from commands.fanout.letters import FOREVER_MS
from feed.domain.articles import Article, State
from feed.domain.ids import MAX_ID
from feed.domain.tips import Status
from feed.operations._settlement import PAYMENT
from feed.store import articles, audits, bans, jobs, orders, schema, users, work
from feed.store.client import Tables
from feed.store.rows import Bound, End
from feed.store.users import User

LATEST = 5
MOST_NAMED = 20


def find(asked: str, desk: Desk) -> list[str]:
    """Lines about each that it may mean; none where there is nothing of the kind."""
    tables, now_ms = desk.tables, desk.call.time_ms()
    lines: list[str] = []
    if is_id(asked):
        user, article = users.find(tables, int(asked)), articles.find(tables, int(asked))
        lines += _user(user, tables, now_ms) if user else []
        lines += _article(article, tables, now_ms) if article else []
    if not lines:
        for user in _named(asked, tables):
            lines += _user(user, tables, now_ms)
    return lines


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= MAX_ID


def _user(user: User, tables: Tables, now_ms: int) -> Iterator[str]:
    yield f"user {user.id} “{user.nickname}” {user.avatar_url or 'without a picture'}"
    counters = (f"{name.removesuffix('_count')} {getattr(user, name)}" for name in users.COUNTERS)
    yield f"  counters: {', '.join(counters)}"
    told = bans.find(tables, user.id)
    if told is not None:
        state = f"BANNED since {moment(told.ban.since_ms)}" if told.ban.banned else f"open; {good_tokens(told.ban)}"
        yield f"  {state}; by {told.by}: {told.why}"
    listed, more = articles.of_author(tables, user.id, None, LATEST)
    cards = articles.cards(tables, (entry.article_id for entry in listed))
    for entry in listed:
        if entry.article_id in cards:
            yield f"  {_titled(cards[entry.article_id], tables, now_ms)}"
    if more:
        yield f"  and older articles; these are the latest {LATEST}"
    yield from _orders(user.id, tables)
    yield from (f"  {audit.line(each)}" for each in audits.of(tables, f"user:{user.id}"))


def _article(article: Article, tables: Tables, now_ms: int) -> Iterator[str]:
    yield _titled(article, tables, now_ms)
    author = users.find(tables, article.author_id)
    told = bans.find(tables, article.author_id)
    banned = ", who is BANNED" if told is not None and told.ban.banned else ""
    yield f"  by user {article.author_id} “{author.nickname if author else article.byline.nickname}”{banned}"
    times = {"written": article.created_ms, "published": article.published_ms, "due": article.publish_at_ms}
    said = (f"{name} {moment(ms)}" for name, ms in times.items() if ms is not None)
    yield f"  {', '.join(said)}; version {article.version}"
    yield f"  counters: {', '.join(f'{name} {count}' for name, count in article.counts._asdict().items())}"
    taken = articles.takedown(tables, article.id)
    if taken is not None:
        yield f"  taken down {moment(taken.at_ms)}, was {taken.state.value}: {taken.why}"
    yield from (f"  {audit.line(each)}" for each in audits.of(tables, f"article:{article.id}"))


def _titled(article: Article, tables: Tables, now_ms: int) -> str:
    delivery = ""
    if article.delivery and article.state is not State.DELETED:
        shards = jobs.of_delivery(tables, article.id, article.delivery)
        delivery = f", delivery {article.delivery} {Delivery(article, article.delivery, shards).state(now_ms)}"
    return f"article {article.id} “{article.title}”: {article.state.value}{delivery}"


def _orders(user_id: int, tables: Tables) -> Iterator[str]:
    """What the sweeper still has to see to, of the user's own tips and of those for the user."""
    waiting = {
        item.id for bucket in work.BUCKETS for item in work.all_due(tables, bucket, FOREVER_MS) if item.kind == PAYMENT
    }
    found = [order for order_id in sorted(waiting) if (order := orders.find(tables, order_id))]
    for order in found:
        if order.status is not Status.CLOSED and user_id in (order.payer_id, order.author_id):
            role = "pays" if order.payer_id == user_id else "gets"
            yield f"  order {order.id} {order.status.value}: {role} {order.amount_fen} fen, article {order.article_id}"


def _named(name: str, tables: Tables) -> list[User]:
    """The first whose nickname holds this, in the order of the table; all of it is read if they are fewer."""
    found: list[User] = []
    start: Bound | None = (End.MIN,)
    while start is not None and len(found) < MOST_NAMED:
        page = tables.scan(schema.USERS, start, (End.MAX,), columns=(*users.CARD, *users.COUNTERS))
        found += [user for user in map(users.decode, page.rows) if name.casefold() in user.nickname.casefold()]
        start = page.next_key
    return found[:MOST_NAMED]
