"""ComputeSplits."""

from __future__ import annotations

from typing import Any

from tablestore import FieldSchema, FieldType


def test_a_session_and_one_split(table: Any, create_index: Any) -> None:
    index = create_index(table, FieldSchema("k", FieldType.KEYWORD))
    first, second = (table.client.compute_splits(table.name, index.name) for _ in range(2))
    assert first.splits_size == 1
    assert len(first.session_id) > 0
    assert first.session_id != second.session_id


def test_what_does_not_exist(table: Any, create_index: Any, invalid: Any, refused: Any) -> None:
    """(P)"""
    create_index(table, FieldSchema("k", FieldType.KEYWORD))
    client = table.client
    with invalid("[search index splits options] must not be null"):
        client.compute_splits(table.name, None)
    with refused(400, "OTSMetaNotMatch", "search index [not_exist] does not exist"):
        client.compute_splits(table.name, "not_exist")
    with invalid("table [not_exist] does not exist"):
        client.compute_splits("not_exist", "index")
