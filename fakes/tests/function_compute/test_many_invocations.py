"""A thousand asynchronous invocations with crashes in between: none is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute.clock import Clock

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def test_none_is_lost(start: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "ran"
    folder.mkdir()
    calls = start({"handler": "index.tally"}, clock=Clock(datetime(2026, 1, 1, tzinfo=timezone.utc)))
    for number in range(1000):
        calls.later("one", folder=str(folder), number=number, dies=number % 25 == 0)
    calls.advance(60)
    assert {int(file.name) for file in folder.iterdir() if not file.suffix} == set(range(1000))
    ended = [(record["status"], record["attempts"]) for record in calls.records("one")]
    assert ended.count(("ok", 1)) == 960
    assert ended.count(("ok", 2)) == 40
