"""ListTimeseriesTable."""

from __future__ import annotations

from typing import Any


def test_there_are_none(client: Any, table: Any) -> None:
    assert list(client.list_table()) == [table.name]
    assert list(client.list_timeseries_table()) == []
