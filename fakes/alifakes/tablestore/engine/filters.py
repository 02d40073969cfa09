"""Whether a row passes a filter or a column condition."""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from alifakes.tablestore.engine.model import (
    ColumnFilter,
    ColumnType,
    Comparator,
    CompositeFilter,
    Filter,
    Logic,
    PageFilter,
    Value,
)
from alifakes.tablestore.engine.rows import Cells

_COMPARE: dict[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
    Comparator.GREATER_THAN: operator.gt,
    Comparator.GREATER_EQUAL: operator.ge,
    Comparator.LESS_THAN: operator.lt,
    Comparator.LESS_EQUAL: operator.le,
}


# Strings compare by code points, which is the order of their UTF-8 bytes.


def passes(condition: Filter, cells: Cells) -> bool:
    """Judge the cells that the filter sees: of a read those it asked for, of a condition the whole row.

    A missing row is a row without cells.
    """
    if isinstance(condition, ColumnFilter):
        return _column_passes(condition, cells)
    if isinstance(condition, PageFilter):
        return True
    if condition.logic is Logic.NOT:
        return not passes(condition.parts[0], cells)
    if condition.logic is Logic.AND:
        return all(passes(part, cells) for part in condition.parts)
    return any(passes(part, cells) for part in condition.parts)


def count(condition: Filter) -> int:
    """How many filters it is made of: a composite counts as one more than its parts."""
    return 1 + sum(map(count, condition.parts)) if isinstance(condition, CompositeFilter) else 1


def _column_passes(condition: ColumnFilter, cells: Cells) -> bool:
    values = [cell[1] for cell in cells if cell[0] == condition.name]
    if condition.comparator is Comparator.EXIST:
        return bool(values)
    if condition.comparator is Comparator.NOT_EXIST:
        return not values
    if not values:
        return condition.pass_if_missing
    if condition.latest_version_only:
        del values[1:]
    return any(_value_passes(condition, value) for value in values)


def _value_passes(condition: ColumnFilter, value: Value) -> bool:
    seen: Value | None = value
    if condition.regex is not None:
        seen = _extract(condition, value)
        if seen is None:
            return False
    if type(seen) is not type(condition.value):
        # Of values of different types the service's order is not documented: they are unequal and neither is greater.
        return condition.comparator is Comparator.NOT_EQUAL
    return _COMPARE[condition.comparator](seen, condition.value)


def _extract(condition: ColumnFilter, value: Value) -> Value | None:
    """What the pattern's first group, or the whole pattern, matches of a STRING, cast; None if nothing does."""
    assert condition.regex is not None
    if not isinstance(value, str):
        return None
    found = compiled(condition.regex).search(value)
    if found is None:
        return None
    text = found.group(1) if found.re.groups else found.group()
    if text is None:
        return None
    try:
        if condition.cast_to is ColumnType.INTEGER:
            return int(text)
        if condition.cast_to is ColumnType.DOUBLE:
            return float(text)
    except ValueError:
        return None
    return text.encode() if condition.cast_to is ColumnType.BINARY else text


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Raises re.error, or OverflowError for a repetition that is too large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's plans for its own syntax
        return re.compile(pattern)
