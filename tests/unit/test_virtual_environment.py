"""The virtual environment of a checkout: made again when it no longer fits, and never without a word."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import _venv
import pytest


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose environment is ready."""
    monkeypatch.setattr(_venv, "ROOT", tmp_path)
    monkeypatch.setattr(_venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(_venv, "LOCKS", [tmp_path / "requirements.lock"])
    (tmp_path / "requirements.lock").write_text("a==1")
    make(tmp_path / ".venv")
    (tmp_path / ".venv" / "stamp").write_text(_venv._stamp())
    return tmp_path


def make(folder: Path) -> None:
    site = folder / "lib" / "python3.10" / "site-packages"
    site.mkdir(parents=True)
    (site / "checkout.pth").write_text(_venv._import_path())
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)


def test_an_environment_fits_its_lock_file_its_place_and_its_python(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _venv._ready()
    monkeypatch.setattr(_venv, "ROOT", checkout / "moved")
    assert not _venv._ready()
    monkeypatch.setattr(_venv, "ROOT", checkout)
    (checkout / "requirements.lock").write_text("a==2")
    assert not _venv._ready()
    (checkout / "requirements.lock").write_text("a==1")
    assert _venv._ready()
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert not _venv._ready()


def test_a_ready_environment_is_entered_without_writing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []
    monkeypatch.setattr(os, "execv", lambda program, _: entered.append(program))
    _venv.enter()
    assert entered == [str(checkout / ".venv" / "bin" / "python")]
    assert not (checkout / ".venv.lock").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(checkout: Path) -> None:
    (checkout / ".venv" / "stamp").unlink()
    (checkout / ".venv.lock").mkdir()
    with pytest.raises(SystemExit, match=r"^\.venv cannot be set up in .*: Is a directory \(.*\.venv\.lock\)\.$"):
        _venv.enter()


def test_the_commands_of_a_set_up_hold_its_lock(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / ".venv" / "stamp").unlink()
    given: list[str] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        (descriptor,) = options["pass_fds"]
        with (checkout / ".venv.lock").open("w") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert Path(f"/proc/self/fd/{descriptor}").resolve() == checkout / ".venv.lock"
        given.append(command[2])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    _venv._ensure()
    assert given == ["venv", "pip"]
    assert _venv._ready()


def test_a_further_lock_file_is_installed_over_the_first_and_told_apart(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = checkout / "sdk.lock"
    other.write_text("a==0.9")
    monkeypatch.setattr(_venv, "LOCKS", [checkout / "requirements.lock", other])
    assert not _venv._ready()
    installed: list[str] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        installed.append(command[-1])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    _venv._ensure()
    assert installed[1:] == [str(checkout / "requirements.lock"), str(other)]
    assert _venv._ready()
