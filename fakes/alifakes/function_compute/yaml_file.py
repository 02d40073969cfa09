"""Reads a YAML or JSON file strictly: a key given twice, or a syntax error, is one sentence that names the line."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from alifakes.function_compute.model import ProjectError


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a scalar", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


# The Serverless Devs engine reads YAML 1.2's booleans: yes, no, on and off are text there.
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or letter in "tTfF"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(file: Path) -> dict[str, Any]:
    """The mapping in `file`; raises ProjectError when it cannot be read as one."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise ProjectError(f"{file.name}: the file cannot be read: {error.strerror} ({file}).") from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"{file.name}: the file is not UTF-8 at byte {error.start}.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ProjectError(f"{file.name}: {place}{error.problem}.") from None
    except yaml.YAMLError as error:
        raise ProjectError(f"{file.name}: {' '.join(str(error).split())}.") from None
    if not isinstance(document, dict):
        raise ProjectError(f"{file.name}: the file must hold a mapping, but it holds {describe(document)}.")
    return document


def load_extended(file: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The file merged over the one that its top-level `extend` names (relative to it), and so on."""
    file = file.resolve()
    if file in seen:
        raise ProjectError(f"{file.name}: extend: the files extend each other in a circle.")
    document = load(file)
    parent = document.pop("extend", None)
    if parent is None:
        return document
    if not isinstance(parent, str):
        raise ProjectError(f"{file.name}: extend: must be the path of a file, but is {describe(parent)}.")
    return merge(load_extended(file.parent / parent, (*seen, file)), document)


def merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge deeply, everything else (lists too) is replaced by what `over` says."""
    merged = dict(under)
    for key, value in over.items():
        before = merged.get(key)
        merged[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def describe(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
