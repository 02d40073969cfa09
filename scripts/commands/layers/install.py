"""Third parties as requirements.lock pins them, for the machine that functions run on, whatever this one is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path

from commands.layers.contents import FROM_SOURCE, LEFT_OUT_FILES
from commands.running import ROOT

LOCK = ROOT / "requirements.lock"
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64")
"""Function Compute runs python3.10 on Debian 10, whose glibc is 2.28, and python3.12 on Debian 11."""

_PINNED = re.compile(r"^([a-z0-9._-]+)==.*(?:\n {4}--hash=.*)+", re.MULTILINE)


class CannotInstall(Exception):
    """A distribution is not in the lock, or pip has failed; the message says which or why."""


def install(names: Collection[str], python: Path, target: Path) -> None:
    """Put distributions into `target`, nothing else, none of it compiled. Raises CannotInstall."""
    lines = locked(LOCK.read_text(), names)
    requirements = target.with_name(f"{target.name}.txt")
    requirements.parent.mkdir(parents=True, exist_ok=True)
    requirements.write_text("\n".join(lines) + "\n")
    sources = [name for name in FROM_SOURCE if name in names]
    command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "-q"]
    command += ["--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:"]
    command += [option for name in sources for option in ("--no-binary", name)]
    command += [option for platform in PLATFORMS for option in ("--platform", platform)]
    command += ["--root-user-action", "ignore", "--target", str(target), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True)
    requirements.unlink()
    if done.returncode:
        raise CannotInstall(f"pip cannot install {', '.join(sorted(names))}:\n{done.stderr.strip()}")


def locked(lock: str, names: Collection[str]) -> list[str]:
    """The lock's lines for these, hashes and markers included. Raises CannotInstall naming those it lacks."""
    found = [(match[1], match[0]) for match in _PINNED.finditer(lock) if match[1] in names]
    if missing := set(names) - {name for name, _ in found}:
        raise CannotInstall(f"requirements.lock has no {', '.join(sorted(missing))}; scripts/lock makes it anew.")
    return [lines for _, lines in found]


def prune(folder: Path) -> None:
    """Remove LEFT_OUT_FILES, and folders that are empty then."""
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif any(fnmatchcase(name, pattern) for pattern in LEFT_OUT_FILES):
            path.unlink()
