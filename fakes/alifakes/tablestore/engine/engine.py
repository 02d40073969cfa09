"""The tables of one instance: every operation of the wide-column API and of search indexes, on any storage."""

from __future__ import annotations

from alifakes.tablestore.clock import Clock
from alifakes.tablestore.engine.catalog import Catalog
from alifakes.tablestore.engine.indexes import IndexQueue
from alifakes.tablestore.engine.operations import TableOperations
from alifakes.tablestore.engine.partitions import Partitions
from alifakes.tablestore.engine.rows_api import Rows
from alifakes.tablestore.engine.search.admin import Searches
from alifakes.tablestore.engine.search.live import LiveIndexes
from alifakes.tablestore.engine.tables import Tables
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.storage.interface import Storage


class Engine:
    """Not for several threads at once; every method raises OtsError with the service's words.

    `instance` keeps the tables of several instances apart in one storage, which whoever opened it closes.
    """

    def __init__(self, storage: Storage, *, clock: Clock, settings: Settings | None = None, instance: str) -> None:
        settings = settings or Settings()
        catalog = Catalog(storage, instance, settings, clock)
        partitions = Partitions(storage, settings)
        queue = IndexQueue(storage, partitions, settings.index_lag_ms)
        live = LiveIndexes(storage, settings.effective_search_lag_ms)
        if settings.index_lag_ms == 0:  # what an engine with a lag left behind
            for table in catalog:
                queue.drain(table, clock())
        operations = TableOperations(settings.table_operations_per_s, clock)
        tables = Tables(storage, catalog, queue, partitions, operations, settings, clock)
        searches = Searches(storage, catalog, live, operations, clock)
        rows = Rows(storage, catalog, queue, partitions, live, settings, clock)

        self.create_table = tables.create_table
        self.list_tables = tables.list_tables
        self.describe_table = tables.describe_table
        self.is_ready = tables.is_ready
        self.update_table = tables.update_table
        self.delete_table = tables.delete_table
        self.create_index = tables.create_index
        self.drop_index = tables.drop_index
        self.allows_transactions = tables.allows_transactions
        self.partition_points = tables.partition_points
        self.split_by_size = tables.split_by_size
        self.add_defined_columns = tables.add_defined_columns
        self.delete_defined_columns = tables.delete_defined_columns

        self.create_search_index = searches.create_search_index
        self.list_search_indexes = searches.list_search_indexes
        self.describe_search_index = searches.describe_search_index
        self.delete_search_index = searches.delete_search_index
        self.update_search_index = searches.update_search_index
        self.search = searches.search
        self.compute_splits = searches.compute_splits
        self.parallel_scan = searches.parallel_scan

        self.get_row = rows.get_row
        self.get_encoded = rows.get_encoded
        self.get_range = rows.get_range
        self.batch_get = rows.batch_get
        self.write_row = rows.write_row
        self.put_encoded = rows.put_encoded
        self.batch_write = rows.batch_write
        self.start_transaction = rows.start_transaction
        self.commit_transaction = rows.commit_transaction
        self.abort_transaction = rows.abort_transaction
