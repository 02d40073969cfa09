"""Every limit, error code and message of the service, each once, with where it is known from.

Sources, strongest first: (J) asserted by the Java SDK's tests against the live service, (P), (G), (N), (H) and (C) the
same of the Python, Go, Node.js, PHP and C# SDKs, (D) the documentation of limits and of error codes, (S) quoted by
users in public, (O) our own words where the service refuses but its message is not published. (DO) is a rule of the
documentation in our words.
"""

from __future__ import annotations

from alifakes.tablestore.message import Message as Message
from alifakes.tablestore.message import OtsError as OtsError

MAX_TABLES = 64  # (J) data and index tables together, per instance
MAX_TABLE_NAME = 255  # (J) bytes
MAX_COLUMN_NAME = 255  # (J) bytes
MAX_KEY_COLUMNS = 4  # (J)
MAX_KEY_VALUE = 1024  # (J) bytes of a STRING or BINARY
MAX_VALUE = 2 * 1024 * 1024  # (J) bytes of a STRING or BINARY attribute
MAX_ROW_COLUMNS = 1024  # (J) attribute columns of one write
MAX_READ_COLUMNS = 1024  # (J) columns_to_get; the documentation still says 128
MAX_WRITE_ROWS = 200  # (J) BatchWriteRow, over all tables
MAX_READ_ROWS = 100  # (J) BatchGetRow, over all tables
MAX_REQUEST_DATA = 4 * 1024 * 1024  # (J) bytes of names and values of PutRow, UpdateRow, BatchWriteRow
MAX_BODY = 5 * 1024 * 1024  # (D) bytes of an HTTP request
MAX_RANGE_ROWS = 5000  # (J) rows scanned for one page
MAX_RANGE_DATA = 4 * 1024 * 1024  # (J) bytes scanned for one page
MAX_FILTERS = 32  # (J) single and composite ones together; the documentation still says 10
MAX_REGEX = 256  # (D) bytes
TIMESTAMP_END = (2**63 - 1) // 1000  # (J) ms, exclusive
MIN_TTL = 86400  # (D) seconds; -1 is for ever
MIN_ADJUSTMENT_MS = 60_000  # (D) between two changes of a table's reserved throughput: "one to two minutes"
MAX_DEVIATION = (2**63 - 1) // 1_000_000  # (D) seconds
MAX_DEFINED_COLUMNS = 32  # (J)
MAX_INDEXES = 5  # (J) per table
MAX_INDEX_COLUMNS = 32  # (J) attribute columns of an index
MAX_RESERVED = 100_000  # (D) capacity units
MAX_CLOCK_SKEW = 15 * 60  # (D) seconds between x-ots-date and the server's clock
MAX_PARTITIONS = 10  # (J) that CreateTable may ask for
MAX_PARTITION_VALUE = 64  # (J) bytes of a STRING or BINARY between two partitions
MIN_SPLIT_UNIT = 1024 * 1024  # (J) bytes
TABLE_OPERATIONS_A_SECOND = 10  # (D) per instance
MIN_STREAM_HOURS, MAX_STREAM_HOURS = 1, 168  # (D) life of a stream's records
TRANSACTION_LIFE_MS = 60_000  # (D) from its start
TRANSACTION_IDLE_MS = 60_000  # (D) since its last request
MAX_TRANSACTION_DATA = 4 * 1024 * 1024  # (D) bytes written

# Search indexes
MAX_SEARCH_FIELDS = 500  # (D) 2021; 1,000 since
MAX_SEARCH_LIMIT = 100  # (D)(S) rows of an answer
MAX_SEARCH_LIMIT_FROM_INDEX = 1000  # (D) if the index holds all columns that are asked for
MAX_SEARCH_WINDOW = 10_000  # (D) 2021 offset + limit; raised several times since, 100,000 in 2026
MAX_KEYWORD = 4096  # (D) bytes; longer values are not indexed
MAX_ARRAY = 256  # (D) elements, or rows of a NESTED field; longer arrays are not indexed
MAX_WILDCARD = 32  # (S) characters; the documentation says 20, its FAQ 10
MAX_QUERY_DEPTH = 100  # (O)
MAX_AGGREGATIONS = 8  # (N) per level; the documentation says 5
MAX_GROUP_BYS = 5  # (D) per level
MAX_GROUP_DEPTH = 3  # (D)
MAX_GROUPS = 2000  # (D) size of a GroupByField
DEFAULT_GROUPS = 10  # (D)
MAX_GEOHASH = 12  # (D) characters
MAX_TOP_ROWS = 100  # (D)
MAX_SCAN_LIMIT = 2000  # (D) rows of a ParallelScan's answer
SPLITS = 1  # (P) of every index, in ComputeSplits
SCAN_ALIVE_S = 60  # (D) unless ParallelScan says otherwise
DEFAULT_SEARCH_LIMIT = 10  # (D)

