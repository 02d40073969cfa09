"""scripts/test: the tests, those that take minutes only when asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from commands.running import ROOT

# two processes more than processors: many tests wait for processes that they have started
SIDE_BY_SIDE = ("-n", str((os.cpu_count() or 1) + 2), "--dist", "loadfile")


def main(arguments: Sequence[str] | None = None) -> int:
    """Every argument but --slow is pytest's; the whole suite runs on all processors, file by file."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["-h"], ["--help"]):
        print(
            "usage: scripts/test [--slow] [arguments of pytest]\n\nRuns the tests; --slow adds those that take minutes."
        )
        return 0
    slow = "--slow" in given
    given = [argument for argument in given if argument != "--slow"] or list(SIDE_BY_SIDE)
    if not slow:
        given = ["-m", "not slow", *given]
    return subprocess.call([sys.executable, "-m", "pytest", *given], cwd=ROOT)
