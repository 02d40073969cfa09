"""What the store repeats by itself: whatever was refused before anything was done, and reads."""

from __future__ import annotations

import pytest
from tablestore import OTSServiceError

from feed.store.sdk import retry_policy

REFUSED = (
    "OTSServerBusy",
    "OTSPartitionUnavailable",
    "OTSRowOperationConflict",
    "OTSNotEnoughCapacityUnit",
    "OTSCapacityUnitExhausted",
    "OTSTableNotReady",
    "OTSFlowControl",
    "OTSOperationThrottled",
)


@pytest.mark.parametrize("code", REFUSED)
@pytest.mark.parametrize("api", ["BatchWriteRow", "UpdateRow", "GetRange"])
def test_what_was_refused_is_sent_four_more_times(code: str, api: str) -> None:
    error = OTSServiceError(503, code, "")
    assert [retry_policy().should_retry(times, error, api) for times in range(6)] == [True] * 4 + [False] * 2


@pytest.mark.parametrize("code", ["OTSTimeout", "OTSInternalServerError", "OTSServerUnavailable"])
def test_of_what_may_have_happened_only_reads_are_sent_again(code: str) -> None:
    error = OTSServiceError(503, code, "")
    assert retry_policy().should_retry(0, error, "GetRange")
    assert not retry_policy().should_retry(0, error, "BatchWriteRow")
