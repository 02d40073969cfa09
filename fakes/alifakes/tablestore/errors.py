"""Every limit, error code and message of the service, each once, with where it is known from.

Sources, strongest first: (J) asserted by the Java SDK's tests against the live service, (P) the same of the Python
SDK, (D) the documentation of limits and of error codes, (O) our own words where the service refuses but its message
is not published.
"""

from __future__ import annotations

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

# Names of types in messages. (P)(J)
INTEGER, STRING, BINARY, DOUBLE, BOOLEAN = "VT_INTEGER", "VT_STRING", "VT_BLOB", "VT_DOUBLE", "VT_BOOLEAN"
INF_MIN, INF_MAX, AUTO_INCREMENT = "VT_INF_MIN", "VT_INF_MAX", "VT_AUTO_INCREMENT"


class OtsError(Exception):
    """What the service refuses a request or one row of a batch with; `read` and `write` are the units it bills all the
    same, which its answer does not tell."""

    def __init__(self, status: int, code: str, message: str, read: int = 0, write: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.read = read
        self.write = write

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}"


def parameter_invalid(message: str) -> OtsError:
    return OtsError(400, "OTSParameterInvalid", message)


# --- who calls, and the HTTP message ---------------------------------------------------------------------------------


def unknown_access_key() -> OtsError:
    return OtsError(403, "OTSAuthFailed", "The AccessKeyID does not exist.")  # (D)


def unknown_instance() -> OtsError:
    return OtsError(403, "OTSAuthFailed", "The instance is not found.")  # (D)


def signature_mismatch() -> OtsError:
    return OtsError(403, "OTSAuthFailed", "Signature mismatch.")  # (D)


def clock_mismatch(date: str) -> OtsError:
    return OtsError(403, "OTSAuthFailed", f"Mismatch between system time and x-ots-date: {date}.")  # (D)


def body_digest_mismatch() -> OtsError:
    message = "Mismatch between MD5 value of request body and x-ots-contentmd5 in header."  # (D)
    return OtsError(403, "OTSAuthFailed", message)


def missing_header(name: str) -> OtsError:
    return parameter_invalid(f"Missing header: {name}.")  # (D)


def invalid_date(date: str) -> OtsError:
    return parameter_invalid(f"Invalid date format: {date}.")  # (D)


def invalid_instance_name(name: str) -> OtsError:
    return parameter_invalid(f"Invalid instance name: '{name}'.")  # (D)


def unsupported_operation(operation: str) -> OtsError:
    return parameter_invalid(f"Unsupported operation: {operation}.")  # (D)


def method_not_allowed() -> OtsError:
    return OtsError(405, "OTSMethodNotAllowed", "Only POST method for requests is supported.")  # (D)


def body_too_large() -> OtsError:
    return OtsError(413, "OTSRequestBodyTooLarge", "The size of POST data is too large.")  # (D)


def unparsable_message() -> OtsError:
    return parameter_invalid("Parse PBMessage from RawString failed.")  # (D)


# --- the service's own trouble; the emulator raises these on request only ---------------------------------------------


def internal_error() -> OtsError:
    return OtsError(500, "OTSInternalServerError", "Internal server error.")  # (D)


def server_busy() -> OtsError:
    return OtsError(503, "OTSServerBusy", "Server is busy.")  # (D)


def server_unavailable() -> OtsError:
    return OtsError(503, "OTSServerUnavailable", "Server is not available.")  # (D)


def partition_unavailable() -> OtsError:
    return OtsError(503, "OTSPartitionUnavailable", "The partition is not available.")  # (D)


def timed_out() -> OtsError:
    return OtsError(503, "OTSTimeout", "Operation timeout.")  # (D)


def row_conflict() -> OtsError:
    return OtsError(409, "OTSRowOperationConflict", "Data is being modified by the other request.")  # (D)


def table_not_ready() -> OtsError:
    return OtsError(404, "OTSTableNotReady", "The table is not ready.")  # (D)


def capacity_exhausted() -> OtsError:
    return OtsError(403, "OTSNotEnoughCapacityUnit", "Remaining capacity unit is not enough.")  # (D)


