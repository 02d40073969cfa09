"""The steps of histograms, of numbers or of the calendar: counted as whole numbers, of which 0 holds 0 or 1970."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.dates import NS_PER_MS
from alifakes.tablestore.engine.search.grouping import DateHistogram, Histogram, Unit
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.values import as_field_value

_DAY_MS = 86_400_000
_MONDAY_MS = -3 * _DAY_MS  # 1970 began on a Thursday
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LEAST = -(2**63)  # what a key can be sent as
_MONTHS = {Unit.YEAR: 12, Unit.QUARTER_YEAR: 3, Unit.MONTH: 1}
_MS = {
    Unit.WEEK: 7 * _DAY_MS,
    Unit.DAY: _DAY_MS,
    Unit.HOUR: 3_600_000,
    Unit.MINUTE: 60_000,
    Unit.SECOND: 1000,
    Unit.MILLISECOND: 1,
}
_LONGEST_OFFSET_MS = 366 * _DAY_MS  # (O)


class Steps(NamedTuple):
    """Which step a value lies in, and the key of a step, which is where it begins (of dates in milliseconds)."""

    number: Callable[[Any], int]
    begin: Callable[[int], Any]


def steps_of(field: Field, asked: Histogram) -> Steps:
    interval: Any = as_field_value(field, asked.interval)
    offset: Any = 0 if asked.offset is None else as_field_value(field, asked.offset)
    if not 0 < interval < math.inf or not -math.inf < offset < math.inf:
        raise errors.invalid_interval("group_by_histogram")
    if field.type is FieldType.LONG:
        return Steps(
            lambda value: int(value - offset) // int(interval),
            lambda number: max(_LEAST, number * interval + offset),
        )

    def number_of(value: float) -> int:
        steps: float = (value - offset) / interval
        if not math.isfinite(steps):
            raise errors.too_many_steps()
        return math.floor(steps)

    return Steps(number_of, lambda number: number * interval + offset)


def calendar_steps_of(asked: DateHistogram) -> Steps:
    """A week begins on Monday."""
    count, unit = asked.interval
    if count <= 0:
        raise errors.invalid_interval("group_by_date_histogram")
    shift_ms = asked.zone_ms - _length(asked.offset)
    if unit in _MONTHS:
        return _month_steps(_MONTHS[unit] * count, shift_ms)
    length = _MS[unit] * count
    origin = (_MONDAY_MS if unit is Unit.WEEK else 0) - shift_ms
    return Steps(
        lambda value: (value // NS_PER_MS - origin) // length, lambda number: max(_LEAST, number * length + origin)
    )


def _length(offset: tuple[int, Unit] | None) -> int:
    """Milliseconds; an offset by months has no fixed length and is refused, as is one of more than a year."""
    if offset is None:
        return 0
    count, unit = offset
    if unit in _MONTHS or abs(count) * _MS[unit] > _LONGEST_OFFSET_MS:
        raise errors.invalid_interval_offset(count, unit.value)
    return count * _MS[unit]


def _month_steps(months: int, shift_ms: int) -> Steps:
    def number_of(value: int) -> int:
        day = date.fromordinal((value // NS_PER_MS + shift_ms) // _DAY_MS + _EPOCH_DAY)
        return ((day.year - 1970) * 12 + day.month - 1) // months

    return Steps(number_of, lambda number: max(_LEAST, _days_to(number * months) * _DAY_MS - shift_ms))


def _days_to(month: int) -> int:
    """From 1970 to the first of a month, which is counted from there too, also of years that `date` does not know."""
    years, rest = divmod(month, 12)
    cycles, year = divmod(1970 + years - 1, 400)  # the calendar repeats itself every 400 years
    return date(year + 1, rest + 1, 1).toordinal() + cycles * 146_097 - _EPOCH_DAY
