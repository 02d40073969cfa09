"""What a search index is made of: fields, the way their text is cut, an order; and how the catalog keeps it as JSON."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any


class FieldType(enum.Enum):
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    BOOLEAN = "BOOLEAN"
    KEYWORD = "KEYWORD"
    TEXT = "TEXT"


class Cut(enum.Enum):
    """How an analyzer cuts text into terms."""

    SINGLE_WORD = "single_word"
    MAX_WORD = "max_word"
    MIN_WORD = "min_word"
    SPLIT = "split"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Analyzer:
    """`delimit_word` is SINGLE_WORD's, `delimiter` SPLIT's (empty: white space), `min_chars`, `max_chars` FUZZY's."""

    cut: Cut = Cut.SINGLE_WORD
    case_sensitive: bool = False
    delimit_word: bool = False
    delimiter: str = ""
    min_chars: int = 1
    max_chars: int = 7


@dataclass(frozen=True, slots=True)
class Field:
    """`analyzer` is None unless the field is TEXT."""

    name: str
    type: FieldType
    indexed: bool = True
    sortable: bool = False
    stored: bool = True
    is_array: bool = False
    highlighting: bool = False
    analyzer: Analyzer | None = None


class SortMode(enum.Enum):
    """Which of an array's values counts."""

    MIN = "MIN"
    MAX = "MAX"
    AVG = "AVG"


@dataclass(frozen=True, slots=True)
class FieldSort:
    """Rows without the field come last in either direction; no mode is MIN ascending and MAX descending."""

    field: str
    descending: bool = False
    mode: SortMode | None = None


@dataclass(frozen=True, slots=True)
class KeySort:
    """By primary key."""

    descending: bool = False


@dataclass(frozen=True, slots=True)
class ScoreSort:
    descending: bool = True


Sorter = FieldSort | KeySort | ScoreSort


@dataclass(frozen=True, slots=True)
class SearchIndexSchema:
    """`sort` is the order of answers to searches that ask for none."""

    name: str
    fields: tuple[Field, ...]
    routing: tuple[str, ...] = ()
    sort: tuple[Sorter, ...] = (KeySort(),)
    created_ms: int = 0

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


def dump_sort(sorters: tuple[Sorter, ...]) -> list[list[Any]]:
    """As lists that JSON can hold."""
    dumped: list[list[Any]] = []
    for sorter in sorters:
        if isinstance(sorter, FieldSort):
            dumped.append(["field", sorter.field, sorter.descending, sorter.mode and sorter.mode.value])
        else:
            dumped.append(["key" if isinstance(sorter, KeySort) else "score", sorter.descending])
    return dumped


def load_sort(dumped: list[list[Any]]) -> tuple[Sorter, ...]:
    """Raises ValueError or TypeError for anything that dump_sort did not make."""
    sorters: list[Sorter] = []
    for kind, *rest in dumped:
        if kind == "field":
            name, descending, mode = rest
            sorters.append(FieldSort(str(name), bool(descending), None if mode is None else SortMode(mode)))
        else:
            sorters.append(KeySort(*map(bool, rest)) if kind == "key" else ScoreSort(*map(bool, rest)))
    return tuple(sorters)


def dump_index(schema: SearchIndexSchema) -> dict[str, Any]:
    fields = []
    for field in schema.fields:
        dumped = asdict(field) | {"type": field.type.value}
        if field.analyzer is not None:
            dumped["analyzer"]["cut"] = field.analyzer.cut.value
        fields.append(dumped)
    return {
        "name": schema.name,
        "fields": fields,
        "routing": list(schema.routing),
        "sort": dump_sort(schema.sort),
        "created_ms": schema.created_ms,
    }


def load_index(dumped: dict[str, Any]) -> SearchIndexSchema:
    return SearchIndexSchema(
        name=dumped["name"],
        fields=tuple(_load_field(field) for field in dumped["fields"]),
        routing=tuple(dumped["routing"]),
        sort=load_sort(dumped["sort"]),
        created_ms=dumped["created_ms"],
    )


def _load_field(dumped: dict[str, Any]) -> Field:
    analyzer = dumped["analyzer"]
    return Field(
        **dumped
        | {
            "type": FieldType(dumped["type"]),
            "analyzer": analyzer and Analyzer(**analyzer | {"cut": Cut(analyzer["cut"])}),
        }
    )