def too_frequent_table_operations() -> OtsError:
    return OtsError(403, "OTSQuotaExhausted", "Too frequent table operations.")  # (D) 10 a second and instance


# --- tables ----------------------------------------------------------------------------------------------------------


def table_missing() -> OtsError:
    return OtsError(404, "OTSObjectNotExist", "Requested table does not exist.")  # (P)


def table_exists() -> OtsError:
    return OtsError(409, "OTSObjectAlreadyExist", "Requested table already exists.")  # (P)


def too_many_tables() -> OtsError:
    return OtsError(403, "OTSQuotaExhausted", f"Number of tables exceeds the quota:{MAX_TABLES}.")  # (J)


def invalid_table_name(name: str) -> OtsError:
    return parameter_invalid(f"Invalid table name: '{name}'.")  # (J)


def invalid_column_name(name: str) -> OtsError:
    return parameter_invalid(f"Invalid column name: '{name}'.")  # (J)


def invalid_key_column_count() -> OtsError:
    return parameter_invalid(f"The number of primary key columns must be in range: [1, {MAX_KEY_COLUMNS}].")  # (J)


def invalid_key_type(type_name: str) -> OtsError:
    return parameter_invalid(f"{type_name} is an invalid type for the primary key.")  # (J)(P)


def duplicated_key_name(name: str) -> OtsError:
    return parameter_invalid(f"Duplicated primary key name: '{name}'.")  # (P)


def auto_increment_first(table: str) -> OtsError:
    return parameter_invalid(f"First primary key can't be auto increment, table: {table}.")  # (D)


def auto_increment_not_integer() -> OtsError:
    return parameter_invalid("AUTO_INCREMENT primary key must be integer.")  # (D)


def too_many_auto_increments() -> OtsError:
    return parameter_invalid("AUTO_INCREMENT primary key count must <= 1.")  # (D)


def invalid_ttl() -> OtsError:
    return parameter_invalid("TimeToLive cannot be 0 or less than -1.")  # (D)


def ttl_too_short(seconds: int) -> OtsError:
    return parameter_invalid(f"TimeToLive must be -1 or at least {MIN_TTL}, not {seconds}.")  # limit (D), words (O)


def invalid_table_max_versions() -> OtsError:
    return parameter_invalid("The maximum versions cannot be less than or equal to 0.")  # (D)


def invalid_deviation() -> OtsError:
    return parameter_invalid("The maximum deviation must be in range [0, INT64_MAX/1000000].")  # (D)


def adjusted_too_often() -> OtsError:
    message = "Capacity unit adjustment is too frequent."  # (D)
    return OtsError(403, "OTSTooFrequentReservedThroughputAdjustment", message)


def nothing_to_update() -> OtsError:
    return parameter_invalid("No parameter is specified in table options.")  # (D)


def invalid_reserved(units: int) -> OtsError:
    return parameter_invalid(f"Invalid Capacity Unit:{units} . Capacity Unit must be nonnegative.")  # (D)


def reserved_too_large(units: int) -> OtsError:
    return parameter_invalid(f"Invalid Capacity Unit:{units} . Capacity Unit must be at most {MAX_RESERVED}.")  # (O)


def too_many_defined_columns() -> OtsError:
    return parameter_invalid(f"The number of defined columns must be in range: [0, {MAX_DEFINED_COLUMNS}].")  # (J)


def duplicated_defined_column(name: str) -> OtsError:
    return parameter_invalid(f"Duplicated defined column name: '{name}'.")  # (O)


# --- indexes ---------------------------------------------------------------------------------------------------------


def too_many_indexes() -> OtsError:
    return parameter_invalid(f"Number of index per table exceeds the quota:{MAX_INDEXES}.")  # (J)


def invalid_index_key_count() -> OtsError:
    message = f"The number of primary key columns must be in range: [1, {MAX_KEY_COLUMNS}] in index."  # (J)
    return parameter_invalid(message)


