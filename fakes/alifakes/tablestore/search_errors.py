"""Limits, error codes and messages of search indexes, marked with their sources as in `errors`.

(S) is a message that users of the service have quoted in public.
"""

from __future__ import annotations

from alifakes.tablestore.errors import OtsError, parameter_invalid

MAX_FIELDS = 500  # (D) 2021; 1,000 since
MAX_LIMIT = 100  # (D)(S) rows of an answer
MAX_LIMIT_FROM_INDEX = 1000  # (D) if the index holds all columns that are asked for
MAX_WINDOW = 10_000  # (D) 2021 offset + limit; raised several times since, 100,000 in 2026
MAX_KEYWORD = 4096  # (D) bytes; longer values are not indexed
MAX_ARRAY = 256  # (D) elements; longer arrays are not indexed
MAX_WILDCARD = 32  # (S) characters


# --- indexes ---------------------------------------------------------------------------------------------------------


def table_missing(table: str) -> OtsError:
    return parameter_invalid(f"table [{table}] does not exist")  # (P) of ComputeSplits


def index_missing(index: str) -> OtsError:
    return OtsError(400, "OTSMetaNotMatch", f"search index [{index}] does not exist")  # (P) of ComputeSplits


def index_exists(index: str) -> OtsError:
    return OtsError(409, "OTSObjectAlreadyExist", f"search index [{index}] already exists")  # (O)


def table_has_search_indexes(table: str) -> OtsError:
    message = f"Table '{table}' has search indexes; delete them before the table."  # rule (D), words (O)
    return parameter_invalid(message)


def invalid_index_name(index: str) -> OtsError:
    return parameter_invalid(f"Invalid search index name: '{index}'.")  # rule (D), words (O)


def index_on_index(table: str) -> OtsError:
    return parameter_invalid(f"'{table}' is an index table; search indexes belong to data tables.")  # (O)


def no_fields() -> OtsError:
    return parameter_invalid("[search index schema] must have at least one field")  # (O)


def too_many_fields(count: int) -> OtsError:
    message = f"A search index has at most {MAX_FIELDS} fields, not {count}."  # limit (D), words (O)
    return parameter_invalid(message)


def duplicated_field(field: str) -> OtsError:
    return parameter_invalid(f"field[{field}] is duplicated")  # (O)


def invalid_field_name(field: str) -> OtsError:
    return parameter_invalid(f"Invalid field name: '{field}'.")  # (O)


def text_not_sortable(field: str) -> OtsError:
    message = f"enable_sort_and_agg is not supported for field[{field}] of type TEXT"  # rule (D), words (O)
    return parameter_invalid(message)


def analyzer_without_text(field: str) -> OtsError:
    message = f"analyzer is not supported for field[{field}], which is not of type TEXT"  # rule (D), words (O)
    return parameter_invalid(message)


def unknown_analyzer(analyzer: str) -> OtsError:
    return parameter_invalid(f"Unknown analyzer: '{analyzer}'.")  # (O)


def invalid_analyzer_range(smallest: int, largest: int) -> OtsError:
    message = f"[min_chars] must be at least 1 and at most [max_chars], not {smallest} with {largest}"  # (O)
    return parameter_invalid(message)


def routing_not_key(field: str) -> OtsError:
    message = f"routing field[{field}] is not a primary key column"  # rule (D), words (O)
    return parameter_invalid(message)


def index_sort_by_score() -> OtsError:
    return parameter_invalid("index_sort supports PrimaryKeySort and FieldSort only")  # rule (D), words (O)


def needs_one_version() -> OtsError:
    message = "The maximum versions of a table with search indexes must be 1."  # rule (D), words (O)
    return parameter_invalid(message)


def needs_no_expiry() -> OtsError:
    message = "A table with search indexes must have TimeToLive -1 or must not allow updates."  # rule (D), words (O)
    return parameter_invalid(message)


# --- searches --------------------------------------------------------------------------------------------------------


def query_missing() -> OtsError:
    return parameter_invalid("[search.query] must not be null")  # (O)


def limit_too_large(limit: int, largest: int) -> OtsError:
    return parameter_invalid(
        f"[search.limit] must be less than {largest}, current limit is {limit}"
    )  # (S); {largest} passes


def window_too_large(offset: int, limit: int) -> OtsError:
    message = (
        f"Parameter limit + offset must be less than {MAX_WINDOW}, current offset is {offset}, limit is {limit}"  # (S)
    )
    return parameter_invalid(message)


def negative(name: str, number: int) -> OtsError:
    return parameter_invalid(f"[search.{name}] must not be negative, current {name} is {number}")  # (O)


def invalid_token() -> OtsError:
    return parameter_invalid("[search.token] is invalid")  # (O)


def token_excludes(name: str) -> OtsError:
    return parameter_invalid(f"[search.{name}] cannot be given together with a token")  # rule (D), words (O)


def field_missing(field: str) -> OtsError:
    return parameter_invalid(f"field_name[{field}] is not existed")  # (S) of a sort; for queries (O)


def field_not_indexed(field: str) -> OtsError:
    return parameter_invalid(f"field[{field}] is not indexed")  # (O)


def query_does_not_suit(query: str, field: str, kind: str) -> OtsError:
    return parameter_invalid(f"{query} is not supported for field[{field}] of type {kind}")  # (O)


def value_does_not_suit(field: str, kind: str) -> OtsError:
    return parameter_invalid(f"the value for field[{field}] is not of type {kind}")  # (O)


def wildcard_too_long() -> OtsError:
    message = f"length of field value is longer than {MAX_WILDCARD} for the [WILDCARD_QUERY] query"  # (D)
    return parameter_invalid(message)


def invalid_minimum(text: str) -> OtsError:
    return parameter_invalid(f"Invalid minimum_should_match: '{text}'.")  # (O)


def field_not_sortable(field: str) -> OtsError:
    return parameter_invalid(f"sort is not supported for field[{field}]: enable_sort_and_agg is off")  # (D), words (O)


def average_of_words(field: str) -> OtsError:
    return parameter_invalid(f"SORT_MODE_AVG is not supported for field[{field}]")  # (O)


def collapse_does_not_suit(field: str) -> OtsError:
    message = (
        f"collapse is not supported for field[{field}]: it must be a sortable field without arrays"  # (D), words (O)
    )
    return parameter_invalid(message)


def not_highlighted(field: str) -> OtsError:
    return parameter_invalid(f"highlighting is not supported for field[{field}]")  # (P)


def invalid_highlighting(name: str, number: int) -> OtsError:
    return parameter_invalid(f"[highlight.{name}] must be positive, not {number}")  # (O)
