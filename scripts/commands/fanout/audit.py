"""The audit of a delivery: everybody whom it owes the article, against the inboxes; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from tqdm import tqdm

from commands.fanout.delivery import Delivery, Refused
from commands.fanout.report import DOUBLED, HIDDEN, MISSING, NOT_YET, STALLED, SURPLUS, Report
from feed.call import Call
from feed.domain.fanout import is_stalled, shard_range
from feed.domain.warmth import DAY_MS, KEPT_DAYS
from feed.errors import Busy
from feed.store import articles, inboxes, relations, sessions
from feed.store.client import Tables
from feed.store.relations import Followers
from feed.store.rows import Bound, End, Page
from feed.store.schema import INBOXES, SESSIONS

_SIDE_BY_SIDE = 8
_TRIES = 15
_LONGEST_PAUSE_S = 10.0
_T = TypeVar("_T")


def audit(article_id: int, call: Call, tables: Tables, *, everywhere: bool = False) -> Report:
    """Safe beside a running product. Raises NotFound, Refused, and Busy when Tablestore stays so."""
    # the ledger before the inboxes: whom a cursor has passed by then has the row
    delivery = Delivery.latest(tables, article_id)
    if delivery.began_ms + KEPT_DAYS * DAY_MS < call.now_ms:
        raise Refused(f"Article {article_id} was delivered more than {KEPT_DAYS} days ago, and has left all inboxes.")
    report = Report(delivery, delivery.state(call.now_ms), everywhere)
    start, more = "", True
    with tqdm(desc="followers", unit=" rows", total=delivery.article.audience, leave=False, disable=None) as bar:
        while more:
            page = patiently(partial(_look_at_followers, report, start, call, tables), call)
            start, more = page.next_key, page.more
            bar.update(page.read)
    if everywhere:
        _look_everywhere(report, call, tables)
    patiently(lambda: require_current(delivery, tables), call)
    return report


def require_current(delivery: Delivery, tables: Tables) -> None:
    """Raises Refused when the article was withdrawn or published again since `delivery` was read."""
    article = articles.find(tables, delivery.article.id)
    if article is None or not article.shown or article.delivery != delivery.number:
        raise Refused(f"Article {delivery.article.id} was withdrawn or published again meanwhile; repeat the command.")


def who_left(reader_keys: Iterable[str], author_id: int, tables: Tables) -> dict[str, bool]:
    """Of the readers whose session row has a word about this author: whether they have left."""
    keys = [(reader,) for reader in reader_keys]
    rows = tables.get_many({SESSIONS: keys}, {SESSIONS: (sessions.column(author_id),)})[SESSIONS]
    found = {str(row["user_key"]): sessions.entry_of(row, author_id) for row in rows.values()}
    return {reader: not entry.on for reader, entry in found.items() if entry is not None}


def _look_at_followers(report: Report, start: str, call: Call, tables: Tables) -> Followers:
    """The next range of them. All is read before the first is counted, so that a failure may be repeated."""
    delivery, article = report.delivery, report.delivery.article
    page, off = relations.audience(tables, article.author_id, start)
    reached = [follower for follower in page.rows if delivery.reaches(follower)]
    owed = [follower.key for follower in reached if not delivery.defers(follower)]
    holders = inboxes.holders(tables, [*owed, *off], delivery.published_ms, article.id)
    lacking = [reader for reader in owed if reader not in holders]
    leavers = [reader for reader in off if reader in holders]
    left = who_left([*lacking, *leavers], article.author_id, tables)
    report.later += len(page.rows) - len(reached)
    report.deferred += len(reached) - len(owed)
    report.held += len(owed) - len(lacking)
    for reader in lacking:
        if not left.get(reader):  # else an unfollow is on its way to the relation row
            report.readers[_why_lacking(delivery, reader, call)].add(reader)
    _count_rows_of(leavers, left, report)
    return page


def _why_lacking(delivery: Delivery, reader: str, call: Call) -> str:
    if delivery.awaits_shards(reader):
        return NOT_YET
    job = delivery.next_to(reader)
    if job is None:
        return MISSING
    return STALLED if is_stalled(job, call.now_ms) else NOT_YET


def _count_rows_of(readers: Collection[str], left: dict[str, bool], report: Report) -> None:
    """Rows of whom no relation row calls a follower: the session row decides, and who has no word there sees it."""
    for reader in readers:
        if left.get(reader, True):
            report.readers[HIDDEN if reader in left else SURPLUS].add(reader)


def _look_everywhere(report: Report, call: Call, tables: Tables) -> None:
    """Every row of every inbox, several ranges of readers side by side."""
    starts: dict[str, Bound] = {}
    for part in range(_SIDE_BY_SIDE):
        start, end = shard_range(part, _SIDE_BY_SIDE)
        starts[end] = (start, End.MIN, End.MIN)
    with tqdm(desc="inboxes", unit=" rows", leave=False, disable=None) as bar:
        while starts:
            pages = patiently(partial(_read_inboxes, starts, tables), call)
            patiently(partial(_judge, pages.values(), report, tables), call)
            starts = {end: page.next_key for end, page in pages.items() if page.next_key is not None}
            bar.update(sum(len(page.rows) for page in pages.values()))


def _read_inboxes(starts: dict[str, Bound], tables: Tables) -> dict[str, Page]:
    """The next rows of each range, by its end."""
    pages = tables.together(
        *(
            lambda start=start, end=end: tables.scan(INBOXES, start, (end, End.MIN, End.MIN), columns=("author",))
            for end, start in starts.items()
        )
    )
    return dict(zip(starts, pages, strict=True))


def _judge(pages: Iterable[Page], report: Report, tables: Tables) -> None:
    article, published_ms = report.delivery.article, report.delivery.published_ms
    rows = [row for page in pages for row in page.rows if row["message_id"] == article.id]
    doubled = {str(row["user_key"]) for row in rows if row["sequence_id"] != published_ms}
    holders = {str(row["user_key"]) for row in rows if row["sequence_id"] == published_ms}
    others = holders.difference(follower.key for follower in relations.current(tables, article.author_id, holders))
    left = who_left(others, article.author_id, tables)
    report.readers[DOUBLED] |= doubled
    _count_rows_of(others, left, report)


def patiently(read: Callable[[], _T], call: Call) -> _T:
    """Again and again: a throttled minute must not end an audit of an hour. Raises Busy at last."""
    for attempt in range(_TRIES - 1):
        with suppress(Busy):
            return read()
        call.wait(min(_LONGEST_PAUSE_S, 0.05 * 2**attempt))
    return read()