def invalid_index_column_count() -> OtsError:
    message = f"The number of attribute columns must be in range: [0, {MAX_INDEX_COLUMNS}] in index."  # (J)
    return parameter_invalid(message)


def unknown_index_column(name: str, index: str) -> OtsError:
    message = f"Column '{name}' of index '{index}' is neither a primary key column nor a defined column."  # (O)
    return parameter_invalid(message)


def duplicated_index_column(name: str, index: str) -> OtsError:
    return parameter_invalid(f"Duplicated column name '{name}' in index '{index}'.")  # (O)


def index_attribute_is_key(name: str, index: str) -> OtsError:
    return parameter_invalid(f"Attribute column '{name}' of index '{index}' is a primary key column.")  # (O)


def invalid_index_key_type(name: str, index: str) -> OtsError:
    message = f"Column '{name}' of index '{index}' must be STRING, INTEGER or BINARY to be a primary key column."  # (O)
    return parameter_invalid(message)


def index_starts_with_auto_increment(index: str) -> OtsError:
    return parameter_invalid(f"First primary key can't be auto increment, table: {index}.")  # (D)


def local_index_key(index: str, partition_key: str) -> OtsError:
    message = f"The first primary key column of local index '{index}' must be '{partition_key}'."  # rule (D), words (O)
    return parameter_invalid(message)


def index_needs_one_version() -> OtsError:
    message = "The maximum versions of a table with secondary indexes must be 1."  # rule (D), words (O)
    return parameter_invalid(message)


def index_needs_no_expiry() -> OtsError:
    message = "A table with secondary indexes must have TimeToLive -1 or must not allow updates."  # rule (D), words (O)
    return parameter_invalid(message)


def index_missing(index: str) -> OtsError:
    return OtsError(404, "OTSObjectNotExist", f"Requested index '{index}' does not exist.")  # (O)


def table_has_indexes(table: str) -> OtsError:
    message = f"Table '{table}' has secondary indexes; delete them before the table."  # rule (D), words (O)
    return parameter_invalid(message)


def index_is_no_table(index: str) -> OtsError:
    message = f"'{index}' is an index table; use DropIndex on its data table."  # rule (D), words (O)
    return parameter_invalid(message)


def index_read_only() -> OtsError:
    return parameter_invalid("Can't write index table directly.")  # (D)


def index_refuses_versions(column: str) -> OtsError:
    message = (
        f"Column '{column}' cannot be written with a timestamp: the table has secondary indexes."  # (D), words (O)
    )
    return parameter_invalid(message)


def wrong_defined_type(column: str, sent: str, defined: str) -> OtsError:
    message = f"Validate defined column type fail. Column: {column}, Input: {sent}, Meta: {defined}."  # (O)
    return parameter_invalid(message)


# --- keys of rows ----------------------------------------------------------------------------------------------------


def key_name_mismatch(sent: str, expected: str) -> OtsError:
    return OtsError(400, "OTSInvalidPK", f"Validate PK name fail. Input: {sent}, Meta: {expected}.")  # (P)


def key_size_mismatch(sent: int, expected: int) -> OtsError:
    return OtsError(400, "OTSInvalidPK", f"Validate PK size fail. Input: {sent}, Meta: {expected}.")  # (P)


def key_type_mismatch(sent: str, expected: str) -> OtsError:
    return OtsError(400, "OTSInvalidPK", f"Validate PK type fail. Input: {sent}, Meta: {expected}.")  # (P)


def key_too_long(name: str, length: int) -> OtsError:
    return parameter_invalid(
        f"The length of primary key column: '{name}' exceeds the MaxLength:{MAX_KEY_VALUE} with CurrentLength:{length}."
    )  # (J)


def auto_increment_in_read() -> OtsError:
    return parameter_invalid("PKAutoIncr can't be used for read operations.")  # (D)


def auto_increment_in_delete() -> OtsError:
    return parameter_invalid("Invalid row to delete which with pk auto increment.")  # (D)


def auto_increment_with_condition() -> OtsError:
    return parameter_invalid("Can't set condition when modify row with pk auto increment.")  # (D)


