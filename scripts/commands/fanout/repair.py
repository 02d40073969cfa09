"""The repair of a delivery: what is missing comes by the product's own path, and dead shards are tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tqdm import tqdm

from commands.fanout.audit import audit, patiently, require_current, who_left
from commands.fanout.delivery import Delivery, Refused
from commands.fanout.letters import Letter, remove_outdated
from commands.fanout.report import MISSING, NOT_YET, SHOWN, STALLED, SURPLUS, Report, ids
from feed.call import Call
from feed.domain.fanout import Job, is_late
from feed.operations._arrivals import Undelivered, note_late, push_all
from feed.operations._release import GUARD_MS, dead_letter, delivery_guard
from feed.store import jobs, relations, work
from feed.store.client import MAX_BATCH_WRITE, Tables


@dataclass
class Repair:
    """`report` is the audit before it; `brought`, and `lost`, whose rows could not be written, are readers' keys."""

    report: Report
    brought: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    revived: Sequence[Job] = ()
    cleared: Sequence[Letter] = ()

    def lines(self, most: int | None = SHOWN) -> Iterator[str]:
        """What was done, and what is left to others."""
        readers = self.report.readers
        yield self.report.title
        if not readers[MISSING]:
            yield "nothing was missing"
        if self.brought:
            yield f"brought to {len(self.brought)}: {ids(self.brought, most)}"
        if self.lost:
            yield f"could not be written for {len(self.lost)}, repeat the command: {ids(self.lost, most)}"
        for job in self.revived:
            yield f"shard {job.shard} is tried again within two minutes; it had met: {dead_letter(job).reason}"
        for letter in self.cleared:
            yield f"dead letter of shard {letter.shard} removed: {letter.fate}"
        for kind in (STALLED, NOT_YET, SURPLUS):
            if readers[kind]:
                yield self.report.advice(kind)


def repair(article_id: int, call: Call, tables: Tables) -> Repair:
    """Adds what is owed and takes nothing away; safe to repeat, to stop anywhere, and beside a running product.

    Raises as `audit`; an article that has nothing to repair is rid of its dead letters all the same.
    """
    try:
        report = audit(article_id, call, tables)
    except Refused:
        remove_outdated(article_id, tables)
        raise
    done = Repair(report)
    lacking = sorted(report.readers[MISSING])
    with tqdm(desc="missing", unit=" readers", total=len(lacking), leave=False, disable=None) as bar:
        for start in range(0, len(lacking), MAX_BATCH_WRITE):
            batch = lacking[start : start + MAX_BATCH_WRITE]
            _bring(batch, done, call, tables)
            bar.update(len(batch))
    done.revived = _revive(report.delivery, call, tables)
    done.cleared = remove_outdated(article_id, tables)
    return done


def _bring(readers: Sequence[str], done: Repair, call: Call, tables: Tables) -> None:
    """To those who are still owed it. The note comes first: whatever happens then, the row is found to be unread."""
    delivery = done.report.delivery
    article, published_ms = delivery.article, delivery.published_ms
    patiently(lambda: require_current(delivery, tables), call)
    owed = patiently(lambda: _still_owed(readers, delivery, tables), call)
    if is_late(published_ms, call.time_ms()):
        unnoted = _failing(lambda: note_late(owed, published_ms, article.id, call, tables))
        done.lost |= unnoted
        owed = [reader for reader in owed if reader not in unnoted]
    unwritten = _failing(lambda: push_all(article, delivery.number, [], owed, call, tables))
    done.lost |= unwritten
    done.brought.update(owed)
    done.brought -= unwritten


def _failing(write: Callable[[], object]) -> set[str]:
    """Whose rows were not acknowledged, however often they were tried: they must not stop the others."""
    try:
        write()
    except Undelivered as failed:
        return set(failed.readers)
    return set()


def _still_owed(readers: Sequence[str], delivery: Delivery, tables: Tables) -> list[str]:
    """Who has not left since the audit; what a page would not show is not put."""
    author_id = delivery.article.author_id
    following = [follower.key for follower in relations.current(tables, author_id, readers) if delivery.owes(follower)]
    left = who_left(following, author_id, tables)
    return [reader for reader in following if not left.get(reader)]


def _revive(delivery: Delivery, call: Call, tables: Tables) -> list[Job]:
    """Let the sweeper see to all that is not done: its work row first, then the dead shards, which it tries again.

    The row has a place of its own. The sweeper may have read the former one, found nothing that lives, and be about to
    remove it; this one is not due before that is over.
    """
    shards = jobs.of_delivery(tables, delivery.article.id, delivery.number)
    dead = [job for job in shards if job.dead]
    if not all(job.done for job in shards):
        guard = delivery_guard(delivery.article.id, delivery.number, call.time_ms() - GUARD_MS)
        tables.write_all(work.put(guard, call.trace_id))
    for job in dead:
        jobs.revive(tables, job, call.time_ms())
    return dead