# Names of types in messages. (P)(J)
INTEGER, STRING, BINARY, DOUBLE, BOOLEAN = "VT_INTEGER", "VT_STRING", "VT_BLOB", "VT_DOUBLE", "VT_BOOLEAN"
INF_MIN, INF_MAX, AUTO_INCREMENT = "VT_INF_MIN", "VT_INF_MAX", "VT_AUTO_INCREMENT"


def _bad(text: str, source: str) -> Message:
    return Message(400, "OTSParameterInvalid", text, source)


# --- who calls, and the HTTP message ---------------------------------------------------------------------------------
unknown_access_key = Message(403, "OTSAuthFailed", "The AccessKeyID does not exist.", "D")
unknown_instance = Message(403, "OTSAuthFailed", "The instance is not found.", "D")
signature_mismatch = Message(403, "OTSAuthFailed", "Signature mismatch.", "D")
clock_mismatch = Message(403, "OTSAuthFailed", "Mismatch between system time and x-ots-date: {}.", "D")
body_digest_mismatch = Message(
    403, "OTSAuthFailed", "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.", "D"
)
missing_header = _bad("Missing header: {}.", "D")
invalid_date = _bad("Invalid date format: {}.", "D")
invalid_instance_name = _bad("Invalid instance name: '{}'.", "D")
unsupported_operation = _bad("Unsupported operation: {}.", "D")
method_not_allowed = Message(405, "OTSMethodNotAllowed", "Only POST method for requests is supported.", "D")
body_too_large = Message(413, "OTSRequestBodyTooLarge", "The size of POST data is too large.", "D")
unparsable_message = _bad("Parse PBMessage from RawString failed.", "D")
not_emulated = Message(400, "OTSUnsupportedOperation", "Unsupported operation: {}.", "D")
invalid_api_version = _bad("Invalid API version: {}.", "D")

# --- the service's own trouble; the emulator raises these on request only --------------------------------------------
internal_error = Message(500, "OTSInternalServerError", "Internal server error.", "D")
server_busy = Message(503, "OTSServerBusy", "Server is busy.", "D")
server_unavailable = Message(503, "OTSServerUnavailable", "Server is not available.", "D")
partition_unavailable = Message(503, "OTSPartitionUnavailable", "The partition is not available.", "D")
timed_out = Message(503, "OTSTimeout", "Operation timeout.", "D")
row_conflict = Message(409, "OTSRowOperationConflict", "Data is being modified by the other request.", "D")
table_not_ready = Message(404, "OTSTableNotReady", "The table is not ready.", "D")
capacity_exhausted = Message(403, "OTSNotEnoughCapacityUnit", "Remaining capacity unit is not enough.", "D")
too_frequent_table_operations = Message(403, "OTSQuotaExhausted", "Too frequent table operations.", "D")
capacity_unit_exhausted = Message(403, "OTSCapacityUnitExhausted", "Remaining capacity unit is not enough.", "DO")
flow_control = Message(429, "OTSFlowControl", "The requests have been throttled.", "D")
no_permission = Message(403, "OTSNoPermissionAccess", "You have no permission to access the requested resource.", "DO")
request_timed_out = Message(408, "OTSRequestTimeout", "Request timeout.", "DO")

