"""The steps of a deployment as a plain list: what each is called, its command, and what it gives."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alifakes.function_compute.model import Project
from alifakes.function_compute.yaml_file import load_extended
from commands.deploy.releases import Release, layer_variable
from commands.openapi import FILE
from commands.project_files import routes, units
from feed import VERSION


@dataclass(frozen=True)
class Step:
    """`layer` is what it publishes from the file `archive`."""

    title: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    archive: Path | None = None

    def shown(self) -> str:
        """As one would type it."""
        return shlex.join((*(f"{name}={value}" for name, value in self.environment.items()), *self.command))


def deployment(root: Path, project: Project, region: str, tables_endpoint: str, api: str) -> list[Step]:
    """Build, tables, layers, functions, smoke test. Tables and indexes are only ever added, so they come first."""
    python = _python(project)
    out = root / "dist" / "layers"
    build = ("scripts/build_layers", "--python", python, "--out", str(out))
    tables = {"OTS_ENDPOINT": tables_endpoint} if tables_endpoint else {}
    return [
        Step("build the layers", build, root),
        Step("add what tables and indexes lack", ("scripts/tables", "migrate"), root, tables),
        *(_publish(root, project, layer, region, out / f"{layer}-python{python}.zip") for layer in layers_of(project)),
        *_functions(root, root, project),
        *_smoke(root, api, VERSION),
    ]


def going_back(root: Path, release: Release, project: Project, api: str) -> list[Step]:
    """The functions as they were, in the other direction."""
    return [*reversed(_functions(root, release.folder, project)), *_smoke(root, api, release.version)]


def _functions(root: Path, folder: Path, project: Project) -> list[Step]:
    """One by one: first who is only invoked by others, then who has a timer, then the API."""
    routed = {name for _, _, name in routes(root / FILE)}
    timed = {function.name for function in project.functions if function.timer_triggers}
    ordered = sorted(units(project.file).items(), key=lambda item: (item[1] in routed, item[1] in timed))
    return [
        Step(f"deploy the function {name}", ("s", unit, "deploy", "-t", project.file.name, "-y"), folder)
        for unit, name in ordered
    ]


def _smoke(root: Path, api: str, version: str) -> list[Step]:
    if not api:
        return []
    return [Step("smoke test", (sys.executable, "-m", "commands.deploy.smoke", api, version), root)]


def layers_of(project: Project) -> list[str]:
    return sorted({layer for function in project.functions for layer in function.layers})


def _python(project: Project) -> str:
    return project.functions[0].runtime.removeprefix("python")


def _publish(root: Path, project: Project, layer: str, region: str, archive: Path) -> Step:
    component = "fc" if project.functions[0].service else "fc3"
    access = str(load_extended(project.file).get("access", "default"))
    what = ("--layer-name", layer, "--code", str(archive), "--compatible-runtime", f"python{_python(project)}")
    command = ("s", "cli", component, "layer", "publish", "--region", region, *what, "-a", access)
    title = f"publish the layer {layer}: its version is {layer_variable(layer)} in what follows"
    return Step(title, command, root, layer=layer, archive=archive)
