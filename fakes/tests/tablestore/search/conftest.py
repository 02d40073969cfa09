"""Indexes that several tests search: over texts, and over the rows of the Python SDK's own tests, whose numbers are the
service's (P)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tablestore import AnalyzerType, FieldSchema, FieldType

FIELDS = [
    FieldSchema("k", FieldType.KEYWORD, enable_sort_and_agg=True),
    FieldSchema("t", FieldType.TEXT, analyzer=AnalyzerType.SINGLEWORD),
    FieldSchema("g", FieldType.GEOPOINT),
    FieldSchema("ka", FieldType.KEYWORD, is_array=True),
    FieldSchema("la", FieldType.LONG, is_array=True),
    FieldSchema("l", FieldType.LONG),
    FieldSchema("m", FieldType.LONG),
    FieldSchema("b", FieldType.BOOLEAN),
    FieldSchema("d", FieldType.DOUBLE),
    FieldSchema("time", FieldType.DATE, date_formats=["yyyy-MM-dd"]),
    FieldSchema(
        "n",
        FieldType.NESTED,
        sub_field_schemas=[
            FieldSchema("nk", FieldType.KEYWORD),
            FieldSchema("nl", FieldType.LONG),
            FieldSchema("nt", FieldType.TEXT),
        ],
    ),
]


def _row(number: int) -> tuple[tuple[int, str], dict[str, Any]]:
    line, place = divmod(number, 100)
    return (number, f"pk_{number % 10}"), {
        "k": f"key{number:03}",
        "t": f"this is {number}",
        "g": f"{30 + 0.05 * line:f},{114 + 0.05 * place:f}",
        "ka": f'["a", "b", "{number}"]',
        "la": f"[-1, {number}]",
        "l": number,
        "m": number % 3,
        "b": number % 2 == 0,
        "d": 0.1,
        "time": f"2022-05-{number % 31 + 1}",
        "n": json.dumps([{"nk": f"key{number:03}", "nl": number, "nt": f"this is in nested {number}"}]),
    }


@pytest.fixture(scope="session")
def make_sample(ots: Any, connect: Callable[..., Any], create: Any, create_index: Any) -> Callable[[int], Any]:
    """The index over so many rows, numbered from 0."""

    def make(rows: int) -> Any:
        table = create(connect(ots), {"PK1": "INTEGER", "PK2": "STRING"})
        index = create_index(table, *FIELDS, routing=["PK1"])
        table.fill([_row(number) for number in range(rows)])
        return index

    return make


@pytest.fixture(scope="session")
def sample(make_sample: Callable[[int], Any]) -> Any:
    return make_sample(100)


@pytest.fixture(scope="session")
def large_sample(make_sample: Callable[[int], Any]) -> Any:
    return make_sample(1000)


@pytest.fixture
def texts(table: Any, create_index: Any) -> Any:
    """An index over `text` and `cut`, filled from a list of texts; keys are their places in it."""

    def fill(*values: str, cut: str | None = None, parameter: Any = None) -> Any:
        table.fill([(str(at), {"text": value}) for at, value in enumerate(values)])
        field = FieldSchema(
            "text", FieldType.TEXT, analyzer=cut, analyzer_parameter=parameter, enable_highlighting=True
        )
        return create_index(table, field)

    return fill