# --- tables ----------------------------------------------------------------------------------------------------------
table_missing = Message(404, "OTSObjectNotExist", "Requested table does not exist.", "P")
table_exists = Message(409, "OTSObjectAlreadyExist", "Requested table already exists.", "P")
too_many_tables = Message(403, "OTSQuotaExhausted", f"Number of tables exceeds the quota:{MAX_TABLES}.", "J")
invalid_table_name = _bad("Invalid table name: '{}'.", "J")
invalid_column_name = _bad("Invalid column name: '{}'.", "J")
invalid_key_column_count = _bad(f"The number of primary key columns must be in range: [1, {MAX_KEY_COLUMNS}].", "J")
invalid_key_type = _bad("{} is an invalid type for the primary key.", "JP")
duplicated_key_name = _bad("Duplicated primary key name: '{}'.", "P")
auto_increment_first = _bad("First primary key can't be auto increment, table: {}.", "D")
auto_increment_not_integer = _bad("AUTO_INCREMENT primary key must be integer.", "D")
too_many_auto_increments = _bad("AUTO_INCREMENT primary key count must <= 1.", "D")
invalid_ttl = _bad("TimeToLive cannot be 0 or less than -1.", "D")
ttl_too_short = _bad(f"TimeToLive must be -1 or at least {MIN_TTL}, not {{}}.", "DO")
invalid_table_max_versions = _bad("The maximum versions cannot be less than or equal to 0.", "D")
invalid_deviation = _bad("The maximum deviation must be in range [0, INT64_MAX/1000000].", "D")
adjusted_too_often = Message(
    403, "OTSTooFrequentReservedThroughputAdjustment", "Capacity unit adjustment is too frequent.", "D"
)
nothing_to_update = _bad("No parameter is specified in table options.", "D")
invalid_reserved = _bad("Invalid Capacity Unit:{} . Capacity Unit must be nonnegative.", "D")
reserved_too_large = _bad(f"Invalid Capacity Unit:{{}} . Capacity Unit must be at most {MAX_RESERVED}.", "O")
too_many_defined_columns = _bad(f"The number of defined columns must be in range: [0, {MAX_DEFINED_COLUMNS}].", "J")
duplicated_defined_column = _bad("Duplicated defined column name: '{}'.", "O")
ttl_missing = _bad("Time-to-live is missing while creating table.", "D")
max_versions_missing = _bad("MaxVersions is missing while creating table.", "D")
defined_columns_missing = _bad("No defined column is specified for table: '{}'.", "O")
unknown_defined_column = _bad("Defined column '{}' does not exist.", "O")
defined_column_exists = _bad("Defined column '{}' already exists.", "O")
defined_column_is_key = _bad("Defined column '{}' is a primary key column.", "O")
defined_column_indexed = _bad("Defined column '{}' is used by index '{}'.", "O")
invalid_stream_expiration = _bad("The expiration time of a stream must be in range: [1, 168] hours, not {}.", "DO")
stream_expiration_missing = _bad("The expiration time of the stream is missing.", "O")

# --- partitions ------------------------------------------------------------------------------------------------------
too_many_partitions = _bad(f"The count of partitions cannot be greater than {MAX_PARTITIONS}", "J")
infinite_partition_value = _bad("The value of partition range can not be INT64_MIN or INT64_MAX.", "J")
empty_partition_value = _bad("The value of partition range can not be empty {}.", "J")
partition_value_too_long = _bad(
    f"The value of partition range exceeds the MaxLength:{MAX_PARTITION_VALUE} with CurrentLength:{{}}.", "J"
)
partition_type_mismatch = _bad("The value type of partition does not match with primary key.", "J")
partitions_not_ascending = _bad("The partition ranges must be adjacent and ascending.", "O")
split_size_not_positive = _bad("The split_size should be greater than 0.", "J")
split_unit_too_small = _bad(f"The split_size_unit_in_byte should be greater equal than: {MIN_SPLIT_UNIT}", "J")
invalid_split_point_limit = _bad("The split_point_limit should be greater than 0.", "O")

