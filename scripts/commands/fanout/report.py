"""What an audit of a delivery has found, as counts, readers and advice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from commands.fanout.delivery import Delivery
from feed.domain.ids import unhashed
from feed.operations._fields import format_rfc3339

SHOWN = 20
MISSING, STALLED, NOT_YET, HIDDEN, SURPLUS, DOUBLED = "missing", "stalled", "not yet", "hidden", "surplus", "doubled"
KINDS = {
    MISSING: "lack it, and no worker is on the way to them",
    STALLED: "lack it, behind a shard that has stopped",
    NOT_YET: "lack it, before a shard at work",
    HIDDEN: "have left, and are not shown the row they have",
    SURPLUS: "have it, do not follow, and nothing hides it from them",
    DOUBLED: "have it at a time that is not its own",
}
WRONG = (MISSING, STALLED, SURPLUS, DOUBLED)
_ADVICE = {
    MISSING: "{n} lack it: scripts/fanout repair {article} brings it to them.",
    STALLED: "{n} wait for a shard that has stopped: the sweeper starts it again within a quarter of an hour, and "
    "scripts/fanout status says what it has met.",
    SURPLUS: "{n} have it, but should not. No command takes it away, because a removal could race with a new follow; "
    "the rows go 90 days after they came.",
    DOUBLED: "{n} have it at a wrong time. No page shows these rows, and they go 90 days after they came.",
    NOT_YET: "Still running: {n} are not reached yet. Nothing is to be done but to ask again in some minutes.",
}


@dataclass
class Report:
    """`readers` by kind, as hashed keys; `later` followed after the delivery had begun."""

    delivery: Delivery
    state: str
    everywhere: bool = False
    held: int = 0
    deferred: int = 0
    later: int = 0
    readers: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    @property
    def holds(self) -> bool:
        return not any(self.readers[kind] for kind in WRONG)

    @property
    def owed(self) -> int:
        return self.held + sum(len(self.readers[kind]) for kind in (MISSING, STALLED, NOT_YET))

    def lines(self, most: int | None = SHOWN) -> list[str]:
        """What was audited, counts, up to `most` readers of each kind, and what to do."""
        kinds = [kind for kind in KINDS if self.everywhere or kind != DOUBLED]
        return [
            self.title,
            _count("owed", self.owed, "followed when it began, and had been here in the 30 days before the article"),
            _count("held", self.held, "of these have it"),
            *(_count(kind, len(self.readers[kind]), KINDS[kind]) for kind in kinds),
            _count("deferred", self.deferred, "were away for longer, and get it on their next visit"),
            _count("later", self.later, "have followed since, and got the newest articles with that"),
            *(f"{kind}: {ids(self.readers[kind], most)}" for kind in KINDS if self.readers[kind]),
            *self._verdict(),
        ]

    @property
    def title(self) -> str:
        article, shards = self.delivery.article, self.delivery.shards
        done = f"{sum(job.done for job in shards)} of {max(len(shards), self.delivery.width)} shards done"
        ledger = "its ledger has expired" if self.delivery.complete and not shards else done
        began = format_rfc3339(self.delivery.began_ms)
        about = f"article {article.id} of {article.author_id}, delivery {self.delivery.number}, began {began}"
        return f"{about}: {self.state}, {ledger}"

    def advice(self, kind: str) -> str:
        return _ADVICE[kind].format(n=len(self.readers[kind]), article=self.delivery.article.id)

    def _verdict(self) -> list[str]:
        found = [self.advice(kind) for kind in _ADVICE if self.readers[kind]]
        return found or ["ok: whoever is owed it has it"]

    def as_json(self) -> dict[str, object]:
        """Every reader, by id."""
        delivery = self.delivery
        return {
            "article": delivery.article.id,
            "author": delivery.article.author_id,
            "delivery": delivery.number,
            "began_at": format_rfc3339(delivery.began_ms),
            "state": self.state,
            "ok": self.holds,
            "owed": self.owed,
            "held": self.held,
            "deferred": self.deferred,
            "later": self.later,
            **{kind.replace(" ", "_"): sorted(map(unhashed, self.readers[kind])) for kind in KINDS},
        }


def ids(reader_keys: Collection[str], most: int | None = SHOWN) -> str:
    """In order; None is all."""
    found = sorted(map(unhashed, reader_keys))
    rest = len(found) - len(found[:most])
    return " ".join(map(str, found[:most])) + (f" and {rest} more, which --all names" if rest else "")


def _count(name: str, number: int, explained: str) -> str:
    return f"  {name:9}{number:9}  {explained}"
