"""What is loaded is what was dumped, and a dump is of one moment for each partition key."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tablestore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from commands.backup import dump as dumping
from commands.backup.lines import Row, decode, encode
from commands.backup.load import Loading, Progress
from commands.backup.manifest import CUTS, parts_of
from commands.backup.patience import Units
from commands.backup.reading import Reader
from tests.backup.words import (
    OURS,
    PARTS,
    SOME,
    Fakes,
    emptied,
    fill,
    load_into,
    put,
    rows_of,
    silent,
    whole_dump,
    without_numbers,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
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


def index_of(client: Any) -> list[Any]:
    start, end = ([(key, bound) for key in ("a", "i", "pk")] for bound in (tablestore.INF_MIN, tablestore.INF_MAX))
    return [row.primary_key for row in client.get_range("by_a", "FORWARD", start, end, max_version=1)[2]]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=contents)
def test_what_is_loaded_is_what_was_dumped(
    fakes: Fakes, tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
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


def test_hashed_keys_are_cut_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.backup.manifest.CUTS", CUTS)
    parts = parts_of(OURS[0])
    assert len(parts) == 16
    assert [part.high for part in parts[:-1]] == [part.low for part in parts[1:]] == list("123456789abcdef")
    assert (parts[0].low, parts[-1].high) == (None, None)


@given(key=st.tuples(texts, whole), cells=columns, version=st.integers(0, 2**53))
def test_a_line_keeps_every_type(key: tuple[str, int], cells: dict[str, Any], version: int) -> None:
    row = Row(key, tuple(cells.items()), (version,) * len(cells))
    again = decode(encode(row))
    assert again == row
    assert [type(value) for _, value in again.cells] == [type(value) for _, value in row.cells]
    assert encode(row).count(b"\n") == 1


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


MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
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
    monkeypatch.setattr(Reader, "partition", lambda *_: [Row(("0", 0), (("x", next(ticks)),), (2**50,))], raising=True)
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


def test_rows_and_cells_that_have_expired_stay_away(other: Any, tmp_path: Path) -> None:
    patient = OURS[1]._replace(ttl_s=10 * 86_400)
    now_ms = time.time_ns() // 1_000_000
    clock = [now_ms - 2 * 86_400_000]
    with TablestoreFake(clock=lambda: clock[0]) as fake:
        client = emptied(fake, (patient,))
        put(client, patient, ("a",), {"x": 1})
        put(client, patient, ("b",), {"x": 1})
        put(client, patient, ("c",), {})
        clock[0] = now_ms
        newer = tablestore.Row([("pk", "b")], {"PUT": [("y", 2)]})
        client.update_row("short", newer, tablestore.Condition("IGNORE"))
        manifest = whole_dump(client, tmp_path, (patient,))
    loaded = load_into(other, manifest)
    assert (manifest.rows, loaded.rows, loaded.expired) == (3, 2, 1)
    assert [(row.key, row.cells) for row in rows_of(other, OURS[1])] == [(("b",), (("y", 2),)), (("c",), ())]


def test_what_expires_while_it_is_loaded_is_not_missed(
    other: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells that are put, but too old to be compared half an hour later."""
    now_ms = time.time_ns() // 1_000_000
    clock = [now_ms - 22 * HOUR_MS - 50 * MINUTE_MS]
    with TablestoreFake(clock=lambda: clock[0]) as fake:
        client = emptied(fake)
        put(client, OURS[1], ("a",), {"x": 1})
        put(client, OURS[1], ("b",), {"x": 1})
        clock[0] = now_ms
        newer = tablestore.Row([("pk", "b")], {"PUT": [("y", 2)]})
        client.update_row("short", newer, tablestore.Condition("IGNORE"))
        manifest = whole_dump(client, tmp_path)
    moved_on = SimpleNamespace(time_ns=lambda: clock[0] * 1_000_000)
    monkeypatch.setattr("commands.backup.load.time", moved_on)
    left = [PARTS]

    def moved(_rows: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            clock[0] += 30 * MINUTE_MS

    assert load_into(other, manifest, moved).rows == 2
    assert [(row.key, dict(row.cells)) for row in rows_of(other, OURS[1])] == [
        (("a",), {"x": 1}),
        (("b",), {"x": 1, "y": 2}),
    ]