# --- secondary indexes -----------------------------------------------------------------------------------------------
too_many_indexes = _bad(f"Number of index per table exceeds the quota:{MAX_INDEXES}.", "J")
invalid_index_key_count = _bad(
    f"The number of primary key columns must be in range: [1, {MAX_KEY_COLUMNS}] in index.", "J"
)
invalid_index_column_count = _bad(
    f"The number of attribute columns must be in range: [0, {MAX_INDEX_COLUMNS}] in index.", "J"
)
unknown_index_column = _bad("Column '{}' of index '{}' is neither a primary key column nor a defined column.", "O")
duplicated_index_column = _bad("Duplicated column name '{}' in index '{}'.", "O")
index_attribute_is_key = _bad("Attribute column '{}' of index '{}' is a primary key column.", "O")
invalid_index_key_type = _bad(
    "Column '{}' of index '{}' must be STRING, INTEGER or BINARY to be a primary key column.", "O"
)
index_starts_with_auto_increment = _bad("First primary key can't be auto increment, table: {}.", "D")
local_index_key = _bad("The first primary key column of local index '{}' must be '{}'.", "DO")
index_needs_one_version = _bad("The maximum versions of a table with secondary indexes must be 1.", "DO")
index_needs_no_expiry = _bad("A table with secondary indexes must have TimeToLive -1 or must not allow updates.", "DO")
index_missing = Message(404, "OTSObjectNotExist", "Requested index '{}' does not exist.", "O")
index_is_no_table = _bad("'{}' is an index table; use DropIndex on its data table.", "DO")
index_read_only = _bad("Can't write index table directly.", "D")
index_refuses_versions = _bad("Column '{}' cannot be written with a timestamp: the table has secondary indexes.", "DO")
wrong_defined_type = _bad("Validate defined column type fail. Column: {}, Input: {}, Meta: {}.", "O")
index_not_ready = _bad("Disallow read index table in building base state", "P")

# --- PlainBuffer -----------------------------------------------------------------------------------------------------
wrong_header = _bad("Cell data broken, mismatch header, actual: {}, expect: {}.", "D")
wrong_tag = _bad("Cell data broken, mismatch tag, actual tag({}), expect({}).", "D")
wrong_checksum = _bad("Cell data broken, checksum is mismatch, {}:{}.", "D")
wrong_string_format = _bad("Cell data broken, wrong string format, size: {}.", "D")
key_value_missing = _bad("Cell data broken, PK value cannot be NULL, name: {}.", "D")
key_missing = _bad("Cell data broken, no PK follow PKTag.", "D")
row_checksum_missing = _bad("Cell data broken, row is not end with checksum tag.", "D")
cell_checksum_missing = _bad("Cell data broken, cell is not end with checksum[{}] tag.", "D")
cell_name_missing = _bad("Cell data broken, attr has no name.", "D")
cell_has_more_data = _bad("Cell data broken, has more data in cell, but they can't be parsed.", "D")
invalid_data_format = _bad("data format is invalid.", "D")
encoded_key_too_short = _bad("Input encoded PK broken, length is shorter than expect.", "D")
unknown_variant = _bad("data format is invalid, unknown variant type occured.", "D")
invalid_attribute_type = _bad("{} is an invalid type for the attribute column.", "D")
operation_in_key = _bad("OpType cannot be given for primary key name :{}.", "D")
timestamp_in_key = _bad("Timestamp cannot be given for primary key name:{}.", "D")
value_not_utf8 = _bad("Value of column {} must be UTF8 encoding.", "D")
attribute_in_read = _bad("Attribute column cannot be given while reading data.", "D")
delete_marker_in_read = _bad("Delete marker cannot be given.", "D")
delete_marker_in_write = _bad("Invalid request of put/update row: unexpected RowDeleteMarker in request.", "D")
delete_marker_missing = _bad("Invalid request of delete row: missing RowDeleteMarker in request.", "D")
invalid_cell_operation = _bad("Invalid op type of cell: {}.", "D")

# --- keys of rows ----------------------------------------------------------------------------------------------------
key_name_mismatch = Message(400, "OTSInvalidPK", "Validate PK name fail. Input: {}, Meta: {}.", "P")
key_size_mismatch = Message(400, "OTSInvalidPK", "Validate PK size fail. Input: {}, Meta: {}.", "P")
key_type_mismatch = Message(400, "OTSInvalidPK", "Validate PK type fail. Input: {}, Meta: {}.", "P")
key_too_long = _bad(
    f"The length of primary key column: '{{}}' exceeds the MaxLength:{MAX_KEY_VALUE} with CurrentLength:{{}}.", "J"
)
auto_increment_in_read = _bad("PKAutoIncr can't be used for read operations.", "D")
auto_increment_in_delete = _bad("Invalid row to delete which with pk auto increment.", "D")
auto_increment_with_condition = _bad("Can't set condition when modify row with pk auto increment.", "D")
auto_increment_with_expectation = _bad("Invalid expect:{} when modify row with pk auto increment.", "D")
auto_increment_row_must_exist = _bad(
    "Invalid expect: {} when modify a specific row for table with pk auto increment.", "DJ"
)

