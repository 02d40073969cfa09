"""The smoke client in a process of its own, as another SDK version would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alifakes.tablestore.app import TablestoreFake

SMOKE = Path(__file__).with_name("sdk_smoke.py")


@pytest.mark.parametrize("arguments", [[], ["python"], ["native"]], ids=["default", "python", "native"])
def test_the_installed_sdk(arguments: list[str]) -> None:
    with TablestoreFake() as fake:
        done = subprocess.run(
            [sys.executable, SMOKE, fake.endpoint, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "all as it should be" in done.stdout
