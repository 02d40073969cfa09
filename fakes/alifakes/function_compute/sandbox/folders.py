"""Notices that what a folder holds has changed, by looking when it is asked: names, times and sizes, then contents."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

# looking through more at every invocation would cost more than it tells
MOST_FILES = 2_000

_Stats = dict[str, tuple[int, int, int]]


class Folder:
    """The files under `root`, without caches of byte code, names that begin with a dot, and installed packages.

    Packages are known by the record that pip leaves beside them; another version of one comes with another record.
    What is `still` never changes, and is not looked at.
    """

    def __init__(self, root: Path, *, still: bool = False) -> None:
        self.root = root
        self._still = still
        self._installed = frozenset() if still else _installed(root)
        stats = {} if still else _scan(root, self._installed)
        self.watched = len(stats) <= MOST_FILES
        self._stats = stats if self.watched else {}
        self._digests = {name: _digest(name) for name in self._stats}
        self._version = 0

    def version(self) -> int:
        """A number that grows when a file has come, gone or changed; a mere touch changes nothing."""
        if self._still or not self.watched:
            return self._version
        stats = _scan(self.root, self._installed)
        if stats != self._stats:
            touched = {name for name in stats if self._stats.get(name) != stats[name]}
            digests = {name: _digest(name) if name in touched else self._digests[name] for name in stats}
            changed = {name for name in touched if digests[name] != self._digests.get(name)}
            if changed or digests.keys() != self._digests.keys():
                _forget_byte_code(changed)
                self._version += 1
            self._stats, self._digests = stats, digests
        return self._version


def _installed(root: Path) -> frozenset[str]:
    """Files and folders, directly under `root` or a layer's python/, that belong to installed packages."""
    paths = set()
    for folder in (root, root / "python"):
        for record in folder.glob("*.dist-info/RECORD"):
            lines = record.read_text("utf-8", "replace").splitlines()
            paths |= {str(folder / line.partition(",")[0].partition("/")[0]) for line in lines}
    return frozenset(paths)


def _scan(root: Path, installed: frozenset[str]) -> _Stats:
    """Stops soon above MOST_FILES."""
    stats: _Stats = {}
    folders = [str(root)]
    while folders and len(stats) <= MOST_FILES:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__pycache__" or entry.name.endswith(".pyc"):
                    continue
                if entry.path in installed:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                    continue
                with suppress(OSError):
                    status = entry.stat()
                    stats[entry.path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return stats


def _digest(name: str) -> bytes:
    with suppress(OSError), open(name, "rb") as file:
        return hashlib.sha256(file.read()).digest()
    return b""


def _forget_byte_code(sources: set[str]) -> None:
    """Python takes a cache for current by the second and the size of its source; two quick edits may share both."""
    for source in map(Path, sources):
        if source.suffix == ".py":
            for cache in (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"):
                cache.unlink(missing_ok=True)
