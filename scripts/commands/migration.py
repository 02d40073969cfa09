"""scripts/tables migrate: brings an instance's tables to what the schema says, by additions alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import tablestore
from urllib3.exceptions import HTTPError

from commands.defined_columns import add_defined_columns
from commands.table_admin import (
    READY_WITHIN_S,
    Refused,
    Say,
    as_text,
    key_columns,
    make,
    make_search_index,
    search_indexes,
    secondary,
    wait,
)
from feed.store.schema import DAY_S, TABLES, Table

FAILURES = (tablestore.OTSServiceError, tablestore.OTSClientError, HTTPError)
FOR_EVER = -1
_KINDS = {getattr(tablestore.FieldType, kind): kind for kind in ("LONG", "KEYWORD", "TEXT")}


class Step(NamedTuple):
    """One request; `loses` says that rows which are there would expire by it."""

    says: str
    do: Callable[[], object]
    loses: bool = False


def migrate(
    client: Any, say: Say, tables: Sequence[Table] = TABLES, *, may_lose: bool = False, within_s: float = READY_WITHIN_S
) -> None:
    """Do what is missing, and wait until all of it can be used; safe to repeat, and beside another one.

    Raises Refused, before anything is changed, when more than additions would be needed.
    """
    todo = steps(client, tables)
    losing = [step.says for step in todo if step.loses]
    if losing and not may_lose:
        raise Refused("".join(f"{says}: that is not undone; add --yes if it is meant.\n" for says in losing).rstrip())
    for number, step in enumerate(todo, 1):
        try:
            step.do()
        except FAILURES:
            # somebody else has done it meanwhile, or its answer was lost
            if step.says in (left.says for left in steps(client, tables)):
                raise
        say(f"{number} of {len(todo)}: {step.says}")
    until = time.monotonic() + within_s
    wait(client, say, tables, until)
    _wait_for_search(client, say, tables, until)


def steps(client: Any, tables: Sequence[Table] = TABLES) -> list[Step]:
    """What is to be done, in order: tables, their options, columns, indexes. Raises Refused, with every reason."""
    existing = set(client.list_table())
    found = [(table, client.describe_table(table.name)) for table in tables if table.name in existing]
    wrong = [sentence for table, there in found for sentence in _refusals(client, table, there)]
    if wrong:
        raise Refused("\n".join(wrong))
    missing = [table for table in tables if table.name not in existing]
    return [
        *(Step(f"create the table {table.name}", partial(make, client, table)) for table in missing),
        *(step for table, there in found for step in _options(client, table, there)),
        *(step for table, there in found for step in _columns(client, table, there)),
        *(step for table, there in found for step in _indexes(client, table, there)),
        *(step for table in tables for step in _search(client, table, table.name in existing)),
    ]


def _options(client: Any, table: Table, there: Any) -> Iterator[Step]:
    old = there.table_options
    if (old.time_to_live, old.max_version) == (table.ttl_s, 1):
        return
    new = tablestore.TableOptions(table.ttl_s, 1, old.max_time_deviation)
    loses = old.max_version > 1 or (table.ttl_s != FOR_EVER and not 0 < old.time_to_live <= table.ttl_s)
    said = f"{table.name}: keep rows {_period(table.ttl_s)}, not {_period(old.time_to_live)}"
    if old.max_version != 1:
        said += f"; one version of each cell, not {old.max_version}"
    yield Step(said, partial(client.update_table, table.name, new), loses)


def _columns(client: Any, table: Table, there: Any) -> Iterator[Step]:
    known = {column[0] for column in there.table_meta.defined_columns}
    new = [column for column in table.columns if column[0] not in known]
    if new:
        named = ", ".join(f"{name} {kind}" for name, kind in new)
        yield Step(f"{table.name}: define the columns {named}", partial(_define, client, table.name, new))


def _define(client: Any, table: str, columns: Sequence[tuple[str, Any]]) -> None:
    try:
        add_defined_columns(client, table, columns)
    except tablestore.OTSServiceError as error:
        if error.code != "OTSUnsupportOperation" and not str(error.message).startswith("Unsupported operation"):
            raise
        named = ", ".join(f"{name} ({kind})" for name, kind in columns)
        raise Refused(
            f"This instance takes no AddDefinedColumn: in the console, open the table {table}, Basic Information, "
            f"Predefined Column, add {named}, and run the command again."
        ) from error


def _indexes(client: Any, table: Table, there: Any) -> Iterator[Step]:
    known = {index.index_name for index in there.secondary_indexes}
    for index in table.indexes:
        if index.name not in known:
            said = f"{table.name}: create the index {index.name} by {', '.join(index.keys)}, of the rows that are there"
            yield Step(said, partial(client.create_secondary_index, table.name, secondary(index), True))


def _search(client: Any, table: Table, exists: bool) -> Iterator[Step]:
    known = search_indexes(client, table) if exists else ()
    for index in table.search:
        if index.name not in known:
            said = f"{table.name}: create the search index {index.name}"
            yield Step(said, partial(make_search_index, client, table.name, index))


def _refusals(client: Any, table: Table, there: Any) -> Iterator[str]:
    """A sentence for everything that no addition mends."""
    keys = [tuple(key) for key in there.table_meta.schema_of_primary_key]
    if keys != key_columns(table):
        yield f"{table.name} has the key {as_text(keys)}, not {as_text(key_columns(table))}: a key never changes."
    kinds = dict(table.columns)
    for name, kind in there.table_meta.defined_columns:
        if kinds.get(name, kind) != kind:
            yield f"{table.name} has the column {name} defined as {kind}, not {kinds[name]}: a type never changes."
    shapes = {index.name: (list(index.keys), sorted(index.columns)) for index in table.indexes}
    for index in there.secondary_indexes:
        shape = (list(index.primary_key_names), sorted(index.defined_column_names))
        if shapes.get(index.index_name, shape) != shape:
            yield (
                f"{table.name} has the index {index.index_name} by {', '.join(shape[0])} with other keys or columns "
                "than this version's: give the new one another name, and drop the old one when no function reads it."
            )
    if table.ttl_s not in (FOR_EVER, there.table_options.time_to_live):
        names = [index.index_name for index in there.secondary_indexes]
        names += [name for _, name in client.list_search_index(table.name)]
        if names:
            yield f"{table.name} has the index {', '.join(names)}: the service lets no rows expire beside it."
    yield from _search_refusals(client, table)


def _search_refusals(client: Any, table: Table) -> Iterator[str]:
    known = search_indexes(client, table)
    for index in table.search:
        if index.name in known:
            meta, _ = client.describe_search_index(table.name, index.name)
            fields = {field.field_name: _KINDS.get(field.field_type) for field in meta.fields}
            if fields != dict(index.fields):
                yield (
                    f"{table.name} has the search index {index.name} with other fields than this version's: give the "
                    "new one another name; it is filled beside the old one, to be dropped when no function reads it."
                )


def _wait_for_search(client: Any, say: Say, tables: Sequence[Table], until: float) -> None:
    waiting = [(table.name, index.name) for table in tables for index in table.search]
    while True:
        waiting = [(table, index) for table, index in waiting if not _is_filled(client, table, index)]
        if not waiting:
            return
        say(f"search indexes that are being filled: {', '.join(index for _, index in waiting)}")
        if time.monotonic() > until:
            raise Refused(
                f"The search index {waiting[0][1]} is not filled yet; run the command again to go on waiting."
            )
        time.sleep(1)


def _is_filled(client: Any, table: str, index: str) -> bool:
    _, state = client.describe_search_index(table, index)
    return bool(state.sync_phase == tablestore.SyncPhase.INCR)


def _period(seconds: int) -> str:
    if seconds == FOR_EVER:
        return "for ever"
    return f"{seconds // DAY_S} days" if seconds % DAY_S == 0 else f"{seconds} s"
