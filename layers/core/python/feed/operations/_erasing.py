"""Looks at all tables for what a person has left, page by page: what is found goes, until a look finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from feed.domain.ids import unhashed
from feed.observability import alert
from feed.operations._recount import RECOUNT
from feed.operations._recount_people import AFTER_MS, PEOPLE, Part
from feed.store import erasures, stretches, work
from feed.store.client import MAX_BATCH_WRITE
from feed.store.personal import HOLDINGS, LOOKED_AT, undo
from feed.store.schema import ARTICLES, ORDERS
from feed.store.stretches import ALL, Stretch
from feed.store.work import Work

if TYPE_CHECKING:
    from feed.call import Call
    from feed.store.client import Tables
    from feed.store.erasures import Erasure
    from feed.store.rows import Row, Write
    from feed.store.traces import Person, Undo

ERASE_USER = "erase-user"
"""The function that does it."""
SETTLED_MS = 180_000
"""By then everything is over that was under way when a look began: a background function takes two minutes at most."""
LAST_LOOK_MS = 65 * 60_000
"""After the first one: a night's training, which takes an hour at most, may have read a log that was not erased yet."""

WAITS_MS = 30 * 60_000
"""Until money that is on its way is looked at again: an order is closed within half an hour."""


def go_on(erasure: Erasure, call: Call, tables: Tables, may_go_on: Callable[[], bool]) -> Erasure | None:
    """As far as time allows, one page at least and a look at most; None when the person is erased.

    Raises ConditionFailed when somebody else has taken over.
    """
    if not erasure.table:
        erasure = replace(erasure, table=LOOKED_AT[0], left=whole(LOOKED_AT[0], erasure.person))
    while erasure.table:
        erasure = erasures.save(tables, _step(erasure, call, tables))
        if erasure.table and not may_go_on():
            return erasure
    if erasure.first_ms and erasure.not_before_ms >= erasure.first_ms + LAST_LOOK_MS and not erasure.found:
        erasures.end(tables, erasure)
        return None
    if erasure.waits:
        alert(call, f"A person cannot be erased yet: {erasure.waits}", user_id=erasure.user_id)
    return erasures.save(tables, _next_look(erasure, call.time_ms()))


def whole(table: str, person: Person) -> tuple[Stretch, ...]:
    """All of a table that can name somebody."""
    return (stretches.of_key(person.key) if HOLDINGS[table].own else ALL,)


def _next_look(erasure: Erasure, now_ms: int) -> Erasure:
    """For what has come, or has been written back, since the present one began.

    Soon where the account still has to follow its orders: until then `scripts/payments audit` misses it.
    """
    first_ms = erasure.first_ms or now_ms
    not_before_ms = now_ms + (WAITS_MS if erasure.waits else SETTLED_MS)
    if not erasure.orders:
        not_before_ms = max(not_before_ms, first_ms + LAST_LOOK_MS)
    fresh = replace(erasure, found=0, orders=0, waits="")
    return replace(fresh, look=erasure.look + 1, first_ms=first_ms, not_before_ms=not_before_ms)


def _step(erasure: Erasure, call: Call, tables: Tables) -> Erasure:
    """One page of several stretches; everything that it asks for is acknowledged before the place is kept."""
    table = erasure.table
    rows, left = stretches.read_some(tables, table, erasure.left, HOLDINGS[table].columns)
    if table == ARTICLES:
        erasure = erasures.learn(tables, erasure, _written(rows, erasure.person))
    person = erasure.person
    found = [done for row in rows if (done := undo(table, row, person)) is not None]
    if table == ORDERS and found:
        # before one is rewritten: whoever goes on after a crash finds none, and must not move the account yet
        erasure = erasures.save(tables, replace(erasure, orders=erasure.orders + len(found)))
    _do(found, call, tables)
    waits = next((done.waits for done in found if done.waits), erasure.waits)
    erasure = replace(
        erasure,
        left=tuple(left),
        found=erasure.found + len(found),
        erased=erasure.erased + sum(bool(done.then) for done in found),
        waits=waits,
    )
    return erasure if left else _next_table(erasure)


def _next_table(erasure: Erasure) -> Erasure:
    """The table behind it in a look, or none."""
    behind = LOOKED_AT[LOOKED_AT.index(erasure.table) + 1 :]
    if not behind:
        return replace(erasure, table="", left=())
    return replace(erasure, table=behind[0], left=whole(behind[0], erasure.person))


def _written(rows: Iterable[Row], person: Person) -> list[int]:
    return [unhashed(str(row["article_key"])) for row in rows if person.is_named(row["author_id"])]


def _do(found: Sequence[Undo], call: Call, tables: Tables) -> None:
    """Whose counters are to be made anew is written first, then what takes a row's place, then the row goes."""
    _write(_recounts(found, call.time_ms()), tables)
    _write([write for done in found for write in done.first], tables)
    _write([write for done in found for write in done.then], tables)


def _recounts(found: Sequence[Undo], now_ms: int) -> list[Write]:
    """Each once; these rows name nobody who is erased."""
    due_ms = now_ms + AFTER_MS
    asked = [done.recounts for done in found]
    articles = {id for each in asked for id in each.articles}
    followers = {id for each in asked for id in each.followers}
    following = {id for each in asked for id in each.following}
    rows = [Work(due_ms, RECOUNT, f"{id}:0") for id in sorted(articles)]
    rows += [Work(due_ms, PEOPLE, f"{id}:{Part.FOLLOWERS.value}:0") for id in sorted(followers)]
    rows += [Work(due_ms, PEOPLE, f"{id}:{Part.FOLLOWING.value}:0") for id in sorted(following)]
    return [*map(work.put, rows)]


def _write(writes: Sequence[Write], tables: Tables) -> None:
    """Batches side by side. What is refused was changed meanwhile: the next look sees to it. Raises OutcomeUnknown."""
    batches = [writes[start : start + MAX_BATCH_WRITE] for start in range(0, len(writes), MAX_BATCH_WRITE)]
    tables.together(*(lambda batch=batch: tables.write_all(*batch) for batch in batches))
