"""JSON schemas in words, for what a caller sends, and as shapes, for what an answer holds; examples laid out alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WIDEST = 100
LONGEST_TEXT = 60
_COMPONENTS = "#/components/schemas/"
_FORMATS = {"date-time": "time", "uri": "address"}
_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false"}

Schema = Mapping[str, Any]


def limits(schema: Schema) -> str:
    """Kind and limits of one value that a caller sends: `text, 1 to 150 characters`."""
    kind = _FORMATS.get(schema.get("format", ""), _TYPES.get(schema.get("type", ""), schema.get("type", "")))
    if "enum" in schema:
        kind = " or ".join(f"`{value}`" for value in schema["enum"])
    parts = [kind, _between(schema, "minimum", "maximum"), _between(schema, "minLength", "maxLength", " characters")]
    parts.append(f"`{schema['pattern']}`" if "pattern" in schema else "")
    parts.append("or null" if schema.get("nullable") else "")
    parts.append(f"`{_value(schema['default'])}` unless given" if schema.get("default") is not None else "")
    return ", ".join(part for part in parts if part)


def _between(schema: Schema, least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if high is None:
        return "" if not low else f"from {low:,}{unit}"
    if high == 2**53 - 1:
        return f"from {low:,}, below 2^53"
    bounds = f"{high:,}" if low == high else f"up to {high:,}" if not low else f"{low:,} to {high:,}"
    return bounds + unit


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_shared(name: str) -> bool:
    """Whether more than one operation's module may hold it, so that it is shown once and named elsewhere."""
    return "." not in name


def shape(schema: Schema, components: Mapping[str, Schema], margin: str = "") -> str:
    """`{ items: Card[], next_cursor: text | null }`, on several lines where one would be too long."""
    shown = _shape(schema, components, margin)
    return f"{shown} | null" if schema.get("nullable") else shown


def _shape(schema: Schema, components: Mapping[str, Schema], margin: str) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_COMPONENTS)
        return name if is_shared(name) else shape(components[name], components, margin)
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(shape(option, components, margin) for option in schema["anyOf"])
    if schema.get("type") == "array":
        items = shape(schema["items"], components, margin)
        return f"{items}[]" if " | " not in items or items.startswith("{") else f"({items})[]"
    if "properties" in schema:
        return _object(schema, components, margin)
    if schema.get("type") == "object":
        return "{ … }"
    return _FORMATS.get(schema.get("format", ""), str(schema.get("type", "anything"))).replace("string", "text")


def _object(schema: Schema, components: Mapping[str, Schema], margin: str) -> str:
    required = schema.get("required", ())
    named = {f"{name}{'' if name in required else '?'}": each for name, each in schema["properties"].items()}
    short = ", ".join(f"{name}: {shape(each, components, margin)}" for name, each in named.items())
    if "\n" not in short and len(margin) + len(short) <= WIDEST:
        return f"{{ {short} }}"
    inner = margin + "  "
    members = (f"{inner}{name}: {shape(each, components, inner)}\n" for name, each in named.items())
    return f"{{\n{''.join(members)}{margin}}}"


def laid_out(value: Any, margin: str = "") -> str:
    """An example's JSON as shapes are laid out; of a list the first item, of a text the beginning."""
    if isinstance(value, list):
        return f"[{laid_out(value[0], margin)}{', …' * (len(value) > 1)}]" if value else "[]"
    if isinstance(value, dict):
        return _laid_out_object(value, margin)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        value = f"{value[:LONGEST_TEXT]}…"
    return json.dumps(value, ensure_ascii=False)


def _laid_out_object(value: Mapping[str, Any], margin: str) -> str:
    short = ", ".join(f"{laid_out(name)}: {laid_out(each, margin)}" for name, each in value.items())
    if "\n" not in short and len(margin) + len(short) <= WIDEST:
        return f"{{{short}}}"
    inner = margin + "  "
    members = ",\n".join(f"{inner}{laid_out(name)}: {laid_out(each, inner)}" for name, each in value.items())
    return f"{{\n{members}\n{margin}}}"
