"""Where scripts/dev puts the console, and where it says that it runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import dev
from commands.dev import MOST_PORT, _console_port, _known_in, _parser
from commands.local_cloud import LocalCloud, taken
from commands.running import Running, running
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


def test_one_port_for_both_is_refused_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left_with:
        dev.main(["--port", "8310", "--console-port", "8310"])
    assert left_with.value.code == 2
    assert "the web client and the console cannot share port 8310" in capsys.readouterr().err


def test_a_living_cloud_stays_announced_where_commands_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    local, other = tmp_path / "local", tmp_path / "other"
    monkeypatch.setattr(dev, "LOCAL", local)
    assert _known_in(other) == {other, local}
    first = Running(os.getppid(), "fc3", "first", "", "", "")
    first.announce(local)

    assert _known_in(other) == {other}
    assert f"--local {other}" in capsys.readouterr().out
    assert _known_in(local) == {local}
    Running(os.getpid(), "fc3", "second", "", "", "").withdraw(local)
    assert running(local) == first
