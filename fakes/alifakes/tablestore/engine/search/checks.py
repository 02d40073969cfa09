"""What the service checks of a search index before it makes it, and of a search before it runs it; raises OtsError."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from alifakes.tablestore import errors
from alifakes.tablestore.engine.model import TableOptions, TableSchema
from alifakes.tablestore.engine.search import dates
from alifakes.tablestore.engine.search.group_checks import check_grouping
from alifakes.tablestore.engine.search.query import Highlighting, Returned, ScanRequest, SearchRequest
from alifakes.tablestore.engine.search.schema import Field, FieldType, SearchIndexSchema
from alifakes.tablestore.engine.search.sort_checks import check_index_sort, check_sorts

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


# --- indexes ---------------------------------------------------------------------------------------------------------


def check_index(table: TableSchema, index: SearchIndexSchema) -> None:
    if not _NAME.fullmatch(index.name):
        raise errors.invalid_search_index_name(index.name)
    if not index.fields:
        raise errors.no_search_fields()
    count = sum(1 for _ in _all_fields(index.fields))
    if count > errors.MAX_SEARCH_FIELDS:
        raise errors.too_many_search_fields(count)
    _check_fields(index.fields)
    keys = {column.name for column in table.keys}
    for name in index.routing:
        if name not in keys:
            raise errors.routing_not_key(name)
    check_index_sort(index)
    check_ttl(index.ttl)
    check_options(table.options, (index,))


def _all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all_fields(field.fields)


def _check_fields(fields: Iterable[Field]) -> None:
    seen = set()
    for field in fields:
        if field.name in seen:
            raise errors.duplicated_search_field(field.name)
        seen.add(field.name)
        _check_field(field)


def _check_field(field: Field) -> None:
    if not field.name:
        raise errors.invalid_search_field_name(field.name)
    if field.type is FieldType.TEXT and field.sortable:
        raise errors.text_not_sortable(field.name)
    if field.highlighting and field.type is not FieldType.TEXT:
        raise errors.not_highlighted(field.name)
    if field.type is FieldType.NESTED:
        if not field.fields:
            raise errors.sub_fields_missing(field.name)
        _check_fields(field.fields)
    elif field.fields:
        raise errors.sub_fields_without_nested(field.name)
    _check_formats(field)
    _check_analyzer(field)


def _check_formats(field: Field) -> None:
    """(D) a DATE names its formats, nothing else has any."""
    if field.type is FieldType.DATE and not field.date_formats:
        raise errors.date_format_missing(field.name)
    if field.type is not FieldType.DATE and field.date_formats:
        raise errors.date_format_without_date(field.name)
    for form in field.date_formats:
        if not dates.is_format(form):
            raise errors.unknown_date_format(form, field.name)


def _check_analyzer(field: Field) -> None:
    analyzer = field.analyzer
    if analyzer is None:
        return
    if field.type is not FieldType.TEXT:
        raise errors.analyzer_without_text(field.name)
    if not 1 <= analyzer.min_chars <= analyzer.max_chars:
        raise errors.invalid_analyzer_range(analyzer.min_chars, analyzer.max_chars)


def check_ttl(ttl: int) -> None:
    if ttl != -1 and ttl < errors.MIN_TTL:
        raise errors.invalid_search_ttl(errors.MIN_TTL, ttl)


def check_options(options: TableOptions, indexes: Iterable[SearchIndexSchema]) -> None:
    """Of a table that has search indexes."""
    if options.max_versions != 1:
        raise errors.search_needs_one_version()
    for index in indexes:
        if options.allow_update and options.ttl != -1:
            raise errors.search_needs_no_expiry()
        if options.allow_update and index.ttl != -1:
            raise errors.search_ttl_needs_no_updates()
        if options.ttl != -1 and index.ttl > options.ttl:
            raise errors.search_ttl_too_long(options.ttl, index.name, index.ttl)


# --- searches --------------------------------------------------------------------------------------------------------


def check_request(index: SearchIndexSchema, request: SearchRequest, offset: int, limit: int) -> None:
    if offset < 0:
        raise errors.negative_search_number("offset", offset)
    if limit < 0:
        raise errors.negative_search_number("limit", limit)
    largest = errors.MAX_SEARCH_LIMIT_FROM_INDEX if from_index(index, request) else errors.MAX_SEARCH_LIMIT
    if limit > largest:
        raise errors.search_limit_too_large(limit, largest)
    if offset + limit > errors.MAX_SEARCH_WINDOW:
        raise errors.search_window_too_large(offset, limit)
    if request.token:
        _check_with_token(request, offset)
    check_sorts(index, request.sort or ())
    if request.collapse is not None:
        _check_collapse(index, request.collapse)
    if request.highlighting is not None:
        check_highlighting(index, request.highlighting)
    check_grouping(index, request.aggregations, request.group_bys)


def from_index(index: SearchIndexSchema, request: SearchRequest | ScanRequest) -> bool:
    """Whether the index holds every column asked for; of arrays it does not (D)."""
    if request.returned is not Returned.SPECIFIED:
        return request.returned is not Returned.ALL
    fields = [index.field(name) for name in request.columns]
    return all(field is not None and field.stored and not field.is_array for field in fields)


def _check_with_token(request: SearchRequest, offset: int) -> None:
    """The token brings its own order and place."""
    if request.sort is not None:
        raise errors.search_token_excludes("sort")
    if offset:
        raise errors.search_token_excludes("offset")
    if request.collapse is not None:
        raise errors.search_token_excludes("collapse")


def _check_collapse(index: SearchIndexSchema, name: str) -> None:
    field = next((field for field in index.fields if field.name == name), None)
    if field is None:
        raise errors.field_missing(name)
    types = (FieldType.LONG, FieldType.DOUBLE, FieldType.KEYWORD, FieldType.BOOLEAN, FieldType.DATE)
    if field.sortable is False or field.is_array or field.type not in types:
        raise errors.collapse_does_not_suit(name)


def check_highlighting(index: SearchIndexSchema, highlighting: Highlighting) -> None:
    for wanted in highlighting.fields:
        field = index.field(wanted.field)
        if field is None:
            raise errors.field_missing(wanted.field)
        if not field.highlighting:
            raise errors.not_highlighted(wanted.field)
        for name, number in (("number_of_fragments", wanted.fragments), ("fragment_size", wanted.size)):
            if number <= 0:
                raise errors.invalid_highlighting(name, number)


def check_scan(index: SearchIndexSchema, request: ScanRequest) -> None:
    """Whoever asks for columns that the index does not hold is told so (rule D)."""
    if request.parallels != errors.SPLITS:
        raise errors.invalid_max_parallel(errors.SPLITS, request.parallels)
    if not 0 <= request.parallel_id < request.parallels:
        raise errors.invalid_parallel_id(request.parallels, request.parallel_id)
    if not 0 < request.limit <= errors.MAX_SCAN_LIMIT:
        raise errors.scan_limit_too_large(request.limit)
    if request.alive_s <= 0:
        raise errors.invalid_alive_time(request.alive_s)
    stored = {field.name for field in index.fields if field.stored}
    if request.returned is Returned.ALL or not stored.issuperset(request.columns):
        raise errors.scan_columns()
