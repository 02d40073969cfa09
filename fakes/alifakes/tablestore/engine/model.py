"""The vocabulary that the wire codec and the engine share: keys, cells, schemas, conditions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from alifakes.tablestore.engine.search.schema import SearchIndexSchema


class Bound(enum.Enum):
    """The two ends of a key range, legal in GetRange and ComputeSplits only."""

    INF_MIN = "INF_MIN"
    INF_MAX = "INF_MAX"


class AutoIncrement(enum.Enum):
    """The placeholder that a writer sends for a key column which the server fills in."""

    AUTO_INCREMENT = "AUTO_INCREMENT"


class KeyType(enum.Enum):
    INTEGER = "INTEGER"
    STRING = "STRING"
    BINARY = "BINARY"
    BOOLEAN = "BOOLEAN"  # never of the first column


class ColumnType(enum.Enum):
    INTEGER = "INTEGER"
    DOUBLE = "DOUBLE"
    BOOLEAN = "BOOLEAN"
    STRING = "STRING"
    BINARY = "BINARY"


KeyValue = int | str | bytes  # INTEGER, STRING, BINARY; a BOOLEAN is a bool, which is an int to the type checker
Value = int | float | bool | str | bytes  # INTEGER, DOUBLE, BOOLEAN, STRING, BINARY
Key = tuple[KeyValue, ...]  # values in schema order
KeyPart = KeyValue | Bound | AutoIncrement
NamedKey = tuple[tuple[str, KeyPart], ...]  # as sent: names are checked against the schema by the engine


@dataclass(frozen=True, slots=True)
class Cell:
    """One version of one attribute column; timestamp in ms."""

    name: str
    value: Value
    timestamp: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row as read: key in schema order; cells by column name, newest version first."""

    key: tuple[tuple[str, KeyValue], ...]
    cells: tuple[Cell, ...]


class Change(enum.Enum):
    """What one column update of a write does."""

    PUT = "PUT"
    DELETE = "DELETE"  # one version, by timestamp
    DELETE_ALL = "DELETE_ALL"
    INCREMENT = "INCREMENT"


@dataclass(frozen=True, slots=True)
class ColumnUpdate:
    """One column of a PutRow (always PUT) or UpdateRow; timestamp None = the server's time."""

    change: Change
    name: str
    value: Value | None = None
    timestamp: int | None = None


class Existence(enum.Enum):
    IGNORE = "IGNORE"
    EXPECT_EXIST = "EXPECT_EXIST"
    EXPECT_NOT_EXIST = "EXPECT_NOT_EXIST"


class Comparator(enum.Enum):
    EQUAL = "EQUAL"
    NOT_EQUAL = "NOT_EQUAL"
    GREATER_THAN = "GREATER_THAN"
    GREATER_EQUAL = "GREATER_EQUAL"
    LESS_THAN = "LESS_THAN"
    LESS_EQUAL = "LESS_EQUAL"
    EXIST = "EXIST"
    NOT_EXIST = "NOT_EXIST"


class Logic(enum.Enum):
    NOT = "NOT"
    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """Compares one column; `pass_if_missing` is the SDK's sense (the wire carries the inverse)."""

    name: str
    comparator: Comparator
    value: Value | None
    pass_if_missing: bool
    latest_version_only: bool
    regex: str | None = None
    cast_to: ColumnType | None = None


@dataclass(frozen=True, slots=True)
class CompositeFilter:
    logic: Logic
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Column paging: skip `offset` columns of a row, return at most `limit`."""

    offset: int
    limit: int


Filter = ColumnFilter | CompositeFilter | PageFilter


@dataclass(frozen=True, slots=True)
class Condition:
    existence: Existence = Existence.IGNORE
    column: Filter | None = None


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Versions in [start, end) ms; a single version is [t, t + 1)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What of a row to return. `columns` empty = all; `max_versions` None with no time range is the caller's error."""

    columns: tuple[str, ...] = ()
    max_versions: int | None = None
    time_range: TimeRange | None = None
    filter: Filter | None = None
    start_column: str | None = None
    end_column: str | None = None


class WriteKind(enum.Enum):
    PUT = "PUT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row write of PutRow, UpdateRow, DeleteRow or BatchWriteRow."""

    kind: WriteKind
    key: NamedKey
    updates: tuple[ColumnUpdate, ...] = ()
    condition: Condition = Condition()
    return_key: bool = False
    returned: tuple[str, ...] = ()  # incremented columns whose new cells the answer carries


@dataclass(frozen=True, slots=True)
class KeyColumn:
    name: str
    type: KeyType
    auto_increment: bool = False


@dataclass(frozen=True, slots=True)
class TableOptions:
    """ttl in seconds (-1 = for ever), versions kept, and the tolerated deviation of custom versions in seconds."""

    ttl: int = -1
    max_versions: int = 1
    max_deviation: int = 86400
    allow_update: bool = True


class IndexKind(enum.Enum):
    GLOBAL = "GLOBAL"
    LOCAL = "LOCAL"


@dataclass(frozen=True, slots=True)
class Build:
    """How far the filling of an index has come: rows of its table from `position` on are still to be looked at."""

    started_ms: int
    position: bytes = b""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """`build` is None once the index can be read."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    kind: IndexKind = IndexKind.GLOBAL
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """An enabled stream: hours that its records live, extra columns in each, and since when it is."""

    expiration_hours: int
    columns: tuple[str, ...] = ()
    enabled_ms: int = 0


@dataclass(frozen=True, slots=True)
class TableSchema:
    name: str
    keys: tuple[KeyColumn, ...]
    options: TableOptions = TableOptions()
    columns: tuple[tuple[str, ColumnType], ...] = ()
    indexes: tuple[IndexSchema, ...] = ()
    search_indexes: tuple[SearchIndexSchema, ...] = ()
    reserved: tuple[int, int] = (0, 0)  # read, write capacity units
    created_ms: int = 0
    split_points: tuple[KeyValue, ...] = ()  # where partitions begin, as CreateTable asked
    stream: StreamSettings | None = None
    explicit_transactions: bool = False


@dataclass(slots=True)
class Consumed:
    """Capacity units of one operation."""

    read: int = 0
    write: int = 0


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """GetRange: [start, end) forward, or start down to but not including end backward."""

    start: NamedKey
    end: NamedKey
    forward: bool = True
    limit: int | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
