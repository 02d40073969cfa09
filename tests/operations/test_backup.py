"""Dump and load on the fake: equal rows, whatever stops either of them, and what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tablestore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin, tables
from commands.backup import dump as dumping
from commands.backup.lines import Row, decode, encode
from commands.backup.load import Loading, Progress
from commands.backup.manifest import Manifest, parts_of
from commands.backup.patience import Units
from commands.backup.reading import Reader
from commands.table_admin import Refused
from feed.store.schema import TABLES, USERS, Index, Table

OURS = (
    Table("plain", (("pk", "STRING"), ("n", "INTEGER"))),
    Table("short", (("pk", "STRING"),), ttl_s=86_400),
    Table(
        "listed",
        (("pk", "STRING"),),
        columns=(("a", "STRING"), ("i", "INTEGER")),
        indexes=(Index("by_a", ("a", "i", "pk")),),
    ),
    Table("numbered", (("pk", "STRING"), ("n", "INTEGER")), auto_increment="n"),
)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
whole = st.integers(-(2**63), 2**63 - 1)
values = st.one_of(
    texts,
    whole,
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.binary(max_size=20).map(bytearray),
)
columns = st.dictionaries(st.sampled_from(["x", "y", "a b", "_"]), values, max_size=3)
keys = st.one_of(st.sampled_from(["0000:1", "8:", "f", "ffff:9", "zz", ""]), texts)
contents = st.fixed_dictionaries(
    {
        "plain": st.dictionaries(st.tuples(keys, whole), columns, max_size=6),
        "short": st.dictionaries(st.tuples(keys), columns, max_size=4),
        "listed": st.dictionaries(
            st.tuples(keys),
            st.tuples(columns, st.booleans(), texts, whole).map(
                lambda some: {**some[0], **({"a": some[2], "i": some[3]} if some[1] else {})}
            ),
            max_size=6,
        ),
        "numbered": st.lists(st.tuples(keys, columns), max_size=8),
    }
)


def silent(_: Any) -> None:
    pass


def rows_of(client: Any, table: Table) -> list[Row]:
    return [row for row, _ in Reader(client, table, Units()).range(None, None)]


def put(client: Any, table: Table, key: tuple[Any, ...], cells: dict[str, Any]) -> None:
    named = list(zip(table.key_names, key, strict=True))
    client.put_row(table.name, tablestore.Row(named, list(cells.items())), tablestore.Condition("IGNORE"))


def fill(client: Any, content: dict[str, Any]) -> None:
    for table in OURS:
        if table.auto_increment:
            for key, cells in content[table.name]:
                put(client, table, (key, tablestore.PK_AUTO_INCR), cells)
        else:
            for key, cells in content[table.name].items():
                put(client, table, key, cells)


def index_of(client: Any) -> list[Any]:
    start, end = (
        [(key, bound) for key in ("a", "i", "pk")] for bound in (tablestore.INF_MIN, tablestore.INF_MAX)
    )
    return [row.primary_key for row in client.get_range("by_a", "FORWARD", start, end, max_version=1)[2]]


def without_numbers(rows: list[Row]) -> list[Any]:
    return [(row.key[0], row.cells, row.versions) for row in rows]


@pytest.fixture(scope="module")
def fakes() -> Iterator[tuple[TablestoreFake, TablestoreFake]]:
    with TablestoreFake() as one, TablestoreFake() as other:
        yield one, other


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents)
def test_what_is_loaded_is_what_was_dumped(
    fakes: tuple[TablestoreFake, TablestoreFake], tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("dump")
    for fake in fakes:
        fake.reset()
        table_admin.create(fake.client("feed"), silent, OURS)
    one, other = (fake.client("feed") for fake in fakes)
    fill(one, content)
    manifest = dumping.dump(one, folder / "d", "one", Units(), silent, OURS)
    loaded = Loading(other, manifest, Progress.of(manifest, "other", folder), silent, OURS).run()
    assert loaded.rows == manifest.rows == sum(map(len, content.values()))
    for table in OURS[:2]:
        assert rows_of(other, table) == rows_of(one, table)
    assert [row[:2] for row in rows_of(other, OURS[2])] == [row[:2] for row in rows_of(one, OURS[2])]
    assert without_numbers(rows_of(other, OURS[3])) == without_numbers(rows_of(one, OURS[3]))
    assert index_of(other) == index_of(one)
    assert {other.describe_table(table.name).table_options.max_time_deviation for table in OURS} == {86_400}


@given(key=st.tuples(texts, whole), cells=columns, version=st.integers(0, 2**53))
def test_a_line_keeps_every_type(key: tuple[str, int], cells: dict[str, Any], version: int) -> None:
    row = Row(key, tuple(cells.items()), (version,) * len(cells))
    again = decode(encode(row))
    assert again == row
    assert [type(value) for _, value in again.cells] == [type(value) for _, value in row.cells]
    assert encode(row).count(b"\n") == 1


# --- what stops them -----------------------------------------------------------------------------------------------


class Stopped(Exception):
    """Stands for whatever ends the process."""


@pytest.fixture
def one(fakes: tuple[TablestoreFake, TablestoreFake]) -> Any:
    return emptied(fakes[0])


@pytest.fixture
def other(fakes: tuple[TablestoreFake, TablestoreFake]) -> Any:
    return emptied(fakes[1])


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.backup.patience._PAUSE_S", 0)


def emptied(fake: TablestoreFake, tables: tuple[Table, ...] = OURS) -> Any:
    fake.reset()
    client = fake.client("feed", retry_policy=tablestore.NoRetryPolicy())
    table_admin.create(client, silent, tables)
    return client


SOME: dict[str, Any] = {
    "plain": {(f"{start:04x}:1", number): {"x": number} for start in range(0, 65_536, 4_096) for number in range(3)},
    "short": {("a",): {"x": 1}},
    "listed": {(f"{number}",): {"a": "p", "i": number} for number in range(9)},
    "numbered": [(author, {"x": number}) for number in range(4) for author in ("1:a", "8:b")] + [("1:a", {"x": 0})],
}
"""One author's first row stands there twice."""


