"""UpdateTable: changes what is given and keeps the rest."""

from __future__ import annotations

from typing import Any

import tablestore as ots_sdk

GONE = (404, "OTSObjectNotExist", "Requested table does not exist.")


def test_a_missing_table_is_404(client: Any, refused: Any) -> None:
    with refused(*GONE):
        client.update_table("nothing", ots_sdk.TableOptions(max_version=2))


def test_update_changes_what_is_given_and_keeps_the_rest(client: Any, make_table: Any) -> None:
    table = make_table(ttl=-1, versions=2, deviation=77)
    answer = client.update_table(table.name, ots_sdk.TableOptions(None, 5, None))
    assert answer.table_options.max_version == 5
    described = client.describe_table(table.name).table_options
    assert (described.time_to_live, described.max_version, described.max_time_deviation) == (-1, 5, 77)


def test_update_returns_the_new_throughput_and_refuses_a_second_at_once(
    client: Any, make_table: Any, refused: Any
) -> None:
    table = make_table()
    throughput = ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(3, 4))
    unit = client.update_table(table.name, reserved_throughput=throughput).reserved_throughput_details.capacity_unit
    assert (unit.read, unit.write) == (3, 4)
    later = ots_sdk.ReservedThroughput(ots_sdk.CapacityUnit(5, 6))
    with refused(403, "OTSTooFrequentReservedThroughputAdjustment", "Capacity unit adjustment is too frequent."):
        client.update_table(table.name, reserved_throughput=later)
    unit = client.describe_table(table.name).reserved_throughput_details.capacity_unit
    assert (unit.read, unit.write) == (3, 4)


def test_a_name_is_checked_before_what_is_to_change(client: Any, invalid: Any) -> None:
    with invalid("Invalid table name: '3t'."):
        client.update_table("3t", ots_sdk.TableOptions(None, None, None))