# --- columns of rows -------------------------------------------------------------------------------------------------
value_too_long = _bad(
    f"The length of attribute column: '{{}}' exceeds the MaxLength:{MAX_VALUE} with CurrentLength:{{}}.", "J"
)
too_many_columns = _bad(
    f"The number of attribute columns exceeds the limit, limit count: {MAX_ROW_COLUMNS}, column count: {{}}.", "J"
)
attribute_is_key = _bad("Duplicated attribute column name with primary key column: {}.", "D")
attribute_column_missing = _bad("Attribute column is missing.", "HD")  # of UpdateRow
no_column_to_update = _bad("Invalid update row request: missing cells in request.", "CD")  # of BatchWriteRow
column_in_delete = _bad("Invalid delete row request: unexpected cells in request.", "D")
operation_in_put = _bad("OpType cannot be given for column name:{} in PutRow.", "D")
value_missing = _bad("Invalid cell: {}. Reason: missing value.", "D")
value_in_column_delete = _bad("Column value cannot be given when type is DELETE_ONE_VERSION,DELETE_ALL_VERSION.", "D")
version_delete_without_timestamp = _bad("Timestamp must be given when type is DELETE_ONE_VERSION.", "D")
timestamp_in_column_delete = _bad("Timestamp cannot be given when type is DELETE_ALL_VERSION.", "D")
timestamp_in_increment = _bad("Timestamp cannot be given when type is INCREMENT, column: {}.", "DO")
not_a_number_value = _bad("NaN can't be set to double value.", "D")
infinite_value = _bad("Infinity can't be set to double value.", "D")
timestamp_out_of_range = _bad("Timestamp must be in range [0, INT64_MAX/1000).", "J")
timestamp_refused = _bad("Invalid timestamp. Cell:{}.", "D")
increment_not_alone = _bad("Column '{}' cannot be incremented and otherwise changed in one request.", "DO")
increment_by_wrong_type = _bad("Column '{}' cannot be incremented by {}.", "DO")
increment_of_wrong_type = _bad("Column '{}' holds {} and cannot be incremented by {}.", "DO")
increment_overflow = _bad("The increment of column '{}' overflows.", "DO")
update_not_allowed = _bad("UpdateRow is not allowed for table '{}'.", "DO")
condition_failed = Message(403, "OTSConditionCheckFail", "Condition check failed.", "PJ", read=1, write=1)  # units (J)
invalid_row_existence = _bad("Invalid row-existence expectation: {}.", "DO")
invalid_return_type = _bad("Invalid return type: {}.", "DO")
returned_column_names = _bad("Column names cannot be returned with the return type {}.", "J")
returned_column_not_incremented = _bad("Column '{}' cannot be returned: this request does not increment it.", "J")
request_too_large = _bad(
    f"The total data size of {{}} request exceeds the limit, limit size: {MAX_REQUEST_DATA}, data size: {{}}.", "J"
)

# --- batches ---------------------------------------------------------------------------------------------------------
empty_batch_write = _bad("No row is specified in BatchWriteRow.", "P")
empty_batch_read = _bad("No row specified in the request of BatchGetRow.", "P")
no_operation_for_table = _bad("No operation is specified for table: '{}'.", "P")
too_many_rows = _bad("Rows count exceeds the upper limit: {}.", "J")
duplicated_table = _bad("Duplicated table name: '{}'.", "D")
repeated_row_with_expectation = _bad("Repeated rows do not support row exist expectation check in BatchModify.", "D")
repeated_row_with_condition = _bad("Repeated rows do not support row condition check in BatchModify.", "D")
repeated_row = _bad("Duplicate rows detected in MultiPut.", "D")

