"""What the rows say of deliveries, orders and work that waits: samples of bounded size, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commands.fanout.delivery import Delivery
from commands.status.reading import Reading, percentile, seconds
from feed.domain.articles import SHOWN_STATES
from feed.domain.fanout import is_stalled
from feed.domain.ids import unhashed
from feed.domain.tips import Order, Status
from feed.operations._release import FANOUT_GUARD
from feed.operations._settlement import PAYMENT
from feed.store import articles, jobs, orders, work
from feed.store.client import Tables
from feed.store.rows import Between, OneOf, Search
from feed.store.schema import ARTICLES, ARTICLES_SEARCH, JOBS, ORDERS, WORK
from feed.store.work import Work

TABLES = (ARTICLES, JOBS, ORDERS, WORK)
SLICES = 4
OF_A_SLICE = 25
"""The window's lag is that of so many articles, the newest of each quarter."""
DUE_OF_A_BUCKET = 200
LETTERS_OF_A_BUCKET = 100
DELIVERIES = 50
ORDERS_READ = 100
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Due:
    """The oldest work rows that are due, of every bucket; `cut` says that there are others."""

    rows: list[Work]
    cut: bool

    def of_kind(self, kind: str, most: int) -> list[Work]:
        return [row for row in self.rows if row.kind == kind][:most]


def readings(tables: Tables, now_ms: int, hours: float) -> Iterator[Reading]:
    due = _due(tables, now_ms)
    yield _lag(tables, now_ms, int(hours * _HOUR_MS))
    yield _stalled(due, tables, now_ms)
    yield _unsettled(due, tables, now_ms)
    yield _letters(tables)
    yield _overdue(due, tables, now_ms)


def _due(tables: Tables, now_ms: int) -> Due:
    pages = [work.due(tables, bucket, None, now_ms, DUE_OF_A_BUCKET) for bucket in work.BUCKETS]
    rows = sorted((row for page in pages for row in page), key=lambda row: row.due_ms)
    return Due(rows, any(len(page) == DUE_OF_A_BUCKET for page in pages))


def _lag(tables: Tables, now_ms: int, window_ms: int) -> Reading:
    """From publication to a delivery's last row, of those that are complete."""
    lags = [
        float(max(job.finished_ms or 0 for job in delivery.shards) - delivery.began_ms)
        for delivery in _deliveries(_published(tables, now_ms, window_ms), tables)
        if delivery.shards and delivery.complete
    ]
    p99 = percentile(lags, 0.99)
    text = f"p50 {seconds(percentile(lags, 0.5))}, p99 {seconds(p99)} of {len(lags)} deliveries in {seconds(window_ms)}"
    return Reading("fanout_lag_p99_s", p99 / 1000, text if lags else f"no delivery in {seconds(window_ms)}", len(lags))


def _published(tables: Tables, now_ms: int, window_ms: int) -> list[int]:
    shown = OneOf("state", [state.value for state in SHOWN_STATES])
    found = []
    for part in range(SLICES):
        start = now_ms - window_ms + part * window_ms // SLICES
        within = Between("published_ms", at_least=start, below=start + window_ms // SLICES)
        columns = ("published_ms",)
        search = Search(ARTICLES, ARTICLES_SEARCH, [shown, within], columns, columns, OF_A_SLICE)
        found += [unhashed(str(hit.row["article_key"])) for hit in tables.search(search)]
    return found


def _deliveries(article_ids: Iterable[int], tables: Tables) -> list[Delivery]:
    """The latest of each."""
    cards = articles.cards(tables, article_ids).values()
    reads = [lambda card=card: jobs.of_delivery(tables, card.id, card.delivery) for card in cards]
    return [Delivery(card, card.delivery, shards) for card, shards in zip(cards, tables.together(*reads), strict=True)]


def _stalled(due: Due, tables: Tables, now_ms: int) -> Reading:
    """Of deliveries that somebody still waits for."""
    guards = {row.numbers[0] for row in due.of_kind(FANOUT_GUARD, DELIVERIES)}
    waiting = [each for each in _deliveries(guards, tables) if each.article.shown and not each.complete]
    stalled = [job for delivery in waiting for job in delivery.shards if not job.over and is_stalled(job, now_ms)]
    about = next((f", the first of article {job.article_id}: {job.reason or 'quiet'}" for job in stalled), "")
    return Reading("stalled_shards", len(stalled), f"{len(stalled)} of {len(waiting)} deliveries under way{about}")


def _unsettled(due: Due, tables: Tables, now_ms: int) -> Reading:
    keys = [orders.key(row.id) for row in due.of_kind(PAYMENT, ORDERS_READ)]
    found = map(orders.decode, tables.get_many({ORDERS: keys}, {ORDERS: ()})[ORDERS].values())
    since = sorted((_since(order), order.id) for order in found if order.unsettled or order.asked is not None)
    age_ms = max(0, now_ms - since[0][0]) if since else 0
    text = f"{len(since)}, the oldest for {seconds(age_ms)}: {since[0][1]}" if since else "none is overdue"
    return Reading("unsettled_order_s", age_ms / 1000, text)


def _since(order: Order) -> int:
    """When what is not settled yet became known, or was asked for."""
    if order.status is Status.PAID:
        return order.paid_ms
    return order.refunds[-1].at_ms if order.unsettled else order.asked.at_ms if order.asked else order.created_ms


def _letters(tables: Tables) -> Reading:
    pages = [work.due(tables, bucket, None, 1 << 62, LETTERS_OF_A_BUCKET) for bucket in work.DEAD_LETTERS]
    found = [letter for page in pages for letter in page]
    more = "+" if any(len(page) == LETTERS_OF_A_BUCKET for page in pages) else ""
    about = f", the first of article {found[0].numbers[0]}: {found[0].reason}" if found else ""
    return Reading("dead_letters", len(found), f"{len(found)}{more}{about}" if found else "none")


def _overdue(due: Due, tables: Tables, now_ms: int) -> Reading:
    """In the calendar too: an alarm stays for a minute after it has gone off."""
    alarms = [row for bucket in work.CALENDAR for row in work.due(tables, bucket, None, now_ms, 1)]
    oldest = min([*due.rows[:1], *alarms], key=lambda row: row.due_ms, default=None)
    if oldest is None:
        return Reading("overdue_work_s", 0, "nothing is due")
    age_ms = now_ms - oldest.due_ms
    rows = f"{len(due.rows)}{'+' if due.cut else ''} rows are due"
    text = f"{rows}, the oldest for {seconds(age_ms)}: {oldest.kind} {oldest.id}"
    return Reading("overdue_work_s", age_ms / 1000, text)
