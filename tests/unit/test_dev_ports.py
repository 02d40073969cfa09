"""Where scripts/dev puts the console: beside the API, so that its address can be kept, if that is free."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from commands.dev import MOST_PORT, _console_port, _parser
from commands.local_cloud import LocalCloud, taken
from commands.tablestore_process import CannotStart


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def console_port(*options: str) -> int:
    return _console_port(_parser().parse_args(options))


def test_it_is_the_next_one_if_that_is_free(listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(listening) == "Address already in use"
    assert console_port("--port", str(listening - 1)) == 0
    monkeypatch.setattr("commands.local_cloud.taken", lambda _port: None)
    assert console_port() == 8001
    assert console_port("--port", "0") == 0
    assert console_port("--port", str(MOST_PORT)) == 0


def test_one_that_is_asked_for_is_that_one_or_a_sentence(listening: int) -> None:
    assert console_port("--port", "9000", "--console-port", "9100") == 9100
    with pytest.raises(CannotStart, match=f"Port {listening} cannot be listened on"):
        LocalCloud(console_port=listening).check()
