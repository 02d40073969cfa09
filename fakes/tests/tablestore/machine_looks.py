"""How the machine of `machine_time.py` asks an engine, and what the model should answer."""

from __future__ import annotations

from typing import Any

from alifakes.tablestore.engine.engine import Engine
from alifakes.tablestore.engine.model import (
    Bound,
    ColumnFilter,
    Comparator,
    CompositeFilter,
    Filter,
    Logic,
    RangeQuery,
    ReadOptions,
)

from .model import Key, TimedRows, Versions, holds, newest

_COMPARATORS = {
    "==": Comparator.EQUAL,
    "!=": Comparator.NOT_EQUAL,
    ">": Comparator.GREATER_THAN,
    ">=": Comparator.GREATER_EQUAL,
    "<": Comparator.LESS_THAN,
    "<=": Comparator.LESS_EQUAL,
}
_LOGIC = {"no": Logic.NOT, "all": Logic.AND, "any": Logic.OR}


def filter_of(condition: Any) -> Filter | None:
    if condition is None:
        return None
    kind, *rest = condition
    if kind == "is":
        column, sign, value, missing = rest
        return ColumnFilter(column, _COMPARATORS[sign], value, missing, True)
    parts = [rest[0]] if kind == "no" else rest[0]
    return CompositeFilter(_LOGIC[kind], tuple(part for part in map(filter_of, parts) if part is not None))


def named(key: Key) -> Any:
    return (("p", key[0]), ("n", key[1]))


def selected(rows: TimedRows, chosen: tuple[str, ...], versions: int, condition: Any) -> TimedRows:
    """What a read of these columns shows of the rows, and of those only the ones that have any and pass."""
    shown = {}
    for key, (written, held) in rows.items():
        some = {name: held[name] for name in held if not chosen or name in chosen}
        cut = {name: {at: cells[at] for at in sorted(cells)[-versions:]} for name, cells in some.items()}
        if (cut or not chosen) and holds(condition, newest((written, cut))):
            shown[key] = (written, cut)
    return shown


def visible(rows: TimedRows, forward: bool) -> list[Any]:
    ordered = sorted(rows, reverse=not forward)
    return [(key, cells_of(rows[key][1])) for key in ordered]


def cells_of(held: dict[str, Versions]) -> list[tuple[str, int, int]]:
    return [(name, held[name][at], at) for name in sorted(held) for at in sorted(held[name], reverse=True)]


def _cells(row: Any) -> list[tuple[str, Any, int]]:
    return [(cell.name, cell.value, cell.timestamp) for cell in row.cells]


def get(engine: Engine, table: str, key: Key, transaction: str, max_versions: int = 10, **options: Any) -> Any:
    row = engine.get_row(table, named(key), ReadOptions(max_versions=max_versions, **options), transaction).row
    return None if row is None else _cells(row)


def scan(
    engine: Engine,
    table: str,
    part: str,
    forward: bool,
    limit: int | None,
    transaction: str,
    max_versions: int = 10,
    **options: Any,
) -> Any:
    ends = [(("p", part), ("n", bound)) for bound in (Bound.INF_MIN, Bound.INF_MAX)]
    start, end = ends if forward else ends[::-1]
    query = RangeQuery(start, end, forward, limit, ReadOptions(max_versions=max_versions, **options))
    rows = engine.get_range(table, query, transaction).rows
    return [(tuple(value for _, value in row.key), _cells(row)) for row in rows]


def index_rows(engine: Engine, index: str, names: tuple[str, ...]) -> list[tuple[tuple[Any, ...], Any]]:
    """Keys and values of the column y."""
    start, end = (tuple((name, bound) for name in names) for bound in (Bound.INF_MIN, Bound.INF_MAX))
    rows = engine.get_range(index, RangeQuery(start, end, options=ReadOptions(max_versions=1))).rows
    return [(tuple(value for _, value in row.key), next((cell.value for cell in row.cells), None)) for row in rows]
