"""DeleteTable: the table and all that it held are gone at once."""

from __future__ import annotations

from typing import Any

GONE = (404, "OTSObjectNotExist", "Requested table does not exist.")


def test_a_missing_table_is_404(client: Any, refused: Any) -> None:
    with refused(*GONE):
        client.delete_table("nothing")


def test_a_deleted_table_can_be_made_again_at_once_and_is_empty(client: Any, make_table: Any, refused: Any) -> None:
    old = make_table(name="again")
    old.put("a", {"x": 1})
    client.delete_table("again")
    assert list(client.list_table()) == []
    with refused(*GONE):
        old.read("a")
    with refused(*GONE):
        old.put("a")
    new = make_table({"pk": "STRING"}, name="again")
    assert new.get("a") is None
    assert new.list_keys() == []
