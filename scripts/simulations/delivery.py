"""One article's delivery: the publisher, the tree of starts, the ledger, the sweeper, and when whom it has reached.

Every request is an event of its own. Followers are numbers in the order of their hashed keys, known by the batch that
they share; a batch is taken or refused as a whole.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

import numpy
import simpy

from alifakes.tablestore.engine.capacity import units
from feed.domain.fanout import (
    HASH_SPACE,
    WINDOW,
    Job,
    first_shards,
    is_abandoned,
    is_hopeless,
    shard_range,
    width_for,
)
from feed.operations._release import GUARD_MS
from feed.operations.sweep import TICK_MS
from feed.store.schema import INBOXES, SESSIONS
from simulations.cloud import FunctionCompute, Limit, Steps, Tablestore
from simulations.parameters import Latency, Parameters
from simulations.spent import Spent
from simulations.worker import Worker

_JOB_BYTES = 220
"""A row of the ledger."""
_PUBLISHING = ((1, 0), (0, 1), (1, 1), (1, 1), (0, 1), (2, 2))
"""Read and write units of the publisher's requests before the ledger: author, work row, article, counters, outbox row,
then the article's number beside where readers look."""


@dataclass
class Shard:
    """`rows` followers by hashed key, of whom the first `row` are behind the ledger's cursor.

    `landed` says for each warm follower from `base` on whether the article has reached them: the ledger does not know.
    """

    rows: int
    job: Job
    row: int = 0
    base: int = 0
    landed: bytearray = field(default_factory=lambda: bytearray(WINDOW))
    depth: int = 1
    """Of the last invocation for it, or the publisher's."""

    def __post_init__(self) -> None:
        self._start, self._share = _stretch(self.job)

    def position(self, row: float) -> float:
        """Where in the space of hashes a follower is, of 1."""
        return self._start + self._share * row / max(self.rows, 1)


