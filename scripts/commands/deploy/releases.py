"""What was deployed from this checkout, and what going back needs: .deploy/<file>-<account>-<region>/<number>/."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

RECORD = "release.json"


@dataclass(frozen=True)
class Published:
    """A version of a layer, and the SHA-256 of the archive that it was made from."""

    version: str
    digest: str


@dataclass
class Release:
    """One deployment, of a version of the product; its folder holds project files and functions' code as they were."""

    folder: Path
    version: str
    layers: dict[str, Published] = field(default_factory=dict)
    finished: bool = False
    withdrawn: bool = False

    @property
    def number(self) -> int:
        return int(self.folder.name)

    def variables(self) -> dict[str, str]:
        """The layers' versions under the names by which the project files ask for them."""
        return {layer_variable(name): published.version for name, published in self.layers.items()}

    def save(self) -> None:
        """Replace the record in one step: whoever reads it finds the old one or the new one."""
        record = {key: value for key, value in asdict(self).items() if key != "folder"}
        new = self.folder / f"{RECORD}.new"
        new.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        new.replace(self.folder / RECORD)


def layer_variable(layer: str) -> str:
    return f"FEED_{layer.removeprefix('feed-').upper()}_LAYER"


class Releases:
    """All releases of one project file to one account and region, the oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Release]:
        records = sorted(self._folder.glob(f"*/{RECORD}"), key=lambda record: int(record.parent.name))
        return [_read(record) for record in records]

    def begin(self, root: Path, version: str) -> Release:
        """A new release with a copy of what is deployed; Git ignores the folder by a file of its own."""
        release = Release(self._folder / str(max((old.number for old in self.all()), default=0) + 1), version)
        shutil.copytree(root / "functions", release.folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
        for file in root.glob("s.*yaml"):
            shutil.copy(file, release.folder)
        (self._folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        release.save()
        return release

    def published(self, layer: str, digest: str) -> str | None:
        """The version that already holds these bytes."""
        for release in reversed(self.all()):
            known = release.layers.get(layer)
            if known is not None and known.digest == digest:
                return known.version
        return None

    def before(self) -> Release | None:
        """The release to go back to: the last whole one, or where the last one is whole, the one before it."""
        standing = [release for release in self.all() if not release.withdrawn]
        whole = [release for release in standing if release.finished and release is not standing[-1]]
        return whole[-1] if whole else None

    def withdraw_after(self, target: Release) -> None:
        for release in self.all():
            if release.number > target.number:
                release.withdrawn = True
                release.save()


def _read(record: Path) -> Release:
    values = json.loads(record.read_text(encoding="utf-8"))
    layers = {name: Published(**published) for name, published in values.pop("layers").items()}
    return Release(record.parent, layers=layers, **values)
