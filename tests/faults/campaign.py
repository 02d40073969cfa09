"""Run after run from consecutive seeds, each audited, with what was injected and what was found."""

from __future__ import annotations

import io
import random
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field

from tests.faults.audit import KINDS, STUCK, Audit, Finding
from tests.faults.cast import Narrow, enter, people
from tests.faults.chaos import Chaos
from tests.faults.run import calms_down, comes_to_rest, deliveries, in_trouble, is_over
from tests.faults.stage import Stage

TEMPERS = (0.0, 0.02, 0.04, 0.08)
"""How likely a fault is at each request; one run in four meets none."""
SICK = 0.15
"""How many of the others have a reader whose rows fail throughout."""


@dataclass(frozen=True)
class Run:
    """One seed's: what was done, step by step, and what was found to be wrong."""

    seed: int
    trace: list[str]
    injected: Counter[str]
    renewed: int
    findings: list[Finding]

    def story(self) -> str:
        return "\n".join([f"seed {self.seed}", *self.trace, *map(str, self.findings)])


@dataclass
class Totals:
    """`renewed` are rows that have arrived again as they may, `failed` the seeds of runs with findings."""

    seeds: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    renewed: int = 0
    failed: list[int] = field(default_factory=list)

    def add(self, run: Run) -> None:
        self.seeds += 1
        self.injected += run.injected
        self.found.update(finding.kind for finding in run.findings)
        self.renewed += run.renewed
        if run.findings:
            self.failed.append(run.seed)

    def as_json(self) -> dict[str, object]:
        return {
            "seeds": self.seeds,
            "injected": self.injected.total(),
            **{kind: self.found[kind] for kind in KINDS},
            "renewed": self.renewed,
            "faults": dict(self.injected.most_common()),
            "failed": self.failed,
            "passed": not self.failed,
        }


def play(stage: Stage, seed: int) -> Run:
    """The same for the same seed."""
    chance = random.Random(seed)
    narrow = Narrow.drawn(chance)
    stage.clear(narrow.variables, chance)
    readers = people(chance)
    old = enter(readers, stage.store, stage.clock.now_ms(), chance)
    chaos = Chaos(stage, readers, chance, chance.choice(TEMPERS), swept_ms=stage.clock.now_ms())
    if chaos.temper and chance.random() < SICK:
        chaos.sick = chance.choice(readers).id
    chaos.say(f"{narrow}, {len(readers)} readers, temper {chaos.temper}")
    with narrow.in_force(), redirect_stdout(io.StringIO()):
        findings = _play(chaos, old)
    return Run(seed, chaos.trace, chaos.injected, len(chaos.renewed), findings)


def _play(chaos: Chaos, old: int) -> list[Finding]:
    in_trouble(chaos)
    waits = [] if chaos.temper else _waiting(chaos)
    chaos.temper = 0.0
    settled = calms_down(chaos)
    left = [] if settled else [Finding(STUCK, f"{article.id} {shards}") for article, shards in deliveries(chaos)]
    return [*waits, *left, *Audit(chaos, old).findings()]


def _waiting(chaos: Chaos) -> list[Finding]:
    """Where nothing has failed, every delivery comes to its end without the sweeper."""
    comes_to_rest(chaos)
    unfinished = [delivery for delivery in deliveries(chaos) if not is_over(delivery)]
    return [Finding(STUCK, f"{article.id} waits for the sweeper: {shards}") for article, shards in unfinished]
