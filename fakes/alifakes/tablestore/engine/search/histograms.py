"""Where the groups of histograms begin: at steps of a number, or of the calendar."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.dates import NS_PER_MS
from alifakes.tablestore.engine.search.grouping import DateHistogram, Histogram, Unit
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.values import as_field_value

Floor = Callable[[Any], Any]  # a value to the beginning of its group
Next = Callable[[Any], Any]  # one beginning to the next

_DAY_MS = 86_400_000
_WEEK_MS = 7 * _DAY_MS
_MONDAY_MS = -3 * _DAY_MS  # 1970 began on a Thursday
_MONTHS = {Unit.YEAR: 12, Unit.QUARTER_YEAR: 3, Unit.MONTH: 1}
_MS = {
    Unit.WEEK: _WEEK_MS,
    Unit.DAY: _DAY_MS,
    Unit.HOUR: 3_600_000,
    Unit.MINUTE: 60_000,
    Unit.SECOND: 1000,
    Unit.MILLISECOND: 1,
}


def steps_of(field: Field, asked: Histogram) -> tuple[Floor, Next]:
    interval: Any = as_field_value(field, asked.interval)
    offset: Any = 0 if asked.offset is None else as_field_value(field, asked.offset)
    if not interval > 0:
        raise errors.invalid_interval("group_by_histogram")
    if field.type is FieldType.LONG:
        return lambda value: (value - offset) // interval * interval + offset, lambda begin: begin + interval

    def floor(value: Any) -> Any:
        return math.floor((value - offset) / interval) * interval + offset

    return floor, lambda begin: floor(begin + interval * 1.5)


def calendar_steps_of(asked: DateHistogram) -> tuple[Floor, Next]:
    """From nanoseconds to milliseconds since 1970. A week begins on Monday; a multiple of a unit counts from 1970."""
    count, unit = asked.interval
    if count <= 0:
        raise errors.invalid_interval("group_by_date_histogram")
    shift_ms = asked.zone_ms - _length(asked.offset)
    months = _MONTHS.get(unit)
    if months is not None:
        return _month_steps(months * count, shift_ms)
    length = _MS[unit] * count
    origin = _MONDAY_MS if unit is Unit.WEEK else 0

    def floor(value: int) -> int:
        local = value // NS_PER_MS + shift_ms - origin
        return local // length * length + origin - shift_ms

    return floor, lambda begin: begin + length


def _length(offset: tuple[int, Unit] | None) -> int:
    """Milliseconds; an offset by months has no fixed length and is refused."""
    if offset is None:
        return 0
    count, unit = offset
    if unit in _MONTHS:
        raise errors.invalid_interval_offset(unit.value)
    return count * _MS[unit]


def _month_steps(months: int, shift_ms: int) -> tuple[Floor, Next]:
    def begin_of(step: int) -> int:
        years, month = divmod(step * months, 12)
        return (date(1970 + years, month + 1, 1) - date(1970, 1, 1)).days * _DAY_MS - shift_ms

    def step_of(value_ms: int) -> int:
        day = date.fromordinal((value_ms + shift_ms) // _DAY_MS + date(1970, 1, 1).toordinal())
        return ((day.year - 1970) * 12 + day.month - 1) // months

    return lambda value: begin_of(step_of(value // NS_PER_MS)), lambda begin: begin_of(step_of(begin) + 1)
