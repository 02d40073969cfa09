"""Finds the function behind a method and a path, from an OpenAPI document with the API gateway's backend fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from alifakes.function_compute.model import Function, HttpTrigger, Project, ProjectError
from alifakes.function_compute.yaml_file import describe, load

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
BACKEND = "x-aliyun-apigateway-backend"


@dataclass(frozen=True)
class Target:
    """The function that handles one operation; `trigger` is its HTTP trigger, None where API Gateway sends events."""

    function: Function
    trigger: HttpTrigger | None


def trigger_targets(function: Function) -> dict[str, Target]:
    """What a function's HTTP triggers allow, by upper-case method."""
    triggers = reversed(function.http_triggers)
    return {method: Target(function, trigger) for trigger in triggers for method in sorted(trigger.methods)}


@dataclass(frozen=True)
class _Path:
    segments: tuple[str, ...]
    targets: Mapping[str, Target]

    def match(self, segments: list[str]) -> dict[str, str] | None:
        if len(segments) != len(self.segments):
            return None
        parameters = {}
        for pattern, segment in zip(self.segments, segments, strict=True):
            if pattern.startswith("{"):
                if not segment:
                    return None
                parameters[pattern[1:-1]] = unquote(segment)
            elif pattern != unquote(segment):
                return None
        return parameters


class Routes:
    """Paths of one document; a literal segment wins over a parameter, from left to right.

    API Gateway's own kind of backend, `FC`, hands its events to functions of both editions; any other kind means the
    HTTP trigger of one of FC 3.0. HTTP functions of FC 2.0 have nothing but their trigger.
    """

    def __init__(self, document: Mapping[str, Any], project: Project, source: str = "routes") -> None:
        self._source = source
        self._project = project
        paths = document.get("paths")
        if not isinstance(paths, dict):
            raise self._error("paths", f"must be a mapping, but is {describe(paths)}")
        prefix = document.get("basePath", "") if isinstance(document.get("basePath", ""), str) else ""
        self._paths = [self._path(prefix.rstrip("/") + template, item) for template, item in paths.items()]
        self._paths.sort(key=lambda path: [segment.startswith("{") for segment in path.segments])

    @classmethod
    def read(cls, file: Path, project: Project) -> Routes:
        """From a JSON or YAML file; raises ProjectError when it and the project do not agree."""
        if file.suffix != ".json":
            return cls(load(file), project, file.name)
        try:
            document = json.loads(file.read_text("utf-8"))
        except OSError as error:
            raise ProjectError(f"{file.name}: the file cannot be read: {error.strerror} ({file}).") from None
        except ValueError as error:
            raise ProjectError(f"{file.name}: {error}.") from None
        return cls(document if isinstance(document, dict) else {}, project, file.name)

    def find(self, raw_path: str) -> tuple[Mapping[str, Target], dict[str, str]] | None:
        """The targets of a path by upper-case method, with its decoded parameters."""
        segments = raw_path.split("/")
        for path in self._paths:
            parameters = path.match(segments)
            if parameters is not None:
                return path.targets, parameters
        return None

    def _error(self, path: str, sentence: str) -> ProjectError:
        return ProjectError(f"{self._source}: {path}: {sentence}.")

    def _path(self, template: str, item: Any) -> _Path:
        if not isinstance(item, dict) or not template.startswith("/"):
            raise self._error(template, "is not a path with its operations")
        segments = tuple(template.split("/"))
        for segment in segments:
            if "{" in segment and not re.fullmatch(r"\{\w+\}", segment):
                raise self._error(template, f"segment '{segment}' is not a literal or one parameter")
        targets = {
            method.upper(): self._target(f"{method.upper()} {template}", method.upper(), item[method])
            for method in METHODS
            if method in item
        }
        return _Path(segments, targets)

    def _target(self, place: str, method: str, operation: Any) -> Target:
        backend = operation.get(BACKEND) if isinstance(operation, dict) else None
        if not isinstance(backend, dict) or not isinstance(backend.get("functionName"), str):
            raise self._error(place, f"{BACKEND} with a functionName is missing")
        function = self._function(place, backend["functionName"], backend.get("serviceName"))
        if not function.is_http and (function.service is not None or backend.get("type") == "FC"):
            return Target(function, None)
        if target := trigger_targets(function).get(method):
            return target
        raise self._error(place, f"function '{function.name}' has no http trigger that allows {method}")

    def _function(self, place: str, name: str, service: str | None) -> Function:
        found = [function for function in self._project.functions if function.name == name]
        if service is not None and len(found) > 1:
            found = [function for function in found if function.service == service]
        if len(found) != 1:
            what = "is not declared" if not found else "is declared by several services: give serviceName"
            raise self._error(place, f"function '{name}' {what} in {self._project.file.name}")
        return found[0]
