"""Which module answers which operation, and what is known but refused."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from alifakes.tablestore.actions import (
    abort_transaction,
    add_defined_column,
    batch_get_row,
    batch_write_row,
    commit_transaction,
    compute_split_points_by_size,
    compute_splits,
    create_index,
    create_search_index,
    create_table,
    delete_defined_column,
    delete_row,
    delete_search_index,
    delete_table,
    describe_search_index,
    describe_table,
    drop_index,
    get_range,
    get_row,
    list_search_index,
    list_table,
    list_timeseries_table,
    parallel_scan,
    put_row,
    search,
    start_local_transaction,
    update_row,
    update_search_index,
    update_table,
)
from alifakes.tablestore.actions.call import Call


class Status(Enum):
    BUILT = "built"
    PARTLY = "partly"
    REFUSED = "refused"


class Operation(NamedTuple):
    """`note` says what a PARTLY built one refuses, or what of it is unverified."""

    name: str
    decode: Callable[[bytes], Call] | None
    status: Status
    note: str = ""


_ANSWERED = (
    Operation("AbortTransaction", abort_transaction.decode, Status.BUILT),
    Operation("AddDefinedColumn", add_defined_column.decode, Status.BUILT, "own words for refusals"),
    Operation("BatchGetRow", batch_get_row.decode, Status.BUILT),
    Operation(
        "BatchWriteRow",
        batch_write_row.decode,
        Status.PARTLY,
        "no is_atomic in a transaction; unverified: what fails with one row of an atomic one",
    ),
    Operation("CommitTransaction", commit_transaction.decode, Status.BUILT),
    Operation(
        "ComputeSplitPointsBySize",
        compute_split_points_by_size.decode,
        Status.BUILT,
        "sizes are estimated; units of several splits unverified: one more than splits",
    ),
    Operation("ComputeSplits", compute_splits.decode, Status.BUILT),
    Operation("CreateIndex", create_index.decode, Status.BUILT),
    Operation("CreateSearchIndex", create_search_index.decode, Status.PARTLY, "see field types"),
    Operation("CreateTable", create_table.decode, Status.PARTLY, "no encryption; of streams the settings only"),
    Operation("DeleteDefinedColumn", delete_defined_column.decode, Status.BUILT, "own words for refusals"),
    Operation("DeleteRow", delete_row.decode, Status.BUILT),
    Operation("DeleteSearchIndex", delete_search_index.decode, Status.BUILT),
    Operation(
        "DeleteTable",
        delete_table.decode,
        Status.BUILT,
        "secondary indexes go too, as the SDKs' tests imply",
    ),
    Operation("DescribeSearchIndex", describe_search_index.decode, Status.BUILT, "unverified: RUNNING from the start"),
    Operation("DescribeTable", describe_table.decode, Status.BUILT, "unverified: LOADING until rows can be used"),
    Operation("DropIndex", drop_index.decode, Status.BUILT),
    Operation(
        "GetRange",
        get_range.decode,
        Status.BUILT,
        "unverified: refused whole where it touches a partition that has just split",
    ),
    Operation("GetRow", get_row.decode, Status.BUILT),
    Operation("ListSearchIndex", list_search_index.decode, Status.BUILT),
    Operation("ListTable", list_table.decode, Status.BUILT),
    Operation("ListTimeseriesTable", list_timeseries_table.decode, Status.PARTLY, "the empty list: none can be made"),
    Operation("ParallelScan", parallel_scan.decode, Status.BUILT),
    Operation("PutRow", put_row.decode, Status.BUILT),
    Operation("Search", search.decode, Status.PARTLY, "see queries and sorts"),
    Operation(
        "StartLocalTransaction",
        start_local_transaction.decode,
        Status.BUILT,
        "unverified: the statuses of OTSSessionNotExist and OTSSessionBusy, "
        "the words of OTSSessionBusy and OTSDataOutOfRange",
    ),
    Operation("UpdateRow", update_row.decode, Status.BUILT),
    Operation("UpdateSearchIndex", update_search_index.decode, Status.PARTLY, "the time to live only"),
    Operation("UpdateTable", update_table.decode, Status.PARTLY, "of streams the settings only"),
)

# The service has these too; whatever is neither here nor above it does not know.
_REFUSED = (
    "BindGlobalTable",
    "BulkExport",
    "BulkImport",
    "CreateGlobalTable",
    "CreateTimeseriesAnalyticalStore",
    "CreateTimeseriesLastpointIndex",
    "CreateTimeseriesTable",
    "DeleteTimeseriesAnalyticalStore",
    "DeleteTimeseriesLastpointIndex",
    "DeleteTimeseriesMeta",
    "DeleteTimeseriesTable",
    "DescribeGlobalTable",
    "DescribeStream",
    "DescribeTimeseriesAnalyticalStore",
    "DescribeTimeseriesTable",
    "GetShardIterator",
    "GetStreamRecord",
    "GetTimeseriesData",
    "ListStream",
    "LoadTable",
    "PutTimeseriesData",
    "QueryTimeseriesMeta",
    "SQLQuery",
    "ScanTimeseriesData",
    "SplitTimeseriesScanTask",
    "UnbindGlobalTable",
    "UnloadTable",
    "UpdateGlobalTable",
    "UpdateTimeseriesAnalyticalStore",
    "UpdateTimeseriesMeta",
    "UpdateTimeseriesTable",
    "tunnel/checkpoint",
    "tunnel/connect",
    "tunnel/create",
    "tunnel/delete",
    "tunnel/describe",
    "tunnel/getcheckpoint",
    "tunnel/heartbeat",
    "tunnel/list",
    "tunnel/readrecords",
    "tunnel/shutdown",
)

OPERATIONS = (*_ANSWERED, *(Operation(name, None, Status.REFUSED) for name in _REFUSED))
ACTIONS: dict[str, Callable[[bytes], Call]] = {
    operation.name: operation.decode
    for operation in OPERATIONS
    if operation.decode is not None and operation.status is not Status.REFUSED
}
NOT_EMULATED = frozenset(operation.name for operation in OPERATIONS if operation.status is Status.REFUSED)
