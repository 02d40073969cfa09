"""The smoke client in a process of its own, as another SDK version would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tablestore

from alifakes.tablestore.app import TablestoreFake

SMOKE = Path(__file__).with_name("sdk_smoke.py")
# before version 6 there is one codec only
CODECS = ([], ["python"], ["native"]) if hasattr(tablestore.encoder, "NATIVE_ENCODER_AVAILABLE") else ([],)


@pytest.mark.parametrize("arguments", CODECS, ids=lambda chosen: "".join(chosen) or "default")
def test_the_installed_sdk(arguments: list[str]) -> None:
    with TablestoreFake() as fake:
        done = subprocess.run(
            [sys.executable, SMOKE, fake.endpoint, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "all as it should be" in done.stdout
