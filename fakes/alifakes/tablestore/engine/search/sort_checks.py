"""What the service checks of an order; raises OtsError."""

from __future__ import annotations

from collections.abc import Iterable

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.schema import (
    DistanceSort,
    Field,
    FieldSort,
    FieldType,
    KeySort,
    NestedFilter,
    ScoreSort,
    SearchIndexSchema,
    Sorter,
    SortMode,
)

_AVERAGED = (FieldType.LONG, FieldType.DOUBLE, FieldType.DATE)
_UNSORTED = (FieldType.TEXT, FieldType.GEO_POINT, FieldType.NESTED)


def check_sorts(index: SearchIndexSchema, sorters: Iterable[Sorter]) -> None:
    for sorter in sorters:
        if isinstance(sorter, FieldSort):
            _check_field_sort(index, sorter)
        elif isinstance(sorter, DistanceSort):
            _check_distance_sort(index, sorter)


def check_index_sort(index: SearchIndexSchema) -> None:
    """An index is kept in the order of its rows' keys and fields; what its elements hold gives it none."""
    for sorter in index.sort:
        plain = isinstance(sorter, KeySort) or (isinstance(sorter, FieldSort) and sorter.filter is None)
        if not plain:
            raise errors.index_sort_by_score()
    if index.sort and any(field.type is FieldType.NESTED for field in index.fields):
        raise errors.index_sort_with_nested()
    check_sorts(index, index.sort)


def check_element_sorts(index: SearchIndexSchema, path: str, sorters: Iterable[Sorter]) -> None:
    """Of inner hits: what an element sorts by it must hold itself."""
    for sorter in sorters:
        if isinstance(sorter, KeySort):
            raise errors.element_sort_by_key()
        if isinstance(sorter, FieldSort | DistanceSort) and index.located(sorter.field)[1] != path:
            raise errors.field_missing(sorter.field)
    check_sorts(index, sorters)


def sortable_field(index: SearchIndexSchema, name: str) -> Field:
    """The field, which must exist and not have been declared as one that is not sorted."""
    field = index.field(name)
    if field is None:
        raise errors.field_missing(name)
    if field.sortable is False:
        raise errors.field_not_sortable(name)
    return field


def _check_field_sort(index: SearchIndexSchema, sorter: FieldSort) -> None:
    field = sortable_field(index, sorter.field)
    if field.type in _UNSORTED:
        raise errors.field_not_sortable(sorter.field)
    if sorter.mode is SortMode.AVG and field.type not in _AVERAGED:
        raise errors.average_of_words(sorter.field)
    if sorter.missing_field is not None and sortable_field(index, sorter.missing_field).type is not field.type:
        raise errors.missing_field_differs(sorter.missing_field, field.type.value)
    _check_filter(index, sorter.field, sorter.filter)


def _check_distance_sort(index: SearchIndexSchema, sorter: DistanceSort) -> None:
    field = sortable_field(index, sorter.field)
    if field.type is not FieldType.GEO_POINT:
        raise errors.geo_sort_does_not_suit(sorter.field, field.type.value)
    if not sorter.points:
        raise errors.distance_sort_without_points()
    _check_filter(index, sorter.field, sorter.filter)


def _check_filter(index: SearchIndexSchema, name: str, wanted: NestedFilter | None) -> None:
    """The filter's path is that of the NESTED field, of the row itself, in which the sorted field stands."""
    if wanted is None:
        return
    path = index.located(name)[1]
    top = index.field(wanted.path)
    if top is None or top.type is not FieldType.NESTED or path != wanted.path or "." in path.removeprefix(top.name):
        raise errors.nested_path_missing(wanted.path)


def has_score(sorters: Iterable[Sorter]) -> bool:
    return any(isinstance(sorter, ScoreSort) for sorter in sorters)
