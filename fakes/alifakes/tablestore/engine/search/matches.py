"""What a query finds on one level, and how well; and the checks that all kinds of queries share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any, NamedTuple

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.levels import Level
from alifakes.tablestore.engine.search.postings import Postings
from alifakes.tablestore.engine.search.schema import Field, FieldType
from alifakes.tablestore.engine.search.stored import Held

WORDS = (FieldType.KEYWORD, FieldType.TEXT)


class Matches(NamedTuple):
    """`documents` are not to be changed: they may be the index's own; `score` is asked of none but these."""

    documents: AbstractSet[int]
    score: Callable[[int], float]


def constant(documents: AbstractSet[int], weight: float = 1.0) -> Matches:
    return Matches(documents, lambda _document: weight)


def searched(level: Level[Any], name: str, kind: str, types: Sequence[FieldType] | None = None) -> Field:
    """The field that a query looks into; raises OtsError when there is none such on this level."""
    field = level.fields.get(name)
    if field is None:
        raise errors.field_missing(name)
    if not field.indexed:
        raise errors.field_not_indexed()
    if types is not None and field.type not in types:
        raise errors.query_does_not_suit(kind, name, field.type.value)
    return field


def union(postings: Postings[Any], values: Iterable[Held]) -> AbstractSet[int]:
    return set(chain.from_iterable(map(postings.of, values)))
