"""Finds the Python that a runtime declares, among those that are installed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from alifakes.function_compute.model import ProjectError

OWN_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# the oldest runtime is that of Python 3.6, which cannot read the worker
_DECLARED = {"python3.9": "3.9", "python3.10": "3.10", "python3.12": "3.12"}
# such as `-x86_64-linux-gnu.so`: packages may hold modules of other platforms, which nothing here loads
_PLATFORM = str(sysconfig.get_config_var("EXT_SUFFIX")).removeprefix(f".{sys.implementation.cache_tag}")
_EXTENSION = re.compile(rf"\.cpython-(\d)(\d+)\w*{re.escape(_PLATFORM)}$")


def choose(runtime: str, paths: tuple[str, ...]) -> tuple[str, str | None]:
    """The interpreter for a runtime whose code and layers lie on `paths`, and a note where it is not the declared one.

    Packages that are compiled for this interpreter load in no other: a function whose layers hold such is run by it.
    """
    declared = _DECLARED.get(runtime)
    if declared == OWN_VERSION:
        return sys.executable, None
    if declared is None:
        return sys.executable, f"{runtime} is run by Python {OWN_VERSION}: the emulator does not run Python 3.6."
    for path in paths:
        versions = _built_for(path)
        if versions and declared not in versions:
            where = f"the packages in {path} are built for {' and '.join(sorted(versions))}"
            return sys.executable, f"{runtime} is run by Python {OWN_VERSION}: {where}."
    found = _find(declared)
    if found is None:
        return sys.executable, f"{runtime} is run by Python {OWN_VERSION}: Python {declared} is not installed here."
    return found, None


@cache
def _built_for(folder: str) -> frozenset[str]:
    """The versions that compiled modules under a folder carry in their names; those that carry none load in any."""
    found = set()
    for _, _, names in os.walk(folder):
        found |= {f"{match[1]}.{match[2]}" for name in names if (match := _EXTENSION.search(name))}
    return frozenset(found)


@cache
def _find(version: str) -> str | None:
    return next((command for command in _candidates(version) if _runs(command, version)), None)


def _candidates(version: str) -> Iterator[str]:
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    installed = [folder for folder in versions.glob(f"{version}.*") if folder.name.rpartition(".")[2].isdecimal()]
    for folder in sorted(installed, key=lambda folder: int(folder.name.rpartition(".")[2]), reverse=True):
        yield str(folder / "bin" / "python")
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path


def _runs(command: str, version: str) -> bool:
    try:
        return version_of(command) == version
    except ProjectError:
        return False


@cache
def version_of(interpreter: str) -> str:
    """Raises ProjectError when it cannot be run."""
    if interpreter == sys.executable:
        return OWN_VERSION
    command = [interpreter, "-ISc", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProjectError(f"interpreter {interpreter} cannot be run: {error}.") from None
