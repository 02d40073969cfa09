"""Reads a project file of either edition (3.0.0 with component fc3, 1.0.0 with component fc) into one model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alifakes.function_compute import edition1, edition3
from alifakes.function_compute.lint import Lint
from alifakes.function_compute.model import Function, Project, ProjectError
from alifakes.function_compute.variables import Variables
from alifakes.function_compute.yaml_file import describe, load_extended, merge

__all__ = ["Project", "ProjectError", "read_project", "rendered_props"]

_TOP = {
    "3.0.0": {"edition", "name", "access", "vars", "resources", "flow", "template"},
    "1.0.0": {"edition", "name", "access", "vars", "services"},
}
_UNIT = {
    "3.0.0": {"component", "props", "extend", "actions", "access"},
    "1.0.0": {"component", "props", "actions", "access"},
}
_COMPONENT = {"3.0.0": "fc3", "1.0.0": "fc"}
_UNITS = {"3.0.0": "resources", "1.0.0": "services"}


def read_project(file: Path, env: Mapping[str, str]) -> Project:
    """The functions of `file`, `${env()}` taken from `env`; raises ProjectError."""
    lint = Lint(file)
    edition, document, variables = _document(lint, file, env)
    units_key = _UNITS[edition]
    functions: list[Function] = []
    notes: list[str] = []
    for name, unit in document[units_key].items():
        path = f"{units_key}.{name}"
        component = variables.resolve(unit["component"], f"{path}.component", name)
        if component != _COMPONENT[edition]:
            notes.append(f"{file.name}: {path} is left out: its component is '{component}', not {_COMPONENT[edition]}.")
            continue
        props = variables.resolve(unit.get("props", {}), f"{path}.props", name)
        read = edition3.read_function if edition == "3.0.0" else edition1.read_function
        function, more = read(lint, props, f"{path}.props")
        functions.append(function)
        notes += more
    lint.unique([function.address for function in functions], units_key, "function")
    if not functions:
        raise lint.error(units_key, f"there is no function of component {_COMPONENT[edition]}.")
    project_name = variables.resolve(document["name"], "name")
    return Project(file=file, name=str(project_name), functions=tuple(functions), notes=tuple(notes))


def rendered_props(file: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """The props of every unit by its name, as the engine hands them to the component; raises ProjectError."""
    edition, document, variables = _document(Lint(file), file, env)
    return {
        name: variables.resolve(unit.get("props", {}), f"{_UNITS[edition]}.{name}.props", name)
        for name, unit in document[_UNITS[edition]].items()
    }


def _document(lint: Lint, file: Path, env: Mapping[str, str]) -> tuple[str, dict[str, Any], Variables]:
    """The edition, the file with its units over their templates, and what resolves its references."""
    document = load_extended(file)
    edition = document.get("edition")
    if edition not in _TOP:
        raise lint.error("edition", f"must be '3.0.0' or '1.0.0', but is {describe(edition)}.")
    units_key = _UNITS[edition]
    lint.keys(document, "top level", _TOP[edition], {"name", units_key})
    document = {**document, units_key: _with_templates(lint, document, units_key, _UNIT[edition])}
    return edition, document, Variables(document, file, env, edition)


def _with_templates(
    lint: Lint, document: Mapping[str, Any], units_key: str, allowed: set[str]
) -> dict[str, dict[str, Any]]:
    """The units by name, each over its template, so that references to its props find those of the template."""
    units = document[units_key]
    if not isinstance(units, dict):
        raise lint.error(units_key, f"must be a mapping, but is {describe(units)}.")
    merged = {}
    for name, unit in units.items():
        path = f"{units_key}.{name}"
        lint.keys(unit, path, allowed, {"component"})
        merged[name] = {**unit, "props": _with_template(lint, document, unit, path)}
    return merged


def _with_template(lint: Lint, document: Mapping[str, Any], unit: Mapping[str, Any], path: str) -> Any:
    """The unit's props over the template that its `extend: {name, ignore}` names."""
    props = unit.get("props", {})
    if "extend" not in unit:
        return props
    extend = lint.keys(unit["extend"], f"{path}.extend", {"name", "ignore"}, {"name"})
    templates = document.get("template")
    if not isinstance(templates, dict) or not isinstance(templates.get(extend["name"]), dict):
        raise lint.error(f"{path}.extend.name", f"there is no template {describe(extend['name'])}.")
    ignore = extend.get("ignore", [])
    if not isinstance(ignore, list) or not isinstance(props, dict):
        raise lint.error(path, "extend.ignore must be a list and props a mapping.")
    template = {key: value for key, value in templates[extend["name"]].items() if key not in ignore}
    return merge(template, props)
