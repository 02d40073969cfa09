"""Which module answers which operation."""

from __future__ import annotations

from collections.abc import Callable

from alifakes.tablestore.actions import (
    batch_get_row,
    batch_write_row,
    create_index,
    create_search_index,
    create_table,
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
    put_row,
    search,
    update_row,
    update_table,
)
from alifakes.tablestore.actions.call import Call

ACTIONS: dict[str, Callable[[bytes], Call]] = {
    "BatchGetRow": batch_get_row.decode,
    "BatchWriteRow": batch_write_row.decode,
    "CreateIndex": create_index.decode,
    "CreateSearchIndex": create_search_index.decode,
    "CreateTable": create_table.decode,
    "DeleteRow": delete_row.decode,
    "DeleteSearchIndex": delete_search_index.decode,
    "DeleteTable": delete_table.decode,
    "DescribeSearchIndex": describe_search_index.decode,
    "DescribeTable": describe_table.decode,
    "DropIndex": drop_index.decode,
    "GetRange": get_range.decode,
    "GetRow": get_row.decode,
    "ListSearchIndex": list_search_index.decode,
    "ListTable": list_table.decode,
    "PutRow": put_row.decode,
    "Search": search.decode,
    "UpdateRow": update_row.decode,
    "UpdateTable": update_table.decode,
}

# The service has these too; whatever is neither here nor above it does not know.
NOT_EMULATED = frozenset(
    (
        "AbortTransaction",
        "AddDefinedColumn",
        "BulkExport",
        "BulkImport",
        "CommitTransaction",
        "ComputeSplitPointsBySize",
        "ComputeSplits",
        "CreateTimeseriesTable",
        "DeleteDefinedColumn",
        "DeleteTimeseriesMeta",
        "DeleteTimeseriesTable",
        "DescribeStream",
        "DescribeTimeseriesTable",
        "GetShardIterator",
        "GetStreamRecord",
        "GetTimeseriesData",
        "ListStream",
        "ListTimeseriesTable",
        "ParallelScan",
        "PutTimeseriesData",
        "QueryTimeseriesMeta",
        "SQLQuery",
        "StartLocalTransaction",
        "UpdateSearchIndex",
        "UpdateTimeseriesMeta",
        "UpdateTimeseriesTable",
    )
)
