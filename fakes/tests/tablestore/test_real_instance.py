"""Where the environment names a real instance, only what asks it something runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_what_tests_parts_of_the_emulator_is_skipped() -> None:
    file = Path(__file__).with_name("test_readme.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(file)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "ALIFAKES_OTS_ENDPOINT": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ss")
    assert "tests parts of the emulator, not what it answers a client" in done.stdout
