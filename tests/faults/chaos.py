"""Processes whose requests come in any order, and what befalls them on their way, all drawn from one seed."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from feed.domain.ids import unhashed
from feed.store.rows import STAMP, Bound, End
from feed.store.schema import INBOXES
from tests.faults.actors import (
    TIMEOUT_S,
    Actor,
    InboxPut,
    Invocation,
    Mishap,
    described,
    inbox_puts,
    mishaps,
    rows_in,
)
from tests.faults.cast import Reader
from tests.faults.stage import Stage
from tests.steps import SWEEP

MOST_SKEW_MS = 3_000
RETRIES = 3
"""Of an asynchronous invocation that raised or died, by Function Compute."""
MAY_BE_LATE_MS = 100_000
"""A worker that has lived so long may have lost its shard, by clocks that differ."""
SPANS_MS = (1_000, 5_000, 9_000, 65_000, 125_000, 125_000, 600_000, 4_200_000)
QUIET_SPANS_MS = (1, 500, 2_000)
WORKERS_SHARE = 2
"""How much likelier a fault is with a worker than with anybody else."""
NEVER_LANDS = 0.25


class InboxRow(NamedTuple):
    reader: int
    article: int
    arrived_ms: int


@dataclass
class Held:
    """A request whose sender believes that its connection broke."""

    request: partial[Any]
    sender: Actor
    since_ms: int


@dataclass
class Chaos:
    """`temper` is how likely a fault is at each step; 0: nothing fails, and nobody has to wait for the sweeper.

    `sick` is a reader into whose inbox nothing can be written until then, `waiting` are invocations that Function
    Compute has queued. `stamps` is when each inbox row had arrived as it was
    first seen, `late` are the rows that a worker has put, whether or not they were there, when it no longer had the
    shard, `renewed` and `turned` those that have arrived again because of it, or without a reason. `broken` are errors
    that are nobody's to repeat. `swept_ms` is when the sweeper last did all that was due.
    """

    stage: Stage
    readers: list[Reader]
    chance: random.Random
    temper: float
    sick: int | None = None
    actors: list[Actor] = field(default_factory=list)
    waiting: list[Invocation] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    stamps: dict[tuple[int, int], int] = field(default_factory=dict)
    late: set[tuple[int, int]] = field(default_factory=set)
    renewed: set[tuple[int, int]] = field(default_factory=set)
    turned: set[tuple[int, int]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    withdrawn: bool = False
    swept_ms: int = 0
    number: int = 0

    @property
    def now_ms(self) -> int:
        return self.stage.clock.now_ms()

    @property
    def awake(self) -> list[Actor]:
        return [actor for actor in self.actors if not actor.asleep]

    @property
    def busy(self) -> bool:
        """Somebody is at it, or something is on its way."""
        return bool(self.actors or self.waiting or self.held)

    def say(self, what: str) -> None:
        self.trace.append(f"{self.now_ms % 100_000_000 / 1000:10.3f}  {what}")

    def inject(self, what: str, whom: object) -> None:
        self.injected[what] += 1
        self.say(f"** {what}: {whom}")

    # --- processes ---

    def begin(self, name: str, call: Callable[[], Any], ends: Callable[[Actor], None], **more: Any) -> None:
        self.number += 1
        skew_ms = self.chance.randint(-MOST_SKEW_MS, MOST_SKEW_MS)
        actor = Actor(f"{self.number} {name}", call, ends, self.now_ms, skew_ms, **more)
        self.say(f"{actor.name} begins, its clock {skew_ms:+} ms")
        self.actors.append(actor)
        self._take_what_it_left(actor)

    def begin_invocation(self, place: int, *, keep: bool = False) -> None:
        """`keep`: it comes once more, as it may."""
        invocation = self.waiting[place]
        if not keep:
            del self.waiting[place]
        timeout_s = TIMEOUT_S.get(invocation.function, 10)
        call = partial(self.stage.driver.invoke, invocation.function, invocation.event, timeout_s=timeout_s)
        self.begin(str(invocation), call, partial(self._repeat, invocation), function=invocation.function)

    def begin_sweep(self) -> None:
        self.begin("sweep", partial(self.stage.driver.invoke, "sweep", SWEEP), self._sweep_ends, function="sweep")

    def _sweep_ends(self, actor: Actor) -> None:
        if actor.answer is not None and json.loads(actor.answer)["failed"] == 0:
            self.swept_ms = actor.began_ms

    def go_on(self, actor: Actor, mishap: Mishap | None = None) -> None:
        """Its next request, and what befalls it."""
        request = actor.next
        assert request is not None, "it has not ended"
        self.say(f"{actor.name}: {described(request)}")
        if mishap is not None:
            self.inject(mishap.value, f"{actor.name} at {described(request)}")
        puts = inbox_puts(request)
        failing = [row for row, put in enumerate(puts) if put.reader == self.sick and self.temper]
        if mishap is Mishap.PARTLY_FAILED:
            many = rows_in(request)
            failing += self.chance.sample(range(many), self.chance.randint(1, many))
        if failing:
            self.stage.tablestore.faults.add("partial", api="BatchWriteRow", rows=failing)
        if self.now_ms - actor.began_ms > MAY_BE_LATE_MS:
            self._are_late(puts)
        actor.go_on(mishap)
        self.stage.tablestore.faults.clear()
        self._take_what_it_left(actor)

    def run(self, actor: Actor) -> None:
        while not actor.ended:
            self.go_on(actor)

    def mishap(self, actor: Actor) -> Mishap | None:
        """As likely as the run's temper, and likelier with a worker."""
        assert actor.next is not None, "it has not ended"
        likely = self.temper * (WORKERS_SHARE if actor.is_worker else 1)
        return self.chance.choice(mishaps(actor.next)) if self.chance.random() < likely else None

    def take_queue(self) -> None:
        queue = self.stage.driver.queue
        while queue:
            self.waiting.append(Invocation(*queue.popleft()))

    def _take_what_it_left(self, actor: Actor) -> None:
        self.take_queue()
        self.held += [Held(request, actor, self.now_ms) for request in actor.held]
        actor.held.clear()
        if actor.ended:
            self.actors.remove(actor)
            self.say(f"{actor.name} {actor.end}")
            if actor.is_broken:
                self.broken.append(f"{actor.name} {actor.end}")
            self.look()
            actor.ends(actor)

    def _repeat(self, invocation: Invocation, actor: Actor) -> None:
        if actor.killed or actor.error is not None:
            self.repeat(invocation)

    def repeat(self, invocation: Invocation) -> None:
        """Function Compute's part, where one has died or raised."""
        if invocation.tries < RETRIES:
            self.waiting.append(replace(invocation, tries=invocation.tries + 1))

    # --- what waits on its way ---

    def land(self, held: Held) -> None:
        """Or be lost."""
        self.held.remove(held)
        if self.chance.random() < NEVER_LANDS:
            self.say(f"is lost, sent by {held.sender.name}: {described(held.request)}")
            return
        self.say(f"lands, sent by {held.sender.name}: {described(held.request)}")
        self._are_late(inbox_puts(held.request))
        try:
            held.request()
        except Exception as error:  # nobody learns what has become of it
            self.say(f"  {type(error).__name__}")

    def pass_time(self, ms: int) -> None:
        """Whoever would live longer than its time-out comes to an end before, or is killed; a worker may oversleep."""
        for actor in list(self.actors):
            if self.now_ms + ms - actor.began_ms > actor.timeout_ms:
                self._overtake(actor, ms)
        for held in [held for held in self.held if not held.sender.is_worker]:
            if self.now_ms + ms - held.since_ms > held.sender.timeout_ms:
                self.land(held)
        self.say(f"-- {ms / 1000} s pass")
        self.stage.clock.advance(ms)

    def _overtake(self, actor: Actor, ms: int) -> None:
        fates = ["ends", "killed"] if not actor.is_worker else ["ends", "killed", "asleep", "asleep", "frozen"]
        fate = self.chance.choice(fates) if self.temper else "ends"
        if fate == "ends":
            self.run(actor)
        elif fate == "killed":
            self.go_on(actor, Mishap.KILLED_BEFORE)
        elif not actor.asleep or fate == "frozen":
            self.inject(fate, actor.name)
            actor.asleep = True
            actor.frozen_ms += ms if fate == "frozen" else 0

    # --- what has come of it ---

    def _are_late(self, puts: Sequence[InboxPut]) -> None:
        self.late.update((put.reader, put.article) for put in puts if put.plain)

    def look(self) -> None:
        """Rows that have arrived, and rows that have arrived again."""
        for row in self.inboxes():
            key = row.reader, row.article
            if row.arrived_ms != self.stamps.setdefault(key, row.arrived_ms):
                self.stamps[key] = row.arrived_ms
                (self.renewed if key in self.late or self._is_unsettled(row.reader) else self.turned).add(key)

    def _is_unsettled(self, reader_id: int) -> bool:
        """Whose follow cannot be finished, whoever tries: its backfill may come at any time."""
        return any(reader.changed for reader in self.readers if reader.id == reader_id == self.sick)

    def inboxes(self) -> list[InboxRow]:
        first: Bound = (End.MIN, End.MIN, End.MIN)
        page = self.stage.store.scan(INBOXES, first, (End.MAX, End.MAX, End.MAX), stamped=True)
        return [InboxRow(unhashed(str(row["user_key"])), int(row["message_id"]), int(row[STAMP])) for row in page.rows]
