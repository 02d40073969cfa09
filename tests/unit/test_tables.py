"""scripts/tables against the fake: safe to repeat, touching nothing that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tablestore

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin, tables
from feed.store.schema import ARTICLES, ARTICLES_SEARCH, JOBS, TABLES, USERS

ENVIRONMENT = {
    "OTS_INSTANCE": "feed",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with TablestoreFake() as fake:
        for name, value in {**ENVIRONMENT, "OTS_ENDPOINT": fake.endpoint}.items():
            monkeypatch.setenv(name, value)
        yield fake.client("feed")


def make(client: Any, name: str, *keys: tuple[str, str], ttl: int = -1) -> None:
    throughput = tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0))
    meta = tablestore.TableMeta(name, list(keys))
    client.create_table(meta, tablestore.TableOptions(time_to_live=ttl), throughput)


def test_creating_twice_is_creating_once(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main(["create"]) == 0
    assert capsys.readouterr().out.count("created") == len(TABLES)

    assert tables.main(["create"]) == 0
    said = capsys.readouterr().out
    assert "created" not in said
    assert set(client.list_table()) >= {table.name for table in TABLES}


def test_every_table_is_as_the_schema_says(client: Any) -> None:
    assert table_admin.create(client, lambda _: None)
    for table in TABLES:
        found = client.describe_table(table.name)
        assert found.table_options.time_to_live == table.ttl_s
        assert [tuple(column) for column in found.table_meta.defined_columns] == list(table.columns)
        assert {index.index_name for index in found.secondary_indexes} == {index.name for index in table.indexes}
        kinds = [key[2] if len(key) > 2 else None for key in found.table_meta.schema_of_primary_key]
        assert sum(kind is tablestore.PK_AUTO_INCR for kind in kinds) == bool(table.auto_increment)


def test_status_tells_missing_from_ready(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main(["status"]) == 1
    assert capsys.readouterr().out.count("missing") == len(TABLES)

    table_admin.create(client, lambda _: None)
    assert tables.main(["status"]) == 0
    assert capsys.readouterr().out.count("ready") == len(TABLES)


def test_a_table_with_another_key_is_refused_before_anything_is_made(
    client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make(client, JOBS, ("gid", "INTEGER"))

    assert tables.main(["create"]) == 1

    said = capsys.readouterr()
    assert said.err.startswith(f"The table {JOBS} exists with the key gid INTEGER, not article_key STRING,")
    assert said.err.count("\n") == 1
    assert list(client.list_table()) == [JOBS]


def test_a_table_with_another_time_to_live_is_refused(client: Any) -> None:
    make(client, USERS, ("user_key", "STRING"), ttl=86_400)

    with pytest.raises(table_admin.Refused, match="86400 s, not -1 s"):
        table_admin.create(client, lambda _: None)


def test_dropping_needs_a_yes_and_leaves_what_is_not_ours(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    table_admin.create(client, lambda _: None)
    make(client, "somebody_elses", ("id", "STRING"))
    with pytest.raises(SystemExit) as refused:
        tables.main(["drop"])
    assert refused.value.code == 2
    assert USERS in client.list_table()

    assert tables.main(["drop", "--yes"]) == 0
    assert tables.main(["drop", "--yes"]) == 0

    assert capsys.readouterr().out.count("dropped") == len(TABLES)
    assert list(client.list_table()) == ["somebody_elses"]


def test_nothing_named_and_nothing_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*ENVIRONMENT, "OTS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("commands.instance.LOCAL", tmp_path)
    assert tables.main(["status"]) == 1
    assert capsys.readouterr().err.startswith("No local cloud is running")
    monkeypatch.setenv("OTS_INSTANCE", "feed")
    assert tables.main(["status"]) == 1
    assert capsys.readouterr().err.startswith("Set OTS_ENDPOINT and ALIBABA_CLOUD_ACCESS_KEY_ID")

    for name, value in {**ENVIRONMENT, "OTS_ENDPOINT": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    assert tables.main(["status"]) == 1
    assert capsys.readouterr().err.startswith("Tablestore did not do it: ")


def test_a_search_index_of_another_version_is_refused(client: Any) -> None:
    table_admin.create(client, lambda _: None)
    client.delete_search_index(ARTICLES, ARTICLES_SEARCH)
    state = tablestore.FieldSchema("state", tablestore.FieldType.KEYWORD)
    client.create_search_index(ARTICLES, ARTICLES_SEARCH, tablestore.SearchIndexMeta([state]))

    with pytest.raises(table_admin.Refused, match=f"search index {ARTICLES_SEARCH} of another version"):
        table_admin.create(client, lambda _: None)
