"""What is spent besides the API's own calls: what they lead to, timers, payments, authors left to readers, a night."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

from alifakes.alipay.keys import make_keys
from benchmarks import rows
from benchmarks.inboxes import SIZE, TOO_OLD_MS
from benchmarks.meter import Cost
from benchmarks.operations import Run, Scene
from benchmarks.rows import FIRST_AUTHOR, FIRST_READER
from benchmarks.stage import DAY_MS, Stage
from feed import wiring
from feed.domain.actions import Flag
from feed.domain.ids import hashed
from feed.store import logs
from feed.store.rows import Put
from feed.store.schema import LOG
from tests.operations.money import Paid, paid
from tests.steps import SWEEP

LATEST_MS = DAY_MS + 3_600_000
"""By then all has become due that a call may leave: an unfollow's relation row goes a day later."""
READERS, ACTS_EACH = 400, 32
"""Of the log that is trained on."""
BESIDE = 50
"""So many stretches of neighbouring articles they have read."""
NIGHT = b'{"triggerTime": "2026-11-22T20:00:00Z", "triggerName": "every-night", "payload": ""}'

Prepare = Callable[[], Run]


@dataclass(frozen=True)
class Extra:
    """`after`: by operation, what runs behind an answered call, and in how many invocations; a turn of the sweeper
    that finds nothing is taken off. `calls`: what is called by others than clients, with bytes of the answer.

    `shared`: what a call reads for all that its instance answers within two seconds. `fetched`: what a page spends more
    when it finds an article that was left to its readers. `night`: a training on `acts` rows of the log, for which
    `trained` articles get neighbours.
    """

    after: dict[str, tuple[Cost, int]]
    calls: dict[str, tuple[Cost, int]]
    shared: Cost
    fetched: Cost
    night: Cost
    acts: int
    trained: int


def extra_costs(stage: Stage, keys: Path) -> Extra:
    scene = Scene(stage)
    _become_due(stage)
    _tick(stage, "sweep")
    tips = _Tips(scene, keys)
    leading: dict[str, Prepare] = {
        "follow": scene.follow,
        "unfollow": scene.unfollow,
        "action": scene.action,
        "tip": lambda: tips.pay,
    }
    calls = {
        "sweep": _count(stage, partial(_tick, stage, "sweep")),
        "scheduled-publish": _count(stage, partial(_tick, stage, "scheduled-publish")),
        "tip_notified": _count(stage, tips.notified(tips.order())),
        "tip_returned": _count(stage, tips.returned(tips.order())),
    }
    after = {name: _after(stage, prepare, calls["sweep"][0]) for name, prepare in leading.items()}
    any_call = scene.get("/v1/follows/1")
    shared = minus(_count(stage, any_call, shared=True)[0], _count(stage, any_call)[0])
    calls["publish_left"], fetched = _left_to_readers(scene)
    night, trained = _night(stage)
    return Extra(after, calls, shared, fetched, night, READERS * ACTS_EACH, trained)


def minus(one: Cost, other: Cost) -> Cost:
    return Cost(
        one.requests - other.requests,
        one.depth - other.depth,
        one.read_cu - other.read_cu,
        one.write_cu - other.write_cu,
    )


def _count(stage: Stage, call: Run, *, shared: bool = False) -> tuple[Cost, int]:
    """With the bytes of the answer; `shared` leaves to the call what its instance reads for all."""
    stage.later(TOO_OLD_MS)
    if shared:
        stage.clock.advance(TOO_OLD_MS)
    stage.driver.answered = 0
    _, measured = stage.meter.measure(call)
    return measured.cost, stage.driver.answered


def _tick(stage: Stage, function: str) -> None:
    stage.driver.invoke(function, SWEEP)


def _after(stage: Stage, prepare: Prepare, tick: Cost) -> tuple[Cost, int]:
    run = prepare()
    _become_due(stage)
    _tick(stage, "sweep")
    run()
    runs, behind = stage.meter.measure(stage.product.settle)
    _become_due(stage)
    _, swept = stage.meter.measure(partial(_tick, stage, "sweep"))
    more = minus(swept.cost, tick)
    return Cost(*(mine + its for mine, its in zip(_figures(behind.cost), _figures(more), strict=True))), runs


def _become_due(stage: Stage) -> None:
    stage.product.settle()
    stage.clock.advance(LATEST_MS)
    stage.later(0)


def _figures(cost: Cost) -> tuple[int, int, int, int]:
    return cost.requests, cost.depth, cost.read_cu, cost.write_cu


class _Tips:
    """Of the scene's reader, for its author; Alipay is played."""

    def __init__(self, scene: Scene, keys: Path) -> None:
        self._scene = scene
        self._keys = make_keys(keys / "alipay")

    def order(self) -> Paid:
        return paid(self._scene.product.tip(self._scene.reader, self._scene.articles[0]), self._keys)

    def notified(self, order: Paid) -> Run:
        return partial(self._scene.product.notify, order.notification())

    def returned(self, order: Paid) -> Run:
        return self._scene.get(f"/v1/payments/alipay/return?{order.returned().decode()}")

    def pay(self) -> None:
        answer = self.notified(self.order())()
        assert answer.body == "success", answer


@contextmanager
def _all_left() -> Iterator[None]:
    with patch.dict(os.environ, {"FEED_PULL_FOLLOWERS": "1"}):
        wiring.forget()
        yield
    wiring.forget()


def _left_to_readers(scene: Scene) -> tuple[tuple[Cost, int], Cost]:
    """A publication, and what its reader's page spends more than the page before, which found nothing."""
    stage = scene.stage
    scene.product.follow(scene.reader, scene.author)
    page = scene.get(f"/v1/timeline?size={SIZE}")
    with _all_left():
        for _ in range(2):  # whom the author's followers are is asked for at the first
            scene.publish()
            stage.later(TOO_OLD_MS)
            page()
        idle, _ = _count(stage, page)
        left = _count(stage, scene.publish)
        found, _ = _count(stage, page)
    return left, minus(found, idle)


def _night(stage: Stage) -> tuple[Cost, int]:
    """Each reader has acted on some of the same articles, so that each of these has neighbours."""
    now_ms = stage.clock.now_ms()
    acts = {"acts": Flag.READ.bit, "is_read": 1, "read_ms": now_ms, "acted_ms": now_ms}
    log = [
        Put(LOG, logs.key(FIRST_READER + reader, article), {"article_key": hashed(article), **acts})
        for reader in range(READERS)
        for article in range(FIRST_AUTHOR + reader % BESIDE, FIRST_AUTHOR + reader % BESIDE + ACTS_EACH)
    ]
    rows.put(stage.tables, log, "acts")
    stage.later(0)
    answer, measured = stage.meter.measure(partial(stage.driver.invoke, "train-recommendations", NIGHT, timeout_s=600))
    return measured.cost, int(json.loads(answer)["written"])
