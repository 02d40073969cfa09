"""Checks a unit of a project file: the component's JSON schema without its gaps, then the service's rules."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError, best_match

from alifakes.function_compute.model import ProjectError
from alifakes.function_compute.triggers.cron import CronError, Schedule
from alifakes.function_compute.yaml_file import describe

ENVIRONMENT_LIMIT = 4096
TIMER_PAYLOAD_LIMIT = 128 * 1024
PYTHON_RUNTIMES = ("python3", "python3.9", "python3.10", "python3.12")
_NAME = re.compile(r"[_a-zA-Z][-_a-zA-Z0-9]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LAYER = re.compile(r"acs:fc:[a-z0-9-]+:[A-Za-z0-9_-]+:layers/([A-Za-z0-9_-]+)/versions/[0-9]+")
_FC3_TRIGGERS = {
    "oss": "IOssTriggerConfig",
    "log": "ILogTriggerConfig",
    "timer": "ITimerTriggerConfig",
    "http": "IHttpTriggerConfig",
    "mns_topic": "IMnsTriggerConfig",
    "cdn_events": "ICdnTriggerConfig",
    "tablestore": "IOtsConfig",
    "eventbridge": "IEventBridge",
}


@cache
def _schema(component: str) -> dict[str, Any]:
    text = (Path(__file__).parent / "schema" / f"{component}.schema.json").read_text("utf-8")
    schema = cast("dict[str, Any]", _strict(json.loads(text)))
    if component == "fc3":
        # its own anyOf contains an empty schema, which accepts anything for every kind of trigger
        schema["definitions"]["ITrigger"]["properties"]["triggerConfig"] = {"type": "object"}
    return schema


def _strict(node: Any) -> Any:
    """The schema without `x-` keys and with every object closed that lists its properties."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    conditions = ("if", "then", "else", "not")
    closed = {
        key: value if key in conditions else _strict(value) for key, value in node.items() if not key.startswith("x-")
    }
    if node.get("type") == "object" and node.get("properties"):
        closed.setdefault("additionalProperties", False)
    return closed


class Lint:
    """Checks of one file; every method raises ProjectError with the file, the path and the value."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def error(self, path: str, sentence: str) -> ProjectError:
        return ProjectError(f"{self._file.name}: {path}: {sentence}")

    def keys(self, node: Any, path: str, allowed: set[str], required: set[str]) -> dict[str, Any]:
        if not isinstance(node, dict):
            raise self.error(path, f"must be a mapping, but is {describe(node)}.")
        for key in node:
            if key not in allowed:
                raise self.error(path, _unknown(str(key), sorted(allowed)))
        for key in sorted(required - node.keys()):
            raise self.error(path, f"'{key}' is missing.")
        return node

    def schema(self, component: str, props: Any, path: str) -> None:
        """The component's schema, closed; for fc3 each trigger's config by its own type."""
        schema = _schema(component)
        self._validate(schema, props, path)
        if component == "fc3":
            for index, trigger in enumerate(props.get("triggers", [])):
                part = {"$ref": f"#/definitions/{_FC3_TRIGGERS[trigger['triggerType']]}"}
                part["definitions"] = schema["definitions"]
                self._validate(part, trigger["triggerConfig"], f"{path}.triggers[{index}].triggerConfig")

    def _validate(self, schema: Mapping[str, Any], instance: Any, path: str) -> None:
        error = best_match(Draft7Validator(schema).iter_errors(instance))
        if error is not None:
            steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
            raise self.error(path + steps, _sentence(error))

    def name(self, value: str, path: str) -> None:
        if not _NAME.fullmatch(value):
            raise self.error(path, f"{describe(value)} is not 1 to 64 letters, digits, _ and -, led by a letter or _.")

    def runtime(self, value: str, path: str) -> None:
        if value not in PYTHON_RUNTIMES:
            known = ", ".join(PYTHON_RUNTIMES)
            raise self.error(path, f"runtime '{value}' is not one that the emulator runs; it runs {known}.")

    def environment(self, value: Any, path: str) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.error(path, f"must be a mapping, but is {describe(value)}.")
        for key, text in value.items():
            if not isinstance(key, str) or not _VARIABLE.fullmatch(key):
                raise self.error(
                    path, f"variable {describe(key)} must begin with a letter and hold letters, digits and _."
                )
            if key.startswith("FC_"):
                raise self.error(
                    path, f"variable '{key}' is reserved: names that begin with FC_ belong to the platform."
                )
            if not isinstance(text, str):
                raise self.error(f"{path}.{key}", f"must be a string, but is {describe(text)}.")
            if "\0" in text:
                raise self.error(f"{path}.{key}", "must not hold a NUL character.")
        size = sum(len(f"{key}{text}".encode()) for key, text in value.items())
        if size > ENVIRONMENT_LIMIT:
            raise self.error(
                path, f"the variables take {size} bytes, more than the {ENVIRONMENT_LIMIT} that are allowed."
            )
        return value

    def layers(self, value: list[str], path: str) -> tuple[str, ...]:
        """The names inside the ARNs, in order."""
        names = []
        for index, arn in enumerate(value):
            match = _LAYER.fullmatch(arn)
            if not match:
                form = "acs:fc:{region}:{account}:layers/{name}/versions/{n}"
                raise self.error(f"{path}[{index}]", f"{describe(arn)} is not a layer's ARN of the form {form}.")
            names.append(match.group(1))
        return tuple(names)

    def code(self, value: Any, path: str) -> Path:
        source = value.get("src") if isinstance(value, dict) else value
        if not isinstance(source, str):
            raise self.error(path, "code that lies in OSS cannot be run here: name a folder.")
        folder = (self._file.parent / source).resolve()
        if not folder.is_dir():
            raise self.error(path, f"there is no folder '{source}' ({folder}).")
        return folder

    def handler(self, value: str, path: str) -> str:
        if not re.fullmatch(r"[\w./-]+\.\w+", value):
            raise self.error(path, f"{describe(value)} is not of the form file.function.")
        return value

    def within(self, value: int, low: int, high: int, path: str) -> int:
        if not low <= value <= high:
            raise self.error(path, f"{value} is not between {low} and {high}.")
        return value

    def timer(self, cron: str, payload: str, path: str) -> None:
        try:
            Schedule(cron)
        except CronError as error:
            raise self.error(f"{path}.cronExpression", str(error)) from None
        if len(payload.encode()) > TIMER_PAYLOAD_LIMIT:
            raise self.error(f"{path}.payload", f"it is longer than the {TIMER_PAYLOAD_LIMIT} bytes that are allowed.")

    def unique(self, names: list[str], path: str, what: str) -> None:
        for name in names:
            if names.count(name) > 1:
                raise self.error(path, f"{what} '{name}' is declared twice.")


def _unknown(key: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(key, allowed, 1)
    return f"unknown key '{key}'{f'; did you mean {near[0]!r}?' if near else '.'}"


def _sentence(error: ValidationError) -> str:
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        allowed = list(cast("Mapping[str, Any]", error.schema).get("properties", {}))
        extra = sorted(str(key) for key in error.instance if key not in allowed)
        return _unknown(extra[0], allowed)
    message = error.message
    return f"{message if len(message) <= 300 else message[:297] + '...'}."