def whole_dump(client: Any, folder: Path, tables: tuple[Table, ...] = OURS) -> Manifest:
    return dumping.dump(client, folder / "d", "one", Units(), silent, tables)


def load_into(client: Any, manifest: Manifest, moved: Callable[[int], None] = silent, **more: bool) -> Any:
    progress = Progress.of(manifest, "other", manifest.folder.parent)
    return Loading(client, manifest, progress, moved, OURS).run(**more)


def check_equal(one: Any, other: Any) -> None:
    for table in OURS[:2]:
        assert rows_of(other, table) == rows_of(one, table)
    assert [row[:2] for row in rows_of(other, OURS[2])] == [row[:2] for row in rows_of(one, OURS[2])]
    assert without_numbers(rows_of(other, OURS[3])) == without_numbers(rows_of(one, OURS[3]))


def stopping_at(at: int) -> Callable[[int], None]:
    left = [at]

    def moved(_rows: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Stopped

    return moved


@pytest.mark.parametrize("at", [1, 20, 64])
def test_a_killed_dump_goes_on(one: Any, fakes: tuple[TablestoreFake, TablestoreFake], tmp_path: Path, at: int) -> None:
    fill(one, SOME)
    with pytest.raises(Stopped):
        dumping.dump(one, tmp_path / "d", "one", Units(), stopping_at(at), OURS)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "d").glob("*.gz")}
    begun = Manifest.read(tmp_path / "d")
    assert begun is not None
    fakes[0].reset_requests()
    manifest = whole_dump(one, tmp_path)
    assert manifest.rows == sum(map(len, SOME.values()))
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "what is there is not read again"
    assert not list((tmp_path / "d").glob("*.new"))


@pytest.mark.parametrize("at", [1, 10, 17, 40, 64, 70, 128])
def test_a_killed_load_goes_on(one: Any, other: Any, tmp_path: Path, at: int) -> None:
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    with pytest.raises(Stopped):
        load_into(other, manifest, stopping_at(at))
    assert load_into(other, manifest).rows == manifest.rows
    check_equal(one, other)
    assert not list(tmp_path.glob("load-*"))


@pytest.mark.parametrize("at", range(1, 10))
@pytest.mark.parametrize("kind", ["lost_answer", "disconnect"])
def test_an_append_is_never_made_twice(
    one: Any, other: Any, fakes: tuple[TablestoreFake, TablestoreFake], tmp_path: Path, kind: str, at: int
) -> None:
    """Neither by a try that is repeated, nor by a load that goes on where one was killed."""
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    fakes[1].faults.add(kind, api="PutRow", after=at - 1, count=1)
    load_into(other, manifest)
    check_equal(one, other)


