"""The layers of a function as one folder, merged as Function Compute merges them under /opt: by file, the first wins.

The path /opt itself cannot be had without root or a container: code that names it finds nothing there. Import path,
PATH and LD_LIBRARY_PATH lead to the merged folder instead, below which every file has its place.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from alifakes.function_compute.model import Function, ProjectError
from alifakes.function_compute.sandbox.folders import Folder


class Opt:
    """What a function finds under /opt; `layers` in their order. What is made for it lies under `home`."""

    def __init__(self, layers: tuple[Folder, ...], home: Path) -> None:
        self.layers = layers
        self._home = home
        self._merged: dict[tuple[int, ...], Path] = {}

    def version(self) -> tuple[int, ...]:
        """Another one as soon as a file of a layer has changed."""
        return tuple(layer.version() for layer in self.layers)

    def folder(self) -> Path:
        """Of the layers as they are now; after a change it is a new one, so that who runs keeps the old one."""
        version = self.version()
        if version not in self._merged:
            self._home.mkdir(exist_ok=True)
            self._merged[version] = _merge([layer.root for layer in self.layers], self._home / str(len(self._merged)))
        return self._merged[version]


class Shelf:
    """Layers by name, from a folder or zip each; `{runtime}` in a path stands for the runtime of who uses it.

    A folder is laid out as a layer's zip is (`python/`, `bin/`, `lib/`), or holds packages as pip installs them. A zip
    is unpacked under `home`, once, and not watched. `folder()` and `opt()` give the same object for the same folders.
    `file` is the project file's name, for errors.
    """

    def __init__(self, file: str, layers: Mapping[str, Path], home: Path) -> None:
        self._file = file
        self.folders: dict[Path, Folder] = {}
        self._layers = layers
        self._home = home
        self._numbers = count()
        self._unpacked: dict[Path, Path] = {}
        self._opts: dict[tuple[Path, ...], Opt] = {}

    def folder(self, root: Path) -> Folder:
        if root not in self.folders:
            self.folders[root] = Folder(root, still=root in self._unpacked.values())
        return self.folders[root]

    def opt(self, function: Function) -> Opt:
        """Raises ProjectError for a layer that is mapped to nothing."""
        roots = tuple(dict.fromkeys(self._root(name, function) for name in function.layers))
        if roots not in self._opts:
            self._opts[roots] = Opt(tuple(self.folder(root) for root in roots), self._place("opt"))
        return self._opts[roots]

    def _root(self, name: str, function: Function) -> Path:
        if name not in self._layers:
            raise ProjectError(
                f"{self._file}: function {function.address} uses layer '{name}', which is mapped to no folder:"
                f" give --layer {name}=FOLDER."
            )
        source = Path(str(self._layers[name]).replace("{runtime}", function.runtime)).resolve()
        if source.is_dir():
            return source
        if source.suffix != ".zip" or not source.is_file():
            raise ProjectError(f"layer '{name}' is mapped to {source}, which is neither a folder nor a zip.")
        if source not in self._unpacked:
            self._unpacked[source] = _unpack(source, self._place("zip"))
        return self._unpacked[source]

    def _place(self, kind: str) -> Path:
        return self._home / f"{kind}-{next(self._numbers)}"


def _merge(layers: list[Path], target: Path) -> Path:
    target.mkdir()
    _link([entries for layer in layers if (entries := _entries(layer))], target)
    return target


def _entries(layer: Path) -> dict[str, Path]:
    """What lies directly below /opt."""
    if not (layer / "python").is_dir() and any(layer.glob("*.dist-info")):
        return {"python": layer}
    return {path.name: path for path in layer.iterdir()}


def _link(sources: list[dict[str, Path]], target: Path) -> None:
    """Links the first of each name; a folder that several have is made, and filled from all of them."""
    for name in dict.fromkeys(name for source in sources for name in source):
        found = [source[name] for source in sources if name in source]
        folders = [path for path in found if path.is_dir()]
        if len(folders) > 1 and found[0].is_dir():
            (target / name).mkdir()
            _link([{path.name: path for path in folder.iterdir()} for folder in folders], target / name)
        else:
            (target / name).symlink_to(found[0])


def _unpack(archive: Path, target: Path) -> Path:
    """With the modes and links that the zip records, which the standard library leaves out."""
    try:
        with ZipFile(archive) as packed:
            for entry in packed.infolist():
                placed, mode = Path(packed.extract(entry, target)), entry.external_attr >> 16
                if stat.S_ISLNK(mode):
                    placed.unlink()
                    placed.symlink_to(packed.read(entry).decode())
                elif stat.S_ISREG(mode):
                    os.chmod(placed, stat.S_IMODE(mode) | stat.S_IRUSR)
    except BadZipFile as error:
        raise ProjectError(f"layer {archive} cannot be unpacked: {error}.") from None
    return target
