"""scripts/dev as a user meets it: it comes up, it goes down with everything it started, and it says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commands.local_cloud import LocalCloud
from commands.running import NotRunning, Running, running
from commands.tablestore_process import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
DEADLINE_S = 60.0


def dev(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "dev"), *options],
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refusal(*options: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a start that fails."""
    process = dev(*options)
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


def descendants(pid: int) -> set[int]:
    listing = subprocess.run(["ps", "-Ao", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [(int(child), int(parent)) for child, parent in (line.split() for line in listing.splitlines())]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found - {pid}


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_whatever_ends_it_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    with dev("--port", "0", "--data", str(tmp_path), "--no-demo") as process:
        watchdog = threading.Timer(DEADLINE_S, process.kill)
        watchdog.start()
        try:
            comes_and_goes(process, tmp_path, number)
        finally:
            watchdog.cancel()
            process.kill()


def comes_and_goes(process: subprocess.Popen[str], data: Path, number: signal.Signals) -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    ready = next(line for line in process.stdout if line.startswith("ready: "))
    api = ready.removeprefix("ready: ").strip()
    assert urllib.request.urlopen(f"{api}/healthz").status == 200
    assert urllib.request.urlopen(api).read().startswith(b"<!doctype html>")
    assert json.loads(urllib.request.urlopen(f"{api}/config.json").read()) == {"api": "", "people": []}
    assert any("healthz  http GET /healthz  200" in line for line in process.stdout)
    assert running(data).api == api
    children = descendants(process.pid)
    assert len(children) >= 2, "Tablestore and one function at least have processes of their own"

    process.send_signal(number)
    code = process.wait(DEADLINE_S)

    assert code == (-number if number is signal.SIGKILL else 0)
    wait_until(lambda: not any(map(alive, children)))
    assert process.stderr.read() == ""
    with pytest.raises(NotRunning):
        running(data)


def test_a_taken_port_is_one_sentence_and_nothing_is_made(tmp_path: Path, taken_port: int) -> None:
    data = tmp_path / "data"

    code, _, err = refusal("--port", str(taken_port), "--data", str(data), "--fresh")

    assert code == 1
    assert err == f"Port {taken_port} cannot be listened on: Address already in use.\n"
    assert not data.exists()


def test_a_database_of_another_version_is_one_sentence_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "tablestore.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = file.read_bytes()

    code, _, err = refusal("--port", "0", "--data", str(tmp_path))

    assert code == 1
    assert err.count("\n") == 1
    assert str(file) in err
    assert file.read_bytes() == before


def test_a_broken_project_file_is_one_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    project = tmp_path / "s.yaml"
    project.write_text((ROOT / "s.yaml").read_text().replace("timeout: 120", "timeout: soon"))
    (tmp_path / "functions").symlink_to(ROOT / "functions")

    with pytest.raises(CannotStart, match=r"^s\.yaml: .*timeout.*soon.*\.$"):
        LocalCloud(project_file=project, data=tmp_path / "data").start()

    assert not (tmp_path / "data").exists()


def test_a_second_start_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with LocalCloud(data=tmp_path, timers=False), pytest.raises(CannotStart, match="Another local cloud is running"):
        LocalCloud(data=tmp_path, fresh=True).start()


def test_data_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    code, _, err = refusal("--port", "0", "--data", str(file))
    assert (code, err) == (1, f"The local cloud cannot run: File exists ({file}).\n")


def test_a_process_of_another_user_is_no_local_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_pid: int, _number: int) -> None:
        raise PermissionError

    Running(1, "fc3", "", "", "", "").announce(tmp_path)
    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(NotRunning):
        running(tmp_path)


def test_unknown_options_are_explained() -> None:
    code, _, err = refusal("--port", "70000")

    assert code == 2
    assert "from 0 to 65535" in err
