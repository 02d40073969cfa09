"""CreateIndex: what it makes of rows that were there before and of later ones, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tablestore import SecondaryIndexMeta, SecondaryIndexType

COLUMNS = [("author", "STRING"), ("at", "INTEGER"), ("title", "STRING")]
MISSING = (404, "OTSObjectNotExist", "Requested table does not exist.")
EXISTS = (409, "OTSObjectAlreadyExist", "Requested table already exists.")


@pytest.fixture
def articles(make_table: Any) -> Any:
    return make_table({"id": "INTEGER"}, columns=COLUMNS)


def _create(table: Any, meta: Any, *, base: bool = False) -> None:
    table.client.create_secondary_index(table.name, meta, base)


@pytest.mark.parametrize("base", [True, False], ids=["with what was there", "from now on"])
def test_an_index_made_later(articles: Any, client: Any, table_of: Any, base: bool) -> None:
    articles.put(1, {"author": "a"})
    _create(articles, SecondaryIndexMeta("later", ["author"], []), base=base)
    articles.put(2, {"author": "b"})
    index = table_of(client, "later", ["author", "id"])
    assert index.list_keys() == ([("a", 1), ("b", 2)] if base else [("b", 2)])


def test_a_row_from_before_enters_with_its_next_write(articles: Any, client: Any, table_of: Any) -> None:
    articles.put(1, {"author": "a", "at": 5})
    _create(articles, SecondaryIndexMeta("later", ["author"], ["at"]))
    articles.update(1, put={"at": 6})
    assert table_of(client, "later", ["author", "id"]).get(("a", 1)) == {"at": 6}


def test_a_local_index_made_later(make_table: Any, client: Any, table_of: Any) -> None:
    table = make_table({"who": "STRING", "n": "INTEGER"}, columns=COLUMNS)
    table.fill([(("a", n), {"at": 9 - n}) for n in range(3)])
    _create(table, SecondaryIndexMeta("recent", ["who", "at"], [], SecondaryIndexType.LOCAL_INDEX), base=True)
    assert table_of(client, "recent", ["who", "at", "n"]).list_keys() == [("a", 7, 2), ("a", 8, 1), ("a", 9, 0)]


def test_it_is_described_behind_the_others(articles: Any, client: Any) -> None:
    _create(articles, SecondaryIndexMeta("z", ["author"], ["title"]))
    _create(articles, SecondaryIndexMeta("a", ["at"], []))
    described = client.describe_table(articles.name).secondary_indexes
    assert [(index.index_name, index.defined_column_names) for index in described] == [("z", ["title"]), ("a", [])]


def test_its_name_is_taken(articles: Any, make_table: Any, refused: Any) -> None:
    _create(articles, SecondaryIndexMeta("taken", ["author"], []))
    for name in ("taken", articles.name, make_table().name):
        with refused(*EXISTS):
            _create(articles, SecondaryIndexMeta(name, ["at"], []))


def test_its_table_is_a_data_table(articles: Any, client: Any, table_of: Any, refused: Any) -> None:
    meta = SecondaryIndexMeta("by_author", ["author"], [])
    with refused(*MISSING):
        _create(table_of(client, "absent", ["id"]), meta)
    _create(articles, meta)
    with refused(400, "OTSParameterInvalid", "Can't write index table directly."):
        _create(table_of(client, "by_author", ["author", "id"]), SecondaryIndexMeta("deeper", ["id"], []))


@pytest.mark.parametrize(
    ("keys", "columns", "message"),
    [
        ([], ["title"], "The number of primary key columns must be in range: [1, 4] in index."),
        ([f"d{n}" for n in range(5)], [], "The number of primary key columns must be in range: [1, 4] in index."),
        (["pk"], [f"d{n}" for n in range(33)], "The number of attribute columns must be in range: [0, 32] in index."),
        (["absent"], [], re.compile("absent")),
        (["d0"], ["absent"], re.compile("absent")),
    ],
    ids=["no key", "five keys", "33 columns", "unknown key", "unknown column"],
)
def test_what_an_index_is_made_of(
    make_table: Any, client: Any, invalid: Any, keys: Any, columns: Any, message: Any
) -> None:
    table = make_table(columns=[(f"d{n}", "STRING") for n in range(32)])
    with invalid(message):
        _create(table, SecondaryIndexMeta("i", keys, columns))
    assert client.describe_table(table.name).secondary_indexes == []


def test_its_columns_are_counted_before_its_table_is_sought(client: Any, table_of: Any, invalid: Any) -> None:
    with invalid("The number of primary key columns must be in range: [1, 4] in index."):
        _create(table_of(client, "absent", ["id"]), SecondaryIndexMeta("i", [], ["title"]))


def test_five_indexes_are_enough(articles: Any, invalid: Any) -> None:
    for number in range(5):
        _create(articles, SecondaryIndexMeta(f"i{number}", ["author"], []))
    with invalid("Number of index per table exceeds the quota:5."):
        _create(articles, SecondaryIndexMeta("i5", ["author"], []))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"versions": 2}, "The maximum versions of a table with secondary indexes must be 1."),
        ({"ttl": 86400}, "A table with secondary indexes must have TimeToLive -1 or must not allow updates."),
    ],
    ids=["versions", "ttl"],
)
def test_a_table_with_versions_or_an_end_takes_none(make_table: Any, invalid: Any, options: Any, message: str) -> None:
    with invalid(message):
        _create(make_table(columns=COLUMNS, **options), SecondaryIndexMeta("i", ["author"], []))