def auto_increment_with_expectation(expectation: str) -> OtsError:
    return parameter_invalid(f"Invalid expect:{expectation} when modify row with pk auto increment.")  # (D)


def auto_increment_row_must_exist(expectation: str) -> OtsError:
    return parameter_invalid(
        f"Invalid expect: {expectation} when modify a specific row for table with pk auto increment."
    )  # (D); EXPECT_EXIST passes (J)


# --- columns of rows -------------------------------------------------------------------------------------------------


def value_too_long(name: str, length: int) -> OtsError:
    return parameter_invalid(
        f"The length of attribute column: '{name}' exceeds the MaxLength:{MAX_VALUE} with CurrentLength:{length}."
    )  # (J)


def too_many_columns(count: int) -> OtsError:
    return parameter_invalid(
        f"The number of attribute columns exceeds the limit, limit count: {MAX_ROW_COLUMNS}, column count: {count}."
    )  # (J)


def attribute_is_key(name: str) -> OtsError:
    return parameter_invalid(f"Duplicated attribute column name with primary key column: {name}.")  # (D)


def no_column_to_update() -> OtsError:
    return parameter_invalid("Invalid update row request: missing cells in request.")  # (D)


def column_in_delete() -> OtsError:
    return parameter_invalid("Invalid delete row request: unexpected cells in request.")  # (D)


def operation_in_put(name: str) -> OtsError:
    return parameter_invalid(f"OpType cannot be given for column name:{name} in PutRow.")  # (D)


def value_missing(name: str) -> OtsError:
    return parameter_invalid(f"Invalid cell: {name}. Reason: missing value.")  # (D)


def value_in_column_delete() -> OtsError:
    return parameter_invalid("Column value cannot be given when type is DELETE_ONE_VERSION,DELETE_ALL_VERSION.")  # (D)


def version_delete_without_timestamp() -> OtsError:
    return parameter_invalid("Timestamp must be given when type is DELETE_ONE_VERSION.")  # (D)


def timestamp_in_column_delete() -> OtsError:
    return parameter_invalid("Timestamp cannot be given when type is DELETE_ALL_VERSION.")  # (D)


def timestamp_in_increment(name: str) -> OtsError:
    return parameter_invalid(
        f"Timestamp cannot be given when type is INCREMENT, column: {name}."
    )  # rule (D), words (O)


def not_a_number_value() -> OtsError:
    return parameter_invalid("NaN can't be set to double value.")  # (D)


def infinite_value() -> OtsError:
    return parameter_invalid("Infinity can't be set to double value.")  # (D)


def timestamp_out_of_range() -> OtsError:
    return parameter_invalid("Timestamp must be in range [0, INT64_MAX/1000).")  # (J)


def timestamp_refused(column: str) -> OtsError:
    return parameter_invalid(f"Invalid timestamp. Cell:{column}.")  # (D)


def increment_not_alone(column: str) -> OtsError:
    message = f"Column '{column}' cannot be incremented and otherwise changed in one request."  # rule (D), words (O)
    return parameter_invalid(message)


def increment_by_wrong_type(column: str, sent: str) -> OtsError:
    return parameter_invalid(f"Column '{column}' cannot be incremented by {sent}.")  # rule (D), words (O)


def increment_of_wrong_type(column: str, stored: str, sent: str) -> OtsError:
    return parameter_invalid(f"Column '{column}' holds {stored} and cannot be incremented by {sent}.")  # (D), words (O)


def increment_overflow(column: str) -> OtsError:
    return parameter_invalid(f"The increment of column '{column}' overflows.")  # rule (D), words (O)


def update_not_allowed(table: str) -> OtsError:
    return parameter_invalid(f"UpdateRow is not allowed for table '{table}'.")  # rule (D), words (O)


def condition_failed() -> OtsError:
    return OtsError(403, "OTSConditionCheckFail", "Condition check failed.", read=1, write=1)  # (P), units (J)


def request_too_large(operation: str, size: int) -> OtsError:
    return parameter_invalid(
        f"The total data size of {operation} request exceeds the limit, "
        f"limit size: {MAX_REQUEST_DATA}, data size: {size}."
    )  # (J)


