"""One layer for one Python: its folder as it will lie under /opt."""

from __future__ import annotations

import shutil
from pathlib import Path

from commands.layers.archive import compile_all
from commands.layers.contents import Layer
from commands.layers.install import install, prune
from commands.running import ROOT

CORE = ROOT / "layers" / "core" / "python"


def unpacked(layer: Layer, python: Path, folder: Path) -> Path:
    """Make the layer in `folder`, which must be empty; what goes onto the import path.

    Raises CannotInstall, CannotCompile.
    """
    inner = folder / "python"
    if layer.holds:
        install(layer.holds, python, inner)
        prune(inner)
    else:
        shutil.copytree(CORE, inner, ignore=shutil.ignore_patterns("__pycache__"))
    compile_all(folder, python)
    return inner
