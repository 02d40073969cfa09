"""`python -m alifakes alipay` as a process: what it prints, its end, and what it refuses to start with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import MARK, Keys

from .shop import fetch

FAKES = Path(__file__).parents[2]
PRODUCTION = "https://openapi.alipay.com/gateway.do"


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "alifakes", "alipay", *map(str, arguments)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    """Keys that the commands find, so that each need not make its own."""
    folder = tmp_path_factory.mktemp("command")
    for name in ("app_private", "app_public", "alipay_private", "alipay_public"):
        (folder / f"{name}.pem").write_text(f"{MARK}\n{getattr(keys, name)}")
    return folder


@contextmanager
def served(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The process and the lines it began with; killed at the end if it still runs."""
    process = subprocess.Popen(command(*arguments), cwd=FAKES, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, [process.stdout.readline().strip() for _ in range(3)]
    finally:
        process.kill()
        process.communicate()


def refused(*arguments: object, gateway: str = "") -> tuple[int, str]:
    done = subprocess.run(
        command(*arguments),
        cwd=FAKES,
        env={**os.environ, "FEED_ALIPAY_GATEWAY": gateway},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def test_serves_until_told_to_stop(folder: Path, keys: Keys) -> None:
    with served("--keys", folder, "--app-id", "1", "--seller-id", "2") as (process, lines):
        endpoint = lines[0].removeprefix("ready: ")
        assert lines == [f"ready: {endpoint}", f"gateway: {endpoint}/gateway.do", f"keys: {folder}"]
        status, _, answer = fetch(f"{endpoint}/gateway.do?app_id=1")
        assert (status, "isv.missing-method" in answer) == (200, True)
        assert keys.alipay_public.splitlines()[1] in fetch(f"{endpoint}/_fake/public_key")[2]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_gateway_of_this_machine_is_no_reason_to_refuse(folder: Path) -> None:
    with served("--keys", folder, "--gateway", "http://localhost:8090/gateway.do") as (_, lines):
        assert lines[0].startswith("ready: http://127.0.0.1:")


def test_a_real_gateway_is_refused(tmp_path: Path) -> None:
    for arguments, variable in ((("--gateway", PRODUCTION), ""), ((), PRODUCTION)):
        code, sentence = refused("--keys", tmp_path / "keys", *arguments, gateway=variable)
        assert (code, sentence.count("\n"), PRODUCTION in sentence) == (1, 0, True)
    assert not (tmp_path / "keys").exists()


def test_a_real_key_is_refused(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "app_private.pem").write_text(keys.app_private)
    code, sentence = refused("--keys", tmp_path)
    assert (code, sentence.count("\n"), "looks like a real key" in sentence) == (1, 0, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.com", "::", ""])
def test_another_host_is_refused(keys: Keys, host: str) -> None:
    with pytest.raises(ValueError, match="serves this machine only"):
        AlipayFake(keys=keys, host=host)


def test_another_host_is_refused_in_a_sentence(folder: Path) -> None:
    code, sentence = refused("--keys", folder, "--host", "0.0.0.0")
    assert (code, sentence.count("\n"), "0.0.0.0" in sentence) == (1, 0, True)


def test_a_busy_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, sentence = refused("--keys", folder, "--port", port)
    assert code == 1
    assert sentence.startswith(f"Port {port} of 127.0.0.1 cannot be listened on: ")


def test_keys_that_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    code, sentence = refused("--keys", tmp_path / "keys")
    assert (code, sentence.count("\n"), "cannot be kept" in sentence) == (1, 0, True)


@pytest.mark.parametrize(
    "arguments", [[], ["--port", "70000", "--keys", "k"], ["--notify-on", "payment,party", "--keys", "k"]]
)
def test_arguments_that_make_no_sense(arguments: list[str]) -> None:
    code, usage = refused(*arguments)
    assert code == 2
    assert "usage: " in usage
