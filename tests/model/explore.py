"""Search of all that can happen in a model, breadth first: what is found is told in the fewest steps."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)

DEAD_END = "dead end: nothing settles from here"


@dataclass(frozen=True)
class Model(Generic[State]):
    """`steps`: what can happen next, each with a line for the trace. `broken`: the promise that a state breaks."""

    initial: State
    steps: Callable[[State], Iterable[tuple[str, State]]]
    broken: Callable[[State], str]
    settled: Callable[[State], bool]


@dataclass
class Found:
    """`heard`: how many steps said the word that was listened for. `trace` leads to what is broken."""

    broken: str = ""
    trace: list[str] = field(default_factory=list)
    states: int = 0
    steps: int = 0
    settled: int = 0
    heard: int = 0

    def __str__(self) -> str:
        lines = (f"{number:3} {line}" for number, line in enumerate(self.trace, 1))
        return "\n".join((f"{self.broken or 'kept'}: {self.states} states, {self.steps} steps", *lines))


def explore(model: Model[State], word: str) -> Found:
    """To the first broken promise; else to the end, and whether a settled state can be reached from everywhere."""
    with _no_collection():
        return _Search(model, word).run()


@contextmanager
def _no_collection() -> Iterator[None]:
    """States hold no cycles, and looking for them in millions of tuples takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Search(Generic[State]):
    def __init__(self, model: Model[State], word: str) -> None:
        self.model = model
        self.word = word
        self.states = [model.initial]
        self.numbers = {model.initial: 0}
        self.first: list[tuple[int, str]] = [(0, "")]
        self.before: list[list[int]] = [[]]
        self.found = Found()

    def run(self) -> Found:
        good: list[int] = []
        for number, state in enumerate(self.states):  # which grows meanwhile
            broken = self.model.broken(state)
            if broken:
                return self._told(broken, number)
            if self.model.settled(state):
                good.append(number)
            self._expand(number, state)
        self.found.settled = len(good)
        stuck = self._not_before(good)
        return self._told("" if stuck is None else DEAD_END, stuck or 0)

    def _expand(self, number: int, state: State) -> None:
        for line, after in self.model.steps(state):
            self.found.steps += 1
            self.found.heard += self.word in line
            known = self.numbers.setdefault(after, len(self.states))
            if known == len(self.states):
                self.states.append(after)
                self.first.append((number, line))
                self.before.append([])
            self.before[known].append(number)

    def _not_before(self, good: list[int]) -> int | None:
        """The first state from which none of the good ones can be reached."""
        seen, queue = set(good), list(good)
        for number in queue:  # which grows meanwhile
            new = [before for before in self.before[number] if before not in seen]
            seen.update(new)
            queue += new
        return next((number for number in range(len(self.states)) if number not in seen), None)

    def _told(self, broken: str, number: int) -> Found:
        self.found.broken, self.found.states = broken, len(self.states)
        while broken and number:
            number, line = self.first[number]
            self.found.trace.insert(0, line)
        return self.found
