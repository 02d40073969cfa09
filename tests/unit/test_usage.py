"""What commands say of themselves to who does not know their words yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import simulations
from commands import tables
from commands.admin import command as admin

LOCK = Path(__file__).resolve().parent.parent.parent / "scripts" / "lock"


@pytest.mark.parametrize("given", [[], ["what"]], ids=["nothing", "something else"])
@pytest.mark.parametrize(
    ("main", "words"),
    [
        (admin.main, ("takedown", "sign-out", "dead-letters", "erase", "audit")),
        (tables.main, ("create", "status", "drop", "migrate", "dump", "load")),
        (simulations.main, ("fanout",)),
    ],
    ids=["admin", "tables", "simulate"],
)
def test_a_word_that_is_missing_or_wrong_is_answered_with_all(
    main: Callable[[list[str]], int], words: tuple[str, ...], given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left_with:
        main(given)
    assert left_with.value.code == 2
    said = capsys.readouterr().err
    assert all(word in said for word in words)


def lock(*options: str) -> subprocess.CompletedProcess[str]:
    """On a machine without uv."""
    return subprocess.run(
        [sys.executable, str(LOCK), *options], capture_output=True, text=True, env={"PATH": ""}, timeout=60
    )


def test_locks_are_explained_and_need_uv() -> None:
    explained, without = lock("--help"), lock()
    assert (explained.returncode, explained.stderr) == (0, "")
    assert explained.stdout.startswith("usage: scripts/lock")
    assert (without.returncode, without.stderr) == (2, "uv is not installed: https://docs.astral.sh/uv/\n")
