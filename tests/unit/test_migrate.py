"""scripts/tables migrate against the fake: additions alone, in order, whatever stops it and whoever else does it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tablestore

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.settings import Settings
from commands import migration, table_admin, tables
from commands.migration import migrate, steps
from commands.table_admin import Refused
from feed.store.schema import DAY_S, INBOXES, RELATIONS, TABLES, Index, SearchIndex, Table

pytestmark = pytest.mark.skipif(
    "include_base_data" not in inspect.signature(tablestore.OTSClient.create_secondary_index).parameters,
    reason="the commands' own SDK is of version 6",
)

READS = {"ListTable", "DescribeTable", "ListSearchIndex", "DescribeSearchIndex", "GetRow"}

OLD = (
    Table("kept", (("pk", "STRING"),), ttl_s=DAY_S),
    Table("grown", (("pk", "STRING"), ("at", "INTEGER")), columns=(("a", "STRING"),)),
)
NEW = (
    Table("kept", (("pk", "STRING"),), ttl_s=2 * DAY_S),
    Table(
        "grown",
        (("pk", "STRING"), ("at", "INTEGER")),
        columns=(("a", "STRING"), ("b", "INTEGER"), ("c" * 200, "STRING")),
        indexes=(Index("by_b", ("b", "pk", "at"), ("a",)), Index("by_a", ("a", "pk", "at"))),
        search=(SearchIndex("words", (("title", "TEXT"), ("b", "LONG"))),),
    ),
    Table("added", (("pk", "STRING"),), search=(SearchIndex("found", (("n", "LONG"), ("k", "KEYWORD"))),)),
)
SAID = [
    "create the table added",
    "kept: keep rows 2 days, not 1 days",
    f"grown: define the columns b INTEGER, {'c' * 200} STRING",
    "grown: create the index by_b by b, pk, at, of the rows that are there",
    "grown: create the index by_a by a, pk, at, of the rows that are there",
    "grown: create the search index words",
    "added: create the search index found",
]


class Crash(Exception):
    """Stands for whatever ends the process."""


class Between:
    """A client that lets something happen before its n-th request that changes anything, or right after it."""

    def __init__(self, client: Any, at: int, before: bool, happen: Callable[[], object]) -> None:
        self._client, self._left, self._before, self._happen = client, at, before, happen
        self.protocol = client.protocol

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not name.startswith(("create", "update", "_request")):
            return method

        def watched(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._before:
                self._happen()
            answer = method(*arguments)
            if self._left == 0 and not self._before:
                self._happen()
            return answer

        return watched


@pytest.fixture
def fake() -> Iterator[TablestoreFake]:
    with TablestoreFake() as running:
        yield running


@pytest.fixture
def client(fake: TablestoreFake, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {
        "OTS_ENDPOINT": fake.endpoint,
        "OTS_INSTANCE": "feed",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local",
    }.items():
        monkeypatch.setenv(name, value)
    return fake.client("feed", retry_policy=tablestore.NoRetryPolicy())


def silent(_line: str) -> None:
    pass


def put(client: Any, table: str, key: list[tuple[str, Any]], **columns: Any) -> None:
    client.put_row(table, tablestore.Row(key, list(columns.items())), tablestore.Condition("IGNORE"))


def crash() -> None:
    raise Crash


def given_old(client: Any) -> None:
    table_admin.create(client, silent, OLD)
    put(client, "grown", [("pk", "p"), ("at", 1)], a="x", b=7)
    put(client, "kept", [("pk", "p")], a="x")


def index_rows(client: Any, name: str, keys: tuple[str, ...]) -> list[Any]:
    start, end = ([(key, bound) for key in keys] for bound in (tablestore.INF_MIN, tablestore.INF_MAX))
    return [row.primary_key for row in client.get_range(name, "FORWARD", start, end, max_version=1)[2]]


def check_new(client: Any) -> None:
    assert steps(client, NEW) == []
    assert index_rows(client, "by_b", ("b", "pk", "at")) == [[("b", 7), ("pk", "p"), ("at", 1)]]
    assert index_rows(client, "by_a", ("a", "pk", "at")) == [[("a", "x"), ("pk", "p"), ("at", 1)]]
    assert client.get_row("kept", [("pk", "p")], max_version=1)[1] is not None


def test_everything_that_is_missing_is_added_in_order(client: Any) -> None:
    given_old(client)
    assert [step.says for step in steps(client, NEW)] == SAID
    said: list[str] = []
    migrate(client, said.append, NEW)
    assert said[:-1] == [f"{number} of 7: {line}" for number, line in enumerate(SAID, 1)]
    assert said[-1] == "5 of 5 tables and indexes are ready"
    check_new(client)
    assert [tuple(column) for column in client.describe_table("grown").table_meta.defined_columns] == [
        ("a", "STRING"),
        ("b", "INTEGER"),
        ("c" * 200, "STRING"),
    ]
    assert client.describe_table("kept").table_options.max_time_deviation == 86_400


def test_a_second_run_changes_nothing(client: Any, fake: TablestoreFake) -> None:
    given_old(client)
    migrate(client, silent, NEW)
    fake.reset_requests()
    migrate(client, silent, NEW)
    assert fake.requests().keys() <= READS


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", range(1, len(SAID) + 1))
def test_it_goes_on_after_a_crash_at_any_request(client: Any, at: int, before: bool) -> None:
    given_old(client)
    with pytest.raises(Crash):
        migrate(Between(client, at, before, crash), silent, NEW)
    migrate(client, silent, NEW)
    check_new(client)


@pytest.mark.parametrize("at", range(1, len(SAID) + 1))
def test_two_at_once(client: Any, at: int) -> None:
    given_old(client)
    migrate(Between(client, at, True, lambda: migrate(client, silent, NEW)), silent, NEW)
    check_new(client)


@pytest.mark.parametrize("api", ["CreateTable", "UpdateTable", "AddDefinedColumn", "CreateIndex", "CreateSearchIndex"])
def test_lost_answers_and_refusals(client: Any, fake: TablestoreFake, api: str) -> None:
    given_old(client)
    fake.faults.add("lost_answer", api=api, count=1)
    migrate(client, silent, NEW)
    check_new(client)
    fake.reset()
    given_old(client)
    fake.faults.add("internal", api=api, count=1)
    with pytest.raises(tablestore.OTSServiceError):
        migrate(client, silent, NEW)
    migrate(client, silent, NEW)
    check_new(client)


def test_a_dry_run_sends_nothing_that_changes_anything(
    client: Any, fake: TablestoreFake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tables.main(["migrate", "--dry-run"]) == tables.TO_DO
    assert capsys.readouterr().out.count("create the table") == len(TABLES)
    assert fake.requests().keys() <= READS
    assert tables.main(["migrate"]) == 0
    fake.reset_requests()
    capsys.readouterr()
    assert tables.main(["migrate", "--dry-run"]) == 0
    assert capsys.readouterr().out == ""
    assert fake.requests().keys() <= READS
    assert set(client.list_table()) == {table.name for table in TABLES}


@pytest.mark.parametrize("old_ttl", [-1, 91 * DAY_S])
def test_a_shorter_life_needs_a_yes(client: Any, capsys: pytest.CaptureFixture[str], old_ttl: int) -> None:
    table_admin.create(client, silent)
    client.update_table(INBOXES, tablestore.TableOptions(old_ttl, 1, 86_400))
    assert tables.main(["migrate", "--dry-run"]) == tables.TO_DO
    assert "keep rows 90 days, not" in capsys.readouterr().out
    assert tables.main(["migrate"]) == 1
    assert "add --yes" in capsys.readouterr().err
    assert client.describe_table(INBOXES).table_options.time_to_live == old_ttl
    assert tables.main(["migrate", "--yes"]) == 0
    assert client.describe_table(INBOXES).table_options.time_to_live == 90 * DAY_S


def changed(table: Table, **more: Any) -> tuple[Table, ...]:
    return (table._replace(**more),)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (changed(NEW[1], keys=(("pk", "STRING"), ("at", "STRING"))), "has the key pk STRING, at INTEGER, not"),
        (changed(NEW[1], columns=(("a", "INTEGER"), ("b", "INTEGER"))), "column a defined as STRING, not INTEGER"),
        (changed(NEW[1], indexes=(Index("by_b", ("b", "at", "pk")),)), "index by_b by b, pk, at with other keys"),
        (changed(NEW[1], indexes=(Index("by_b", ("b", "pk", "at")),)), "index by_b by b, pk, at with other keys or"),
        (changed(NEW[1], ttl_s=DAY_S), "has the index by_b, by_a, words: the service lets no rows expire beside it"),
        (changed(NEW[1], search=(SearchIndex("words", (("title", "TEXT"),)),)), "index words with other fields"),
        (changed(NEW[1], search=(SearchIndex("words", (("title", "TEXT"), ("b", "KEYWORD"))),)), "with other fields"),
    ],
)
def test_what_is_no_addition_is_refused_before_anything_is_done(
    client: Any, fake: TablestoreFake, wanted: tuple[Table, ...], reason: str
) -> None:
    given_old(client)
    migrate(client, silent, NEW)
    fake.reset_requests()
    with pytest.raises(Refused, match=reason):
        migrate(client, silent, (Table("fresh", (("pk", "STRING"),)), *wanted))
    assert fake.requests().keys() <= READS


def test_what_other_versions_have_beside_stays(client: Any) -> None:
    migrate(client, silent, NEW)
    assert steps(client, OLD[1:]) == []
    assert steps(client, (NEW[2]._replace(search=()),)) == []


def test_it_waits_for_an_index_until_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(build_rows_per_s=2, search_lag_ms=5_000)
    with TablestoreFake(settings=settings, clock=lambda: now[0]) as fake:
        now = [1_800_000_000_000]
        client, said = fake.client("feed"), list[str]()
        table_admin.create(client, silent, OLD)
        for number in range(5):
            put(client, "grown", [("pk", f"p{number}"), ("at", 1)], a="x", b=number)

        def sleep(seconds: float) -> None:
            now[0] += round(seconds * 1000)

        monkeypatch.setattr("commands.table_admin.time.sleep", sleep)
        migrate(client, said.append, NEW)
        assert next(line for line in said if line.endswith("are ready")) == "3 of 5 tables and indexes are ready"
        assert "search indexes that are being filled: words, found" in said
        assert len(index_rows(client, "by_b", ("b", "pk", "at"))) == 5
        assert steps(client, NEW) == []


def test_what_is_never_filled_is_not_waited_for_for_ever() -> None:
    slow = TablestoreFake(settings=Settings(search_lag_ms=3_000), clock=lambda: 1_800_000_000_000)
    with slow, pytest.raises(Refused, match="search index found is not filled yet; run the command again"):
        migrate(slow.client("feed"), silent, NEW[2:], within_s=-1)


def test_an_instance_without_the_request_is_mended_in_the_console(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given_old(client)

    def unknown(*_: Any) -> None:
        raise tablestore.OTSServiceError(
            400, "OTSUnsupportOperation", "Unsupported operation: 'AddDefinedColumn'.", "r"
        )

    monkeypatch.setattr(migration, "add_defined_columns", unknown)
    with pytest.raises(Refused, match=r"in the console, open the table grown, .* add b \(INTEGER\), c+ \(STRING\)"):
        migrate(client, silent, NEW)


def test_the_schema_of_the_product_grows_by_an_index(client: Any) -> None:
    """As a release would: an index that the instance lacks, over a column that it does not know."""
    relations = next(table for table in TABLES if table.name == RELATIONS)
    table_admin.create(client, silent, (relations._replace(columns=(), indexes=()),))
    put(client, RELATIONS, [("author_key", "a"), ("follower_key", "f")], followed_ms=1)
    migrate(client, silent)
    for index in relations.indexes:
        assert len(index_rows(client, index.name, index.keys)) == 1
