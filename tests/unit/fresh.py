"""Fresh interpreters that see the standard library and, of this environment, what a function's layers hold; no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from benchmarks import coldstart_child
from commands.layers.contents import layer
from commands.running import ROOT

CHILD = Path(coldstart_child.__file__)
CORE = ROOT / "layers" / "core" / "python"


def layers(folder: Path, *names: str) -> list[str]:
    """The import path of a function with the core layer and these, whose distributions are linked into `folder`."""
    for held in {name for each in names for name in layer(each).holds}:
        root = Path(str(distribution(held).locate_file("")))
        for top in {file.parts[0] for file in distribution(held).files or ()} - {"..", "__pycache__"}:
            # a source distribution lists files that were not installed
            if not top.endswith(".dist-info") and (root / top).exists() and not (folder / top).exists():
                (folder / top).symlink_to(root / top)
    return [str(CORE), str(folder)]


def asked(path: list[str], function: str, event: str = "") -> dict[str, object]:
    """What CHILD is told; with an empty event, the handler is imported and not called."""
    code = str(ROOT / "functions" / function)
    return {"path": path, "code": code, "function": function, "event": event, "timeout": 10}


def run(
    program: Path,
    given: Mapping[str, object],
    environment: Mapping[str, str] | None = None,
    python: Path = Path(sys.executable),
) -> Any:
    """What the program, which is told by JSON on standard input, prints as JSON on its last line."""
    done = subprocess.run(
        [python, "-I", "-S", "-B", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def strangers(packages: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """What was imported besides our own and what is allowed."""
    return sorted(set(packages) - set(allowed) - {"feed"})