# --- transactions ----------------------------------------------------------------------------------------------------
invalid_transaction_id = _bad("TransactionID is invalid.", "JP")
transactions_off = _bad("Try to call method using explicit transaction on explicit-transaction-disabled table.", "J")
invalid_transaction_key = _bad("StartLocalTransaction support only one primary key.", "J")
transaction_with_auto_increment = _bad("Table '{}' has an auto increment primary key: no transactions.", "DO")
session_missing = Message(400, "OTSSessionNotExist", "Session not exist or may be timeout.", "J")  # status (O)
session_busy = Message(400, "OTSSessionBusy", "The last request of the transaction is not over.", "DO")  # status (O)
transaction_too_large = Message(
    400, "OTSOutOfTransactionDataSizeLimit", f"Data exceeds the limit of {MAX_TRANSACTION_DATA} bytes.", "DO"
)
outside_transaction = Message(400, "OTSDataOutOfRange", "Data out of scope of transaction: {}.", "DO")
outside_atomic = Message(
    400, "OTSDataOutOfRange", "Data out of scope of atomic. Atomic PartKey:{}. Data PartKey:{}", "J"
)

# --- reads -----------------------------------------------------------------------------------------------------------
no_version_condition = _bad("No version condition is specified.", "J")
no_version_condition_in_batch = _bad("No version condition is specified while querying row.", "J")
invalid_max_versions = _bad("Invalid max versions: {}. Reason: Max versions must be positive.", "D")
invalid_time_range = _bad("Invalid time range: the start {} must be less than the end {}.", "O")
too_many_read_columns = _bad(
    f"The number of columns from the request exceeds the limit, limit count: {MAX_READ_COLUMNS}, column count: {{}}.",
    "J",
)
invalid_limit = _bad("The limit must be greater than 0.", "P")
empty_forward_range = _bad("Begin key must less than end key in FORWARD", "P")
empty_backward_range = _bad("Begin key must more than end key in BACKWARD", "P")
time_with_max_versions = _bad("Specific tiemstamp and max versions cannot be given at the same time.", "GD")
time_range_twice = _bad("Specific tiemstamp and time range cannot be given at the same time.", "D")
negative_timestamp = _bad("Specific timestamp cannot be less than 0.", "D")
half_time_range = _bad("Start and end time must be given at the same time.", "D")

# --- filters ---------------------------------------------------------------------------------------------------------
too_many_filters = _bad(f"The count of filter exceeds the max: {MAX_FILTERS}.", "J")
invalid_not_filter = _bad("Invalid NOT operator: the number of sub-filters must be 1.", "J")
invalid_logic_filter = _bad("Invalid AND/OR operator: the number of sub-filters must be more than 1.", "J")
invalid_sub_filter = _bad("Invalid type of sub-filter: ColumnPaginationFilter.", "D")
invalid_condition_filter = _bad("Invalid condition:ColumnPaginationFilter.", "D")
invalid_filter_offset = _bad("Offset in ColumnPaginationFilter must be greater than or equal to 0.", "D")
invalid_filter_limit = _bad("Limit in ColumnPaginationFilter must be greater than 0.", "D")
filter_value_missing = _bad("The filter on column '{}' has no value to compare with.", "O")
regex_too_long = _bad(f"The regular expression is {{}} bytes long, the limit is {MAX_REGEX}.", "D")
invalid_regex = _bad("Invalid regular expression: '{}'.", "O")
damaged_filter = _bad("Deserialize filter failed.", "D")
damaged_relation_filter = _bad("Deserialize relation filter failed.", "D")
damaged_composite_filter = _bad("Deserialize composite filter failed.", "D")
damaged_page_filter = _bad("Deserialize column pagination filter failed.", "D")

