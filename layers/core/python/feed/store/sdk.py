"""The SDK's own words and ours: its errors, its retries, its rows and conditions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from feed.errors import Busy, ConditionFailed, Misconfigured, OutcomeUnknown
from feed.store.rows import (
    FIRST_STAMP,
    STAMP,
    Between,
    Delete,
    Excerpts,
    Filter,
    Hit,
    OneOf,
    Phrase,
    Put,
    Row,
    Search,
    Where,
    Write,
)


def call(method: Callable[..., Any], is_read: bool, *arguments: Any) -> Any:
    """The SDK raises transport errors raw and unretried: reads are tried once more, a write's outcome is unknown."""
    import tablestore
    from urllib3.exceptions import HTTPError

    try:
        try:
            return method(*arguments)
        except HTTPError:
            if not is_read:
                raise
            return method(*arguments)
    except HTTPError as error:
        message = "Tablestore did not answer; try again."
        raise (Busy(message) if is_read else OutcomeUnknown(message)) from error
    except tablestore.OTSServiceError as error:
        raise _translated(error, is_read) from error
    except tablestore.OTSClientError as error:
        # the SDK checks digest, date and signature of an answer only after the write took effect
        if is_read:
            raise Busy("Tablestore's answer could not be understood; try again.") from error
        raise OutcomeUnknown("Tablestore's answer to a write could not be understood; try again.") from error


def _translated(error: Any, is_read: bool) -> Exception:
    if error.code == "OTSConditionCheckFail":
        return ConditionFailed("The row has changed meanwhile; read it again and retry.")
    if error.http_status in (429, 500, 502, 503, 504) or error.code in _BUSY_CODES:
        message = f"Tablestore is busy ({error.code or error.http_status}); try again."
        certain = is_read or error.code in _BUSY_CODES
        return Busy(message) if certain else OutcomeUnknown(message)
    return Misconfigured(f"Tablestore refused a request: {error.code}.")


_BUSY_CODES = frozenset(
    {
        "OTSServerBusy",
        "OTSPartitionUnavailable",
        "OTSRowOperationConflict",
        "OTSNotEnoughCapacityUnit",
        "OTSCapacityUnitExhausted",
        "OTSTableNotReady",
        "OTSFlowControl",
        "OTSOperationThrottled",
    }
)
"""Refused before anything was done; the SDK itself repeats writes on most of these."""


def retry_policy() -> Any:
    """At most four more tries and 0.75 s of waiting: the default policy sleeps up to 40 s inside one call."""
    from tablestore.retry import RetryPolicy, RetryUtil

    class WithinBudget(RetryPolicy):  # type: ignore[misc]
        def should_retry(self, retry_times: int, exception: Any, api_name: str) -> bool:
            if retry_times >= 4:
                return False
            # the SDK's own list lacks OTSCapacityUnitExhausted and OTSFlowControl
            if exception.code in _BUSY_CODES or RetryUtil.should_retry_no_matter_which_api(exception):
                return True
            if not RetryUtil.is_repeatable_api(api_name):
                return False
            return bool(RetryUtil.should_retry_when_api_repeatable(retry_times, exception, api_name))

        def get_retry_delay(self, retry_times: int, *_: Any) -> float:
            return retry_delay_s(retry_times)

    return WithinBudget()


def retry_delay_s(times: int) -> float:
    """After so many repetitions; different for each caller, so that they do not come back together."""
    return float(0.05 * 2**times * random.uniform(0.5, 1))


def row_of(row: Any, *, stamped: bool = False) -> Row | None:
    """The SDK's row as a dict of key and newest cells; None for no row."""
    if row is None:
        return None
    cells = row.attribute_columns or ()
    values = cells_of(row.primary_key, cells)
    if stamped:
        stamps = [int(cell[2]) for cell in cells] or [0]
        values[STAMP], values[FIRST_STAMP] = max(stamps), min(stamps)
    return values


def cells_of(key: Sequence[tuple[str, Any]], columns: Sequence[tuple[Any, ...]]) -> Row:
    values: Row = dict(key)
    values.update((cell[0], cell[1]) for cell in columns)
    return values


