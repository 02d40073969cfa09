"""The fake operation's world, in place of Tablestore's."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from feed import wiring
from feed.call import Call
from tests.unit.things import Answer, Seen
from tests.unit.tokens import NOW_MS, believed_settings


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen = Seen(answer=Answer(id=1, title="你好 \U0001f600", at=NOW_MS))

    def open_world(call: Call, _grant: wiring.Grant, _context: Any) -> Any:
        def remember() -> None:
            seen.remembered.append(call.require_caller())

        return SimpleNamespace(remember_caller=remember, bans=seen.bans, seen=seen)

    monkeypatch.setattr(wiring, "open_world", open_world)
    monkeypatch.setattr(wiring, "settings", believed_settings)
    monkeypatch.setattr(time, "time_ns", lambda: NOW_MS * 1_000_000)
    return seen
