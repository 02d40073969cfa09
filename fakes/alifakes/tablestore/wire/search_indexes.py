"""Search index descriptions: between protobuf messages and the engine's schema, both ways."""

from __future__ import annotations

from alifakes.tablestore import search_errors
from alifakes.tablestore.engine.search.schema import (
    Analyzer,
    Cut,
    Field,
    FieldSort,
    FieldType,
    KeySort,
    ScoreSort,
    SearchIndexSchema,
    Sorter,
    SortMode,
)
from alifakes.tablestore.wire import search_pb2 as pb
from alifakes.tablestore.wire.requests import not_emulated, parse, text

_TYPES = {
    pb.LONG: FieldType.LONG,
    pb.DOUBLE: FieldType.DOUBLE,
    pb.BOOLEAN: FieldType.BOOLEAN,
    pb.KEYWORD: FieldType.KEYWORD,
    pb.TEXT: FieldType.TEXT,
}
_TYPE_NUMBERS = {kind: number for number, kind in _TYPES.items()}
_MODES = {pb.SORT_MODE_MIN: SortMode.MIN, pb.SORT_MODE_MAX: SortMode.MAX, pb.SORT_MODE_AVG: SortMode.AVG}
_MODE_NUMBERS = {mode: number for number, mode in _MODES.items()}
_NUMBERS = (FieldType.LONG, FieldType.DOUBLE)


def decode_search_index(request: pb.CreateSearchIndexRequest) -> SearchIndexSchema:
    """Without a sort the order is that of the primary key (P); the number of shards changes nothing."""
    if request.source_index_name:
        raise not_emulated("CreateSearchIndex with a source index")
    if request.HasField("time_to_live") and request.time_to_live != -1:
        raise not_emulated("CreateSearchIndex with a time to live")
    schema = request.schema
    return SearchIndexSchema(
        name=text(request.index_name),
        fields=tuple(_decode_field(field) for field in schema.field_schemas),
        routing=tuple(text(name) for name in schema.index_setting.routing_fields),
        sort=decode_sort(schema.index_sort) or (KeySort(),),
    )


def _decode_field(field: pb.FieldSchema) -> Field:
    kind = _TYPES.get(field.field_type)
    if kind is None:
        raise not_emulated(f"a field of type {pb.FieldType.Name(field.field_type)}")
    if field.field_schemas or field.is_virtual_field or field.text_similarity == pb.SHORT_TEXT:
        raise not_emulated("a field that is nested or virtual, or with the similarity SHORT_TEXT")
    return Field(
        name=text(field.field_name),
        type=kind,
        indexed=field.index if field.HasField("index") else True,  # (P)
        # (P) describes a KEYWORD that says nothing as not sortable, and sorts by a LONG that says nothing
        sortable=field.enable_sort_and_agg if field.HasField("enable_sort_and_agg") else kind in _NUMBERS,
        stored=field.store if field.HasField("store") else True,
        is_array=field.is_array,
        highlighting=field.enable_highlighting,
        analyzer=_decode_analyzer(field) if kind is FieldType.TEXT or field.analyzer else None,
    )


def _decode_analyzer(field: pb.FieldSchema) -> Analyzer:
    try:
        cut = Cut(text(field.analyzer) or Cut.SINGLE_WORD.value)
    except ValueError:
        raise search_errors.unknown_analyzer(field.analyzer) from None
    default = Analyzer(cut)
    if not field.analyzer_parameter:
        return default
    if cut is Cut.SINGLE_WORD:
        single = parse(pb.SingleWordAnalyzerParameter, field.analyzer_parameter)
        return Analyzer(cut, single.case_sensitive, delimit_word=single.delimit_word)
    if cut is Cut.SPLIT:
        split = parse(pb.SplitAnalyzerParameter, field.analyzer_parameter)
        return Analyzer(cut, split.case_sensitive, delimiter=text(split.delimiter))
    if cut is Cut.FUZZY:
        fuzzy = parse(pb.FuzzyAnalyzerParameter, field.analyzer_parameter)
        return Analyzer(
            cut,
            fuzzy.case_sensitive,
            min_chars=fuzzy.min_chars if fuzzy.HasField("min_chars") else default.min_chars,
            max_chars=fuzzy.max_chars if fuzzy.HasField("max_chars") else default.max_chars,
        )
    return default


def encode_search_index(schema: SearchIndexSchema) -> pb.DescribeSearchIndexResponse:
    response = pb.DescribeSearchIndexResponse(create_time=schema.created_ms, time_to_live=-1)
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
    message.enable_sort_and_agg = field.sortable
    message.store = field.stored
    message.is_array = field.is_array
    message.enable_highlighting = field.highlighting
    if field.analyzer is not None:
        message.analyzer = field.analyzer.cut.value
        message.analyzer_parameter = _encode_analyzer(field.analyzer)


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


def decode_sort(sort: pb.Sort) -> tuple[Sorter, ...]:
    return tuple(_decode_sorter(sorter) for sorter in sort.sorter)


def _decode_sorter(sorter: pb.Sorter) -> Sorter:
    if sorter.HasField("field_sort"):
        by_field = sorter.field_sort
        if by_field.HasField("nested_filter"):
            raise not_emulated("FieldSort with a nested filter")
        mode = _MODES[by_field.mode] if by_field.HasField("mode") else None
        return FieldSort(text(by_field.field_name), by_field.order == pb.SORT_ORDER_DESC, mode)
    if sorter.HasField("score_sort"):
        return ScoreSort(sorter.score_sort.order == pb.SORT_ORDER_DESC)
    if sorter.HasField("pk_sort"):
        return KeySort(sorter.pk_sort.order == pb.SORT_ORDER_DESC)
    raise not_emulated("a sort other than FieldSort, ScoreSort and PrimaryKeySort")


def _encode_sorter(message: pb.Sorter, sorter: Sorter) -> None:
    order = pb.SORT_ORDER_DESC if sorter.descending else pb.SORT_ORDER_ASC
    if isinstance(sorter, FieldSort):
        message.field_sort.field_name = sorter.field
        message.field_sort.order = order
        if sorter.mode is not None:
            message.field_sort.mode = _MODE_NUMBERS[sorter.mode]
    else:  # an index is never sorted by score
        message.pk_sort.order = order
