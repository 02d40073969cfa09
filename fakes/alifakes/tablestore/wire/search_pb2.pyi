from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AGG_AVG: AggregationType
AGG_COUNT: AggregationType
AGG_DISTINCT_COUNT: AggregationType
AGG_MAX: AggregationType
AGG_MIN: AggregationType
AGG_PERCENTILES: AggregationType
AGG_SUM: AggregationType
AGG_TOP_ROWS: AggregationType
AND: QueryOperator
BM25: TextSimilarity
BOOLEAN: FieldType
BOOL_QUERY: QueryType
CONST_SCORE_QUERY: QueryType
DATE: FieldType
DAY: DateTimeUnit
DESCRIPTOR: _descriptor.FileDescriptor
DIS_MAX_QUERY: QueryType
DOUBLE: FieldType
EXISTS_QUERY: QueryType
FAILED: IndexStatusEnum
FULL: SyncPhase
FUNCTIONS_SCORE_QUERY: QueryType
FUNCTION_SCORE_QUERY: QueryType
FUZZY_KEYWORD: FieldType
GEO_BOUNDING_BOX_QUERY: QueryType
GEO_DISTANCE_ARC: GeoDistanceType
GEO_DISTANCE_PLANE: GeoDistanceType
GEO_DISTANCE_QUERY: QueryType
GEO_POINT: FieldType
GEO_POLYGON_QUERY: QueryType
GROUP_BY_COMPOSITE: GroupByType
GROUP_BY_DATE_HISTOGRAM: GroupByType
GROUP_BY_FIELD: GroupByType
GROUP_BY_FILTER: GroupByType
GROUP_BY_GEO_DISTANCE: GroupByType
GROUP_BY_GEO_GRID: GroupByType
GROUP_BY_HISTOGRAM: GroupByType
GROUP_BY_RANGE: GroupByType
HOUR: DateTimeUnit
HTML_MODE: HighlightEncoder
INCR: SyncPhase
IP: FieldType
JSON: FieldType
KEYWORD: FieldType
KNN_VECTOR_QUERY: QueryType
LONG: FieldType
MATCH_ALL_QUERY: QueryType
MATCH_PHRASE_QUERY: QueryType
MATCH_QUERY: QueryType
MILLISECOND: DateTimeUnit
MINUTE: DateTimeUnit
MONTH: DateTimeUnit
NESTED: FieldType
NESTED_QUERY: QueryType
OR: QueryOperator
PENDING: IndexStatusEnum
PLAIN_MODE: HighlightEncoder
PREFIX_QUERY: QueryType
QUARTER_YEAR: DateTimeUnit
RANGE_QUERY: QueryType
RETURN_ALL: ColumnReturnType
RETURN_ALL_FROM_INDEX: ColumnReturnType
RETURN_NONE: ColumnReturnType
RETURN_SPECIFIED: ColumnReturnType
RUNNING: IndexStatusEnum
SCORE: HighlightFragmentOrder
SCORE_MODE_AVG: ScoreMode
SCORE_MODE_MAX: ScoreMode
SCORE_MODE_MIN: ScoreMode
SCORE_MODE_NONE: ScoreMode
SCORE_MODE_TOTAL: ScoreMode
SECOND: DateTimeUnit
SHORT_TEXT: TextSimilarity
SORT_MODE_AVG: SortMode
SORT_MODE_MAX: SortMode
SORT_MODE_MIN: SortMode
SORT_ORDER_ASC: SortOrder
SORT_ORDER_DESC: SortOrder
SUFFIX_QUERY: QueryType
TERMS_QUERY: QueryType
TERM_QUERY: QueryType
TEXT: FieldType
TEXT_SEQUENCE: HighlightFragmentOrder
VECTOR: FieldType
WEEK: DateTimeUnit
WILDCARD_QUERY: QueryType
YEAR: DateTimeUnit

class Aggregation(_message.Message):
    __slots__ = ["body", "name", "type"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    name: str
    type: AggregationType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[AggregationType, str]] = ..., body: _Optional[bytes] = ...) -> None: ...

class AggregationResult(_message.Message):
    __slots__ = ["agg_result", "name", "type"]
    AGG_RESULT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    agg_result: bytes
    name: str
    type: AggregationType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[AggregationType, str]] = ..., agg_result: _Optional[bytes] = ...) -> None: ...

class Aggregations(_message.Message):
    __slots__ = ["aggs"]
    AGGS_FIELD_NUMBER: _ClassVar[int]
    aggs: _containers.RepeatedCompositeFieldContainer[Aggregation]
    def __init__(self, aggs: _Optional[_Iterable[_Union[Aggregation, _Mapping]]] = ...) -> None: ...

