"""`python -m alifakes tablestore`: its ready line, its ends, and one clear sentence when it cannot start."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import NoRetryPolicy


@pytest.fixture
def launch() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "alifakes", "tablestore", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _client(endpoint: str) -> Any:
    return ots_sdk.OTSClient(endpoint, "local", "local", "anything", retry_policy=NoRetryPolicy())


def _refused(process: subprocess.Popen[str]) -> str:
    """The one sentence on stderr of a start that failed."""
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1, (out, err)
    assert out == ""
    assert len(err.strip().splitlines()) == 1, err
    assert err.strip().endswith(".")
    return err.strip()


def test_the_ready_line_names_the_port_that_answers(launch: Any) -> None:
    port = _free_port()
    process = launch("--port", str(port))
    assert process.stdout.readline() == f"ready: http://127.0.0.1:{port}\n"
    assert list(_client(f"http://127.0.0.1:{port}").list_table()) == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(launch: Any, tmp_path: Path, ending: signal.Signals) -> None:
    process = launch("--port", "0", "--data", str(tmp_path / "data.db"))
    endpoint = process.stdout.readline().removeprefix("ready: ").strip()
    client = _client(endpoint)
    client.list_table()
    process.send_signal(ending)
    out, err = process.communicate(timeout=20)
    assert (out, err) == ("", "")
    assert process.returncode in (0, 128 + ending, -ending)


def test_a_busy_port(launch: Any) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert str(port) in _refused(launch("--port", str(port)))


def test_a_database_of_another_version(launch: Any, tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    process = launch("--port", "0", "--data", str(path))
    assert process.stdout.readline().startswith("ready: ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 999")
    database.close()
    sentence = _refused(launch("--port", "0", "--data", str(path)))
    assert str(path) in sentence
    assert "999" in sentence


def test_a_file_that_is_no_database(launch: Any, tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    path.write_bytes(b"an article about databases\n" * 100)
    assert str(path) in _refused(launch("--port", "0", "--data", str(path)))
    assert path.read_bytes().startswith(b"an article")


def test_a_database_that_another_server_has_open(launch: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "data.db")
    assert launch("--port", "0", "--data", path).stdout.readline().startswith("ready: ")
    assert re.search("in use", _refused(launch("--port", "0", "--data", path)))
