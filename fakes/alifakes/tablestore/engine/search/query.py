"""The vocabulary of a search: what the wire codec hands to the engine, and what it gets back."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from alifakes.tablestore.engine.model import Consumed, Row, Value
from alifakes.tablestore.engine.search.schema import Sorter


@dataclass(frozen=True, slots=True)
class Match:
    """`every`: all terms of the text must occur; otherwise as many as `minimum` says ("2", "75%", "-1"), or one."""

    field: str
    text: str
    every: bool = False
    minimum: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """The terms of the text, one after the other."""

    field: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class MatchAll:
    pass


@dataclass(frozen=True, slots=True)
class Term:
    """One value, or one term of a TEXT field, as it is."""

    field: str
    value: Value
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Terms:
    """Any of the values."""

    field: str
    values: tuple[Value, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Range:
    """None is no bound."""

    field: str
    low: Value | None = None
    high: Value | None = None
    include_low: bool = True
    include_high: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    field: str
    prefix: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`*` stands for any characters, `?` for one."""

    field: str
    pattern: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Exists:
    field: str


@dataclass(frozen=True, slots=True)
class Bool:
    """`minimum` of the `should` queries must match: one if it is not given and nothing else must."""

    must: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
    filters: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    minimum: str | None = None
    weight: float = 1.0


Query = Match | Phrase | MatchAll | Term | Terms | Range | Prefix | Wildcard | Exists | Bool


@dataclass(frozen=True, slots=True)
class HighlightField:
    field: str
    fragments: int = 1
    size: int = 100  # characters of a fragment
    pre_tag: str = "<em>"
    post_tag: str = "</em>"
    best_first: bool = False  # otherwise in the order of the text


@dataclass(frozen=True, slots=True)
class Highlighting:
    fields: tuple[HighlightField, ...]
    escape_html: bool = False


class Returned(enum.Enum):
    """Which columns a row comes with, besides its key."""

    NONE = "NONE"
    SPECIFIED = "SPECIFIED"
    ALL = "ALL"
    ALL_FROM_INDEX = "ALL_FROM_INDEX"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`sort` None is the index's own order; `limit` None ten rows."""

    query: Query
    sort: tuple[Sorter, ...] | None = None
    offset: int | None = None
    limit: int | None = None
    count_all: bool = False
    token: bytes = b""
    collapse: str | None = None
    highlighting: Highlighting | None = None
    returned: Returned = Returned.NONE
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`score` is None unless the search sorts by it; `fragments` by field, of those that have any."""

    row: Row
    score: float | None
    fragments: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`total` is -1 when it was not asked for; `token` is empty after the last page."""

    hits: tuple[SearchHit, ...]
    total: int
    token: bytes
    consumed: Consumed