# --- batches ---------------------------------------------------------------------------------------------------------


def empty_batch_write() -> OtsError:
    return parameter_invalid("No row is specified in BatchWriteRow.")  # (P)


def empty_batch_read() -> OtsError:
    return parameter_invalid("No row specified in the request of BatchGetRow.")  # (P)


def no_operation_for_table(table: str) -> OtsError:
    return parameter_invalid(f"No operation is specified for table: '{table}'.")  # (P)


def too_many_rows(limit: int) -> OtsError:
    return parameter_invalid(f"Rows count exceeds the upper limit: {limit}.")  # (J)


def duplicated_table(table: str) -> OtsError:
    return parameter_invalid(f"Duplicated table name: '{table}'.")  # (D)


def repeated_row_with_expectation() -> OtsError:
    return parameter_invalid("Repeated rows do not support row exist expectation check in BatchModify.")  # (D)


def repeated_row_with_condition() -> OtsError:
    return parameter_invalid("Repeated rows do not support row condition check in BatchModify.")  # (D)


def repeated_row() -> OtsError:
    return parameter_invalid("Duplicate rows detected in MultiPut.")  # (D)


# --- reads -----------------------------------------------------------------------------------------------------------


def no_version_condition() -> OtsError:
    return parameter_invalid("No version condition is specified.")  # (J)


def no_version_condition_in_batch() -> OtsError:
    return parameter_invalid("No version condition is specified while querying row.")  # (J)


def invalid_max_versions(versions: int) -> OtsError:
    return parameter_invalid(f"Invalid max versions: {versions}. Reason: Max versions must be positive.")  # (D)


def invalid_time_range(start: int, end: int) -> OtsError:
    return parameter_invalid(f"Invalid time range: the start {start} must be less than the end {end}.")  # (O)


def too_many_read_columns(count: int) -> OtsError:
    return parameter_invalid(
        "The number of columns from the request exceeds the limit, "
        f"limit count: {MAX_READ_COLUMNS}, column count: {count}."
    )  # (J)


def invalid_limit() -> OtsError:
    return parameter_invalid("The limit must be greater than 0.")  # (P)


def empty_forward_range() -> OtsError:
    return parameter_invalid("Begin key must less than end key in FORWARD")  # (P), without a full stop


def empty_backward_range() -> OtsError:
    return parameter_invalid("Begin key must more than end key in BACKWARD")  # (P), without a full stop


# --- filters ---------------------------------------------------------------------------------------------------------


def too_many_filters() -> OtsError:
    return parameter_invalid(f"The count of filter exceeds the max: {MAX_FILTERS}.")  # (J)


def invalid_not_filter() -> OtsError:
    return parameter_invalid("Invalid NOT operator: the number of sub-filters must be 1.")  # (J)


def invalid_logic_filter() -> OtsError:
    return parameter_invalid("Invalid AND/OR operator: the number of sub-filters must be more than 1.")  # (J)


def invalid_sub_filter() -> OtsError:
    return parameter_invalid("Invalid type of sub-filter: ColumnPaginationFilter.")  # (D)


def invalid_condition_filter() -> OtsError:
    return parameter_invalid("Invalid condition:ColumnPaginationFilter.")  # (D)


def invalid_filter_offset() -> OtsError:
    return parameter_invalid("Offset in ColumnPaginationFilter must be greater than or equal to 0.")  # (D)


def invalid_filter_limit() -> OtsError:
    return parameter_invalid("Limit in ColumnPaginationFilter must be greater than 0.")  # (D)


def filter_value_missing(column: str) -> OtsError:
    return parameter_invalid(f"The filter on column '{column}' has no value to compare with.")  # (O)


def regex_too_long(length: int) -> OtsError:
    return parameter_invalid(f"The regular expression is {length} bytes long, the limit is {MAX_REGEX}.")  # limit (D)


def invalid_regex(pattern: str) -> OtsError:
    return parameter_invalid(f"Invalid regular expression: '{pattern}'.")  # (O)