class Delivery:
    """`arrivals`: (seconds after the publish time, how many followers); `depth`: the longest chain of invocations."""

    def __init__(self, followers: int, parameters: Parameters) -> None:
        self.parameters = parameters
        self.spent = Spent()
        self.env = simpy.Environment()
        self.tables = Tablestore(parameters, self.spent)
        self.functions = FunctionCompute(self.env, parameters, self.spent)
        self.width = width_for(followers, parameters.per_invocation, parameters.width, pull_from=0)
        self.shards = _spread(followers, [_created(number, self.width) for number in range(self.width)])
        self.author = Limit(parameters.key_cu, parameters)
        self.instance = Limit(parameters.instance_cu, parameters)
        self.partitions = {
            table: [Limit(parameters.partition_cu, parameters) for _ in range(parameters.partitions)]
            for table in (INBOXES, SESSIONS)
        }
        self.arrivals: list[tuple[float, int]] = []
        self.depth = 1
        self.owners = count()
        self._over = self.env.event()

    def run(self) -> None:
        """Until the ledger says that all is over, its guard is gone, and every worker has come to its end."""
        publishing = self.env.process(self._publish())
        self.env.process(self._sweep())
        self.env.run(until=publishing & self._over)
        while self.functions.running:
            self.env.step()
        self.functions.close()

    @property
    def now_ms(self) -> int:
        return int(self.env.now * 1000)

    @property
    def margin_ms(self) -> int:
        return int(self.parameters.request_timeout_s * 1000)

    @property
    def dead(self) -> int:
        """Shards that were given up."""
        return sum(shard.job.dead_ms is not None for shard in self.shards)

    def warm(self, rows: int) -> int:
        """How many of the first `rows` followers of a shard get a row now; the others are spread evenly among them."""
        return round(rows * (1 - self.parameters.cold))

    def row(self, warm: int) -> float:
        """About which follower of a shard the warm one of this number is."""
        return warm / (1 - self.parameters.cold) if self.parameters.cold < 1 else 0

    def land(self, shard: Shard, start: int, end: int, at: float) -> None:
        """The article is in the inboxes of these warm followers, at the latest then."""
        first, last = start - shard.base, end - shard.base
        new = last - first - shard.landed.count(1, first, last)
        if new:
            shard.landed[first:last] = b"\1" * (last - first)
            self.arrivals.append((at, new))

    def pass_over(self, shard: Shard, row: int) -> None:
        """The ledger's cursor moves."""
        passed = self.warm(row) - shard.base
        shard.row, shard.base = row, shard.base + passed
        shard.landed = shard.landed[passed:] + bytes(passed)

    def finish(self) -> None:
        """Of a delivery whose only shard has removed the guard."""
        if not self._over.triggered:
            self._over.succeed()

    def start(self, shard: Shard, depth: int) -> Steps:
        """Ask for a worker; whether it was taken."""

        def work(deadline: float, at_depth: int) -> Steps:
            return Worker(self, shard, deadline, at_depth).run()

        return (yield from self.functions.invoke(work, depth))

    def start_all(self, numbers: Iterable[int], depth: int) -> Steps:
        """Those behind one that was not taken are left to the sweeper, like that one."""
        for number in numbers:
            if not (yield from self.start(self.shards[number], depth)):
                return

    def ask(self, latency: Latency, read_cu: int, write_cu: int) -> Steps:
        """One request of the publisher or the sweeper, which are not made to fail: others finish what they leave."""
        yield self.env.timeout(latency.draw_s())
        self.spent.requests += 1
        self.spent.read_cu += read_cu
        self.spent.write_cu += write_cu

    def _publish(self) -> Steps:
        row_ms = self.parameters.row_ms
        for read_cu, write_cu in _PUBLISHING:
            yield from self.ask(row_ms, read_cu, write_cu)
        yield from self.ask(row_ms, self.width, self.width + 1)
        yield from self.start_all(first_shards(self.width), depth=2)
        yield from self.ask(row_ms, 1, 1)
        yield from self.ask(row_ms, 0, 1)

    def _sweep(self) -> Steps:
        """Every minute, at any second of it, once the guard is due."""
        yield self.env.timeout(random.random() * TICK_MS / 1000)
        while True:
            if self.now_ms >= 2 * GUARD_MS and (yield from self._sweep_once()):
                return self.finish()
            yield self.env.timeout(TICK_MS / 1000)

    def _sweep_once(self) -> Steps:
        row_ms = self.parameters.row_ms
        yield from self.ask(row_ms, 1, 0)
        yield from self.ask(row_ms, units(self.width * _JOB_BYTES), 0)
        waiting = [shard for shard in self.shards if not shard.job.over]
        for shard in waiting:
            job = shard.job
            if not is_abandoned(job, self.now_ms, self.margin_ms):
                continue
            if is_hopeless(job, self.now_ms):
                yield from self.ask(row_ms, 0, 1)
                yield from self.ask(row_ms, 1, 1)
                shard.job = job._replace(dead_ms=self.now_ms)
            elif not (yield from self.start(shard, shard.depth + 1)):
                break
        if not waiting:
            yield from self.ask(row_ms, 0, 1)
        return not waiting


def _spread(followers: int, jobs: list[Job]) -> list[Shard]:
    """Keys are hashed: how many followers each shard has is drawn."""
    chance = numpy.random.default_rng(random.getrandbits(64))
    drawn = chance.multinomial(followers, [_stretch(job)[1] for job in jobs])
    return [Shard(int(rows), job) for rows, job in zip(drawn, jobs, strict=True)]


def _stretch(job: Job) -> tuple[float, float]:
    """Where a shard begins in the space of hashes, and its share of it."""
    start, end = (HASH_SPACE if key == "g" else int(key, 16) for key in (job.start_key, job.end_key))
    return start / HASH_SPACE, (end - start) / HASH_SPACE


def _created(number: int, width: int) -> Job:
    start, end = shard_range(number, width)
    return Job(1, 1, number, start, end, start, "", 0, False, 0, 0, None, None, 0)
