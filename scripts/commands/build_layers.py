"""scripts/build_layers: the layers as zips to publish, for each Python that functions run on; the same input gives the
same bytes."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from commands.layers.archive import CannotCompile, pack
from commands.layers.build import unpacked
from commands.layers.contents import LAYERS, Layer, layer
from commands.layers.install import CannotInstall
from commands.layers.interpreters import NoInterpreter, interpreter
from commands.running import ROOT

PYTHONS = ("3.10", "3.12")
"""Of Function Compute's runtimes, those that s.fc2.yaml and s.yaml name."""
OUT = ROOT / "dist" / "layers"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every layer was built and keeps to its budget."""
    parser = argparse.ArgumentParser(prog="scripts/build_layers", description="Builds the layers as zips to publish.")
    names = [each.name for each in LAYERS]
    parser.add_argument("--python", action="append", choices=PYTHONS, help="one of them only; may be repeated")
    parser.add_argument("--only", action="append", choices=names, help="one layer only; may be repeated")
    parser.add_argument("--out", type=Path, default=OUT, help="where the zips go (default dist/layers)")
    given = parser.parse_args(arguments)
    try:
        fits = [
            _built(layer(name), version, given.out)
            for version in given.python or PYTHONS
            for name in given.only or names
        ]
    except (NoInterpreter, CannotInstall, CannotCompile) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(fits) else 1


def _built(layer: Layer, version: str, out: Path) -> bool:
    """Build one zip and print its line; whether it keeps to its budget."""
    archive = out / f"feed-{layer.name}-python{version}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        unpacked(layer, interpreter(version), Path(folder))
        size = pack(Path(folder), archive)
        loose = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    within = layer.budget is None or size <= layer.budget
    budget = f"of {_mb(layer.budget)}" if layer.budget else ""
    line = f"  {archive.name:32} {_mb(size):>8} {budget:11} unpacked {_mb(loose):>8}  sha256 {digest[:16]}"
    print(line if within else f"{line}  OVER ITS BUDGET", flush=True)
    return within


def _mb(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