class AggregationsResult(_message.Message):
    __slots__ = ["agg_results"]
    AGG_RESULTS_FIELD_NUMBER: _ClassVar[int]
    agg_results: _containers.RepeatedCompositeFieldContainer[AggregationResult]
    def __init__(self, agg_results: _Optional[_Iterable[_Union[AggregationResult, _Mapping]]] = ...) -> None: ...

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

class ComputeSplitsRequest(_message.Message):
    __slots__ = ["search_index_splits_options", "table_name"]
    SEARCH_INDEX_SPLITS_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    search_index_splits_options: SearchIndexSplitsOptions
    table_name: str
    def __init__(self, table_name: _Optional[str] = ..., search_index_splits_options: _Optional[_Union[SearchIndexSplitsOptions, _Mapping]] = ...) -> None: ...

class ComputeSplitsResponse(_message.Message):
    __slots__ = ["session_id", "splits_size"]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SPLITS_SIZE_FIELD_NUMBER: _ClassVar[int]
    session_id: bytes
    splits_size: int
    def __init__(self, session_id: _Optional[bytes] = ..., splits_size: _Optional[int] = ...) -> None: ...

class ConstScoreQuery(_message.Message):
    __slots__ = ["filter"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    filter: Query
    def __init__(self, filter: _Optional[_Union[Query, _Mapping]] = ...) -> None: ...

class CountResult(_message.Message):
    __slots__ = ["value"]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: int
    def __init__(self, value: _Optional[int] = ...) -> None: ...

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

class DateTimeValue(_message.Message):
    __slots__ = ["unit", "value"]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    unit: DateTimeUnit
    value: int
    def __init__(self, value: _Optional[int] = ..., unit: _Optional[_Union[DateTimeUnit, str]] = ...) -> None: ...

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
    __slots__ = ["create_time", "index_status", "schema", "sync_stat", "time_to_live"]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    INDEX_STATUS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SYNC_STAT_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    create_time: int
    index_status: IndexStatus
    schema: IndexSchema
    sync_stat: SyncStat
    time_to_live: int
    def __init__(self, schema: _Optional[_Union[IndexSchema, _Mapping]] = ..., sync_stat: _Optional[_Union[SyncStat, _Mapping]] = ..., create_time: _Optional[int] = ..., time_to_live: _Optional[int] = ..., index_status: _Optional[_Union[IndexStatus, _Mapping]] = ...) -> None: ...

class DisMaxQuery(_message.Message):
    __slots__ = ["queries", "tie_breaker", "weight"]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    TIE_BREAKER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    queries: _containers.RepeatedCompositeFieldContainer[Query]
    tie_breaker: float
    weight: float
    def __init__(self, queries: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., tie_breaker: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class DocSort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

class ExistsQuery(_message.Message):
    __slots__ = ["field_name"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    def __init__(self, field_name: _Optional[str] = ...) -> None: ...

class FieldAggregation(_message.Message):
    __slots__ = ["field_name", "missing"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    missing: bytes
    def __init__(self, field_name: _Optional[str] = ..., missing: _Optional[bytes] = ...) -> None: ...

class FieldRange(_message.Message):
    __slots__ = ["max", "min"]
    MAX_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    max: bytes
    min: bytes
    def __init__(self, min: _Optional[bytes] = ..., max: _Optional[bytes] = ...) -> None: ...

class FieldSchema(_message.Message):
    __slots__ = ["analyzer", "analyzer_parameter", "date_formats", "enable_highlighting", "enable_sort_and_agg", "field_name", "field_schemas", "field_type", "index", "is_array", "is_virtual_field", "json_type", "source_field_names", "store", "text_similarity", "vector_options"]
    ANALYZER_FIELD_NUMBER: _ClassVar[int]
    ANALYZER_PARAMETER_FIELD_NUMBER: _ClassVar[int]
    DATE_FORMATS_FIELD_NUMBER: _ClassVar[int]
    ENABLE_HIGHLIGHTING_FIELD_NUMBER: _ClassVar[int]
    ENABLE_SORT_AND_AGG_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    FIELD_TYPE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    IS_ARRAY_FIELD_NUMBER: _ClassVar[int]
    IS_VIRTUAL_FIELD_FIELD_NUMBER: _ClassVar[int]
    JSON_TYPE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NAMES_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    TEXT_SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    VECTOR_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    analyzer: str
    analyzer_parameter: bytes
    date_formats: _containers.RepeatedScalarFieldContainer[str]
    enable_highlighting: bool
    enable_sort_and_agg: bool
    field_name: str
    field_schemas: _containers.RepeatedCompositeFieldContainer[FieldSchema]
    field_type: FieldType
    index: bool
    is_array: bool
    is_virtual_field: bool
    json_type: int
    source_field_names: _containers.RepeatedScalarFieldContainer[str]
    store: bool
    text_similarity: TextSimilarity
    vector_options: bytes
    def __init__(self, field_name: _Optional[str] = ..., field_type: _Optional[_Union[FieldType, str]] = ..., analyzer: _Optional[str] = ..., index: bool = ..., enable_sort_and_agg: bool = ..., store: bool = ..., field_schemas: _Optional[_Iterable[_Union[FieldSchema, _Mapping]]] = ..., is_array: bool = ..., analyzer_parameter: _Optional[bytes] = ..., is_virtual_field: bool = ..., source_field_names: _Optional[_Iterable[str]] = ..., date_formats: _Optional[_Iterable[str]] = ..., enable_highlighting: bool = ..., vector_options: _Optional[bytes] = ..., json_type: _Optional[int] = ..., text_similarity: _Optional[_Union[TextSimilarity, str]] = ...) -> None: ...

class FieldSort(_message.Message):
    __slots__ = ["field_name", "missing_field", "missing_value", "mode", "nested_filter", "order"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_FIELD_NUMBER: _ClassVar[int]
    MISSING_VALUE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NESTED_FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    missing_field: str
    missing_value: bytes
    mode: SortMode
    nested_filter: NestedFilter
    order: SortOrder
    def __init__(self, field_name: _Optional[str] = ..., order: _Optional[_Union[SortOrder, str]] = ..., mode: _Optional[_Union[SortMode, str]] = ..., nested_filter: _Optional[_Union[NestedFilter, _Mapping]] = ..., missing_value: _Optional[bytes] = ..., missing_field: _Optional[str] = ...) -> None: ...

class FieldValueFactor(_message.Message):
    __slots__ = ["field_name"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    def __init__(self, field_name: _Optional[str] = ...) -> None: ...

class FunctionScoreQuery(_message.Message):
    __slots__ = ["field_value_factor", "query"]
    FIELD_VALUE_FACTOR_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    field_value_factor: FieldValueFactor
    query: Query
    def __init__(self, query: _Optional[_Union[Query, _Mapping]] = ..., field_value_factor: _Optional[_Union[FieldValueFactor, _Mapping]] = ...) -> None: ...

class FuzzyAnalyzerParameter(_message.Message):
    __slots__ = ["case_sensitive", "max_chars", "min_chars"]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    MAX_CHARS_FIELD_NUMBER: _ClassVar[int]
    MIN_CHARS_FIELD_NUMBER: _ClassVar[int]
    case_sensitive: bool
    max_chars: int
    min_chars: int
    def __init__(self, min_chars: _Optional[int] = ..., max_chars: _Optional[int] = ..., case_sensitive: bool = ...) -> None: ...

class GeoBoundingBoxQuery(_message.Message):
    __slots__ = ["bottom_right", "field_name", "top_left"]
    BOTTOM_RIGHT_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    TOP_LEFT_FIELD_NUMBER: _ClassVar[int]
    bottom_right: str
    field_name: str
    top_left: str
    def __init__(self, field_name: _Optional[str] = ..., top_left: _Optional[str] = ..., bottom_right: _Optional[str] = ...) -> None: ...

class GeoDistanceQuery(_message.Message):
    __slots__ = ["center_point", "distance", "field_name"]
    CENTER_POINT_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    center_point: str
    distance: float
    field_name: str
    def __init__(self, field_name: _Optional[str] = ..., center_point: _Optional[str] = ..., distance: _Optional[float] = ...) -> None: ...

class GeoDistanceSort(_message.Message):
    __slots__ = ["distance_type", "field_name", "mode", "nested_filter", "order", "points"]
    DISTANCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NESTED_FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    distance_type: GeoDistanceType
    field_name: str
    mode: SortMode
    nested_filter: NestedFilter
    order: SortOrder
    points: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, field_name: _Optional[str] = ..., points: _Optional[_Iterable[str]] = ..., order: _Optional[_Union[SortOrder, str]] = ..., mode: _Optional[_Union[SortMode, str]] = ..., distance_type: _Optional[_Union[GeoDistanceType, str]] = ..., nested_filter: _Optional[_Union[NestedFilter, _Mapping]] = ...) -> None: ...

class GeoGrid(_message.Message):
    __slots__ = ["bottom_right", "top_left"]
    BOTTOM_RIGHT_FIELD_NUMBER: _ClassVar[int]
    TOP_LEFT_FIELD_NUMBER: _ClassVar[int]
    bottom_right: GeoPoint
    top_left: GeoPoint
    def __init__(self, top_left: _Optional[_Union[GeoPoint, _Mapping]] = ..., bottom_right: _Optional[_Union[GeoPoint, _Mapping]] = ...) -> None: ...

class GeoPoint(_message.Message):
    __slots__ = ["lat", "lon"]
    LAT_FIELD_NUMBER: _ClassVar[int]
    LON_FIELD_NUMBER: _ClassVar[int]
    lat: float
    lon: float
    def __init__(self, lat: _Optional[float] = ..., lon: _Optional[float] = ...) -> None: ...

class GeoPolygonQuery(_message.Message):
    __slots__ = ["field_name", "points"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    points: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, field_name: _Optional[str] = ..., points: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupBy(_message.Message):
    __slots__ = ["body", "name", "type"]
    BODY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    body: bytes
    name: str
    type: GroupByType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[GroupByType, str]] = ..., body: _Optional[bytes] = ...) -> None: ...

class GroupByComposite(_message.Message):
    __slots__ = ["next_token", "size", "sources", "sub_aggs", "sub_group_bys", "suggested_size"]
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_SIZE_FIELD_NUMBER: _ClassVar[int]
    next_token: str
    size: int
    sources: GroupBys
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    suggested_size: int
    def __init__(self, sources: _Optional[_Union[GroupBys, _Mapping]] = ..., size: _Optional[int] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ..., next_token: _Optional[str] = ..., suggested_size: _Optional[int] = ...) -> None: ...

class GroupByCompositeResult(_message.Message):
    __slots__ = ["items", "next_token", "source_group_by_names"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SOURCE_GROUP_BY_NAMES_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByCompositeResultItem]
    next_token: str
    source_group_by_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByCompositeResultItem, _Mapping]]] = ..., source_group_by_names: _Optional[_Iterable[str]] = ..., next_token: _Optional[str] = ...) -> None: ...

