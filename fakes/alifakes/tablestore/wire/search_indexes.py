"""Search index descriptions: between protobuf messages and the engine's schema, both ways."""

from __future__ import annotations

from alifakes.tablestore import errors
from alifakes.tablestore.engine.search.schema import (
    Analyzer,
    Cut,
    Field,
    FieldSort,
    FieldType,
    KeySort,
    SearchIndexSchema,
    Sorter,
)
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse, text
from alifakes.tablestore.wire.search_queries import SORT_MODES, decode_sort

FIELD_TYPES = {
    pb.LONG: FieldType.LONG,
    pb.DOUBLE: FieldType.DOUBLE,
    pb.BOOLEAN: FieldType.BOOLEAN,
    pb.KEYWORD: FieldType.KEYWORD,
    pb.TEXT: FieldType.TEXT,
    pb.NESTED: FieldType.NESTED,
    pb.GEO_POINT: FieldType.GEO_POINT,
    pb.DATE: FieldType.DATE,
}
_TYPE_NUMBERS = {kind: number for number, kind in FIELD_TYPES.items()}
_MODE_NUMBERS = {mode: number for number, mode in SORT_MODES.items()}
_NUMBERS = (FieldType.LONG, FieldType.DOUBLE)


def decode_search_index(request: pb.CreateSearchIndexRequest) -> SearchIndexSchema:
    """Without a sort the order is that of the primary key, but with a NESTED field there is none (P).

    The number of shards changes nothing.
    """
    known(request)
    if request.source_index_name:
        raise errors.not_emulated("CreateSearchIndex with a source index")
    schema = request.schema
    fields = tuple(_decode_field(field) for field in schema.field_schemas)
    nested = any(field.type is FieldType.NESTED for field in fields)
    return SearchIndexSchema(
        name=text(request.index_name),
        fields=fields,
        routing=tuple(text(name) for name in schema.index_setting.routing_fields),
        sort=decode_sort(schema.index_sort) or (() if nested else (KeySort(),)),
        ttl=request.time_to_live if request.HasField("time_to_live") else -1,
    )


def _decode_field(field: pb.FieldSchema) -> Field:
    kind = FIELD_TYPES.get(field.field_type)
    if kind is None:
        raise errors.not_emulated(f"a field of type {pb.FieldType.Name(field.field_type)}")
    if field.is_virtual_field or field.source_field_names:
        raise errors.not_emulated("a virtual field")
    if field.text_similarity == pb.SHORT_TEXT:
        raise errors.not_emulated("a field with the similarity SHORT_TEXT")
    if field.vector_options or field.HasField("json_type"):
        raise errors.not_emulated("a field with vector_options or json_type")
    return Field(
        name=text(field.field_name),
        type=kind,
        indexed=field.index if field.HasField("index") else True,  # (P)
        sortable=field.enable_sort_and_agg if field.HasField("enable_sort_and_agg") else None,
        stored=field.store if field.HasField("store") else True,
        is_array=field.is_array,
        highlighting=field.enable_highlighting,
        analyzer=_decode_analyzer(field) if kind is FieldType.TEXT or field.analyzer else None,
        date_formats=tuple(text(form) for form in field.date_formats),
        fields=tuple(_decode_field(inner) for inner in field.field_schemas),
    )


def _decode_analyzer(field: pb.FieldSchema) -> Analyzer:
    try:
        cut = Cut(text(field.analyzer) or Cut.SINGLE_WORD.value)
    except ValueError:
        raise errors.unknown_analyzer(field.analyzer) from None
    default = Analyzer(cut)
    if not field.analyzer_parameter:
        return default
    if cut is Cut.SINGLE_WORD:
        single = known(parse(pb.SingleWordAnalyzerParameter, field.analyzer_parameter))
        return Analyzer(cut, single.case_sensitive, delimit_word=single.delimit_word)
    if cut is Cut.SPLIT:
        split = known(parse(pb.SplitAnalyzerParameter, field.analyzer_parameter))
        return Analyzer(cut, split.case_sensitive, delimiter=text(split.delimiter))
    if cut is Cut.FUZZY:
        fuzzy = known(parse(pb.FuzzyAnalyzerParameter, field.analyzer_parameter))
        return Analyzer(
            cut,
            fuzzy.case_sensitive,
            min_chars=fuzzy.min_chars if fuzzy.HasField("min_chars") else default.min_chars,
            max_chars=fuzzy.max_chars if fuzzy.HasField("max_chars") else default.max_chars,
        )
    return default


def encode_search_index(schema: SearchIndexSchema) -> pb.DescribeSearchIndexResponse:
    response = pb.DescribeSearchIndexResponse(create_time=schema.created_ms, time_to_live=schema.ttl)
    for field in schema.fields:
        _encode_field(response.schema.field_schemas.add(), field)
    response.schema.index_setting.number_of_shards = 1
    response.schema.index_setting.routing_fields.extend(schema.routing)
    for sorter in schema.sort:
        _encode_sorter(response.schema.index_sort.sorter.add(), sorter)
    return response


def _encode_field(message: pb.FieldSchema, field: Field) -> None:
    message.field_name = field.name
    message.field_type = _TYPE_NUMBERS[field.type]
    message.index = field.indexed
    # (P) describes a KEYWORD that says nothing as not sortable, all the same as it sorts by it
    message.enable_sort_and_agg = field.type in _NUMBERS if field.sortable is None else field.sortable
    message.store = field.stored
    message.is_array = field.is_array
    message.enable_highlighting = field.highlighting
    if field.analyzer is not None:
        message.analyzer = field.analyzer.cut.value
        message.analyzer_parameter = _encode_analyzer(field.analyzer)
    message.date_formats.extend(field.date_formats)
    for inner in field.fields:
        _encode_field(message.field_schemas.add(), inner)


def _encode_analyzer(analyzer: Analyzer) -> bytes:
    sensitive = analyzer.case_sensitive
    if analyzer.cut is Cut.SINGLE_WORD:
        return pb.SingleWordAnalyzerParameter(
            case_sensitive=sensitive, delimit_word=analyzer.delimit_word
        ).SerializeToString()
    if analyzer.cut is Cut.SPLIT:
        return pb.SplitAnalyzerParameter(delimiter=analyzer.delimiter, case_sensitive=sensitive).SerializeToString()
    if analyzer.cut is Cut.FUZZY:
        return pb.FuzzyAnalyzerParameter(
            min_chars=analyzer.min_chars, max_chars=analyzer.max_chars, case_sensitive=sensitive
        ).SerializeToString()
    return b""


def _encode_sorter(message: pb.Sorter, sorter: Sorter) -> None:
    order = pb.SORT_ORDER_DESC if sorter.descending else pb.SORT_ORDER_ASC
    if isinstance(sorter, FieldSort):
        message.field_sort.field_name = sorter.field
        message.field_sort.order = order
        if sorter.mode is not None:
            message.field_sort.mode = _MODE_NUMBERS[sorter.mode]
    else:  # an index is kept in the order of fields and keys only
        message.pk_sort.order = order
