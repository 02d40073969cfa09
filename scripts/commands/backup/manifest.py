"""What a dump holds: its parts with their counts and checksums, written anew after each of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from commands.backup.lines import Row, decode
from commands.table_admin import Refused
from feed.store.schema import Table

FORMAT = 1
CUTS = (None, *"123456789abcdef", None)
"""Where hashed keys are cut into even parts; other keys are cut somehow."""


class Part(NamedTuple):
    """The rows of a table whose first key column lies in [low, high); None has no end."""

    table: Table
    number: int
    low: str | None
    high: str | None

    @property
    def name(self) -> str:
        return f"{self.table.name}-{self.number:x}"


@dataclass(frozen=True)
class Kept:
    """`sha256` of the lines. `wide` and `moving` count partition keys; docs/backup.md says which."""

    rows: int
    sha256: str
    wide: int = 0
    moving: int = 0


@dataclass
class Manifest:
    """`keys` are the tables' key columns; `finished` is empty until all parts are there. Times are UTC."""

    folder: Path
    instance: str
    began: str
    finished: str = ""
    keys: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Raises Refused when it is of another format."""
        file = folder / "manifest.json"
        if not file.exists():
            return None
        try:
            saved = json.loads(file.read_text())
        except ValueError:
            saved = {}
        if saved.get("format") != FORMAT:
            raise Refused(f"{file} is not the manifest of a dump of this version.")
        parts = {name: Kept(**kept) for name, kept in saved["parts"].items()}
        return cls(folder, saved["instance"], saved["began"], saved["finished"], saved["keys"], parts)

    def add(self, part: Part, kept: Kept) -> None:
        with self._lock:
            self.parts[part.name] = kept
            self.save()

    def save(self) -> None:
        new = self.folder / "manifest.new"
        parts = {name: asdict(kept) for name, kept in sorted(self.parts.items())}
        said = {"format": FORMAT, "instance": self.instance, "began": self.began, "finished": self.finished}
        new.write_text(json.dumps({**said, "keys": self.keys, "parts": parts}, indent=1))
        new.replace(self.folder / "manifest.json")

    @property
    def rows(self) -> int:
        return sum(kept.rows for kept in self.parts.values())

    def file(self, part: Part) -> Path:
        return self.folder / f"{part.name}.jsonl.gz"

    @contextmanager
    def lines(self, part: Part) -> Iterator[Iterator[Row]]:
        with gzip.open(self.file(part)) as lines:
            yield map(decode, lines)

    def check(self, part: Part) -> None:
        """Raises Refused when the file is not what was written."""
        kept, digest, rows = self.parts[part.name], hashlib.sha256(), 0
        try:
            with gzip.open(self.file(part)) as lines:
                for line in lines:
                    digest.update(line)
                    rows += 1
        except (OSError, EOFError, zlib.error) as error:
            raise Refused(f"{self.file(part)} cannot be read: {error}.") from error
        if (rows, digest.hexdigest()) != (kept.rows, kept.sha256):
            raise Refused(f"{self.file(part)} is not what was dumped: {rows} rows of {kept.rows}, or changed ones.")


def parts_of(table: Table) -> list[Part]:
    return [Part(table, number, low, high) for number, (low, high) in enumerate(pairwise(CUTS))]


@contextmanager
def packed(file: Path) -> Iterator[gzip.GzipFile]:
    """A new gzip file of the same bytes for the same content, under its name when it is whole."""
    new = file.with_suffix(".new")
    with new.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as lines:
        yield lines
    new.replace(file)
