"""The command: what it prints, how it ends, how it fails."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

COMMAND = "import sys; from alifakes.function_compute.command import main; sys.exit(main(sys.argv[1:]))"


def start(sample: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(sample.parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def mapped(layers: dict[str, Path]) -> list[str]:
    return [f"--layer={name}={folder}" for name, folder in layers.items()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ready_lines_and_end(sample: Path, layers: dict[str, Path], tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "headers.json").write_text('{"X-Frame-Options": "DENY"}')
    files = [f"--static={tmp_path}", f"--static-headers={tmp_path / 'headers.json'}"]
    routes = f"--routes={sample / 'openapi.yaml'}"
    process = start(sample, str(sample / "s.yaml"), "--port=0", "--api-port=0", routes, *files, *mapped(layers))
    try:
        assert process.stdout is not None
        invoke, console, ready = (process.stdout.readline().split() for _ in range(3))
        assert (invoke[0], console[0], ready[0]) == ("invoke:", "console:", "ready:")
        assert requests.get(console[1], timeout=20).headers["content-type"] == "text/html; charset=utf-8"
        assert requests.get(f"{ready[1]}/things/1", timeout=20).status_code == 201
        assert requests.get(ready[1], timeout=20).headers["x-frame-options"] == "DENY"
        assert requests.get(f"{invoke[1]}/_fake/invocations", timeout=20).status_code == 200
        children = [
            pid for file in Path(f"/proc/{process.pid}/task").glob("*/children") for pid in file.read_text().split()
        ]
        assert len(children) == 1
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert "  web  http GET /things/1  201  " in output
    assert "note: s.yaml: resources.domain is left out" in errors
    assert "FC Invoke Start RequestId: " in errors
    assert "Traceback" not in errors
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_without_a_console(sample: Path, layers: dict[str, Path]) -> None:
    process = start(sample, str(sample / "s.yaml"), "--port=0", "--api-port=0", "--no-console", *mapped(layers))
    try:
        assert process.stdout is not None
        invoke, ready = process.stdout.readline().split(), process.stdout.readline().split()
        assert (invoke[0], ready[0]) == ("invoke:", "ready:")
        assert requests.get(f"{invoke[1]}/_console/", timeout=20).status_code == 400
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--tablestore=http://tables.example", "The console asks emulators of this machine only, not"),
        ("--prices=no-such-file", "The prices in no-such-file cannot be used"),
    ],
)
def test_what_the_console_cannot_use(sample: Path, layers: dict[str, Path], option: str, sentence: str) -> None:
    process = start(sample, str(sample / "s.yaml"), "--port=0", "--api-port=0", option, *mapped(layers))
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(sentence)
    assert errors.count("\n") == 1


def test_busy_port(sample: Path, layers: dict[str, Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(sample, str(sample / "s.yaml"), "--port=0", f"--api-port={port}", *mapped(layers))
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert errors.count("\n") == 1
    assert errors == f"Port {port} of 127.0.0.1 cannot be listened on: address already in use.\n"


def test_broken_project(tmp_path: Path, sample: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("edition: 3.0.0\nname: [")
    process = start(sample, str(file), "--port=0", "--api-port=0")
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith("s.yaml: line 2, column ")
    assert errors.count("\n") == 1


def test_unmapped_layer(sample: Path) -> None:
    process = start(sample, str(sample / "s.yaml"), "--port=0", "--api-port=0")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors == (
        "s.yaml: function shadow uses layer 'first', which is mapped to no folder: give --layer first=FOLDER.\n"
    )
