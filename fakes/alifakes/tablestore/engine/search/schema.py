"""What a search index is made of: fields, the way their text is cut, an order; and how the catalog keeps it as JSON."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from alifakes.tablestore.engine.search.plain import from_plain, kept, to_plain

if TYPE_CHECKING:
    from alifakes.tablestore.engine.search.query import Query


@kept
class FieldType(enum.Enum):
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    BOOLEAN = "BOOLEAN"
    KEYWORD = "KEYWORD"
    TEXT = "TEXT"
    NESTED = "NESTED"
    GEO_POINT = "GEO_POINT"
    DATE = "DATE"


@kept
class Cut(enum.Enum):
    """How an analyzer cuts text into terms."""

    SINGLE_WORD = "single_word"
    MAX_WORD = "max_word"
    MIN_WORD = "min_word"
    SPLIT = "split"
    FUZZY = "fuzzy"


@kept
@dataclass(frozen=True, slots=True)
class Analyzer:
    """`delimit_word` is SINGLE_WORD's, `delimiter` SPLIT's (empty: white space), `min_chars`, `max_chars` FUZZY's."""

    cut: Cut = Cut.SINGLE_WORD
    case_sensitive: bool = False
    delimit_word: bool = False
    delimiter: str = ""
    min_chars: int = 1
    max_chars: int = 7


@kept
@dataclass(frozen=True, slots=True)
class Field:
    """`analyzer` is None unless the field is TEXT, `fields` empty unless it is NESTED.

    A field that does not say whether it is `sortable` (None) is, unless its type rules that out (P).
    """

    name: str
    type: FieldType
    indexed: bool = True
    sortable: bool | None = None
    stored: bool = True
    is_array: bool = False
    highlighting: bool = False
    analyzer: Analyzer | None = None
    date_formats: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()


@kept
class SortMode(enum.Enum):
    """Which of an array's values counts."""

    MIN = "MIN"
    MAX = "MAX"
    AVG = "AVG"


@kept
class Missing(enum.Enum):
    """Where rows without a field stand, whatever the direction."""

    FIRST = "FIRST"
    LAST = "LAST"


@kept
@dataclass(frozen=True, slots=True)
class NestedFilter:
    """Only the elements of `path` that the query finds count."""

    path: str
    query: Query


@kept
@dataclass(frozen=True, slots=True)
class FieldSort:
    """No mode is MIN ascending and MAX descending.

    A row without the field takes `missing_field`'s value; without that too it stands as `missing` says, or for it.
    """

    field: str
    descending: bool = False
    mode: SortMode | None = None
    filter: NestedFilter | None = None
    missing: str | int | float | bool | bytes | Missing = Missing.LAST
    missing_field: str | None = None


@kept
@dataclass(frozen=True, slots=True)
class DistanceSort:
    """By metres from the points (latitude and longitude each), of which `mode` says which counts.

    `plane` takes the earth for flat.
    """

    field: str
    points: tuple[tuple[float, float], ...]
    descending: bool = False
    mode: SortMode | None = None
    plane: bool = False
    filter: NestedFilter | None = None


@kept
@dataclass(frozen=True, slots=True)
class KeySort:
    """By primary key."""

    descending: bool = False


@kept
@dataclass(frozen=True, slots=True)
class ScoreSort:
    descending: bool = True


@kept
@dataclass(frozen=True, slots=True)
class DocSort:
    """By the order in which the index took the rows in."""

    descending: bool = False


Sorter = FieldSort | DistanceSort | KeySort | ScoreSort | DocSort


@kept
@dataclass(frozen=True, slots=True)
class SearchIndexSchema:
    """`sort` is the order of answers to searches that ask for none; `ttl` in seconds, -1 for ever."""

    name: str
    fields: tuple[Field, ...]
    routing: tuple[str, ...] = ()
    sort: tuple[Sorter, ...] = (KeySort(),)
    created_ms: int = 0
    ttl: int = -1

    def field(self, name: str) -> Field | None:
        return self.located(name)[0]

    def located(self, name: str) -> tuple[Field | None, str]:
        """A field by its full name, with the path of the NESTED field that it stands in ("" for a field of the row)."""
        return _located(self.fields, name, "")


def _located(fields: tuple[Field, ...], name: str, path: str) -> tuple[Field | None, str]:
    begin = path and path + "."
    for field in fields:
        if begin + field.name == name:
            return field, path
    for field in fields:
        if field.fields and name.startswith(f"{begin}{field.name}."):
            return _located(field.fields, name, begin + field.name)
    return None, path


def dump_index(schema: SearchIndexSchema) -> Any:
    return to_plain(schema)


def load_index(dumped: Any) -> SearchIndexSchema:
    return cast(SearchIndexSchema, from_plain(dumped))
