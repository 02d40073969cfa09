"""Named copies of all data, to which a server can be set back."""

from __future__ import annotations

import copy
import os
import re
import shutil
from pathlib import Path

from alifakes.tablestore.storage import Storage

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Snapshots:
    """Of data in memory: kept in memory; of the file `path`: files beside it, `<file>.<name>.snapshot`.

    Such a file can be served like any other.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: dict[str, Storage] = {}

    def names(self) -> list[str]:
        if self._path is None:
            return sorted(self._kept)
        prefix, suffix = f"{self._path.name}.", ".snapshot"
        files = self._path.parent.glob(f"{self._path.name}.*{suffix}")
        return sorted(file.name[len(prefix) : -len(suffix)] for file in files)

    def keep(self, name: str, storage: Storage | None) -> None:
        """Of the storage in memory, or of the file, which must be closed; raises ValueError for an impossible name."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"The name of a snapshot is 1 to 64 letters, digits, _ and -, not {name!r}.")
        if self._path is None:
            assert storage is not None
            self._kept[name] = copy.deepcopy(storage)
        else:
            _put(self._path, self._file(name))

    def check(self, name: str) -> None:
        """Raises ValueError when there is no such snapshot."""
        if name not in self.names():
            raise ValueError(f"There is no snapshot {name!r}; there are {', '.join(self.names()) or 'none'}.")

    def copy_of(self, name: str) -> Storage | None:
        """A copy in memory; or the file is put back where it was, and None returned."""
        if self._path is None:
            return copy.deepcopy(self._kept[name])
        _put(self._file(name), self._path)
        return None

    def _file(self, name: str) -> Path:
        assert self._path is not None
        return self._path.with_name(f"{self._path.name}.{name}.snapshot")


def _put(source: Path, target: Path) -> None:
    """Copy a file so that whoever looks at `target` finds the old or the new one whole."""
    half = target.with_name(target.name + ".part")
    shutil.copyfile(source, half)
    os.replace(half, target)
