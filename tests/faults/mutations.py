"""The product with one of its rules broken, to show that the campaign would notice."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from feed.call import Call
from feed.domain.articles import Article
from feed.domain.fanout import Job
from feed.operations import _arrivals, _release, fanout_batch, sweep
from feed.operations.fanout_batch import _Window
from feed.operations.sweep import _Turn
from feed.store import jobs, work
from feed.store.client import Tables
from feed.store.work import Work
from feed.wiring import World
from tests.faults.audit import DOUBLED, LOST, STUCK


@dataclass(frozen=True)
class Mutation:
    """`kind` is the promise that it breaks; `patches` are names below `feed` and what stands in their place."""

    kind: str
    patches: dict[str, object]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        with ExitStack() as stack:
            for name, value in self.patches.items():
                stack.enter_context(patch(f"feed.{name}", value))
            yield


_put, _push_all, _advance, _start_shard = fanout_batch._put, _arrivals.push_all, jobs.advance, _release.start_shard
_release_it, _fanout = _release.release, sweep._fanout
_checkpoints = threading.local()


def _cursor_first(window: _Window, job: Job, article: Article, call: Call, world: World) -> None:
    """The cursor passes the rows before they are put."""
    jobs.advance(world.tables, job, window.next_key, 0, 0, call.time_ms(), parted=False, release=False)
    _put(window, job, article, call, world)


def _push_by_the_clock(
    article: Article, delivery: int, plain: Sequence[str], checked: Sequence[str], call: Call, tables: Tables
) -> list[str]:
    """A row's place is when it is written."""
    return _push_all(article._replace(published_ms=call.time_ms()), delivery, plain, checked, call, tables)


def _put_off(tables: Tables, job: Job, *said: Any, parted: bool, release: bool) -> Job:
    """A checkpoint that hands the shard on is kept back until the successor has been asked for."""
    write = partial(_advance, tables, job, *said, parted=parted, release=release)
    if not release:
        return write()
    _checkpoints.next = write
    return job


def _chain_first(article_id: int, delivery: int, shard: int, world: World) -> bool:
    taken = _start_shard(article_id, delivery, shard, world)
    _checkpoints.next()
    return taken


def _release_unguarded(article: Article, call: Call, world: World) -> Article:
    """The work row of a release goes before its steps are done."""
    world.tables.write_many([work.remove(_release.guard(article.id, call.now_ms))])
    return _release_it(article, call, world)


def _look_once(item: Work, turn: _Turn) -> bool:
    """The work row of a delivery goes once its shards have been asked for again."""
    _fanout(item, turn)
    return True


MUTATIONS = {
    "cursor before acknowledgement": Mutation(LOST, {"operations.fanout_batch._put": _cursor_first}),
    "failed rows dropped": Mutation(LOST, {"operations._arrivals._repeat": lambda *_: None}),
    "sequence taken from the clock at write": Mutation(
        DOUBLED,
        {
            "operations.fanout_batch.push_all": _push_by_the_clock,
            "operations.timeline._inbox.in_place": lambda *_: True,
        },
    ),
    "chain before checkpoint": Mutation(
        STUCK, {"store.jobs.advance": _put_off, "operations.fanout_batch.start_shard": _chain_first}
    ),
    "work row of a release removed too early": Mutation(
        LOST, {"operations.publish.create_article.release": _release_unguarded}
    ),
    "work row of a delivery removed with its first shard": Mutation(LOST, {"domain.fanout.Job.whole": True}),
    "work row of a delivery removed before its end": Mutation(
        LOST, {"operations.sweep._STEPS": {**sweep._STEPS, _release.FANOUT_GUARD: _look_once}}
    ),
}
"""All but one lose an article or show it twice. `chain before checkpoint` alone does neither: the successor finds the
lease taken and ends, and the delivery's work row brings another; so what it breaks is that nothing has to wait for the
sweeper where nothing fails."""
