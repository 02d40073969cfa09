"""The protocol to the byte: recorded requests are answered as they were, and the SDK still encodes them so.

`python -m fakes.tests.tablestore.golden.record` records them anew, when a difference is meant.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from alifakes.tablestore.actions.registry import ACTIONS

from .golden.exchanges import Exchange, load, replay, save, written
from .golden.record import FOLDER, fixed_names, new_engine, record
from .golden.stories import STORIES


def recorded(story: str) -> list[Exchange]:
    return load(FOLDER / f"{story}.txt")


def test_every_operation_that_is_built_is_recorded() -> None:
    assert {exchange.api for story in STORIES for exchange in recorded(story)} == set(ACTIONS)
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(STORIES)


@pytest.mark.parametrize("story", STORIES)
def test_the_same_answers(story: str) -> None:
    engine, _ = new_engine()
    with fixed_names():
        for exchange in recorded(story):
            status, answer = replay(engine, exchange.api, exchange.request)
            assert written(exchange._replace(status=status, answer=answer)) == written(exchange)


@pytest.mark.parametrize("story", STORIES)
def test_the_sdk_encodes_the_same_requests(story: str) -> None:
    for now, then in zip(record(story), recorded(story), strict=True):
        assert written(then._replace(api=now.api, what=now.what, request=now.request)) == written(then)


def test_the_format_loses_nothing(tmp_path: Path) -> None:
    exchanges = [
        Exchange("GetRow", "every byte, with two spaces of text", bytes(range(256)), 200, b""),
        Exchange("PutRow", "a refusal", b"", 403, b">  <\n\n== GetRow: x"),
    ]
    save(tmp_path / "all.txt", "# head", exchanges)
    assert load(tmp_path / "all.txt") == exchanges
