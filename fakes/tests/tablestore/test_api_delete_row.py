"""DeleteRow: the row, its versions and its columns are gone; deleting nothing is no error."""

from __future__ import annotations

from typing import Any

from tablestore import PK_AUTO_INCR


def test_a_deleted_row_is_gone_everywhere(table: Any) -> None:
    table.fill([(name, {"x": 1}) for name in "abc"])
    table.delete("b")
    assert table.get("b") is None
    assert table.list_keys() == ["a", "c"]
    assert [item.row is None for item in table.read_many(["a", "b", "c"])] == [False, True, False]


def test_deleting_a_missing_row_is_no_error(table: Any) -> None:
    consumed, row = table.delete("nothing")
    assert row is None
    assert (consumed.read, consumed.write) == (0, 1)
    assert table.list_keys() == []


def test_nothing_old_shows_when_the_row_comes_back(make_table: Any) -> None:
    table = make_table(versions=5)
    table.put("a", {"x": 1, "y": 1})
    table.delete("a")
    table.update("a", put={"y": 2})
    assert table.get("a") == {"y": 2}
    assert [value for value, _ in table.versions("a", "y")] == [2]


def test_a_deleted_counter_starts_at_zero(table: Any) -> None:
    table.update("a", increment={"n": 5})
    table.delete("a")
    table.update("a", increment={"n": 2})
    assert table.get("a") == {"n": 2}


def test_an_auto_increment_placeholder_is_no_key_to_delete(make_table: Any, invalid: Any) -> None:
    table = make_table({"pk": "STRING", "id": "AUTO"})
    with invalid("Invalid row to delete which with pk auto increment."):
        table.delete(("a", PK_AUTO_INCR))


def test_a_row_with_a_generated_key_is_deleted_by_its_value(make_table: Any) -> None:
    table = make_table({"pk": "STRING", "id": "AUTO"})
    (_, number) = table.put(("a", PK_AUTO_INCR), {"x": 1}, return_key=True)[1].primary_key[1]
    table.delete(("a", number), expect="EXPECT_EXIST")
    assert table.list_keys() == []
