"""Documents: the rows of an index, or the elements of a NESTED field, and where the values of their fields occur.

The elements of a NESTED field are documents of their own, one level below: what is looked for in them is found among
them alone, and leads back to the rows that they stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from alifakes.tablestore.engine.search.postings import Postings, TextPostings, ValuePostings
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.stored import Held, elements, field_values

Values = tuple[Held, ...]  # of one field of one document; more than one of an array
Reader = Callable[[int], Sequence[Held]]


@dataclass(frozen=True, slots=True)
class Document:
    """Values in the order of the level's fields; the numbers of the elements in the order of its NESTED fields."""

    values: tuple[Values, ...]
    children: tuple[range, ...]


@dataclass(frozen=True, slots=True)
class Element(Document):
    """Which document it stands in, and as which of its elements."""

    parent: int
    offset: int


@dataclass(frozen=True, slots=True)
class RowDocument(Document):
    """`data` is the row as it was stored when the index saw it."""

    key: bytes
    data: bytes


D = TypeVar("D", bound=Document)


class Level(Generic[D]):
    """The documents of the rows (path ""), or of one NESTED field; fields go by their full names."""

    def __init__(self, fields: Sequence[Field], path: str = "") -> None:
        begin = path and path + "."
        plain = [field for field in fields if field.type is not FieldType.NESTED]
        self.path = path
        self.fields: dict[str, Field] = {begin + field.name: field for field in plain}
        self.postings: dict[str, Postings[Any]] = {
            begin + field.name: _postings(field) for field in plain if field.indexed
        }
        self.nested: dict[str, Level[Element]] = {
            begin + field.name: Level(field.fields, begin + field.name)
            for field in fields
            if field.type is FieldType.NESTED
        }
        self.documents: dict[int, D] = {}
        self._places = {name: place for place, name in enumerate(self.fields)}
        self._columns = [(field.name, field) for field in plain]
        self._nested_columns = [(name[len(begin) :], level) for name, level in self.nested.items()]
        self._next = 0

    # --- changes ---

    def take_number(self) -> int:
        self._next += 1
        return self._next - 1

    def held(self, number: int, columns: Mapping[str, Any]) -> tuple[tuple[Values, ...], tuple[range, ...]]:
        """What documents hold of the columns of a row, or of the members of an object; the elements are added."""
        in_json = bool(self.path)
        values = tuple(
            [field_values(field, columns[name], in_json) if name in columns else () for name, field in self._columns]
        )
        children = tuple(
            [
                level.add_elements(number, elements(columns[name], in_json) if name in columns else [])
                for name, level in self._nested_columns
            ]
        )
        return values, children

    def add_elements(self: Level[Element], parent: int, objects: Sequence[Mapping[str, Any]]) -> range:
        first = self._next
        for offset, members in enumerate(objects):
            number = self.take_number()
            values, children = self.held(number, members)
            self.add(number, Element(values, children, parent, offset))
        return range(first, self._next)

    def add(self, number: int, document: D) -> None:
        self.documents[number] = document
        for name, values in zip(self.fields, document.values, strict=True):
            postings = self.postings.get(name)
            if values and postings is not None:
                postings.add(number, values)

    def remove(self, number: int) -> D:
        document = self.documents.pop(number)
        for name, values in zip(self.fields, document.values, strict=True):
            postings = self.postings.get(name)
            if values and postings is not None:
                postings.remove(number, values)
        for level, children in zip(self.nested.values(), document.children, strict=True):
            for child in children:
                level.remove(child)
        return document

    # --- values ---

    def reader(self, name: str, among: Mapping[str, AbstractSet[int]] | None = None) -> Reader:
        """The values of a field of this level, or of one below, by document; `among` names the elements that count."""
        documents = self.documents
        place = self._places.get(name)
        if place is not None:
            return lambda number: documents[number].values[place]
        for at, (path, level) in enumerate(self.nested.items()):
            if name.startswith(path + "."):
                read = level.reader(name, among)
                allowed = None if among is None else among.get(path)
                return lambda number: list(_values_below(documents[number].children[at], read, allowed))
        raise KeyError(name)


def _values_below(children: range, read: Reader, allowed: AbstractSet[int] | None) -> Iterator[Held]:
    for child in children:
        if allowed is None or child in allowed:
            yield from read(child)


def _postings(field: Field) -> Postings[Any]:
    return ValuePostings() if field.analyzer is None else TextPostings(field.analyzer)
