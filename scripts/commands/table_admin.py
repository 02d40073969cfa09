"""What is done to the product's tables as a whole, on an emulator or a real instance."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import tablestore

from feed.observability import quiet_sdks
from feed.store.schema import TABLES, Index, SearchIndex, SearchType, Table

Say = Callable[[str], None]
READY_WITHIN_S = 300
CANNOT_SERVE_YET = ("OTSTableNotReady", "OTSPartitionUnavailable", "OTSObjectNotExist")
BEING_FILLED = "building base state"
"""What the service says of an index that does not hold all of its table's rows yet, under OTSParameterInvalid."""


class Refused(Exception):
    """The command cannot do what it was asked; the message is one sentence."""


def open_client(endpoint: str, instance: str, key_id: str, secret: str, token: str = "") -> Any:
    quiet_sdks()
    return tablestore.OTSClient(endpoint, key_id, secret, instance, sts_token=token or None)


def create(client: Any, say: Say, tables: Sequence[Table] = TABLES, within_s: float = READY_WITHIN_S) -> bool:
    """Make the tables that are missing and wait until all can be read; True when any was missing.

    Raises Refused, before anything is made, when an existing table has another shape.
    """
    existing = set(client.list_table())
    for table in tables:
        if table.name in existing:
            _check(client, table)
    for table in tables:
        if table.name not in existing:
            make(client, table)
            say(f"{table.name}: created")
        make_search(client, table)
    wait(client, say, tables, time.monotonic() + within_s)
    return any(table.name not in existing for table in tables)


def status(client: Any, say: Say, tables: Sequence[Table] = TABLES) -> bool:
    """One line per table; True when all are there, of our shape and ready."""
    existing = set(client.list_table())
    good = True
    for table in tables:
        state = _state(client, table) if table.name in existing else "missing"
        good = good and state == "ready"
        say(f"{table.name:28} {state}")
    return good


def drop(client: Any, say: Say, tables: Sequence[Table] = TABLES) -> None:
    """Remove our tables and nothing else. The service wants a table's indexes gone first."""
    existing = set(client.list_table())
    for table in tables:
        if table.name in existing:
            for _, index_name in client.list_search_index(table.name):
                client.delete_search_index(table.name, index_name)
            for index in client.describe_table(table.name).secondary_indexes:
                client.delete_secondary_index(table.name, index.index_name)
            client.delete_table(table.name)
            say(f"{table.name}: dropped")


def make(client: Any, table: Table) -> None:
    """With its secondary indexes; one that is there must be of our shape."""
    meta = tablestore.TableMeta(table.name, key_columns(table), list(table.columns))
    options = tablestore.TableOptions(time_to_live=table.ttl_s, max_version=1)
    throughput = tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0))
    try:
        client.create_table(meta, options, throughput, [secondary(index) for index in table.indexes])
    except tablestore.OTSServiceError as error:
        if error.code != "OTSObjectAlreadyExist":
            raise
        _check(client, table)


def secondary(index: Index) -> Any:
    return tablestore.SecondaryIndexMeta(index.name, list(index.keys), list(index.columns))


def make_search(client: Any, table: Table) -> None:
    """Search indexes are made after their table, one by one; one that is there already stays."""
    there = search_indexes(client, table)
    for index in table.search:
        if index.name not in there:
            make_search_index(client, table.name, index)


def make_search_index(client: Any, table: str, index: SearchIndex) -> None:
    fields = [_field(name, kind) for name, kind in index.fields]
    client.create_search_index(table, index.name, tablestore.SearchIndexMeta(fields))


def _field(name: str, kind: SearchType) -> Any:
    """Texts are found and shown, all else is found and sorted by."""
    field = tablestore.FieldSchema(name, tablestore.FieldType[kind], index=True, store=True)
    if kind == "TEXT":
        field.analyzer, field.enable_highlighting = tablestore.AnalyzerType.SINGLEWORD, True
    else:
        field.enable_sort_and_agg = True
    return field


def search_indexes(client: Any, table: Table) -> set[str]:
    return {name for _, name in client.list_search_index(table.name)} if table.search else set()


def key_columns(table: Table) -> list[tuple[Any, ...]]:
    auto = tablestore.PK_AUTO_INCR
    return [(name, kind, auto) if name == table.auto_increment else (name, kind) for name, kind in table.keys]


def _check(client: Any, table: Table) -> None:
    found = client.describe_table(table.name)
    keys = [tuple(key) for key in found.table_meta.schema_of_primary_key]
    if keys != key_columns(table):
        raise Refused(
            f"The table {table.name} exists with the key {as_text(keys)}, not {as_text(key_columns(table))}; "
            "use another instance, or drop it."
        )
    there = {index.index_name: tuple(index.primary_key_names) for index in found.secondary_indexes}
    for index in table.indexes:
        if index.name not in there:
            raise Refused(f"The table {table.name} lacks the index {index.name}; scripts/tables migrate adds it.")
        if there[index.name] != index.keys:
            raise Refused(f"The table {table.name} has the index {index.name} of another version; drop it.")
    _check_search(client, table)
    if found.table_options.time_to_live != table.ttl_s:
        raise Refused(
            f"The table {table.name} keeps rows for {found.table_options.time_to_live} s, not {table.ttl_s} s; "
            "scripts/tables migrate changes that."
        )


def _check_search(client: Any, table: Table) -> None:
    there = search_indexes(client, table)
    for index in table.search:
        if index.name not in there:
            continue
        meta, _ = client.describe_search_index(table.name, index.name)
        if {field.field_name for field in meta.fields} != {name for name, _ in index.fields}:
            raise Refused(f"The table {table.name} has the search index {index.name} of another version; drop it.")


def as_text(keys: Sequence[tuple[Any, ...]]) -> str:
    return ", ".join(f"{key[0]} {key[1]}{' AUTO_INCREMENT' if len(key) > 2 else ''}" for key in keys)


def _state(client: Any, table: Table) -> str:
    try:
        _check(client, table)
    except Refused as refused:
        return str(refused)
    missing = {index.name for index in table.search} - search_indexes(client, table)
    if missing:
        return f"without the search index {', '.join(sorted(missing))}"
    return "ready" if all(_serves(client, name, keys) for name, keys in _readable(table)) else "loading"


def wait(client: Any, say: Say, tables: Sequence[Table], until: float) -> None:
    """Until all tables and secondary indexes can be read; raises Refused when `until`, monotonic, is over."""
    waiting = [item for table in tables for item in _readable(table)]
    total = len(waiting)
    while True:
        waiting = [item for item in waiting if not _serves(client, *item)]
        say(f"{total - len(waiting)} of {total} tables and indexes are ready")
        if not waiting:
            return
        if time.monotonic() > until:
            raise Refused(f"The table {waiting[0][0]} is not ready yet; run the command again to go on waiting.")
        time.sleep(1)


def _readable(table: Table) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The table and its indexes, each with the key of a row that cannot exist."""
    kinds = dict([*table.keys, *table.columns])
    nowhere = {"STRING": "-", "INTEGER": -1}
    names = [(table.name, table.key_names), *((index.name, index.keys) for index in table.indexes)]
    return [(name, [(key, nowhere[kinds[key]]) for key in keys]) for name, keys in names]


def _serves(client: Any, name: str, key: list[tuple[str, Any]]) -> bool:
    try:
        client.get_row(name, key, max_version=1)
    except tablestore.OTSServiceError as error:
        if error.code not in CANNOT_SERVE_YET and BEING_FILLED not in str(error.message):
            raise
        return False
    return True
