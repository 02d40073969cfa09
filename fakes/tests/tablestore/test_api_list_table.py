"""ListTable: the names of the tables of one instance."""

from __future__ import annotations

import re
from typing import Any


def test_list_names_every_table_of_this_instance_only(client: Any, make_table: Any, connect: Any, ots: Any) -> None:
    assert list(client.list_table()) == []
    for name in ("b", "a", "C"):
        make_table(name=name)
    assert sorted(client.list_table()) == ["C", "a", "b"]
    assert list(connect(ots).list_table()) == []


def test_an_instance_name_has_3_to_16_characters_and_starts_with_a_letter(ots: Any, connect: Any, invalid: Any) -> None:
    for name in ("abc", "a" * 16, "my-feed-1"):
        assert list(connect(ots, name).list_table()) == []
    for name in ("ab", "a" * 17, "1abc"):
        with invalid(re.compile(f"^Invalid instance name: '?{name}'?")):
            connect(ots, name).list_table()