class GroupByCompositeResultItem(_message.Message):
    __slots__ = ["is_null_keys", "keys", "row_count", "sub_aggs_result", "sub_group_bys_result"]
    IS_NULL_KEYS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    is_null_keys: _containers.RepeatedScalarFieldContainer[bool]
    keys: _containers.RepeatedScalarFieldContainer[str]
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ..., is_null_keys: _Optional[_Iterable[bool]] = ...) -> None: ...

class GroupByDateHistogram(_message.Message):
    __slots__ = ["field_name", "field_range", "interval", "min_doc_count", "missing", "offset", "sort", "sub_aggs", "sub_group_bys", "time_zone"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_RANGE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    MIN_DOC_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    field_range: FieldRange
    interval: DateTimeValue
    min_doc_count: int
    missing: bytes
    offset: DateTimeValue
    sort: GroupBySort
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    time_zone: str
    def __init__(self, field_name: _Optional[str] = ..., interval: _Optional[_Union[DateTimeValue, _Mapping]] = ..., field_range: _Optional[_Union[FieldRange, _Mapping]] = ..., missing: _Optional[bytes] = ..., min_doc_count: _Optional[int] = ..., time_zone: _Optional[str] = ..., sort: _Optional[_Union[GroupBySort, _Mapping]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ..., offset: _Optional[_Union[DateTimeValue, _Mapping]] = ...) -> None: ...

class GroupByDateHistogramItem(_message.Message):
    __slots__ = ["row_count", "sub_aggs_result", "sub_group_bys_result", "timestamp"]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    timestamp: int
    def __init__(self, timestamp: _Optional[int] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByDateHistogramResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByDateHistogramItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByDateHistogramItem, _Mapping]]] = ...) -> None: ...

