"""What is emulated and what is refused, as a table made from the very dicts that decode requests."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from alifakes.tablestore.actions.registry import OPERATIONS, Status
from alifakes.tablestore.wire import ots_pb2, search_groups, search_indexes, search_pb2, search_queries, tables
from alifakes.tablestore.wire.search_notes import NOTES


class Line(NamedTuple):
    area: str
    name: str
    status: str
    note: str = ""


def lines() -> list[Line]:
    operations = [Line("operation", *_operation) for _operation in _operations()]
    return [
        *operations,
        *_kinds("primary key type", ots_pb2.PrimaryKeyType.items(), tables.KEY_TYPES),
        *_kinds("query", search_pb2.QueryType.items(), search_queries.QUERIES),
        *_kinds(
            "sort", [(sort.name, sort.number) for sort in search_pb2.Sorter.DESCRIPTOR.fields], search_queries.SORTS
        ),
        *_kinds("aggregation", search_pb2.AggregationType.items(), search_groups.AGGREGATIONS),
        *_kinds("group-by", search_pb2.GroupByType.items(), search_groups.GROUP_BYS),
        *_kinds("search field type", search_pb2.FieldType.items(), search_indexes.FIELD_TYPES),
    ]


def text() -> str:
    """For a terminal: columns of equal width."""
    rows = lines()
    area, name = (max(len(row[at]) for row in rows) for at in (0, 1))
    return "".join(f"{row.area:{area}}  {row.name:{name}}  {row.status:7}  {row.note}".rstrip() + "\n" for row in rows)


def markdown() -> str:
    head = "| area | name | status | note |\n|---|---|---|---|\n"
    return head + "".join(f"| {row.area} | {row.name} | {row.status} | {row.note} |\n" for row in lines())


def _operations() -> Iterator[tuple[str, str, str]]:
    for operation in sorted(OPERATIONS, key=lambda operation: operation.name):
        yield operation.name, operation.status.value, operation.note


def _kinds(area: str, known: Collection[tuple[str, int]], decoded: Collection[int]) -> Iterator[Line]:
    for name, number in known:
        status = Status.BUILT if number in decoded else Status.REFUSED
        yield Line(area, name, status.value, NOTES.get(area, {}).get(number, ""))