# --- search indexes --------------------------------------------------------------------------------------------------
search_table_missing = _bad("table [{}] does not exist", "P")  # of ComputeSplits
search_index_missing = Message(400, "OTSMetaNotMatch", "search index [{}] does not exist", "P")  # of ComputeSplits
search_index_exists = Message(409, "OTSObjectAlreadyExist", "search index [{}] already exists", "O")
table_has_search_indexes = _bad("Table[{}] who has at least one search index cannot be deleted.", "D")
invalid_search_index_name = _bad("Invalid search index name: '{}'.", "DO")
search_index_on_index = _bad("'{}' is an index table; search indexes belong to data tables.", "O")
no_search_fields = _bad("[search index schema] must have at least one field", "O")
too_many_search_fields = _bad(f"A search index has at most {MAX_SEARCH_FIELDS} fields, not {{}}.", "DO")
duplicated_search_field = _bad("field[{}] is duplicated", "O")
invalid_search_field_name = _bad("Invalid field name: '{}'.", "O")
text_not_sortable = _bad("enable_sort_and_agg is not supported for field[{}] of type TEXT", "DO")
analyzer_without_text = _bad("analyzer is not supported for field[{}], which is not of type TEXT", "DO")
unknown_analyzer = _bad("Unknown analyzer: '{}'.", "O")
invalid_analyzer_range = _bad("[min_chars] must be at least 1 and at most [max_chars], not {} with {}", "O")
routing_not_key = _bad("routing field[{}] is not a primary key column", "DO")
index_sort_by_score = _bad("index_sort supports PrimaryKeySort and FieldSort only", "DO")
search_needs_one_version = _bad("The maximum versions of a table with search indexes must be 1.", "DO")
search_needs_no_expiry = _bad("A table with search indexes must have TimeToLive -1 or must not allow updates.", "DO")
invalid_search_ttl = _bad("TimeToLive of a search index must be -1 or at least {}, not {}.", "DO")
search_ttl_too_long = _bad(
    "[table ttl] must be bigger than or equal search index ttl, but table ttl is {} and search index ttl is [{}:{}]",
    "D",
)
search_ttl_needs_no_updates = _bad("A search index has a TimeToLive only if its table allows no updates.", "DO")
unknown_date_format = _bad("Invalid date format '{}' of field[{}]", "O")
date_format_without_date = _bad("date_formats are not supported for field[{}], which is not of type DATE", "O")
date_format_missing = _bad("field[{}] of type DATE must have at least one date format", "DO")
sub_fields_without_nested = _bad("field[{}] has sub fields and is not of type NESTED", "O")
index_sort_with_nested = _bad("index_sort is not supported for an index with a field of type NESTED", "DO")
sub_fields_missing = _bad("field[{}] of type NESTED must have at least one field", "O")
nested_path_missing = _bad("nested path[{}] is not existed", "O")
nested_path_not_nested = _bad("nested path[{}] is not of type NESTED", "O")
invalid_geo_point = _bad("Invalid geo point: '{}'.", "O")
invalid_geo_polygon = _bad("A geo polygon must have at least 3 points, not {}.", "O")
invalid_geo_box = _bad("Invalid geo bounding box: '{}' is not the upper left of '{}'.", "O")
invalid_geo_distance = _bad("A geo distance must be positive, not {}.", "O")
invalid_score_factor = _bad("Function score is not supported for field[{}] of type {}", "O")
geo_sort_does_not_suit = _bad("GeoDistanceSort is not supported for field[{}] of type {}", "O")

# --- searches --------------------------------------------------------------------------------------------------------
search_too_deep = _bad(f"Queries and group-bys are nested at most {MAX_QUERY_DEPTH} deep.", "O")
search_query_missing = _bad("[search.query] must not be null", "O")
search_limit_too_large = _bad("[search.limit] must be less than {1}, current limit is {0}", "S")
search_window_too_large = _bad(
    f"Parameter limit + offset must be less than {MAX_SEARCH_WINDOW}, current offset is {{}}, limit is {{}}", "S"
)
negative_search_number = _bad("[search.{0}] must not be negative, current {0} is {1}", "O")
invalid_search_token = _bad("[search.token] is invalid", "O")
search_token_excludes = _bad("[search.{}] cannot be given together with a token", "DO")
field_missing = _bad("field_name[{}] is not existed", "SO")  # of a sort; for queries (O)
field_not_indexed = _bad("failed to query index, please check if 'Index' is enabled for query fields.", "D")
query_does_not_suit = _bad("{} is not supported for field[{}] of type {}", "O")
value_does_not_suit = _bad("the value for field[{}] is not of type {}", "O")
wildcard_too_long = _bad(f"length of field value is longer than {MAX_WILDCARD} for the [WILDCARD_QUERY] query", "D")
invalid_minimum = _bad("Invalid minimum_should_match: '{}'.", "O")
field_not_sortable = _bad("sort is not supported for field[{}]: enable_sort_and_agg is off", "DO")
missing_field_differs = _bad("missing_field[{}] is not of type {}", "O")
distance_sort_without_points = _bad("[geo_distance_sort.points] must not be empty", "O")
element_sort_by_key = _bad("[inner_hits.sort] does not support PrimaryKeySort", "O")
average_of_words = _bad("SORT_MODE_AVG is not supported for field[{}]", "O")
collapse_does_not_suit = _bad(
    "collapse is not supported for field[{}]: it must be a sortable field without arrays", "DO"
)
not_highlighted = _bad("highlighting is not supported for field[{}]", "P")
invalid_highlighting = _bad("[highlight.{}] must be positive, not {}", "O")