class GroupByField(_message.Message):
    __slots__ = ["field_name", "min_doc_count", "size", "sort", "sub_aggs", "sub_group_bys"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MIN_DOC_COUNT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    min_doc_count: int
    size: int
    sort: GroupBySort
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, field_name: _Optional[str] = ..., size: _Optional[int] = ..., sort: _Optional[_Union[GroupBySort, _Mapping]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ..., min_doc_count: _Optional[int] = ...) -> None: ...

class GroupByFieldResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByFieldResultItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByFieldResultItem, _Mapping]]] = ...) -> None: ...

class GroupByFieldResultItem(_message.Message):
    __slots__ = ["key", "row_count", "sub_aggs_result", "sub_group_bys_result"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    key: str
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, key: _Optional[str] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByFilter(_message.Message):
    __slots__ = ["filters", "sub_aggs", "sub_group_bys"]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    filters: _containers.RepeatedCompositeFieldContainer[Query]
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, filters: _Optional[_Iterable[_Union[Query, _Mapping]]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ...) -> None: ...

class GroupByFilterResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByFilterResultItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByFilterResultItem, _Mapping]]] = ...) -> None: ...

class GroupByFilterResultItem(_message.Message):
    __slots__ = ["row_count", "sub_aggs_result", "sub_group_bys_result"]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByGeoDistance(_message.Message):
    __slots__ = ["field_name", "origin", "ranges", "sub_aggs", "sub_group_bys"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    origin: GeoPoint
    ranges: _containers.RepeatedCompositeFieldContainer[Range]
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, field_name: _Optional[str] = ..., origin: _Optional[_Union[GeoPoint, _Mapping]] = ..., ranges: _Optional[_Iterable[_Union[Range, _Mapping]]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ...) -> None: ...

class GroupByGeoGrid(_message.Message):
    __slots__ = ["field_name", "precision", "size", "sub_aggs", "sub_group_bys"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    precision: int
    size: int
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, field_name: _Optional[str] = ..., precision: _Optional[int] = ..., size: _Optional[int] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ...) -> None: ...

class GroupByGeoGridResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByGeoGridResultItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByGeoGridResultItem, _Mapping]]] = ...) -> None: ...

