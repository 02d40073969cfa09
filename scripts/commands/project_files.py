"""Says where the project files disagree with function folders, layers, routes and roles; scripts/check runs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from alifakes.function_compute.model import Function, Project, ProjectError
from alifakes.function_compute.project import read_project
from alifakes.function_compute.yaml_file import load_extended
from commands.local_cloud import deployment_variables
from commands.openapi import BACKEND, FILE
from commands.running import ROOT

FILES = ("s.yaml", "s.prod.yaml", "s.fc2.yaml")
POLICIES = Path("deploy", "policies")
SERVICE = "service"
"""The policy of FC 2.0's one role: there roles belong to services."""

EXAMPLE = {
    **deployment_variables("https://ots.example", "https://fc.example", "https://api.example", "https://pay.example"),
    "FEED_LOG_PROJECT": "feed",
}
"""Values for every variable that the files ask for."""


def main() -> int:
    wrong = [sentence for name in FILES for sentence in problems(ROOT, name)]
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


def problems(root: Path, name: str) -> list[str]:
    """One sentence for each thing that is wrong with a project file; the first only, where it cannot be read."""
    file = root / name
    try:
        project = read_project(file, EXAMPLE)
    except ProjectError as error:
        return [str(error)]
    return [f"{name}: {sentence}" for check in _CHECKS for sentence in check(root, project)]


def units(file: Path) -> dict[str, str]:
    """The functions' deployed names by the names of their units, which `s <unit> deploy` asks for."""
    document = load_extended(file)
    found = document.get("resources") or document.get("services") or {}
    return {unit: _deployed_name(declared["props"]) for unit, declared in found.items()}


def _deployed_name(props: dict[str, Any]) -> str:
    return str(props["functionName"] if "functionName" in props else props["function"]["name"])


def _left_out(_root: Path, project: Project) -> Iterator[str]:
    """Triggers and components that the local cloud does not run cannot be meant."""
    yield from project.notes


def _unit_names(_root: Path, project: Project) -> Iterator[str]:
    for unit, name in units(project.file).items():
        if unit != name:
            yield f"the function '{name}' is declared under another name, '{unit}'."


def _folders(root: Path, project: Project) -> Iterator[str]:
    folders = {folder.parent.name for folder in (root / "functions").glob("*/index.py")}
    declared = {function.code_dir.name for function in project.functions}
    for folder in sorted(folders - declared):
        yield f"functions/{folder} is declared by no function."
    for function in project.functions:
        if function.code_dir.name not in folders:
            yield f"the function '{function.name}' has no index.py in functions/{function.code_dir.name}."
        elif function.code_dir.name != function.name.replace("-", "_"):
            yield f"the function '{function.name}' has the code of functions/{function.code_dir.name}."


def _layers(root: Path, project: Project) -> Iterator[str]:
    there = {f"feed-{folder.name}" for folder in (root / "layers").iterdir() if folder.is_dir()}
    used = {layer for function in project.functions for layer in function.layers}
    for function in project.functions:
        for layer in function.layers:
            if layer not in there:
                yield f"the function '{function.name}' wants the layer '{layer}', which no folder of layers/ makes."
    for layer in sorted(there - used):
        yield f"the layer '{layer}' is used by no function."


def _routes(root: Path, project: Project) -> Iterator[str]:
    """In FC 3.0 a function with a route has an HTTP trigger for its method; in FC 2.0 API Gateway invokes it."""
    functions = {function.name: function for function in project.functions}
    routed = set()
    for method, path, name in routes(root / FILE):
        routed.add(name)
        if name not in functions:
            yield f"{FILE} sends {method} {path} to the function '{name}', which is not declared."
        elif functions[name].service is None and not _takes(functions[name], method):
            yield f"the function '{name}' has no HTTP trigger for {method} {path}."
    for function in project.functions:
        if function.http_triggers and function.name not in routed:
            yield f"the function '{function.name}' has an HTTP trigger, but {FILE} sends nothing there."


def _takes(function: Function, method: str) -> bool:
    return any(method in trigger.methods for trigger in function.http_triggers)


def routes(file: Path) -> list[tuple[str, str, str]]:
    """Method, path and function of every operation in the API's document."""
    paths = cast("dict[str, dict[str, Any]]", json.loads(file.read_text("utf-8"))["paths"])
    return [
        (method.upper(), path, operation[BACKEND]["functionName"])
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]


def _roles(root: Path, project: Project) -> Iterator[str]:
    """Every function of FC 3.0 has a role of its own, and that a policy."""
    policies = {file.stem for file in (root / POLICIES).glob("*.json")} - {SERVICE}
    names = {function.name for function in project.functions}
    for name in sorted(policies - names):
        yield f"{POLICIES}/{name}.json belongs to no function."
    for function in project.functions:
        if function.role is None or (function.service is None and not function.role.endswith(f"-{function.name}")):
            yield f"the function '{function.name}' has the role '{function.role}', not one that ends with its name."
        if function.name not in policies:
            yield f"the function '{function.name}' has no policy in {POLICIES}."


_CHECKS: tuple[Callable[[Path, Project], Iterator[str]], ...] = (
    _left_out,
    _unit_names,
    _folders,
    _layers,
    _routes,
    _roles,
)

if __name__ == "__main__":
    sys.exit(main())
