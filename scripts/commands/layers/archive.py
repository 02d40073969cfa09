"""A folder compiled and zipped so that the same files give the same bytes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from commands.layers import settle

OPT = "/opt"
"""Where Function Compute unpacks a layer: what tracebacks name."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644
_UNIX = 3


class CannotCompile(Exception):
    """The message is the compiler's."""


def compile_all(folder: Path, python: Path) -> None:
    """Bytecode beside every source, believed without a look at it: a layer's files never change. Raises CannotCompile.

    A layer cannot be written to, so without bytecode every cold start would compile what it imports.
    """
    command = ["-s", "-S", "-W", "ignore", "-m", "compileall", "-q"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", OPT, str(folder)]
    _run(python, command, folder)
    _run(python, ["-s", "-S", settle.__file__, str(folder)], folder)


def _run(python: Path, arguments: Sequence[str], folder: Path) -> None:
    # a set's constants stand in its hashes' order
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": ""}
    done = subprocess.run([python, *arguments], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise CannotCompile(f"{python} cannot compile {folder}:\n{done.stdout}{done.stderr}".strip())


def pack(folder: Path, archive: Path) -> int:
    """Zip what is in `folder`; the zip's size in bytes. Names are sorted, times and modes fixed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with ZipFile(archive, "w") as packed:
        for path in files:
            entry = ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE << 16
            packed.writestr(entry, path.read_bytes(), compresslevel=9)
    return archive.stat().st_size
