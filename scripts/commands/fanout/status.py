"""Every delivery that is not over, and the dead letters: what runs, what has stopped, and what it has met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from commands.fanout.delivery import Delivery
from commands.fanout.letters import DEAD, FOREVER_MS, Letter, letters
from feed.domain.fanout import delivered
from feed.operations._fields import format_rfc3339
from feed.operations._release import FANOUT_GUARD
from feed.store import articles, jobs, work
from feed.store.client import Tables

_TROUBLE = {
    "stalled": "stalled: the sweeper starts a shard again that has been quiet, the later the oftener it has failed.",
    "dead": "dead: given up after failing for an hour; scripts/fanout repair ARTICLE brings what is missing, and tries "
    "its shards again.",
}


@dataclass(frozen=True)
class Status:
    deliveries: Sequence[Delivery]
    letters: Sequence[Letter]
    now_ms: int

    @property
    def states(self) -> Counter[str]:
        return Counter(delivery.state(self.now_ms) for delivery in self.deliveries)

    @property
    def calm(self) -> bool:
        return not _TROUBLE.keys() & self.states.keys() and all(letter.fate != DEAD for letter in self.letters)

    def lines(self) -> Iterator[str]:
        said = ", ".join(f"{number} {state}" for state, number in sorted(self.states.items()))
        yield f"{len(self.deliveries)} deliveries are not over: {said}" if said else "every delivery is over"
        yield from _table([_cells(_facts(delivery, self.now_ms)) for delivery in self.deliveries])
        if self.letters:
            yield f"{len(self.letters)} dead letters, of which {sum(each.fate == DEAD for each in self.letters)} hold"
            yield from _table([_letter(letter) for letter in self.letters])
        yield from (text for state, text in _TROUBLE.items() if self.states[state])

    def as_json(self) -> dict[str, object]:
        return {
            "ok": self.calm,
            "deliveries": [_facts(delivery, self.now_ms) for delivery in self.deliveries],
            "dead_letters": [_letter(letter) for letter in self.letters],
        }


def status(tables: Tables, now_ms: int) -> Status:
    """From the work rows that guard deliveries, due or not; one whose last shard is dead has none, but a letter."""
    guards = (item for bucket in work.BUCKETS for item in work.all_due(tables, bucket, FOREVER_MS))
    about = {item.numbers[:2] for item in guards if item.kind == FANOUT_GUARD}
    told = letters(tables)
    about |= {letter.work.numbers[:2] for letter in told if letter.fate == DEAD}
    cards = articles.cards(tables, {article_id for article_id, _ in about})  # before the jobs, as the sweeper does
    found = [
        Delivery(cards[article_id], number, jobs.of_delivery(tables, article_id, number))
        for article_id, number in sorted(about)
        if article_id in cards
    ]
    return Status([delivery for delivery in found if not delivery.complete], told, now_ms)


def _facts(delivery: Delivery, now_ms: int) -> dict[str, object]:
    hindmost = delivery.hindmost(now_ms)
    return {
        "article": delivery.article.id,
        "author": delivery.article.author_id,
        "delivery": delivery.number,
        "state": delivery.state(now_ms),
        "shards_done": sum(job.done for job in delivery.shards),
        "shards": max(len(delivery.shards), delivery.width),
        "followers": delivery.article.audience if delivery.is_latest else None,
        "delivered": delivered(delivery.shards),
        "deferred": sum(job.deferred for job in delivery.shards),
        "since": format_rfc3339(delivery.began_ms),
        "behind": hindmost and {"shard": hindmost.shard, "cursor": hindmost.cursor, "tries": hindmost.tries},
        "reason": hindmost.reason if hindmost else "",
    }


def _cells(facts: Mapping[str, object]) -> dict[str, object]:
    """As a line has room for them."""
    shards = f"{facts['shards_done']}/{facts['shards']}"
    behind = facts["behind"]
    where = "shard {shard} at {cursor}, tries {tries}".format(**behind) if isinstance(behind, dict) else ""
    cells = {**facts, "shards": shards, "behind": where}
    del cells["shards_done"]
    return cells


def _letter(letter: Letter) -> dict[str, object]:
    article_id, delivery, shard = letter.work.numbers
    since = format_rfc3339(letter.work.due_ms)
    return {
        "article": article_id,
        "delivery": delivery,
        "shard": shard,
        "fate": letter.fate,
        "failing_since": since,
        "reason": letter.work.reason,
    }


def _table(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Aligned, under the names of their columns."""
    if rows:
        lines = [list(rows[0]), *(["-" if cell is None else str(cell) for cell in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