class GroupByGeoGridResultItem(_message.Message):
    __slots__ = ["geo_grid", "key", "row_count", "sub_aggs_result", "sub_group_bys_result"]
    GEO_GRID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    geo_grid: GeoGrid
    key: str
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, key: _Optional[str] = ..., geo_grid: _Optional[_Union[GeoGrid, _Mapping]] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByHistogram(_message.Message):
    __slots__ = ["field_name", "field_range", "interval", "min_doc_count", "missing", "offset", "sort", "sub_aggs", "sub_group_bys"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_RANGE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    MIN_DOC_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    field_range: FieldRange
    interval: bytes
    min_doc_count: int
    missing: bytes
    offset: bytes
    sort: GroupBySort
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, field_name: _Optional[str] = ..., interval: _Optional[bytes] = ..., missing: _Optional[bytes] = ..., min_doc_count: _Optional[int] = ..., sort: _Optional[_Union[GroupBySort, _Mapping]] = ..., field_range: _Optional[_Union[FieldRange, _Mapping]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ..., offset: _Optional[bytes] = ...) -> None: ...

class GroupByHistogramItem(_message.Message):
    __slots__ = ["key", "row_count", "sub_aggs_result", "sub_group_bys_result"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, key: _Optional[bytes] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByHistogramResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByHistogramItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByHistogramItem, _Mapping]]] = ...) -> None: ...

class GroupByRange(_message.Message):
    __slots__ = ["field_name", "ranges", "sub_aggs", "sub_group_bys"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    ranges: _containers.RepeatedCompositeFieldContainer[Range]
    sub_aggs: Aggregations
    sub_group_bys: GroupBys
    def __init__(self, field_name: _Optional[str] = ..., ranges: _Optional[_Iterable[_Union[Range, _Mapping]]] = ..., sub_aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., sub_group_bys: _Optional[_Union[GroupBys, _Mapping]] = ...) -> None: ...

class GroupByRangeResult(_message.Message):
    __slots__ = ["items"]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[GroupByRangeResultItem]
    def __init__(self, items: _Optional[_Iterable[_Union[GroupByRangeResultItem, _Mapping]]] = ...) -> None: ...

class GroupByRangeResultItem(_message.Message):
    __slots__ = ["range_from", "range_to", "row_count", "sub_aggs_result", "sub_group_bys_result"]
    RANGE_FROM_FIELD_NUMBER: _ClassVar[int]
    RANGE_TO_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGGS_RESULT_FIELD_NUMBER: _ClassVar[int]
    SUB_GROUP_BYS_RESULT_FIELD_NUMBER: _ClassVar[int]
    range_from: float
    range_to: float
    row_count: int
    sub_aggs_result: AggregationsResult
    sub_group_bys_result: GroupBysResult
    def __init__(self, range_from: _Optional[float] = ..., range_to: _Optional[float] = ..., row_count: _Optional[int] = ..., sub_aggs_result: _Optional[_Union[AggregationsResult, _Mapping]] = ..., sub_group_bys_result: _Optional[_Union[GroupBysResult, _Mapping]] = ...) -> None: ...

class GroupByResult(_message.Message):
    __slots__ = ["group_by_result", "name", "type"]
    GROUP_BY_RESULT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    group_by_result: bytes
    name: str
    type: GroupByType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[GroupByType, str]] = ..., group_by_result: _Optional[bytes] = ...) -> None: ...

