"""One worker's turn on one shard, step by step as feed/operations/fanout_batch.py takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import simpy
import tablestore

from alifakes.tablestore.engine.capacity import cells_size, key_size, units
from feed.domain.fanout import CAREFUL_WINDOW, HAND_ON_S, RANGE, WINDOW, Job, is_late, may_acquire, next_shards
from feed.domain.ids import hashed
from feed.operations._arrivals import _FEW, _ROUND_S, _ROUNDS, PATIENT_ROUNDS
from feed.operations.fanout_batch import LOOK_AGAIN_S
from feed.store.client import MAX_BATCH_WRITE
from feed.store.schema import INBOXES, KEY_NAMES, RELATIONS, SESSIONS
from feed.store.sdk import retry_policy
from simulations.cloud import Cost, Failed, Limit, Steps

if TYPE_CHECKING:
    from simulations.delivery import Delivery, Shard

Block = tuple[int, int]
"""Warm followers of a shard, from and up to: one batch."""

_USER = hashed(1_000_000_000)
_ROW_BYTES = key_size(KEY_NAMES[RELATIONS], (_USER, _USER)) + cells_size([("followed_ms", 0, 0), ("seen_day", 0, 0)])
_REFUSED = tablestore.OTSServiceError(403, "OTSCapacityUnitExhausted", "")
_RETRIES = retry_policy()


def range_units(rows: int) -> int:
    """Of one GetRange of so many followers."""
    return units(rows * _ROW_BYTES)


class Taken(Exception):
    """Somebody else has the shard by now."""


class Worker:
    """Raises Failed where the function would raise; who is interrupted has vanished, but what it has sent arrives."""

    def __init__(self, delivery: Delivery, shard: Shard, deadline: float, depth: int) -> None:
        self._delivery, self._shard = delivery, shard
        self._env, self._parameters = delivery.env, delivery.parameters
        self._deadline, self._depth = deadline, depth
        self._owner = str(next(delivery.owners))
        self._vanished = False
        self._processor_free_at = 0.0

    def run(self) -> Steps:
        try:
            yield from self._turn()
        except Taken:
            pass
        except simpy.Interrupt:
            self._vanished = True

    def _turn(self) -> Steps:
        delivery = self._delivery
        yield from self._read(self._row(read_cu=2))
        seen = self._shard.job
        if seen.over:
            return
        if seen.started_ms is None:
            yield from delivery.start_all(next_shards(seen.shard, delivery.width), self._depth + 1)
        if not may_acquire(seen, delivery.now_ms, delivery.margin_ms):
            return
        yield from self._acquire(seen)
        self._shard.depth = self._depth
        delivery.depth = max(delivery.depth, self._depth)
        try:
            yield from self._deliver()
        except Failed:
            yield from self._give_back()
            raise

    def _deliver(self) -> Steps:
        shard, allowed, looked_at = self._shard, self._parameters.per_invocation, self._env.now
        while True:
            row = yield from self._look(min(CAREFUL_WINDOW if shard.job.careful else WINDOW, allowed))
            yield from self._put(row)
            allowed -= row - shard.row
            if row == shard.rows:
                return (yield from self._finish(row))
            hand_on = allowed <= 0 or self._seconds_left() < HAND_ON_S
            yield from self._advance(row, release=hand_on)
            if hand_on:
                yield from self._delivery.start(shard, self._depth + 1)
                return None
            if self._env.now - looked_at >= LOOK_AGAIN_S:
                looked_at = self._env.now
                yield from self._read(self._row(read_cu=1))

    def _look(self, most: int) -> Steps:
        """Ranges of the next followers; behind which row they end."""
        shard, parameters = self._shard, self._parameters
        row, end = self._shard.row, min(shard.row + most, shard.rows)
        while True:
            rows = min(RANGE, end - row)
            share = rows / RANGE
            latency = parameters.row_ms.towards(parameters.range_ms, share)
            cost = Cost(latency, read_cu=range_units(rows), cpu_s=parameters.range_cpu_ms * share / 1000)
            yield from self._read(cost, self._delivery.author, self._delivery.instance)
            row += rows
            if row == end:
                return row

    def _put(self, row: int) -> Steps:
        """Every warm one of the window, by a check where they may have it; the late ones are noted, too."""
        delivery, shard = self._delivery, self._shard
        start, end = shard.base, delivery.warm(row)
        blocks = [(at, min(at + MAX_BATCH_WRITE, end)) for at in range(start, end, MAX_BATCH_WRITE)]
        yield from self._push(blocks, INBOXES, checked=shard.job.suspect)
        if is_late(0, delivery.now_ms):
            yield from self._push(blocks, SESSIONS, checked=False)

    def _push(self, blocks: Sequence[Block], table: str, *, checked: bool) -> Steps:
        """All of them, and then, if they are absent, those that failed; raises Failed after a few rounds."""
        failed: list[Block] = yield from self._together(blocks, table, checked=checked)
        few_rounds = 0
        for attempt in range(PATIENT_ROUNDS):
            few = sum(end - start for start, end in failed) <= _FEW
            few_rounds += few
            if not failed or few_rounds > _ROUNDS or self._seconds_left() < _ROUND_S:
                break
            yield self._env.timeout(0.05 * 2**attempt)
            if few:
                failed = [(at, at + 1) for start, end in failed for at in range(start, end)]
            failed = yield from self._together(failed, table, checked=table == INBOXES)
        if failed:
            raise Failed

    def _together(self, blocks: Sequence[Block], table: str, *, checked: bool) -> Steps:
        """Batches side by side; those that were not acknowledged."""
        failed: list[Block] = []
        left = iter(blocks)
        threads = range(min(self._parameters.in_flight, len(blocks)))
        yield self._env.all_of([self._env.process(self._thread(left, table, checked, failed)) for _ in threads])
        return failed

    def _thread(self, blocks: Iterator[Block], table: str, checked: bool, failed: list[Block]) -> Steps:
        env, delivery, parameters = self._env, self._delivery, self._parameters
        partitions = delivery.partitions[table]
        for start, end in blocks:
            rows = end - start
            share = rows / MAX_BATCH_WRITE
            yield env.timeout(self._processor_s(parameters.write_cpu_ms * share / 1000))
            if self._vanished:
                return
            latency = parameters.row_ms.towards(parameters.write_ms, share)
            cost = Cost(latency, read_cu=rows if checked else 0, write_cu=rows)
            partition = partitions[int(self._shard.position(delivery.row(start)) * len(partitions))]
            answer = delivery.tables.ask(cost, (partition, delivery.instance), env.now)
            if answer.done_s is not None and table == INBOXES:
                delivery.land(self._shard, start, end, env.now + answer.done_s)
            yield env.timeout(answer.s)
            if not answer.acknowledged:
                failed.append((start, end))

    def _acquire(self, seen: Job) -> Steps:
        """Raises Taken when somebody has had the shard since; without an answer, the lease may stand all the same."""
        now_ms = self._delivery.now_ms
        held = seen._replace(
            owner=self._owner,
            lease_until_ms=now_ms + int(self._seconds_left() * 1000),
            updated_ms=now_ms,
            tries=seen.tries + 1,
            suspect=seen.suspect or bool(seen.owner),
            started_ms=now_ms if seen.started_ms is None else seen.started_ms,
            failing_ms=now_ms if seen.tries and seen.failing_ms is None else seen.failing_ms,
        )
        yield from self._write(lambda job: job is seen, lambda _: held)

    def _advance(self, row: int, *, release: bool) -> Steps:
        def advanced(job: Job) -> Job:
            self._delivery.pass_over(self._shard, row)
            tries = 0 if release else job.tries if job.careful else 1
            moved = job._replace(updated_ms=self._delivery.now_ms, tries=tries, failing_ms=None)
            return moved._replace(owner="", lease_until_ms=0) if release else moved

        yield from self._write(self._is_ours, advanced)

    def _finish(self, row: int) -> Steps:
        def finished(job: Job) -> Job:
            self._delivery.pass_over(self._shard, row)
            now_ms = self._delivery.now_ms
            return job._replace(owner="", lease_until_ms=0, updated_ms=now_ms, finished_ms=now_ms)

        yield from self._write(self._is_ours, finished)
        if self._shard.job.whole:
            yield from self._delivery.ask(self._parameters.row_ms, 0, 1)
            self._delivery.finish()

    def _give_back(self) -> Steps:
        """Best effort: the lease ends anyway."""

        def given_back(job: Job) -> Job:
            return job._replace(owner="", lease_until_ms=0, suspect=True, updated_ms=self._delivery.now_ms)

        with suppress(Failed, Taken):
            yield from self._write(self._is_ours, given_back)

    def _is_ours(self, job: Job) -> bool:
        return job.owner == self._owner

    def _write(self, allowed: Callable[[Job], bool], change: Callable[[Job], Job]) -> Steps:
        """The ledger's row, by condition."""
        shard = self._shard
        answer = self._delivery.tables.ask(self._row(read_cu=1, write_cu=1), (), self._env.now)
        yield self._env.timeout(answer.s)
        held = allowed(shard.job)
        if held and answer.done_s is not None:
            shard.job = change(shard.job)
        if not answer.acknowledged:
            raise Failed
        if not held:
            raise Taken

    def _read(self, cost: Cost, *limits: Limit) -> Steps:
        """A refusal is repeated as the client's policy says, a lost answer once."""
        refusals = losses = 0
        while True:
            yield self._env.timeout(self._processor_s(cost.cpu_s))
            answer = self._delivery.tables.ask(cost, limits, self._env.now)
            yield self._env.timeout(answer.s)
            if answer.acknowledged:
                return
            if answer.refused:
                if not _RETRIES.should_retry(refusals, _REFUSED, "GetRange"):
                    raise Failed
                yield self._env.timeout(_RETRIES.get_retry_delay(refusals, _REFUSED, "GetRange"))
                refusals += 1
            elif losses:
                raise Failed
            else:
                losses += 1

    def _row(self, read_cu: int = 0, write_cu: int = 0) -> Cost:
        return Cost(self._parameters.row_ms, read_cu, write_cu)

    def _seconds_left(self) -> float:
        return self._deadline - self._env.now

    def _processor_s(self, cpu_s: float) -> float:
        """Until the worker's one processor has done this, behind what its other threads have asked of it."""
        now = self._env.now
        free_at = max(now, self._processor_free_at) + cpu_s / min(self._parameters.vcpu, 1)
        self._processor_free_at = free_at
        return free_at - now
