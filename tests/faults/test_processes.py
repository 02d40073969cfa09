"""Ten runs with worker processes side by side, some of which are killed with SIGKILL at one of their requests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults import acts
from tests.faults.audit import Audit
from tests.faults.cast import Narrow, enter, people
from tests.faults.chaos import MOST_SKEW_MS, Chaos
from tests.faults.processes import KILLED, RAISED, Trap, Worker
from tests.faults.run import is_settled
from tests.faults.stage import Stage

SEEDS = range(10)
SIDE_BY_SIDE = 2
SPARE = 2
"""A process takes longer to begin than to carry out what it is there for."""
KILLS = 2
"""In a run."""
REQUESTS = 7
"""Of one invocation, about."""
PAST_LEASE_MS = 125_000
ROUNDS = 20


class Crew:
    """Workers that carry out what waits, side by side; who was killed is replaced."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._workers = [self._hire() for _ in range(SIDE_BY_SIDE)]
        self._spare = [self._hire() for _ in range(SPARE)]

    def carry_out(self, chaos: Chaos, narrow: Narrow) -> None:
        """One invocation for each worker, the first of which is trapped as long as there are kills left."""
        taken, chaos.waiting = chaos.waiting[:SIDE_BY_SIDE], chaos.waiting[SIDE_BY_SIDE:]
        trap = Trap(chaos.chance.randint(1, REQUESTS), chaos.chance.random() < 0.5)
        traps = [trap if chaos.injected[KILLED] < KILLS else None, None]
        times = [chaos.now_ms + chaos.chance.randint(-MOST_SKEW_MS, MOST_SKEW_MS) for _ in taken]
        names = [f"worker-{chaos.chance.getrandbits(64)}" for _ in taken]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            calls = [
                threads.submit(worker.carry_out, invocation, narrow, now_ms, name, set)
                for worker, invocation, now_ms, name, set in zip(
                    self._workers, taken, times, names, traps, strict=False
                )
            ]
        for invocation, call in zip(taken, calls, strict=True):
            outcome = call.result()
            chaos.say(f"{invocation}: {outcome}")
            if outcome == KILLED:
                chaos.inject(KILLED, trap)
            if outcome in (KILLED, RAISED):
                chaos.repeat(invocation)
        self._replace_the_dead()

    def _replace_the_dead(self) -> None:
        for place, worker in enumerate(self._workers):
            if not worker.alive:
                worker.stop()
                self._workers[place] = self._spare.pop(0)
                self._spare.append(self._hire())

    def _hire(self) -> Worker:
        return Worker(self._stage.tablestore.endpoint)

    def stop(self) -> None:
        for worker in [*self._workers, *self._spare]:
            worker.stop()


@pytest.fixture(scope="module")
def crew(stage: Stage) -> Iterator[Crew]:
    hired = Crew(stage)
    yield hired
    hired.stop()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_inbox_is_right_though_processes_are_killed(stage: Stage, crew: Crew, seed: int) -> None:
    chance = random.Random(seed)
    narrow = Narrow.drawn(chance)
    stage.clear(narrow.variables, chance)
    readers = people(chance)
    old = enter(readers, stage.store, stage.clock.now_ms(), chance)
    chaos = Chaos(stage, readers, chance, temper=0)
    acts.publish(chaos)
    chaos.run(chaos.actors[0])
    for _ in range(ROUNDS):
        while chaos.waiting:
            crew.carry_out(chaos, narrow)
            chaos.take_queue()
            chaos.look()
        if is_settled(chaos):
            break
        chaos.pass_time(PAST_LEASE_MS)
        chaos.begin_sweep()
        chaos.run(chaos.actors[0])
    story = "\n".join(chaos.trace)
    assert chaos.injected[KILLED], story
    assert is_settled(chaos), story
    assert not list(Audit(chaos, old).findings()), story
