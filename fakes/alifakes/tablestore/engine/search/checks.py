"""What the service checks of a search index before it makes it, and of a search before it runs it; raises OtsError."""

from __future__ import annotations

import re

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.model import TableOptions, TableSchema
from alifakes.tablestore.engine.search.query import Highlighting, Returned, SearchRequest
from alifakes.tablestore.engine.search.schema import (
    Field,
    FieldSort,
    FieldType,
    ScoreSort,
    SearchIndexSchema,
    Sorter,
    SortMode,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


# --- indexes ---------------------------------------------------------------------------------------------------------


def check_index(table: TableSchema, index: SearchIndexSchema) -> None:
    if not _NAME.fullmatch(index.name):
        raise search_errors.invalid_index_name(index.name)
    if not index.fields:
        raise search_errors.no_fields()
    if len(index.fields) > search_errors.MAX_FIELDS:
        raise search_errors.too_many_fields(len(index.fields))
    seen = set()
    for field in index.fields:
        if field.name in seen:
            raise search_errors.duplicated_field(field.name)
        seen.add(field.name)
        _check_field(field)
    keys = {column.name for column in table.keys}
    for name in index.routing:
        if name not in keys:
            raise search_errors.routing_not_key(name)
    for sorter in index.sort:
        if isinstance(sorter, ScoreSort):
            raise search_errors.index_sort_by_score()
        _check_sorter(index, sorter)
    check_options(table.options)


def _check_field(field: Field) -> None:
    if not field.name:
        raise search_errors.invalid_field_name(field.name)
    if field.type is FieldType.TEXT and field.sortable:
        raise search_errors.text_not_sortable(field.name)
    if field.highlighting and field.type is not FieldType.TEXT:
        raise search_errors.not_highlighted(field.name)
    analyzer = field.analyzer
    if analyzer is None:
        return
    if field.type is not FieldType.TEXT:
        raise search_errors.analyzer_without_text(field.name)
    if not 1 <= analyzer.min_chars <= analyzer.max_chars:
        raise search_errors.invalid_analyzer_range(analyzer.min_chars, analyzer.max_chars)


def check_options(options: TableOptions) -> None:
    """Of a table that has search indexes."""
    if options.max_versions != 1:
        raise search_errors.needs_one_version()
    if options.ttl != -1 and options.allow_update:
        raise search_errors.needs_no_expiry()


# --- searches --------------------------------------------------------------------------------------------------------


def check_request(index: SearchIndexSchema, request: SearchRequest, offset: int, limit: int) -> None:
    if offset < 0:
        raise search_errors.negative("offset", offset)
    if limit < 0:
        raise search_errors.negative("limit", limit)
    largest = search_errors.MAX_LIMIT_FROM_INDEX if from_index(index, request) else search_errors.MAX_LIMIT
    if limit > largest:
        raise search_errors.limit_too_large(limit, largest)
    if offset + limit > search_errors.MAX_WINDOW:
        raise search_errors.window_too_large(offset, limit)
    if request.token:
        _check_with_token(request, offset)
    for sorter in request.sort or ():
        _check_sorter(index, sorter)
    if request.collapse is not None:
        _check_collapse(index, request.collapse)
    if request.highlighting is not None:
        _check_highlighting(index, request.highlighting)


def from_index(index: SearchIndexSchema, request: SearchRequest) -> bool:
    """Whether the index holds every column asked for; of arrays it does not (D)."""
    if request.returned is not Returned.SPECIFIED:
        return request.returned is not Returned.ALL
    fields = [index.field(name) for name in request.columns]
    return all(field is not None and field.stored and not field.is_array for field in fields)


def _check_with_token(request: SearchRequest, offset: int) -> None:
    """The token brings its own order and place."""
    if request.sort is not None:
        raise search_errors.token_excludes("sort")
    if offset:
        raise search_errors.token_excludes("offset")
    if request.collapse is not None:
        raise search_errors.token_excludes("collapse")


def _check_sorter(index: SearchIndexSchema, sorter: Sorter) -> None:
    if not isinstance(sorter, FieldSort):
        return
    field = index.field(sorter.field)
    if field is None:
        raise search_errors.field_missing(sorter.field)
    if not field.sortable:
        raise search_errors.field_not_sortable(sorter.field)
    if sorter.mode is SortMode.AVG and field.type not in (FieldType.LONG, FieldType.DOUBLE):
        raise search_errors.average_of_words(sorter.field)


def _check_collapse(index: SearchIndexSchema, name: str) -> None:
    field = index.field(name)
    if field is None:
        raise search_errors.field_missing(name)
    if not field.sortable or field.is_array:
        raise search_errors.collapse_does_not_suit(name)


def _check_highlighting(index: SearchIndexSchema, highlighting: Highlighting) -> None:
    for wanted in highlighting.fields:
        field = index.field(wanted.field)
        if field is None:
            raise search_errors.field_missing(wanted.field)
        if not field.highlighting:
            raise search_errors.not_highlighted(wanted.field)
        for name, number in (("number_of_fragments", wanted.fragments), ("fragment_size", wanted.size)):
            if number <= 0:
                raise search_errors.invalid_highlighting(name, number)
