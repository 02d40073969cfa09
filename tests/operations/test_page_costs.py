"""What a page of the timeline costs, by the benchmark's own measure: inboxes of any length, much of them hidden."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from benchmarks import rows
from benchmarks.counts import kinds, walked, walked_after_others
from benchmarks.inboxes import AUTHORS_OF, SIZE, Fate, Hiding, Spread, fill, given_authors, walk
from benchmarks.meter import Cost
from benchmarks.stage import Stage

SHOWN: list[Fate] = ["shown"] * (SIZE + 1)


@pytest.fixture(scope="module")
def stage(keys: Path) -> Iterator[Stage]:
    with Stage(keys) as stage:
        given_authors(stage)
        yield stage


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def number(numbers: Iterator[int]) -> int:
    """Of a reader whom no other test knows."""
    return next(numbers)


@pytest.mark.parametrize("length", [20, 1_000])
@pytest.mark.parametrize(("hiding", "spread"), kinds(), ids=lambda part: getattr(part, "name", part))
def test_every_page_is_full_and_within_its_aim(
    stage: Stage, number: int, length: int, hiding: Hiding, spread: Spread
) -> None:
    summary = walked(stage, number, length, hiding, spread).summary()
    assert summary["passed"], summary


def test_pages_stay_within_their_aim_after_readers_from_whom_nothing_is_hidden(
    stage: Stage, numbers: Iterator[int]
) -> None:
    summary = walked_after_others(stage, numbers, "even").summary()
    assert summary["passed"], summary


def test_a_page_whose_cards_are_kept_is_two_requests_side_by_side(stage: Stage, number: int) -> None:
    inbox = fill(stage, number, ["shown"] * 100)
    pages = list(walk(stage, inbox.reader))
    assert [page.warm.cost for page in pages] == [Cost(requests=2, depth=1, read_cu=2, write_cu=0)] * 5
    assert {(page.cold.cost.requests, page.cold.cost.depth) for page in pages} == {(3, 2)}


@pytest.mark.parametrize(("hidden", "sizes"), [(5_000, [SIZE, 1]), (6_100, [0, SIZE, 1])])
def test_five_thousand_hidden_rows_are_skipped_in_one_page(
    stage: Stage, number: int, hidden: int, sizes: list[int]
) -> None:
    """What lies behind more of them is found by the next page: a short page with a cursor, and nothing is lost."""
    inbox = fill(stage, number, ["unfollowed", *SHOWN])
    left = (rows.article(AUTHORS_OF["unfollowed"][0], stage.clock.now_ms() - n, number) for n in range(hidden - 1))
    rows.put(stage.tables, (rows.inbox_row(inbox.reader, article) for article in left), "inbox rows")
    pages = list(walk(stage, inbox.reader))
    assert [len(page.items) for page in pages] == sizes
    assert [item for page in pages for item in page.items] == inbox.visible
    assert pages[0].warm.cost.requests == 8


def test_the_unread_of_a_long_inbox_are_counted_for_three_units(stage: Stage, number: int) -> None:
    inbox = fill(stage, number, ["shown"] * 1_000)
    body, measured = stage.meter.measure(lambda: stage.product.call("GET", "/v1/timeline/unread", inbox.reader).body)
    assert (body["unread"], body["more"]) == (99, True)
    assert measured.cost == Cost(requests=2, depth=2, read_cu=3, write_cu=0)