class GroupBySort(_message.Message):
    __slots__ = ["sorters"]
    SORTERS_FIELD_NUMBER: _ClassVar[int]
    sorters: _containers.RepeatedCompositeFieldContainer[GroupBySorter]
    def __init__(self, sorters: _Optional[_Iterable[_Union[GroupBySorter, _Mapping]]] = ...) -> None: ...

class GroupBySorter(_message.Message):
    __slots__ = ["group_key_sort", "row_count_sort", "sub_agg_sort"]
    GROUP_KEY_SORT_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_SORT_FIELD_NUMBER: _ClassVar[int]
    SUB_AGG_SORT_FIELD_NUMBER: _ClassVar[int]
    group_key_sort: GroupKeySort
    row_count_sort: RowCountSort
    sub_agg_sort: SubAggSort
    def __init__(self, group_key_sort: _Optional[_Union[GroupKeySort, _Mapping]] = ..., row_count_sort: _Optional[_Union[RowCountSort, _Mapping]] = ..., sub_agg_sort: _Optional[_Union[SubAggSort, _Mapping]] = ...) -> None: ...

class GroupBys(_message.Message):
    __slots__ = ["group_bys"]
    GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    group_bys: _containers.RepeatedCompositeFieldContainer[GroupBy]
    def __init__(self, group_bys: _Optional[_Iterable[_Union[GroupBy, _Mapping]]] = ...) -> None: ...

class GroupBysResult(_message.Message):
    __slots__ = ["group_by_results"]
    GROUP_BY_RESULTS_FIELD_NUMBER: _ClassVar[int]
    group_by_results: _containers.RepeatedCompositeFieldContainer[GroupByResult]
    def __init__(self, group_by_results: _Optional[_Iterable[_Union[GroupByResult, _Mapping]]] = ...) -> None: ...

class GroupKeySort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

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

class IndexStatus(_message.Message):
    __slots__ = ["status", "status_description"]
    STATUS_DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: IndexStatusEnum
    status_description: str
    def __init__(self, status: _Optional[_Union[IndexStatusEnum, str]] = ..., status_description: _Optional[str] = ...) -> None: ...

class InnerHits(_message.Message):
    __slots__ = ["highlight", "limit", "offset", "sort"]
    HIGHLIGHT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    highlight: Highlight
    limit: int
    offset: int
    sort: Sort
    def __init__(self, sort: _Optional[_Union[Sort, _Mapping]] = ..., offset: _Optional[int] = ..., limit: _Optional[int] = ..., highlight: _Optional[_Union[Highlight, _Mapping]] = ...) -> None: ...

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

class NestedFilter(_message.Message):
    __slots__ = ["filter", "path"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    filter: Query
    path: str
    def __init__(self, path: _Optional[str] = ..., filter: _Optional[_Union[Query, _Mapping]] = ...) -> None: ...

class NestedQuery(_message.Message):
    __slots__ = ["inner_hits", "path", "query", "score_mode", "weight"]
    INNER_HITS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCORE_MODE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    inner_hits: InnerHits
    path: str
    query: Query
    score_mode: ScoreMode
    weight: float
    def __init__(self, path: _Optional[str] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., score_mode: _Optional[_Union[ScoreMode, str]] = ..., weight: _Optional[float] = ..., inner_hits: _Optional[_Union[InnerHits, _Mapping]] = ...) -> None: ...

class NumberResult(_message.Message):
    __slots__ = ["value"]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: float
    def __init__(self, value: _Optional[float] = ...) -> None: ...

class ParallelScanRequest(_message.Message):
    __slots__ = ["columns_to_get", "index_name", "scan_query", "session_id", "table_name", "timeout_ms"]
    COLUMNS_TO_GET_FIELD_NUMBER: _ClassVar[int]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    SCAN_QUERY_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    columns_to_get: ColumnsToGet
    index_name: str
    scan_query: bytes
    session_id: bytes
    table_name: str
    timeout_ms: int
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ..., columns_to_get: _Optional[_Union[ColumnsToGet, _Mapping]] = ..., session_id: _Optional[bytes] = ..., scan_query: _Optional[bytes] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class ParallelScanResponse(_message.Message):
    __slots__ = ["next_token", "rows"]
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    next_token: bytes
    rows: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, rows: _Optional[_Iterable[bytes]] = ..., next_token: _Optional[bytes] = ...) -> None: ...

