"""DropIndex: the index goes with all that it showed, and its table stays."""

from __future__ import annotations

from typing import Any

import pytest
from tablestore import SecondaryIndexMeta

MISSING = (404, "OTSObjectNotExist", "Requested table does not exist.")
BY_AUTHOR = SecondaryIndexMeta("by_author", ["author"], [])


@pytest.fixture
def articles(make_table: Any) -> Any:
    """A table and its index by author, with one row."""
    table = make_table({"id": "INTEGER"}, columns=[("author", "STRING")], indexes=[BY_AUTHOR])
    table.put(1, {"author": "a"})
    return table


@pytest.fixture
def index(articles: Any, table_of: Any) -> Any:
    return table_of(articles.client, "by_author", ["author", "id"])


def test_a_dropped_index_is_gone_and_its_table_stays(articles: Any, index: Any, client: Any, refused: Any) -> None:
    client.delete_secondary_index(articles.name, "by_author")
    assert client.describe_table(articles.name).secondary_indexes == []
    with refused(*MISSING):
        index.scan()
    assert articles.list_keys() == [1]
    articles.put(2, {"author": "b"})
    assert articles.list_keys() == [1, 2]


def test_made_again_it_is_empty(articles: Any, index: Any, client: Any) -> None:
    client.delete_secondary_index(articles.name, "by_author")
    client.create_secondary_index(articles.name, BY_AUTHOR, False)
    assert index.list_keys() == []
    articles.put(2, {"author": "b"})
    assert index.list_keys() == [("b", 2)]


def test_what_is_no_index_of_the_table(articles: Any, make_table: Any, client: Any, index: Any, refused: Any) -> None:
    other = make_table()
    for table, name in ((articles.name, "absent"), (articles.name, other.name), (other.name, "by_author")):
        with refused(404, "OTSObjectNotExist", f"Requested index '{name}' does not exist."):
            client.delete_secondary_index(table, name)
    assert index.list_keys() == [("a", 1)]


def test_its_table_exists(client: Any, refused: Any) -> None:
    with refused(*MISSING):
        client.delete_secondary_index("absent", "by_author")
