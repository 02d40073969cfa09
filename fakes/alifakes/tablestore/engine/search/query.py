"""The vocabulary of a search: what the wire codec hands to the engine, and what it gets back."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from alifakes.tablestore.engine.model import Consumed, Row, Value
from alifakes.tablestore.engine.search.grouping import Aggregation, AggregationResult, GroupBy, GroupByResult
from alifakes.tablestore.engine.search.plain import kept
from alifakes.tablestore.engine.search.schema import Sorter


@kept
@dataclass(frozen=True, slots=True)
class Match:
    """`every`: all terms of the text must occur; otherwise as many as `minimum` says ("2", "75%", "-1"), or one."""

    field: str
    text: str
    every: bool = False
    minimum: str | None = None
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class Phrase:
    """The terms of the text, one after the other; together they may be out of place by `slop`."""

    field: str
    text: str
    weight: float = 1.0
    slop: int = 0


@kept
@dataclass(frozen=True, slots=True)
class MatchAll:
    pass


@kept
@dataclass(frozen=True, slots=True)
class Term:
    """One value, or one term of a TEXT field, as it is."""

    field: str
    value: Value
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class Terms:
    """Any of the values."""

    field: str
    values: tuple[Value, ...]
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class Range:
    """None is no bound."""

    field: str
    low: Value | None = None
    high: Value | None = None
    include_low: bool = True
    include_high: bool = False


@kept
@dataclass(frozen=True, slots=True)
class Prefix:
    field: str
    prefix: str
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class Wildcard:
    """`*` stands for any characters, `?` for one."""

    field: str
    pattern: str
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class Exists:
    field: str


@kept
@dataclass(frozen=True, slots=True)
class Bool:
    """`minimum` of the `should` queries must match: one if it is not given and nothing else must."""

    must: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
    filters: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    minimum: str | None = None
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class ConstantScore:
    """Everything that the query finds scores alike."""

    query: Query


@kept
@dataclass(frozen=True, slots=True)
class DisMax:
    """The best of the queries' scores counts, and of the others' as much as `tie_breaker` says."""

    queries: tuple[Query, ...]
    tie_breaker: float = 0.0
    weight: float = 1.0


@kept
@dataclass(frozen=True, slots=True)
class FunctionScore:
    """The query's scores times the value of the field `factor`."""

    query: Query
    factor: str


@kept
@dataclass(frozen=True, slots=True)
class GeoBox:
    """Degrees; `left` lies east of `right` when the box crosses the date line."""

    field: str
    top: float
    left: float
    bottom: float
    right: float


@kept
@dataclass(frozen=True, slots=True)
class GeoCircle:
    """Latitude and longitude of its centre, and metres."""

    field: str
    center: tuple[float, float]
    radius: float


@kept
@dataclass(frozen=True, slots=True)
class GeoPolygon:
    """Latitudes and longitudes of its corners."""

    field: str
    points: tuple[tuple[float, float], ...]


@kept
class ScoreMode(enum.Enum):
    """How the scores of a row's elements become the row's."""

    NONE = "NONE"
    AVG = "AVG"
    MAX = "MAX"
    TOTAL = "TOTAL"
    MIN = "MIN"


@kept
@dataclass(frozen=True, slots=True)
class HighlightField:
    field: str
    fragments: int = 1
    size: int = 100  # characters of a fragment
    pre_tag: str = "<em>"
    post_tag: str = "</em>"
    best_first: bool = False  # otherwise in the order of the text


@kept
@dataclass(frozen=True, slots=True)
class Highlighting:
    fields: tuple[HighlightField, ...]
    escape_html: bool = False


@kept
@dataclass(frozen=True, slots=True)
class InnerHits:
    """Which of the elements that were found an answer shows; no sort is by score."""

    sort: tuple[Sorter, ...] = ()
    offset: int = 0
    limit: int = 3
    highlighting: Highlighting | None = None


@kept
@dataclass(frozen=True, slots=True)
class Nested:
    """Rows of which one element of the NESTED field `path` is found by the query."""

    path: str
    query: Query
    mode: ScoreMode = ScoreMode.NONE
    weight: float = 1.0
    inner_hits: InnerHits | None = None


Query = (
    Match
    | Phrase
    | MatchAll
    | Term
    | Terms
    | Range
    | Prefix
    | Wildcard
    | Exists
    | Bool
    | ConstantScore
    | DisMax
    | FunctionScore
    | GeoBox
    | GeoCircle
    | GeoPolygon
    | Nested
)


class Returned(enum.Enum):
    """Which columns a row comes with, besides its key."""

    NONE = "NONE"
    SPECIFIED = "SPECIFIED"
    ALL = "ALL"
    ALL_FROM_INDEX = "ALL_FROM_INDEX"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`sort` None is the index's own order; `limit` None ten rows; `count_up_to` None asks for no total."""

    query: Query
    sort: tuple[Sorter, ...] | None = None
    offset: int | None = None
    limit: int | None = None
    count_up_to: int | None = None
    token: bytes = b""
    collapse: str | None = None
    highlighting: Highlighting | None = None
    returned: Returned = Returned.NONE
    columns: tuple[str, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    group_bys: tuple[GroupBy, ...] = ()


Fragments = tuple[tuple[str, tuple[str, ...]], ...]  # by field, of those that have any


@dataclass(frozen=True, slots=True)
class InnerHit:
    """An element of a NESTED field: its place among its row's, and its score."""

    offset: int
    score: float
    fragments: Fragments


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`score` is None unless the search sorts by it; `inner` by path, where a query asked for them."""

    row: Row
    score: float | None
    fragments: Fragments = ()
    inner: tuple[tuple[str, tuple[InnerHit, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`total` is -1 when it was not asked for; `token` is empty after the last page."""

    hits: tuple[SearchHit, ...]
    total: int
    token: bytes
    consumed: Consumed
    aggregations: tuple[AggregationResult, ...] = ()
    group_bys: tuple[GroupByResult, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """One page of a ParallelScan; `session` None reads the index as it is, page by page. `alive_s` in seconds."""

    query: Query
    session: str | None
    limit: int
    alive_s: int
    token: bytes
    parallel_id: int
    parallels: int
    returned: Returned = Returned.NONE
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanResult:
    """`token` is empty when nothing is left, which an empty page alone tells (P)."""

    rows: tuple[Row, ...]
    token: bytes
    consumed: Consumed