# --- aggregations, scans ---------------------------------------------------------------------------------------------
too_many_aggregations = _bad(f"A level has at most {MAX_AGGREGATIONS} aggregations, not {{}}.", "DO")
too_many_group_bys = _bad(f"A level has at most {MAX_GROUP_BYS} group-bys, not {{}}.", "DO")
group_by_too_deep = _bad(f"Group-bys are nested at most {MAX_GROUP_DEPTH} deep.", "DO")
invalid_group_size = _bad(f"[group_by.size] must be in range: [1, {MAX_GROUPS}], not {{}}", "DO")
invalid_top_rows = _bad(f"[top_rows.limit] must be in range: [1, {MAX_TOP_ROWS}], not {{}}", "PO")
aggregation_name_missing = _bad("An aggregation or group-by has no name.", "O")
duplicated_aggregation = _bad("aggregation or group-by[{}] is duplicated", "O")
aggregation_does_not_suit = _bad("{} is not supported for field[{}] of type {}", "PO")
aggregation_off = _bad("{} is not supported for field[{}]: enable_sort_and_agg is off", "DO")
nested_groups_recursive = _bad("nested field aggregation/groupby must not be recursive.", "D")
invalid_percentile = _bad("A percentile must be in range: [0, 100], not {}.", "O")
percentiles_missing = _bad("Percentiles needs at least one percentile.", "O")
ranges_missing = _bad("{} needs at least one range.", "O")
invalid_group_range = _bad("A range of {} must begin below its end.", "O")
invalid_interval = _bad("[{}.interval] is invalid", "O")
invalid_interval_offset = _bad("[offset] of {} {} is not supported", "O")
invalid_time_zone = _bad("Invalid time_zone: '{}'.", "DO")
half_a_field_range = _bad("[field_range] must have both min and max", "O")
too_many_steps = _bad(f"(field_range.max - field_range.min) / interval cannot exceed {MAX_GROUPS}", "DO")
sources_missing = _bad("[group_by_composite.sources] must not be empty", "O")
invalid_source = _bad("source[{}] must be a GroupByField, a GroupByHistogram or a GroupByDateHistogram", "DO")
invalid_geohash_precision = _bad(f"[group_by_geo_grid.precision] must be in range: [1, {MAX_GEOHASH}], not {{}}", "DO")
sub_aggregation_missing = _bad("sub_agg[{}], by which groups are sorted, is not existed", "O")
top_rows_by_score = _bad("[top_rows.sort] does not support ScoreSort", "O")
splits_options_missing = _bad("[search index splits options] must not be null", "P")
session_expired = Message(
    400, "OTSSessionExpired", "ScanQuery'session is expired, please retry ComputeSplitsRequest and ScanQuery.", "P"
)
scan_columns = _bad("ParallelScan answers with columns that the search index stores only", "DO")
scan_query_missing = _bad("[parallel_scan.scan_query] must not be null", "O")
invalid_parallel_id = _bad(
    "[parallel_scan.current_parallel_id] must in [0, max_parallel), "
    "current max_parallel is {}, current_parallel_id is {}",
    "P",
)
invalid_max_parallel = _bad("[parallel_scan.max_parallel_id] must in (0 ,{}], current max_parallel_id is {}", "P")
scan_limit_too_large = _bad(f"[parallel_scan.limit] must be in range: [1, {MAX_SCAN_LIMIT}], not {{}}", "DO")
invalid_alive_time = _bad("[parallel_scan.alive_time] must be positive, current alive_time is {}", "O")