def searched(search: Search) -> tuple[Any, Any]:
    """A search as the SDK's query and columns."""
    from tablestore import (
        BoolQuery,
        ColumnReturnType,
        ColumnsToGet,
        FieldSort,
        PrimaryKeySort,
        SearchQuery,
        Sort,
        SortOrder,
    )

    order = [FieldSort(name, SortOrder.DESC) for name in search.highest_first]
    query = SearchQuery(
        BoolQuery(must_queries=[_filter(part) for part in search.filters]),
        sort=Sort([*order, PrimaryKeySort(SortOrder.DESC)]),
        limit=search.limit,
        **_highlight(search.excerpts),
    )
    return query, ColumnsToGet(list(search.columns), ColumnReturnType.SPECIFIED)


def _highlight(excerpts: Sequence[Excerpts]) -> dict[str, Any]:
    """SearchQuery's keyword. An SDK before version 6 has no such thing, and its answers have no fragments."""
    import tablestore

    if not excerpts or not hasattr(tablestore, "Highlight"):
        return {}
    shown = [
        tablestore.HighlightParameter(part.column, part.most, part.characters, "<em>", "</em>") for part in excerpts
    ]
    return {"highlight": tablestore.Highlight(shown, tablestore.HighlightEncoder.HTML_MODE)}


def _filter(part: Filter) -> Any:
    from tablestore import BoolQuery, MatchPhraseQuery, RangeQuery, TermsQuery

    if isinstance(part, OneOf):
        return TermsQuery(part.column, list(part.values))
    if isinstance(part, Between):
        top, included = (part.below, False) if part.at_most is None else (part.at_most, True)
        return RangeQuery(part.column, part.at_least, top, include_lower=True, include_upper=included)
    if isinstance(part, Phrase):
        return MatchPhraseQuery(part.column, part.text)
    return BoolQuery(should_queries=[_filter(inner) for inner in part.filters], minimum_should_match=1)


def hits_of(answer: Any) -> list[Hit]:
    """What a search's answer holds. Without fragments a service or an SDK of an older version has rows alone."""
    shown = [_fragments(hit.highlight_result) for hit in getattr(answer, "search_hits", ())] or [{}] * len(answer.rows)
    return [Hit(cells_of(*row), fragments) for row, fragments in zip(answer.rows, shown, strict=True)]


def _fragments(result: Any) -> dict[str, list[str]]:
    """One of the SDK's codecs has no result where the other has an empty one."""
    if result is None:
        return {}
    return {field.field_name: list(field.field_fragments) for field in result.highlight_fields}


def encode(key: list[tuple[str, Any]], write: Write) -> tuple[Any, Any]:
    from tablestore import Condition
    from tablestore import Row as SdkRow

    if isinstance(write, Put):
        return SdkRow(key, list(write.columns.items())), Condition(write.expect.value)
    if isinstance(write, Delete):
        return SdkRow(key), Condition(write.expect.value, _all_of(write.where))
    changes: dict[str, list[Any]] = {}
    if write.put:
        changes["PUT"] = list(write.put.items())
    if write.add:
        changes["INCREMENT"] = list(write.add.items())
    if write.drop:
        changes["DELETE_ALL"] = list(write.drop)
    return SdkRow(key, changes), Condition(write.expect.value, _all_of(write.where))


def _all_of(where: Sequence[Where]) -> Any:
    """Our conditions as one of the SDK's; `pass_if_missing` is always said, its default would pass on no row at all."""
    from tablestore import ComparatorType, CompositeColumnCondition, LogicalOperator, SingleColumnCondition

    single = [
        SingleColumnCondition(w.column, w.value, getattr(ComparatorType, w.operator), pass_if_missing=w.if_missing)
        for w in where
    ]
    if len(single) < 2:
        return single[0] if single else None
    both = CompositeColumnCondition(LogicalOperator.AND)
    for condition in single:
        both.add_sub_condition(condition)
    return both
