"""The inverted index itself: documents made of rows, their values field by field, and the orders they are read in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.capacity import value_size
from alifakes.tablestore.engine.keys import decode_key
from alifakes.tablestore.engine.model import Value
from alifakes.tablestore.engine.rows import StoredRow
from alifakes.tablestore.engine.search.analysis import tokens
from alifakes.tablestore.engine.search.ordering import Orders
from alifakes.tablestore.engine.search.postings import Occurrences, Postings
from alifakes.tablestore.engine.search.schema import Field, FieldType, SearchIndexSchema

_APART = 100  # positions between the elements of an array: no phrase reaches from one into the next

_TYPES: dict[FieldType, type] = {
    FieldType.LONG: int,
    FieldType.DOUBLE: float,
    FieldType.BOOLEAN: bool,
    FieldType.KEYWORD: str,
    FieldType.TEXT: str,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A row as the index saw it: `values` of the fields that it has, `terms` as they stand in the postings."""

    key: bytes
    row: StoredRow
    values: dict[str, tuple[Value, ...]]
    terms: dict[str, tuple[Value, ...]]


class InvertedIndex:
    """A document gets a new number whenever its row changes."""

    def __init__(self, schema: SearchIndexSchema, key_names: tuple[str, ...]) -> None:
        self.schema = schema
        self.key_names = key_names
        self.fields = {field.name: field for field in schema.fields}
        self.postings = {field.name: Postings() for field in schema.fields if field.indexed}
        self.documents: dict[int, Document] = {}
        self.numbers: dict[bytes, int] = {}
        self.orders = Orders(self.documents)
        self._next = 0

    def put(self, key: bytes, row: StoredRow | None) -> int | None:
        """Replace what the index has of a row; None is a deleted one. Returns the new document's number."""
        old = self.numbers.pop(key, None)
        if old is not None:
            self._remove(old)
        if row is None:
            return None
        number = self._next
        self._next += 1
        document = self._document(number, key, row)
        self.numbers[key] = number
        self.documents[number] = document
        self.orders.add(document)
        return number

    def _remove(self, number: int) -> None:
        document = self.documents.pop(number)
        self.orders.remove(document)
        for name, terms in document.terms.items():
            self.postings[name].remove(number, iter(terms))

    def _document(self, number: int, key: bytes, row: StoredRow) -> Document:
        columns: dict[str, Value] = {cell[0]: cell[1] for cell in row.cells}
        columns.update(zip(self.key_names, decode_key(key), strict=True))
        document = Document(key, row, {}, {})
        for name, field in self.fields.items():
            values = field_values(field, columns[name]) if name in columns else ()
            if not values:
                continue
            document.values[name] = values
            postings = self.postings.get(name)
            if postings is not None:
                occurrences = _occurrences(field, values)
                document.terms[name] = tuple(occurrences)
                postings.add(number, occurrences)
        return document


def field_values(field: Field, stored: Value) -> tuple[Value, ...]:
    """What the index holds of a column: nothing when the value is not of the field's type.

    The service leaves such values out too; whether it leaves the whole row out is not documented.
    """
    values: list[Value] = _array(stored) if field.is_array else [stored]
    if field.is_array and field.type is FieldType.DOUBLE:  # JSON writes 1.0 as 1
        values = [float(value) if type(value) is int else value for value in values]
    kind = _TYPES[field.type]
    if any(type(value) is not kind for value in values):
        return ()
    if field.type is FieldType.KEYWORD and any(value_size(value) > search_errors.MAX_KEYWORD for value in values):
        return ()
    return tuple(values)


def _array(stored: Value) -> list[Any]:
    """An array is stored as its JSON; what is none has no elements."""
    if not isinstance(stored, str):
        return []
    try:
        array = json.loads(stored, parse_constant=_refuse)
        json.dumps(array, ensure_ascii=False).encode()  # half a surrogate pair, which JSON can escape, is no text
    except (ValueError, RecursionError):
        return []
    return array if isinstance(array, list) and len(array) <= search_errors.MAX_ARRAY else []


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN has no place among numbers


def _occurrences(field: Field, values: tuple[Value, ...]) -> Occurrences:
    if field.analyzer is None:
        return dict.fromkeys(values, ())
    positions: dict[Value, list[int]] = {}
    first = 0
    for text in values:
        assert isinstance(text, str)
        for term, position, _, _ in tokens(field.analyzer, text):
            positions.setdefault(term, []).append(first + position)
        first += len(text) + _APART
    return {term: tuple(places) for term, places in positions.items()}
