"""The interpreters that layers are compiled and measured by."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


class NoInterpreter(Exception):
    """There is no such Python here; the message is one sentence."""


def interpreter(version: str) -> Path:
    """The `python3.x` that runs, on PATH or among pyenv's versions. Raises NoInterpreter."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [*sorted(pyenv.glob(f"{version}.*/bin/{name}"), key=_patch, reverse=True)]
    if on_path := shutil.which(name):
        candidates.append(Path(on_path))
    for candidate in candidates:
        asked = subprocess.run([candidate, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True)
        if asked.returncode == 0:
            return Path(asked.stdout.strip())
    raise NoInterpreter(f"{name} is neither on PATH nor among the versions in {pyenv}.")


def _patch(path: Path) -> int:
    patch = path.parents[1].name.split(".")[-1]
    return int(patch) if patch.isdigit() else -1
