"""Words for what operators do to a product that runs, each act as a command of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from commands.admin import ban, takedown
from commands.admin.desk import Desk
from feed.call import Call
from feed.store import audits
from feed.store.audits import Audit
from feed.store.client import Tables
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Process

WHY, BY = "spam", "op"

Act = Callable[[int, Desk], str]
Say = Callable[..., tuple[int, list[str], str]]
ACTS: dict[str, Act] = {
    "takedown": takedown.take_down,
    "restore": takedown.restore,
    "ban": ban.ban,
    "unban": ban.unban,
    "sign-out": ban.sign_out,
}


@dataclass
class Operators:
    store: Tables
    clock: Clock

    def desk(self) -> Desk:
        call = Call("admin", "scripts/admin", self.clock.now_ms(), math.inf)
        return Desk(self.store, call, BY, WHY, lambda _: None)

    def does(self, act: str, target: int) -> str:
        return ACTS[act](target, self.desk())

    def doing(self, act: str, target: int, fault: Fault | None = None) -> Process[str]:
        return Process(partial(self.does, act, target), fault)

    def acts(self) -> list[tuple[str, str, bool]]:
        """What is on record: act, target, and whether it is known to have ended."""
        return [(each.act, each.target, each.done_ms is not None) for each in self.audits()]

    def audits(self) -> list[Audit]:
        return audits.all_of_them(self.store)


def saying(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command; its exit code, its lines, and what it complains of."""

    def run(*words: object) -> tuple[int, list[str], str]:
        capsys.readouterr()
        try:
            code = main(list(map(str, words)))
        except SystemExit as usage:
            code = int(usage.code or 0)
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run