class PercentilesAggregation(_message.Message):
    __slots__ = ["field_name", "missing", "percentiles"]
    FIELD_NAME_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    PERCENTILES_FIELD_NUMBER: _ClassVar[int]
    field_name: str
    missing: bytes
    percentiles: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, field_name: _Optional[str] = ..., percentiles: _Optional[_Iterable[float]] = ..., missing: _Optional[bytes] = ...) -> None: ...

class PercentilesAggregationItem(_message.Message):
    __slots__ = ["key", "value"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: float
    value: bytes
    def __init__(self, key: _Optional[float] = ..., value: _Optional[bytes] = ...) -> None: ...

class PercentilesAggregationResult(_message.Message):
    __slots__ = ["percentiles_aggregation_items"]
    PERCENTILES_AGGREGATION_ITEMS_FIELD_NUMBER: _ClassVar[int]
    percentiles_aggregation_items: _containers.RepeatedCompositeFieldContainer[PercentilesAggregationItem]
    def __init__(self, percentiles_aggregation_items: _Optional[_Iterable[_Union[PercentilesAggregationItem, _Mapping]]] = ...) -> None: ...

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

class Range(_message.Message):
    __slots__ = ["begin", "end"]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    begin: float
    end: float
    def __init__(self, begin: _Optional[float] = ..., end: _Optional[float] = ...) -> None: ...

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

class RowCountSort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

class ScanQuery(_message.Message):
    __slots__ = ["alive_time", "current_parallel_id", "limit", "max_parallel", "query", "token"]
    ALIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    CURRENT_PARALLEL_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MAX_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    alive_time: int
    current_parallel_id: int
    limit: int
    max_parallel: int
    query: Query
    token: bytes
    def __init__(self, query: _Optional[_Union[Query, _Mapping]] = ..., limit: _Optional[int] = ..., alive_time: _Optional[int] = ..., token: _Optional[bytes] = ..., current_parallel_id: _Optional[int] = ..., max_parallel: _Optional[int] = ...) -> None: ...

class ScoreSort(_message.Message):
    __slots__ = ["order"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    def __init__(self, order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

class SearchHit(_message.Message):
    __slots__ = ["highlight_result", "nested_doc_offset", "score", "search_inner_hits"]
    HIGHLIGHT_RESULT_FIELD_NUMBER: _ClassVar[int]
    NESTED_DOC_OFFSET_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_INNER_HITS_FIELD_NUMBER: _ClassVar[int]
    highlight_result: HighlightResult
    nested_doc_offset: int
    score: float
    search_inner_hits: _containers.RepeatedCompositeFieldContainer[SearchInnerHit]
    def __init__(self, score: _Optional[float] = ..., highlight_result: _Optional[_Union[HighlightResult, _Mapping]] = ..., search_inner_hits: _Optional[_Iterable[_Union[SearchInnerHit, _Mapping]]] = ..., nested_doc_offset: _Optional[int] = ...) -> None: ...

class SearchIndexSplitsOptions(_message.Message):
    __slots__ = ["index_name"]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    index_name: str
    def __init__(self, index_name: _Optional[str] = ...) -> None: ...

class SearchInnerHit(_message.Message):
    __slots__ = ["path", "search_hits"]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SEARCH_HITS_FIELD_NUMBER: _ClassVar[int]
    path: str
    search_hits: _containers.RepeatedCompositeFieldContainer[SearchHit]
    def __init__(self, path: _Optional[str] = ..., search_hits: _Optional[_Iterable[_Union[SearchHit, _Mapping]]] = ...) -> None: ...

class SearchQuery(_message.Message):
    __slots__ = ["aggs", "collapse", "filter", "get_total_count", "group_bys", "highlight", "limit", "offset", "query", "sort", "token", "track_total_count"]
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
    TRACK_TOTAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    aggs: Aggregations
    collapse: Collapse
    filter: bytes
    get_total_count: bool
    group_bys: GroupBys
    highlight: Highlight
    limit: int
    offset: int
    query: Query
    sort: Sort
    token: bytes
    track_total_count: int
    def __init__(self, offset: _Optional[int] = ..., limit: _Optional[int] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., collapse: _Optional[_Union[Collapse, _Mapping]] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ..., get_total_count: bool = ..., token: _Optional[bytes] = ..., aggs: _Optional[_Union[Aggregations, _Mapping]] = ..., group_bys: _Optional[_Union[GroupBys, _Mapping]] = ..., highlight: _Optional[_Union[Highlight, _Mapping]] = ..., track_total_count: _Optional[int] = ..., filter: _Optional[bytes] = ...) -> None: ...

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
    __slots__ = ["aggs", "group_bys", "is_all_succeed", "next_token", "rows", "search_hits", "total_hits"]
    AGGS_FIELD_NUMBER: _ClassVar[int]
    GROUP_BYS_FIELD_NUMBER: _ClassVar[int]
    IS_ALL_SUCCEED_FIELD_NUMBER: _ClassVar[int]
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SEARCH_HITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_HITS_FIELD_NUMBER: _ClassVar[int]
    aggs: bytes
    group_bys: bytes
    is_all_succeed: bool
    next_token: bytes
    rows: _containers.RepeatedScalarFieldContainer[bytes]
    search_hits: _containers.RepeatedCompositeFieldContainer[SearchHit]
    total_hits: int
    def __init__(self, total_hits: _Optional[int] = ..., rows: _Optional[_Iterable[bytes]] = ..., is_all_succeed: bool = ..., search_hits: _Optional[_Iterable[_Union[SearchHit, _Mapping]]] = ..., next_token: _Optional[bytes] = ..., aggs: _Optional[bytes] = ..., group_bys: _Optional[bytes] = ...) -> None: ...

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
    doc_sort: DocSort
    field_sort: FieldSort
    geo_distance_sort: GeoDistanceSort
    pk_sort: PrimaryKeySort
    score_sort: ScoreSort
    def __init__(self, field_sort: _Optional[_Union[FieldSort, _Mapping]] = ..., geo_distance_sort: _Optional[_Union[GeoDistanceSort, _Mapping]] = ..., score_sort: _Optional[_Union[ScoreSort, _Mapping]] = ..., pk_sort: _Optional[_Union[PrimaryKeySort, _Mapping]] = ..., doc_sort: _Optional[_Union[DocSort, _Mapping]] = ...) -> None: ...

class SplitAnalyzerParameter(_message.Message):
    __slots__ = ["case_sensitive", "delimiter"]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    case_sensitive: bool
    delimiter: str
    def __init__(self, delimiter: _Optional[str] = ..., case_sensitive: bool = ...) -> None: ...

class SubAggSort(_message.Message):
    __slots__ = ["order", "sub_agg_name"]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    SUB_AGG_NAME_FIELD_NUMBER: _ClassVar[int]
    order: SortOrder
    sub_agg_name: str
    def __init__(self, sub_agg_name: _Optional[str] = ..., order: _Optional[_Union[SortOrder, str]] = ...) -> None: ...

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

class TopRowsAggregation(_message.Message):
    __slots__ = ["limit", "sort"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    sort: Sort
    def __init__(self, limit: _Optional[int] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ...) -> None: ...

class TopRowsAggregationResult(_message.Message):
    __slots__ = ["rows"]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, rows: _Optional[_Iterable[bytes]] = ...) -> None: ...

class UpdateSearchIndexRequest(_message.Message):
    __slots__ = ["added_field_schemas", "index_name", "query_flow_weight", "switch_index_name", "table_name", "time_to_live"]
    ADDED_FIELD_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    QUERY_FLOW_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SWITCH_INDEX_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    added_field_schemas: _containers.RepeatedCompositeFieldContainer[FieldSchema]
    index_name: str
    query_flow_weight: _containers.RepeatedScalarFieldContainer[bytes]
    switch_index_name: str
    table_name: str
    time_to_live: int
    def __init__(self, table_name: _Optional[str] = ..., index_name: _Optional[str] = ..., switch_index_name: _Optional[str] = ..., query_flow_weight: _Optional[_Iterable[bytes]] = ..., time_to_live: _Optional[int] = ..., added_field_schemas: _Optional[_Iterable[_Union[FieldSchema, _Mapping]]] = ...) -> None: ...

class UpdateSearchIndexResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

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

class ScoreMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SortOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SortMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class GeoDistanceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HighlightFragmentOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HighlightEncoder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class AggregationType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class GroupByType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class DateTimeUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ColumnReturnType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FieldType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class TextSimilarity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SyncPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class IndexStatusEnum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
