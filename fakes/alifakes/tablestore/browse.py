"""Tables and rows for people who look at them, through the control plane: neither signed, counted, nor logged.

Values are texts beside the names of their types, as JavaScript rounds long integers; BINARY is base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence

from alifakes.tablestore.engine.catalog import index_table_schema
from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Bound,
    Cell,
    KeyPart,
    KeyType,
    KeyValue,
    NamedKey,
    RangeQuery,
    ReadOptions,
    Row,
    TableSchema,
    Value,
)
from alifakes.tablestore.errors import OtsError
from alifakes.tablestore.instances import Instances

MOST_ROWS = 200
LONGEST_TEXT = 2_048  # of a value among many; a row alone is shown whole
_NEWEST = ReadOptions(max_versions=1)


def tables(instances: Instances) -> dict[str, object]:
    """Of every instance that was asked for since the start: data tables, each with its index tables behind it."""
    return {"instances": {name: _tables(instances.get(name)) for name in instances.names()}}


def _tables(engine: Engine) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name in engine.list_tables():
        schema = engine.describe_table(name)
        found.append(_table(schema, None))
        found += [_table(index_table_schema(schema, index), name) for index in schema.indexes]
    return found


def _table(schema: TableSchema, base: str | None) -> dict[str, object]:
    return {
        "name": schema.name,
        "index_of": base,
        "keys": [
            {"name": key.name, "type": key.type.value, "auto_increment": key.auto_increment} for key in schema.keys
        ],
        "ttl_s": schema.options.ttl,
        "versions": schema.options.max_versions,
        "search_indexes": [index.name for index in schema.search_indexes],
    }


def rows(instances: Instances, query: Mapping[str, str]) -> dict[str, object]:
    """A page of `table` of `instance`: at most `limit` rows in the direction `backward` or not, from the key `from` on.

    Keys are JSON lists of texts, and may be shorter than the table's; `within` is one that all rows begin with, or that
    of one row. `next` is `from` of the next page, None at the end. Raises ValueError.
    """
    name = query.get("instance", "")
    if name not in instances.names():
        raise ValueError(f"There is no instance {name!r}.")
    limit = int(query.get("limit", "50"))
    if not 1 <= limit <= MOST_ROWS:
        raise ValueError(f"A page has 1 to {MOST_ROWS} rows.")
    try:
        return _page(instances.get(name), query.get("table", ""), query, limit)
    except OtsError as error:
        raise ValueError(error.message) from None


def _page(engine: Engine, table: str, query: Mapping[str, str], limit: int) -> dict[str, object]:
    types = [(key.name, key.type) for key in _schema(engine, table).keys]
    within, forward = _texts(query, "within"), not query.get("backward")
    low, high = _key(types, within, Bound.INF_MIN), _key(types, within, Bound.INF_MAX)
    if len(within) == len(types):
        row = engine.get_row(table, low, _NEWEST).row
        return {"rows": [] if row is None else [_row(row, None)], "next": None}
    begin, end, rest = (low, high, Bound.INF_MIN) if forward else (high, low, Bound.INF_MAX)
    start = _key(types, _texts(query, "from"), rest) if "from" in query else begin
    page = engine.get_range(table, RangeQuery(start, end, forward, limit, _NEWEST))
    return {
        "rows": [_row(row, LONGEST_TEXT) for row in page.rows],
        "next": page.next_key and [_text(value) for _, value in page.next_key],
    }


def _schema(engine: Engine, table: str) -> TableSchema:
    for name in engine.list_tables():
        schema = engine.describe_table(name)
        if name == table:
            return schema
        for index in schema.indexes:
            if index.name == table:
                return index_table_schema(schema, index)
    raise ValueError(f"There is no table {table!r}.")


def _texts(query: Mapping[str, str], name: str) -> list[str]:
    texts = json.loads(query.get(name, "[]"))
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name} is a JSON list of texts.")
    return texts


def _key(types: Sequence[tuple[str, KeyType]], texts: Sequence[str], rest: Bound) -> NamedKey:
    if len(texts) > len(types):
        raise ValueError(f"The key has {len(types)} columns, not {len(texts)}.")
    values: list[KeyPart] = [_value(kind, text) for (_, kind), text in zip(types, texts, strict=False)]
    values += [rest] * (len(types) - len(texts))
    return tuple((name, value) for (name, _), value in zip(types, values, strict=True))


def _value(kind: KeyType, text: str) -> KeyValue:
    if kind is KeyType.INTEGER:
        return int(text)
    if kind is KeyType.BOOLEAN:
        return text == "true"
    return base64.b64decode(text, validate=True) if kind is KeyType.BINARY else text


def _row(row: Row, longest: int | None) -> dict[str, object]:
    return {
        "key": [_shown(name, value, None) for name, value in row.key],
        "cells": [_cell(cell, longest) for cell in row.cells],
    }


def _cell(cell: Cell, longest: int | None) -> dict[str, object]:
    return {**_shown(cell.name, cell.value, longest), "timestamp": cell.timestamp}


def _shown(name: str, value: Value, longest: int | None) -> dict[str, object]:
    text = _text(value)
    shown = text if longest is None else text[:longest]
    return {"name": name, "type": _type(value), "text": shown, "cut": len(text) - len(shown)}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _type(value: Value) -> str:
    return _TYPES[type(value)]


_TYPES: Mapping[type, str] = {bool: "BOOLEAN", int: "INTEGER", float: "DOUBLE", str: "STRING", bytes: "BINARY"}
