from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AND: QueryOperator
BM25: TextSimilarity
BOOLEAN: FieldType
BOOL_QUERY: QueryType
CONST_SCORE_QUERY: QueryType
DATE: FieldType
DESCRIPTOR: _descriptor.FileDescriptor
DIS_MAX_QUERY: QueryType
DOUBLE: FieldType
EXISTS_QUERY: QueryType
FULL: SyncPhase
FUNCTION_SCORE_QUERY: QueryType
GEO_BOUNDING_BOX_QUERY: QueryType
GEO_DISTANCE_QUERY: QueryType
GEO_POINT: FieldType
GEO_POLYGON_QUERY: QueryType
HTML_MODE: HighlightEncoder
INCR: SyncPhase
JSON: FieldType
KEYWORD: FieldType
KNN_VECTOR_QUERY: QueryType
LONG: FieldType
MATCH_ALL_QUERY: QueryType
MATCH_PHRASE_QUERY: QueryType
MATCH_QUERY: QueryType
NESTED: FieldType
NESTED_QUERY: QueryType
OR: QueryOperator
PLAIN_MODE: HighlightEncoder
PREFIX_QUERY: QueryType
RANGE_QUERY: QueryType
RETURN_ALL: ColumnReturnType
RETURN_ALL_FROM_INDEX: ColumnReturnType
RETURN_NONE: ColumnReturnType
RETURN_SPECIFIED: ColumnReturnType
SCORE: HighlightFragmentOrder
SHORT_TEXT: TextSimilarity
SORT_MODE_AVG: SortMode
SORT_MODE_MAX: SortMode
SORT_MODE_MIN: SortMode
SORT_ORDER_ASC: SortOrder
SORT_ORDER_DESC: SortOrder
TERMS_QUERY: QueryType
TERM_QUERY: QueryType
TEXT: FieldType
TEXT_SEQUENCE: HighlightFragmentOrder
VECTOR: FieldType
WILDCARD_QUERY: QueryType

class BoolQuery(_message.Message):
    __slots__ = ["filter_queries", "minimum_should_match", "must_not_queries", "must_queries", "new_minimum_should_match", "should_queries", "weight"]
    FILTER_QUERIES_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SHOULD_MATCH_FIELD_NUMBER: _ClassVar[int]
    MUST_NOT_QUERIES_FIELD_NUMBER: _ClassVar[int]
    MUST_QUERIES_FIELD_NUMBER: _ClassVar[int]
    NEW_MINIMUM_SHOULD_MATCH_FIELD_NUMBER: _ClassVar[int]
    SHOULD_QUERIES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    filter_queries: _containers.RepeatedCompositeFieldContainer[Query]
    minimum_should_match: int
    must_not_queries: _containers.RepeatedCompositeFieldContainer[Query]
    must_queries: _containers.RepeatedCompositeFieldContainer[Query]
    new_minimum_should_match: str
    should_queries: _containers.RepeatedCompositeFieldContainer[Query]
    weight: float
    def __init__(self, must_queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., must_not_queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., filter_queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., should_queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., minimum_should_match: _Optional[int] = ..., new_minimum_should_match: _Optional[str] = ..., weight: _Optional[float] = ...) -> None: ...

class Collapse(_message.Message):
    __slots__ = ["field_name"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    def __init__(self, field_name: _Optional[str] = ...) -> None: ...

class ColumnsToGet(_message.Message):
    __slots__ = ["column_names", "return_type"]
    COLUMN_NAMES_FIELD_NUMBER: _ClassVar[int]
    RETURN_TYPE_FIELD_NUMBER: _ClassVar[int]
    column_names: _containers.RepeatedScalarFieldContainer[str]
    return_type: ColumnReturnType
    def __init__(self, return_type: _Optional[_Union[ColumnReturnType, str]] = ..., column_names: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateSearchIndexRequest(_message.Message):
    __slots__ = ["index_name", "schema", "source_index_name", "table_name", "time_to_live"]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    index_name: str
    schema: IndexSchema
    source_index_name: str
    table_name: str
    time_to_live: int
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ..., schema: _Optional[_Union[IndexSchema, _Mapping]] = ..., source_index_name: _Optional[str] = ..., time_to_live: _Optional[int] = ...) -> None: ...

class CreateSearchIndexResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DeleteSearchIndexRequest(_message.Message):
    __slots__ = ["index_name", "table_name"]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    index_name: str
    table_name: str
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ...) -> None: ...

class DeleteSearchIndexResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DescribeSearchIndexRequest(_message.Message):
    __slots__ = ["include_sync_stat", "index_name", "table_name"]
    INCLUDE_SYNC_STAT_FIELD_NUMBER: _ClassVar[int]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    include_sync_stat: bool
    index_name: str
    table_name: str
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ..., include_sync_stat: bool = ...) -> None: ...

class DescribeSearchIndexResponse(_message.Message):
    __slots__ = ["create_time", "schema", "sync_stat", "time_to_live"]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SYNC_STAT_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    create_time: int
    schema: IndexSchema
    sync_stat: SyncStat
    time_to_live: int
    def __init__(self, schema: _Optional[_Union[IndexSchema, _Mapping]] = ..., sync_stat: _Optional[_Union[SyncStat, _Mapping]] = ..., create_time: _Optional[int] = ..., time_to_live: _Optional[int] = ...) -> None: ...

class ExistsQuery(_message.Message):
    __slots__ = ["field_name"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    def __init__(self, field_name: _Optional[str] = ...) -> None: ...

class FieldSchema(_message.Message):
    __slots__ = ["analyzer", "analyzer_parameter", "enable_highlighting", "enable_sort_and_agg", "field_name", "field_schemas", "field_type", "index", "is_array", "is_virtual_field", "store", "text_similarity"]
    ANALYZER_FIELD_NUMBER: _ClassVar[int]
    ANALYZER_PARAMETER_FIELD_NUMBER: _ClassVar[int]
    ENABLE_HIGHLIGHTING_FIELD_NUMBER: _ClassVar[int]
    ENABLE_SORT_AND_AGG_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    FIELD_TYPE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    IS_ARRAY_FIELD_NUMBER: _ClassVar[int]
    IS_VIRTUAL_FIELD_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    TEXT_SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    analyzer: str
    analyzer_parameter: bytes
    enable_highlighting: bool
    enable_sort_and_agg: bool
    field_name: str
    field_schemas: _containers.RepeatedScalarFieldContainer[bytes]
    field_type: FieldType
    index: bool
    is_array: bool
    is_virtual_field: bool
    store: bool
    text_similarity: TextSimilarity
    def __init__(self, field_name: _Optional[str] = ..., field_type: _Optional[_Union[FieldType, str]] = ..., analyzer: _Optional[str] = ..., index: bool = ..., enable_sort_and_agg: bool = ..., store: bool = ..., field_schemas: _Optional[_Iterable[bytes]] = ..., is_array: bool = ..., analyzer_parameter: _Optional[bytes] = ..., is_virtual_field: bool = ..., enable_highlighting: bool = ..., text_similarity: _Optional[_Union[TextSimilarity, str]] = ...) -> None: ...

class FieldSort(_message.Message):
    __slots__ = ["field_name", "mode", "nested_filter", "order"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NESTED_FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    mode: SortMode
    nested_filter: bytes
    order: SortOrder
    def __init__(self, field_name: _Optional[str] = ..., order: _Optional[_Union[SortOrder, str]] = ..., mode: _Optional[_Union[SortMode, str]] = ..., nested_filter: _Optional[bytes] = ...) -> None: ...

class FuzzyAnalyzerParameter(_message.Message):
    __slots__ = ["case_sensitive", "max_chars", "min_chars"]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    MAX_CHARS_FIELD_NUMBER: _ClassVar[int]
    MIN_CHARS_FIELD_NUMBER: _ClassVar[int]
    case_sensitive: bool
    max_chars: int
    min_chars: int
    def __init__(self, min_chars: _Optional[int] = ..., max_chars: _Optional[int] = ..., case_sensitive: bool = ...) -> None: ...

class Highlight(_message.Message):
    __slots__ = ["highlight_encoder", "highlight_parameters"]
    HIGHLIGHT_ENCODER_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHT_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    highlight_encoder: HighlightEncoder
    highlight_parameters: _containers.RepeatedCompositeFieldContainer[HighlightParameter]
    def __init__(self, highlight_parameters: _Optional[_Iterable[_Union[HighlightParameter, _Mapping]]] = ..., highlight_encoder: _Optional[_Union[HighlightEncoder, str]] = ...) -> None: ...

class HighlightField(_message.Message):
    __slots__ = ["field_fragments", "field_name"]
    FIELD_FRAGMENTS_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    field_fragments: _containers.RepeatedScalarFieldContainer[str]
    field_name: str
    def __init__(self, field_name: _Optional[str] = ..., field_fragments: _Optional[_Iterable[str]] = ...) -> None: ...

class HighlightParameter(_message.Message):
    __slots__ = ["field_name", "fragment_size", "fragments_order", "number_of_fragments", "post_tag", "pre_tag"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    FRAGMENTS_ORDER_FIELD_NUMBER: _ClassVar[int]
    FRAGMENT_SIZE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_OF_FRAGMENTS_FIELD_NUMBER: _ClassVar[int]
    POST_TAG_FIELD_NUMBER: _ClassVar[int]
    PRE_TAG_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    fragment_size: int
    fragments_order: HighlightFragmentOrder
    number_of_fragments: int
    post_tag: str
    pre_tag: str
    def __init__(self, field_name: _Optional[str] = ..., number_of_fragments: _Optional[int] = ..., fragment_size: _Optional[int] = ..., pre_tag: _Optional[str] = ..., post_tag: _Optional[str] = ..., fragments_order: _Optional[_Union[HighlightFragmentOrder, str]] = ...) -> None: ...

class HighlightResult(_message.Message):
    __slots__ = ["highlight_fields"]
    HIGHLIGHT_FIELDS_FIELD_NUMBER: _ClassVar[int]
    highlight_fields: _containers.RepeatedCompositeFieldContainer[HighlightField]
    def __init__(self, highlight_fields: _Optional[_Iterable[_Union[HighlightField, _Mapping]]] = ...) -> None: ...

class IndexInfo(_message.Message):
    __slots__ = ["index_name", "table_name"]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    index_name: str
    table_name: str
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ...) -> None: ...

class IndexSchema(_message.Message):
    __slots__ = ["field_schemas", "index_setting", "index_sort"]
    FIELD_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    INDEX_SETTING_FIELD_NUMBER: _ClassVar[int]
    INDEX_SORT_FIELD_NUMBER: _ClassVar[int]
    field_schemas: _containers.RepeatedCompositeFieldContainer[FieldSchema]
    index_setting: IndexSetting
    index_sort: Sort
    def __init__(self, field_schemas: _Optional[_Iterable[_Union[FieldSchema, _Mapping]]] = ..., index_setting: _Optional[_Union[IndexSetting, _Mapping]] = ..., index_sort: _Optional[_Union[Sort, _Mapping]] = ...) -> None: ...

class IndexSetting(_message.Message):
    __slots__ = ["number_of_shards", "routing_fields", "routing_partition_size"]
    NUMBER_OF_SHARDS_FIELD_NUMBER: _ClassVar[int]
    ROUTING_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ROUTING_PARTITION_SIZE_FIELD_NUMBER: _ClassVar[int]
    number_of_shards: int
    routing_fields: _containers.RepeatedScalarFieldContainer[str]
    routing_partition_size: int
    def __init__(self, number_of_shards: _Optional[int] = ..., routing_fields: _Optional[_Iterable[str]] = ..., routing_partition_size: _Optional[int] = ...) -> None: ...

class ListSearchIndexRequest(_message.Message):
    __slots__ = ["table_name"]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    table_name: str
    def __init__(self, table_name: _Optional[str] = ...) -> None: ...

class ListSearchIndexResponse(_message.Message):
    __slots__ = ["indices"]
    INDICES_FIELD_NUMBER: _ClassVar[int]
    indices: _containers.RepeatedCompositeFieldContainer[IndexInfo]
    def __init__(self, indices: _Optional[_Iterable[_Union[IndexInfo, _Mapping]]] = ...) -> None: ...

class MatchAllQuery(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class MatchPhraseQuery(_message.Message):
    __slots__ = ["field_name", "slop", "text", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    SLOP_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    slop: int
    text: str
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., text: _Optional[str] = ..., weight: _Optional[float] = ..., slop: _Optional[int] = ...) -> None: ...

class MatchQuery(_message.Message):
    __slots__ = ["field_name", "minimum_should_match", "new_minimum_should_match", "operator", "text", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SHOULD_MATCH_FIELD_NUMBER: _ClassVar[int]
    NEW_MINIMUM_SHOULD_MATCH_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    minimum_should_match: int
    new_minimum_should_match: str
    operator: QueryOperator
    text: str
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., text: _Optional[str] = ..., minimum_should_match: _Optional[int] = ..., operator: _Optional[_Union[QueryOperator, str]] = ..., weight: _Optional[float] = ..., new_minimum_should_match: _Optional[str] = ...) -> None: ...

class PrefixQuery(_message.Message):
    __slots__ = ["field_name", "prefix", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    prefix: str
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., prefix: _Optional[str] = ..., weight: _Optional[float] = ...) -> None: ...

class PrimaryKeySort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

class Query(_message.Message):
    __slots__ = ["query", "type"]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    query: bytes
    type: QueryType
    def __init__(self, type: _Optional[_Union[QueryType, str]] = ..., query: _Optional[bytes] = ...) -> None: ...

class RangeQuery(_message.Message):
    __slots__ = ["field_name", "include_lower", "include_upper", "range_from", "range_to"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LOWER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_UPPER_FIELD_NUMBER: _ClassVar[int]
    RANGE_FROM_FIELD_NUMBER: _ClassVar[int]
    RANGE_TO_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    include_lower: bool
    include_upper: bool
    range_from: bytes
    range_to: bytes
    def __init__(self, field_name: _Optional[str] = ..., range_from: _Optional[bytes] = ..., range_to: _Optional[bytes] = ..., include_lower: bool = ..., include_upper: bool = ...) -> None: ...

class ScoreSort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

class SearchHit(_message.Message):
    __slots__ = ["highlight_result", "score"]
    HIGHLIGHT_RESULT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    highlight_result: HighlightResult
    score: float
    def __init__(self, score: _Optional[float] = ..., highlight_result: _Optional[_Union[HighlightResult, _Mapping]] = ...) -> None: ...

class SearchQuery(_message.Message):
    __slots__ = ["aggs", "collapse", "filter", "get_total_count", "group_bys", "highlight", "limit", "offset", "query", "sort", "token"]
    AGGS_FIELD_NUMBER: _ClassVar[int]
    COLLAPSE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GET_TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    aggs: bytes
    collapse: Collapse
    filter: bytes
    get_total_count: bool
    group_bys: bytes
    highlight: Highlight
    limit: int
    offset: int
    query: Query
    sort: Sort
    token: bytes
    def __init__(self, offset: _Optional[int] = ..., limit: _Optional[int] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., collapse: _Optional[_Union[Collapse, _Mapping]] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ..., get_total_count: bool = ..., token: _Optional[bytes] = ..., aggs: _Optional[bytes] = ..., group_bys: _Optional[bytes] = ..., highlight: _Optional[_Union[Highlight, _Mapping]] = ..., filter: _Optional[bytes] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ["columns_to_get", "index_name", "routing_values", "search_query", "table_name", "timeout_ms"]
    COLUMNS_TO_GET_FIELD_NUMBER: _ClassVar[int]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    ROUTING_VALUES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_QUERY_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    columns_to_get: ColumnsToGet
    index_name: str
    routing_values: _containers.RepeatedScalarFieldContainer[bytes]
    search_query: bytes
    table_name: str
    timeout_ms: int
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ..., columns_to_get: _Optional[_Union[ColumnsToGet, _Mapping]] = ..., search_query: _Optional[bytes] = ..., routing_values: _Optional[_Iterable[bytes]] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ["is_all_succeed", "next_token", "rows", "search_hits", "total_hits"]
    IS_ALL_SUCCEED_FIELD_NUMBER: _ClassVar[int]
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SEARCH_HITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_HITS_FIELD_NUMBER: _ClassVar[int]
    is_all_succeed: bool
    next_token: bytes
    rows: _containers.RepeatedScalarFieldContainer[bytes]
    search_hits: _containers.RepeatedCompositeFieldContainer[SearchHit]
    total_hits: int
    def __init__(self, total_hits: _Optional[int] = ..., rows: _Optional[_Iterable[bytes]] = ..., is_all_succeed: bool = ..., search_hits: _Optional[_Iterable[_Union[SearchHit, _Mapping]]] = ..., next_token: _Optional[bytes] = ...) -> None: ...

class SingleWordAnalyzerParameter(_message.Message):
    __slots__ = ["case_sensitive", "delimit_word"]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DELIMIT_WORD_FIELD_NUMBER: _ClassVar[int]
    case_sensitive: bool
    delimit_word: bool
    def __init__(self, case_sensitive: bool = ..., delimit_word: bool = ...) -> None: ...

class Sort(_message.Message):
    __slots__ = ["sorter"]
    SORTER_FIELD_NUMBER: _ClassVar[int]
    sorter: _containers.RepeatedCompositeFieldContainer[Sorter]
    def __init__(self, sorter: _Optional[_Iterable[_Union[Sorter, _Mapping]]] = ...) -> None: ...

class Sorter(_message.Message):
    __slots__ = ["doc_sort", "field_sort", "geo_distance_sort", "pk_sort", "score_sort"]
    DOC_SORT_FIELD_NUMBER: _ClassVar[int]
    FIELD_SORT_FIELD_NUMBER: _ClassVar[int]
    GEO_DISTANCE_SORT_FIELD_NUMBER: _ClassVar[int]
    PK_SORT_FIELD_NUMBER: _ClassVar[int]
    SCORE_SORT_FIELD_NUMBER: _ClassVar[int]
    doc_sort: bytes
    field_sort: FieldSort
    geo_distance_sort: bytes
    pk_sort: PrimaryKeySort
    score_sort: ScoreSort
    def __init__(self, field_sort: _Optional[_Union[FieldSort, _Mapping]] = ..., geo_distance_sort: _Optional[bytes] = ..., score_sort: _Optional[_Union[ScoreSort, _Mapping]] = ..., pk_sort: _Optional[_Union[PrimaryKeySort, _Mapping]] = ..., doc_sort: _Optional[bytes] = ...) -> None: ...

class SplitAnalyzerParameter(_message.Message):
    __slots__ = ["case_sensitive", "delimiter"]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    case_sensitive: bool
    delimiter: str
    def __init__(self, delimiter: _Optional[str] = ..., case_sensitive: bool = ...) -> None: ...

class SyncStat(_message.Message):
    __slots__ = ["current_sync_timestamp", "sync_phase"]
    CURRENT_SYNC_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    SYNC_PHASE_FIELD_NUMBER: _ClassVar[int]
    current_sync_timestamp: int
    sync_phase: SyncPhase
    def __init__(self, sync_phase: _Optional[_Union[SyncPhase, str]] = ..., current_sync_timestamp: _Optional[int] = ...) -> None: ...

class TermQuery(_message.Message):
    __slots__ = ["field_name", "term", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    TERM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    term: bytes
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., term: _Optional[bytes] = ..., weight: _Optional[float] = ...) -> None: ...

class TermsQuery(_message.Message):
    __slots__ = ["field_name", "terms", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    terms: _containers.RepeatedScalarFieldContainer[bytes]
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., terms: _Optional[_Iterable[bytes]] = ..., weight: _Optional[float] = ...) -> None: ...

class WildcardQuery(_message.Message):
    __slots__ = ["field_name", "value", "weight"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    value: str
    weight: float
    def __init__(self, field_name: _Optional[str] = ..., value: _Optional[str] = ..., weight: _Optional[float] = ...) -> None: ...

class QueryType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class QueryOperator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SortOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SortMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HighlightFragmentOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HighlightEncoder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ColumnReturnType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FieldType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class TextSimilarity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SyncPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
