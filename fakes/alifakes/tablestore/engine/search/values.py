"""The values that a request carries, as a field holds them."""

from __future__ import annotations

import math

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.search import dates
from alifakes.tablestore.engine.search.schema import Field, FieldType

_BOOLEANS = {"true": True, "false": False}


def as_field_value(field: Field, value: Value) -> Value:
    """Text stands for a number or a boolean too (P: '900' finds 900). Raises OtsError for what cannot be one."""
    converted = _converted(field, value)
    if converted is None:
        raise errors.value_does_not_suit(field.name, field.type.value)
    return converted


def _converted(field: Field, value: Value) -> Value | None:
    kind = field.type
    if kind is FieldType.KEYWORD or kind is FieldType.TEXT:
        return value if isinstance(value, str) else None
    if kind is FieldType.BOOLEAN:
        return _BOOLEANS.get(value) if isinstance(value, str) else value if isinstance(value, bool) else None
    if isinstance(value, bool | bytes) or kind is FieldType.GEO_POINT:
        return None
    if kind is FieldType.DATE:
        return _date(field, value)
    if kind is FieldType.LONG:
        return _integer(value)
    return _float(value)


def _date(field: Field, value: str | int | float) -> int | None:
    """Where no format of the field reads numbers, a number is milliseconds (not verified with the service)."""
    if isinstance(value, float):
        return None
    found = dates.parse(field.date_formats, value)
    if found is None and not dates.EPOCHS.keys() & set(field.date_formats):
        found = dates.parse(("epoch_millis",), value)
    return found


def _integer(value: str | int | float) -> int | None:
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    try:
        return int(value)
    except ValueError:
        return None


def _float(value: str | int | float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return None if math.isnan(number) else number
