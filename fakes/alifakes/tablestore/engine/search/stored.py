"""What a search index holds of a column: the values of its field's type, or the elements of a NESTED field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from alifakes.tablestore import errors
from alifakes.tablestore.engine.capacity import value_size
from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search import dates, geo
from alifakes.tablestore.engine.search.schema import Field, FieldType

Held = Value | geo.GeoPoint  # a DATE as nanoseconds since 1970


def field_values(field: Field, stored: object, in_json: bool) -> tuple[Held, ...]:
    """Nothing when a value is not of the field's type. `in_json`: the value stood in the JSON of a NESTED column.

    The service leaves such values out too; whether it leaves the whole row out is not documented.
    """
    values = _array(stored, in_json) if field.is_array else [stored]
    if field.type is FieldType.DOUBLE and (in_json or field.is_array):  # JSON writes 1.0 as 1
        values = [float(value) if type(value) is int else value for value in values]
    convert = _CONVERTERS[field.type]
    held = [convert(field, value) for value in values]
    return () if None in held else tuple(held)  # type: ignore[arg-type]


def elements(stored: object, in_json: bool) -> list[dict[str, Any]]:
    """The objects of a NESTED column; none when it is anything but an array of objects, or one object."""
    parsed = stored if in_json else _parsed(stored)
    objects = [parsed] if isinstance(parsed, dict) else parsed
    if not isinstance(objects, list) or len(objects) > errors.MAX_ARRAY:
        return []
    return objects if all(isinstance(one, dict) for one in objects) else []


def _array(stored: object, in_json: bool) -> list[Any]:
    """An array is stored as its JSON; what is none has no elements."""
    array = stored if in_json else _parsed(stored)
    return array if isinstance(array, list) and len(array) <= errors.MAX_ARRAY else []


def _parsed(stored: object) -> object:
    if not isinstance(stored, str):
        return None
    try:
        parsed = json.loads(stored, parse_constant=_refuse)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair, which JSON can escape, is no text
    except (ValueError, RecursionError):
        return None
    return parsed


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN has no place among numbers


def _of_type(kind: type) -> Callable[[Field, Any], Held | None]:
    def convert(_field: Field, value: Any) -> Held | None:
        return cast(Held, value) if type(value) is kind else None

    return convert


def _keyword(_field: Field, value: object) -> Held | None:
    return value if isinstance(value, str) and value_size(value) <= errors.MAX_KEYWORD else None


def _date(field: Field, value: object) -> Held | None:
    return dates.parse(field.date_formats, value)


def _point(_field: Field, value: object) -> Held | None:
    place = geo.parse(value)
    return None if place is None else geo.cell(place)


_CONVERTERS: Mapping[FieldType, Callable[[Field, Any], Held | None]] = {
    FieldType.LONG: _of_type(int),
    FieldType.DOUBLE: _of_type(float),
    FieldType.BOOLEAN: _of_type(bool),
    FieldType.KEYWORD: _keyword,
    FieldType.TEXT: _of_type(str),
    FieldType.GEO_POINT: _point,
    FieldType.DATE: _date,
}
