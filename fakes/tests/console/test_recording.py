"""What is kept: bounded, in constant time, and exact in its sums whatever is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alifakes.console.operations import MOST_OPERATIONS, OTHERS, shape
from alifakes.console.quantities import Quantities
from alifakes.console.recording import Recording, is_failure
from alifakes.console.records import MOST_CALLS, MOST_LOG, MOST_TEXT, Call, Record, Spent
from alifakes.function_compute.invocations import Invocation
from alifakes.function_compute.model import Function
from alifakes.function_compute.sandbox.instance import UNHANDLED, Instance, Outcome

FUNCTION = Function("work", None, "python3.10", "index.act", Path(), "cn-hangzhou", 1024, 3, None, {}, ())


class Seat:
    """Stands for an instance."""

    def __init__(self, name: str, *, is_cold: bool = False) -> None:
        self.id = f"c-{name}"
        self.is_cold = is_cold


class Scene:
    """A recording on a clock of its own, in us, which each event moves by ten."""

    def __init__(self, **limits: int) -> None:
        self._ticks: Iterator[int] = count(1_000, 10)
        self.now = 0
        self.recording = Recording({"work": FUNCTION}, now_us=self._tick, **limits)

    def _tick(self) -> int:
        self.now = next(self._ticks)
        return self.now

    def accept(self, parent: Invocation | None = None, event: bytes = b"", label: str = "") -> Invocation:
        made = Invocation.of(FUNCTION, "async", label, parent.number if parent else None)
        self.recording.accepted(made, event)
        return made

    def begin(self, invocation: Invocation, seat: str = "1", *, cold: bool = False) -> None:
        self.recording.begun(invocation, cast(Instance, Seat(seat, is_cold=cold)))

    def end(
        self, invocation: Invocation, seat: str = "1", *, body: bytes = b"", ok: bool = True, ms: float = 8
    ) -> None:
        self.recording.ended(Outcome(body, None if ok else UNHANDLED, ms, 64.0, b"", f"c-{seat}"))
        invocation.status = "ok" if ok else "error"
        self.recording.changed(invocation)

    def run(self, event: bytes = b"") -> Record:
        made = self.accept(event=event)
        self.begin(made)
        self.end(made)
        return self.recording.records[made.number]

    def call(self, at_us: int, seat: str = "1", write: int = 1) -> None:
        self.recording.called(call(f"STS.local.c-{seat}", at_us, write))


def call(key: str, at_us: int, write: int = 1) -> Call:
    return Call(at_us, 5, key, "PutRow", ("things",), 200, "", (Spent("things", 1, 0, write),), 100, 50, None)


def test_the_oldest_are_forgotten_and_the_sums_stay() -> None:
    scene = Scene(kept=10)
    for _ in range(35):
        scene.run()
    recording = scene.recording
    assert (len(recording.records), recording.forgotten) == (10, 25)
    (function,) = recording.operations.functions.values()
    assert (function.calls, function.attempts, function.sums.invocations) == (35, 35, 35)
    assert function.sums.gb_s == pytest.approx(35 * 0.008)
    assert len(recording.changes(0, 100)) == 10


def test_memory_is_bounded_by_bytes_too() -> None:
    scene = Scene(kept_bytes=200_000)
    for _ in range(100):
        scene.run(event=b"x" * 20_000)
    recording = scene.recording
    assert recording.held <= 200_000
    assert recording.held == sum(record.size for record in recording.records.values())
    (newest,) = list(recording.newest())[:1]
    assert (len(newest.event), newest.event_size) == (MOST_TEXT, 20_000)


def test_what_one_invocation_holds_is_bounded() -> None:
    scene = Scene()
    made = scene.accept()
    scene.begin(made)
    for _ in range(1_000):
        scene.recording.printed("c-1", "y" * 1_000)
        scene.call(scene.now)
    scene.end(made, body=b"z" * 100_000)
    record = scene.recording.records[made.number]
    assert sum(map(len, record.attempts[0].lines)) <= MOST_LOG
    assert record.attempts[0].printed == 1_000_000
    assert (len(record.calls), record.own.requests, record.own.write_cu) == (MOST_CALLS, 1_000, 1_000)
    assert (len(record.answer), record.answer_size) == (MOST_TEXT, 100_000)


def test_a_tree_outlives_its_root() -> None:
    scene = Scene(kept=3)
    root = scene.accept()
    child = scene.accept(root)
    for _ in range(3):
        scene.run()
    scene.begin(child)
    grandchild = scene.accept(child)
    assert root.number not in scene.recording.records
    assert scene.recording.records[grandchild.number].descendants == 0
    (operation,) = scene.recording.operations.roots.values()
    assert operation.calls >= 4


def test_an_attempt_that_is_tried_again_has_not_failed() -> None:
    scene = Scene()
    root = scene.accept()
    made = scene.accept(root)
    for ok in (False, True):
        scene.begin(made)
        scene.end(made, ok=ok)
        record = scene.recording.records[made.number]
        assert scene.recording.records[root.number].failed == (0 if ok else 1)
        if not ok:
            made.status = "retrying"
            scene.recording.changed(made)
            assert list(scene.recording.waiting) == [root.number, made.number]
    assert [attempt.error for attempt in record.attempts] == [UNHANDLED, None]
    assert scene.recording.operations.functions["work"].failed == 0


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), min_size=1, max_size=30),
    st.lists(st.tuples(st.sampled_from("abx"), st.integers(0, 2_000)), max_size=60),
    st.randoms(use_true_random=False),
)
def test_requests_belong_to_what_their_instance_ran(
    runs: list[tuple[str, int]], asked: list[tuple[str, int]], shuffle: object
) -> None:
    """Compared with the definition: of that instance, begun before and not ended when the request began."""
    scene = Scene()
    spans: list[tuple[str, int, int, Invocation]] = []
    for seat, pauses in runs:
        made = scene.accept()
        scene.begin(made, seat)
        began = scene.now
        scene.end(made, seat)
        spans.append((seat, began, scene.now, made))
        for _ in range(pauses):
            scene.accept()
    order = [(seat, 1_000 + at) for seat, at in asked]
    cast(Callable[..., None], getattr(shuffle, "shuffle"))(order)  # noqa: B009 - hypothesis' own type is not public
    expected = dict.fromkeys((made.number for *_, made in spans), 0)
    outside = 0
    for seat, at_us in order:
        scene.call(at_us, seat)
        found = [made.number for other, began, ended, made in spans if other == seat and began <= at_us <= ended]
        if found:
            expected[found[-1]] += 1
        else:
            outside += 1
    assert {n: scene.recording.records[n].own.requests for n in expected} == expected
    assert sum(each.requests for each in scene.recording.outside.values()) == outside


@given(st.lists(st.integers(-1, 8), max_size=40), st.integers(2, 50))
def test_the_sums_of_roots_are_the_sums_of_all(parents: list[int], kept: int) -> None:
    scene = Scene(kept=kept)
    made: list[Invocation] = []
    for number, parent in enumerate(parents):
        above = made[number - 1 - parent] if 0 <= parent < number else None
        made.append(scene.accept(above, event=b"x" * number))
        scene.begin(made[-1])
        scene.call(scene.now, write=number)
        scene.end(made[-1])
    operations = scene.recording.operations
    by_root, by_function = Quantities(), Quantities()
    for root in operations.roots.values():
        by_root.add(root.sums)
    for function in operations.functions.values():
        by_function.add(function.sums)
    assert by_root.as_list() == by_function.as_list()
    assert by_function.write_cu == sum(range(len(parents)))
    for record in scene.recording.records.values():
        below = scene.recording.tree(record.number, 100)
        if record.root is None:
            assert record.whole.write_cu == sum(each.own.write_cu for each in below)
            assert record.descendants == len(below) - 1


def test_changes_are_told_once_and_in_order() -> None:
    scene = Scene()
    first, second = scene.accept(), scene.accept()
    told = scene.recording.version
    scene.begin(first)
    assert [record.number for record in scene.recording.changes(told, 10)] == [first.number]
    scene.begin(second, "2")
    scene.recording.changed(first)
    assert [record.number for record in scene.recording.changes(told, 10)] == [second.number, first.number]
    assert [record.number for record in scene.recording.changes(told, 1)] == [first.number]
    assert scene.recording.changes(scene.recording.version, 10) == []


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("PUT /v1/follows/7", "PUT /v1/follows/*"),
        ("GET /v1/articles/246454152363074/actions", "GET /v1/articles/*/actions"),
        ("GET /v1/trades/5d0f1b6e-93ab-45bc-821a-5dfd7cce7577", "GET /v1/trades/*"),
        ("GET /healthz", "GET /healthz"),
        ("every-minute", "every-minute"),
    ],
)
def test_operations_are_named_without_what_differs(label: str, name: str) -> None:
    assert shape("http", label) == name


def test_operations_and_strangers_are_bounded() -> None:
    scene = Scene()
    for number in range(MOST_OPERATIONS + 10):
        scene.accept(label=f"operation {'x' * (number + 1)}")
        scene.recording.called(call(f"stranger-{number}", 0))
    assert len(scene.recording.operations.roots) == MOST_OPERATIONS + 1
    assert scene.recording.operations.roots[OTHERS].calls == 10
    assert len(scene.recording.outside) == 101
    assert sum(each.requests for each in scene.recording.outside.values()) == MOST_OPERATIONS + 10


def test_what_failed() -> None:
    assert [status for status in ("ok", "200", "404", "429", "500", "502", "error", "expired", "dropped", "retrying")
            if is_failure(status)] == ["429", "500", "502", "error", "expired", "dropped"]  # fmt: skip


def test_a_record_knows_when_it_is_tried_again_until_it_is() -> None:
    scene = Scene()
    tried = scene.accept()
    tried.status, tried.due_ms = "retrying", 1_700_000_000_000
    scene.recording.changed(tried)
    record = scene.recording.records[tried.number]
    assert record.summary()["due_ms"] == 1_700_000_000_000
    scene.begin(tried)
    assert record.summary()["due_ms"] is None
