"""python -m commands.freeze_release: keeps a commit's layer and functions, for the tests in which it meets the next."""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from commands.layers.archive import pack
from commands.running import ROOT

KEPT = ROOT / "tests" / "roll_out"
_SHIPPED = ("layers/core/python", "functions")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m commands.freeze_release",
        description=f"Packs what a commit ships of our own into {KEPT.relative_to(ROOT)}, in place of the release "
        "before; the same commit gives the same bytes.",
    )
    parser.add_argument("commit", help="the one that is released")
    print(freeze(parser.parse_args(arguments).commit, KEPT))
    return 0


def freeze(commit: str, folder: Path) -> Path:
    """The new zip, which replaces every other. Raises CalledProcessError when there is no such commit."""
    command = ["git", "-C", str(ROOT), "archive", commit, *_SHIPPED]
    content = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    with TemporaryDirectory() as unpacked, tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            if entry.isfile():
                _write(Path(unpacked) / entry.name, archive, entry)
        said = (Path(unpacked) / _SHIPPED[0] / "feed" / "__init__.py").read_text()
        version = re.search(r'VERSION = "([\d.]+)"', said)
        assert version is not None
        new = folder / f"feed-{version[1]}.zip"
        for old in folder.glob("feed-*.zip"):
            old.unlink()
        pack(Path(unpacked), new)
    return new


def _write(file: Path, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
    content = archive.extractfile(entry)
    assert content is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.read())


if __name__ == "__main__":
    sys.exit(main())
