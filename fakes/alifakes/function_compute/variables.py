"""Resolves `${...}` in a project file as the Serverless Devs engine does: types kept alone, text when inside text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alifakes.function_compute.model import LOCAL_ACCOUNT, ProjectError
from alifakes.function_compute.yaml_file import describe

_REFERENCE = re.compile(r"""\$\{((?:[^{}'"]|'[^']*'|"[^"]*")*)\}""")
_TOKEN = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w.$-]*)|([(),]))""")
_VERBATIM = object()


class Variables:
    """The references of one document; `units` are its resources (edition 3.0.0) or services (1.0.0) by name."""

    def __init__(self, document: Mapping[str, Any], file: Path, env: Mapping[str, str], edition: str) -> None:
        self._document = document
        self._file = file
        self._env = env
        self._edition = edition
        self._units: Mapping[str, Any] = document.get("resources" if edition == "3.0.0" else "services") or {}
        self._open: list[str] = []

    def resolve(self, node: Any, path: str, this: str | None = None) -> Any:
        """`node` with every reference replaced; `this` names the unit it belongs to. Raises ProjectError."""
        if isinstance(node, dict):
            return {key: self.resolve(value, f"{path}.{key}", this) for key, value in node.items()}
        if isinstance(node, list):
            return [self.resolve(value, f"{path}[{index}]", this) for index, value in enumerate(node)]
        if not isinstance(node, str) or "${" not in node:
            return node
        alone = _REFERENCE.fullmatch(node)
        if alone:
            value = self._reference(alone, path, this)
            return node if value is _VERBATIM else value
        return _REFERENCE.sub(lambda match: self._text(match, path, this), node)

    def _text(self, match: re.Match[str], path: str, this: str | None) -> str:
        value = self._reference(match, path, this)
        if value is _VERBATIM:
            return match.group(0)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _reference(self, match: re.Match[str], path: str, this: str | None) -> Any:
        text = match.group(0)
        if text in self._open:
            raise ProjectError(f"{self._file.name}: {path}: {text} refers to itself.")
        self._open.append(text)
        try:
            return _Expression(self, match.group(1), text, path, this).value()
        finally:
            self._open.pop()

    # what expressions ask for
    def call(self, name: str, arguments: list[Any], where: _Expression) -> Any:
        if name == "env" and arguments and isinstance(arguments[0], str) and len(arguments) <= 2:
            if arguments[0] in self._env:
                return self._env[arguments[0]]
            if len(arguments) == 2:
                return arguments[1]
            raise where.error(f"environment variable {arguments[0]} is not set and no default is given")
        if name == "config" and arguments == ["AccountID"]:
            return LOCAL_ACCOUNT
        if name in ("path", "file", "json") and len(arguments) == 1 and isinstance(arguments[0], str):
            return self._read(name, arguments[0], where)
        raise where.error("it is not a function call that the engine knows")

    def _read(self, name: str, argument: str, where: _Expression) -> Any:
        if name == "path":
            return str((self._file.parent / argument).resolve())
        try:
            return json.loads(argument) if name == "json" else (self._file.parent / argument).read_text("utf-8")
        except OSError as error:
            raise where.error(f"file '{argument}' cannot be read: {error.strerror}") from None
        except ValueError:
            raise where.error(
                f"{describe(argument)} cannot be read as {'JSON' if name == 'json' else 'UTF-8'}"
            ) from None

    def look_up(self, name: str, where: _Expression, this: str | None) -> Any:
        head, *rest = name.split(".")
        if head == "vars":
            return self._descend(self._document.get("vars"), "vars", rest, where, this)
        if head == "resources" and self._edition == "3.0.0" and rest:
            head, *rest = rest
        elif head == "this" and this is not None:
            head = this
        elif self._edition == "3.0.0":
            raise where.error("it is not found")
        if head not in self._units:
            raise where.error(f"'{head}' is not found")
        if rest[:1] == ["output"]:
            return _VERBATIM
        if rest == ["name"]:
            return head
        return self._descend(self._units[head], head, rest, where, head)

    def _descend(self, node: Any, path: str, keys: list[str], where: _Expression, this: str | None) -> Any:
        for key in keys:
            path = f"{path}.{key}"
            if isinstance(node, str):
                node = self.resolve(node, path, this)
            if isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            elif isinstance(node, dict) and key in node:
                node = node[key]
            else:
                raise where.error(f"'{path}' is not found")
        return self.resolve(node, path, this)


class _Expression:
    """The inside of one `${...}`: a literal, a dotted name, or a call with such arguments."""

    def __init__(self, variables: Variables, source: str, text: str, path: str, this: str | None) -> None:
        self._variables = variables
        self._text = text
        self._path = path
        self._this = this
        self._tokens: list[tuple[str, Any]] = []
        position = 0
        while source[position:].strip():
            match = _TOKEN.match(source, position)
            if not match:
                raise self.error("it cannot be read")
            self._tokens.append(self._token(match))
            position = match.end()

    @staticmethod
    def _token(match: re.Match[str]) -> tuple[str, Any]:
        single, double, number, name, mark = match.groups()
        if number is not None:
            return "literal", float(number) if "." in number else int(number)
        if name in ("true", "false"):
            return "literal", name == "true"
        if name is not None:
            return "name", name
        return ("mark", mark) if mark is not None else ("literal", single if single is not None else double)

    def error(self, why: str) -> ProjectError:
        return ProjectError(f"{self._variables._file.name}: {self._path}: {self._text} cannot be resolved: {why}.")

    def value(self) -> Any:
        result = self._part()
        if self._tokens:
            raise self.error("it cannot be read")
        return result

    def _part(self, *, argument_of: str = "") -> Any:
        if not self._tokens or self._tokens[0][0] == "mark":
            raise self.error("it cannot be read")
        kind, value = self._tokens.pop(0)
        if kind == "literal":
            return value
        if self._tokens[:1] == [("mark", "(")]:
            return self._variables.call(value, self._arguments(value), self)
        if argument_of == "env" and self._variables._edition == "1.0.0":
            return value
        return self._variables.look_up(value, self, self._this)

    def _arguments(self, name: str) -> list[Any]:
        self._tokens.pop(0)
        arguments: list[Any] = []
        while self._tokens[:1] != [("mark", ")")]:
            arguments.append(self._part(argument_of=name))
            if self._tokens[:1] == [("mark", ",")]:
                self._tokens.pop(0)
            elif self._tokens[:1] != [("mark", ")")]:
                raise self.error("it cannot be read")
        self._tokens.pop(0)
        return arguments