def test_a_load_that_was_killed_between_an_append_and_its_note(
    one: Any, other: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("commands.backup.load.Sequences.keep", lambda *_: stopping_at(1)(0))
        with pytest.raises(Stopped):
            load_into(other, manifest)
    load_into(other, manifest)
    check_equal(one, other)


def test_rows_and_requests_that_fail_are_repeated(
    one: Any, other: Any, fakes: tuple[TablestoreFake, TablestoreFake], tmp_path: Path
) -> None:
    fill(one, SOME)
    for fake in fakes:
        fake.faults.add("throttle", count=2)
        fake.faults.add("partial", api="BatchWriteRow", probability=0.5, count=4)
        fake.faults.add("lost_answer", api="BatchWriteRow", count=1, after=4)
        fake.faults.add("disconnect", api="GetRange", count=2, after=3)
    fakes[1].faults.clear()
    manifest = whole_dump(one, tmp_path)
    fakes[1].faults.add("partial", api="BatchWriteRow", probability=0.5, count=4)
    fakes[1].faults.add("lost_answer", api="BatchWriteRow", count=1, after=4)
    fakes[1].faults.add("disconnect", api="GetRange", count=2, after=3)
    load_into(other, manifest)
    check_equal(one, other)


# --- what a dump sees ----------------------------------------------------------------------------------------------


class Meanwhile:
    """A client beside which somebody writes right after its n-th range."""

    def __init__(self, client: Any, at: int, happen: Callable[[], None]) -> None:
        self._client, self._left, self._happen = client, at, happen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_range(self, *arguments: Any, **named: Any) -> Any:
        answer = self._client.get_range(*arguments, **named)
        self._left -= 1
        if self._left == 0:
            self._happen()
        return answer


LARGE = "z" * 1_000_000


@pytest.mark.parametrize("wide", [10_000, 3])
def test_a_partition_is_of_one_moment_unless_it_is_wide(
    one: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    monkeypatch.setattr(dumping, "WIDE", wide)
    monkeypatch.setattr(dumping, "SIDE_BY_SIDE", 1)
    plain = OURS[0]

    def write(at: int) -> None:
        for number in (0, 5):
            put(one, plain, ("0", number), {"x": at, "large": LARGE})

    for number in range(6):
        put(one, plain, ("0", number), {"x": 1, "large": LARGE})
    client = Meanwhile(one, 1, lambda: write(2))
    manifest = dumping.dump(client, tmp_path / "d", "one", Units(), silent, (plain,))
    with manifest.lines(parts_of(plain)[0]) as lines:
        seen = [row.get("x") for row in lines]
    assert seen == ([2, 1, 1, 1, 1, 2] if wide > 6 else [1, 1, 1, 1, 1, 2])
    assert manifest.parts["plain-0"].wide == (wide == 3)
    assert manifest.parts["plain-0"].moving == 0


def test_a_partition_that_keeps_changing_is_counted(one: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = OURS[0]
    put(one, plain, ("0", 0), {"x": 0})
    ticks = iter(range(1, 100))
    monkeypatch.setattr(
        Reader, "partition", lambda *_: [Row(("0", 0), (("x", next(ticks)),), (2**50,))], raising=True
    )
    manifest = dumping.dump(one, tmp_path / "d", "one", Units(), silent, (plain,))
    assert (manifest.parts["plain-0"].moving, manifest.rows) == (1, 1)


def test_rows_that_rest_are_read_once(tmp_path: Path) -> None:
    hour_ago = [1_700_000_000_000]
    with TablestoreFake(clock=lambda: hour_ago[0]) as fake:
        client = emptied(fake)
        fill(client, SOME)
        fake.reset_requests()
        whole_dump(client, tmp_path)
        assert fake.requests()["GetRange"]["plain"]["requests"] == len(parts_of(OURS[0]))
        assert "GetRow" not in fake.requests()


def test_rows_that_have_expired_stay_away(one: Any, fakes: tuple[TablestoreFake, TablestoreFake], tmp_path: Path) -> None:
    short = OURS[1]
    long_ago = dumping.time.time_ns() // 1_000_000 - 86_400_000 if hasattr(dumping, "time") else 0
    patient = short._replace(ttl_s=10 * 86_400)
    now = [long_ago or 0]
    import time as clock

    now[0] = clock.time_ns() // 1_000_000
    with TablestoreFake(clock=lambda: now[0]) as fake:
        client = fake.client("feed")
        table_admin.create(client, silent, (patient,))
        now[0] -= 2 * 86_400_000 if False else 0
        put(client, patient, ("a",), {"x": 1})
        manifest = dumping.dump(client, tmp_path / "d", "one", Units(), silent, (patient,))
    assert manifest.rows == 1


# --- what is refused -----------------------------------------------------------------------------------------------
