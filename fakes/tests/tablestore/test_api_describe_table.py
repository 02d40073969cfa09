"""DescribeTable: what was created, as it was asked for."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots_sdk
from tablestore import PK_AUTO_INCR

GONE = (404, "OTSObjectNotExist", "Requested table does not exist.")


def _create(client: Any, schema: list[Any], name: str = "t", columns: list[Any] | None = None, **options: Any) -> None:
    client.create_table(
        ots_sdk.TableMeta(name, schema, columns),
        ots_sdk.TableOptions(**options),
        ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(0, 0)),
    )


def test_a_missing_table_is_404(client: Any, refused: Any) -> None:
    with refused(*GONE):
        client.describe_table("nothing")


def test_describe_returns_what_was_created(client: Any) -> None:
    schema = [("a", "STRING"), ("b", "INTEGER", PK_AUTO_INCR), ("c", "BINARY"), ("d", "INTEGER")]
    columns = [("s", "STRING"), ("i", "INTEGER"), ("f", "DOUBLE"), ("t", "BOOLEAN"), ("x", "BINARY")]
    _create(client, schema, "everything", columns, time_to_live=90 * 86400, max_version=7, max_time_deviation=1234)
    answer = client.describe_table("everything")
    assert answer.table_meta.table_name == "everything"
    assert answer.table_meta.schema_of_primary_key == schema
    assert answer.table_meta.defined_columns == columns
    options = answer.table_options
    assert (options.time_to_live, options.max_version, options.max_time_deviation) == (90 * 86400, 7, 1234)
    assert options.allow_update is True


def test_options_default_to_for_ever_one_version_and_a_day(client: Any) -> None:
    _create(client, [("pk", "STRING")])
    options = client.describe_table("t").table_options
    assert (options.time_to_live, options.max_version, options.max_time_deviation) == (-1, 1, 86400)


def test_allow_update_false_is_kept(make_table: Any, client: Any) -> None:
    table = make_table(allow_update=False)
    assert client.describe_table(table.name).table_options.allow_update is False


@pytest.mark.parametrize("reserved", [(0, 0), (0, 1), (1, 0), (1, 1), (100000, 100000)])
def test_reserved_throughput_is_described_as_given(make_table: Any, client: Any, reserved: tuple[int, int]) -> None:
    table = make_table(reserved=reserved)
    unit = client.describe_table(table.name).reserved_throughput_details.capacity_unit
    assert (unit.read, unit.write) == reserved
