"""scripts/import-follows against the fake: every edge once, whatever stops it, and counts that are right."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands import import_follows, table_admin
from commands.import_follows import BATCH, LONGEST_LINE, MOST_TOLD, SIDE_BY_SIDE, Checkpoint, Outcome, _cut, load
from commands.instance import Instance
from feed.domain.relations import Entry
from feed.store import relations, sessions, users
from feed.store.client import Tables
from feed.store.schema import RELATIONS, SESSIONS, USERS

WINDOW = BATCH * SIDE_BY_SIDE
EDGES = [(follower, author) for author in range(1, 51) for follower in range(author + 1, author + 41)]
assert len(EDGES) > 2 * WINDOW


class Stopped(Exception):
    """Stands for whatever ends an import half way."""


@dataclass
class World:
    fake: TablestoreFake
    tables: Tables
    folder: Path

    def write(self, text: str, name: str = "edges.txt") -> Path:
        file = self.folder / name
        file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return file

    def load(
        self, file: Path, *, limit: int | None = None, stop: bool = False, say: Callable[[str], None] = print
    ) -> Outcome:
        def moved(_position: int) -> None:
            if stop:
                raise Stopped

        checkpoint = Checkpoint.of(file, "here", self.folder)
        return load(file, self.tables, checkpoint, limit=limit, complain=say, moved=moved)

    def check(self, edges: list[tuple[int, int]]) -> None:
        """Exactly these relations are there, and everybody's counts say so."""
        followers = Counter(author for _, author in edges)
        following = Counter(follower for follower, _ in edges)
        for id in followers | following:
            user = users.require(self.tables, id)
            assert (user.follower_count, user.following_count) == (followers[id], following[id])
            assert user.recounts > 0
        for author, count in followers.items():
            assert len(relations.followers(self.tables, author, "0", "g", 5000).rows) == count


def text(edges: list[tuple[int, int]]) -> str:
    return "# from\tto\n" + "".join(f"{follower}\t{author}\n" for follower, author in edges)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with TablestoreFake() as fake:
        table_admin.create(fake.client("feed"), lambda _: None)
        instance = Instance(fake.endpoint, "feed", "local", "local", "", "here")
        yield World(fake, instance.tables((USERS, RELATIONS, SESSIONS)), tmp_path)


@pytest.mark.parametrize("name", ["edges.txt", "edges.txt.gz"])
def test_every_edge_is_there_and_counted(world: World, name: str) -> None:
    outcome = world.load(world.write(text(EDGES), name))

    assert (outcome.read, outcome.new, outcome.bad) == (len(EDGES), len(EDGES), 0)
    world.check(EDGES)


def test_a_repetition_changes_nothing(world: World) -> None:
    file = world.write(text(EDGES + EDGES[:5]))
    world.load(file)
    before = relations.followers(world.tables, 1, "0", "g", 5000).rows

    outcome = world.load(file)

    assert outcome.new == 0
    assert relations.followers(world.tables, 1, "0", "g", 5000).rows == before
    world.check(EDGES)


def test_a_stopped_import_goes_on_where_it_stopped(world: World) -> None:
    file = world.write(text(EDGES))
    with pytest.raises(Stopped):
        world.load(file, stop=True)
    world.fake.reset_requests()

    outcome = world.load(file)

    assert outcome.new == len(EDGES) - WINDOW
    assert world.fake.requests()["BatchWriteRow"][RELATIONS]["rows"] == len(EDGES) - WINDOW
    world.check(EDGES)


def test_an_emptied_database_is_filled_from_the_start(world: World) -> None:
    file = world.write(text(EDGES))
    with pytest.raises(Stopped):
        world.load(file, stop=True)
    client = world.fake.client("feed")
    table_admin.drop(client, lambda _: None)
    table_admin.create(client, lambda _: None)

    assert world.load(file).new == len(EDGES)
    world.check(EDGES)


def test_an_unfollow_is_not_undone(world: World) -> None:
    (follower, author), *others = EDGES
    sessions.change_entry(world.tables, follower, author, None, Entry(1, on=False))

    assert world.load(world.write(text(EDGES))).new == len(others)
    world.check(others)


def test_a_limit_takes_the_first_edges(world: World) -> None:
    file = world.write(text(EDGES))
    assert world.load(file, limit=10).read == 10
    world.check(EDGES[:10])

    world.load(file)
    world.check(EDGES)


def test_bad_lines_are_named_and_skipped(world: World) -> None:
    bad = ["1\t1", "a\tb", "1", "1\t2\t3", "0\t5", f"{2**53}\t1", "-3\t4", "１\t２"]
    file = world.write("# heading\n\n1\t2\n" + "\n".join(bad) + "\r\n3\t2\r\n")
    said: list[str] = []

    outcome = world.load(file, say=said.append)

    assert (outcome.read, outcome.bad) == (2, len(bad))
    assert [line.split(" is skipped")[0] for line in said[:-1]] == [f"line {4 + n}" for n in range(MOST_TOLD)]
    assert said[-1] == "Further bad lines are counted only."
    world.check([(1, 2), (3, 2)])


@pytest.mark.parametrize("name", ["edges.txt", "edges.txt.gz"])
def test_a_line_without_end_is_skipped_in_pieces(world: World, name: str) -> None:
    long = "1" * (3 << 16)
    said: list[str] = []

    file = world.write(f"#{long}\n1\t2{' ' * LONGEST_LINE}\n{long}\t2\n3\t2\n1\t2\t{long}", name)
    outcome = world.load(file, say=said.append)

    assert (outcome.read, outcome.bad) == (1, 3)
    assert said == [f"line {number} is skipped: it is longer than {LONGEST_LINE} bytes." for number in (2, 3, 5)]
    world.check([(3, 2)])


def test_lines_are_never_held_whole() -> None:
    lines = _cut(io.BytesIO(b"x" * (5 << 16) + b"\nshort\n" + b"y" * LONGEST_LINE + b"\nlast"))
    assert [len(line) for line in lines] == [LONGEST_LINE + 1, 6, LONGEST_LINE + 1, 4]


def test_throttled_rows_are_written_again(world: World) -> None:
    world.fake.faults.add("partial", api="BatchWriteRow", table=RELATIONS, count=3, probability=0.3)

    world.load(world.write(text(EDGES)))

    world.check(EDGES)


def test_what_goes_wrong_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTS_INSTANCE", "feed")
    file = tmp_path / "edges.txt"
    assert import_follows.main([str(file), "--local", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("No local cloud is running")
    assert import_follows.main([str(file)]) == 1
    assert capsys.readouterr().err.startswith("Set OTS_ENDPOINT")


def test_bad_lines_and_missing_files_show_in_the_exit_code(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(import_follows, "LOCAL", world.folder)
    monkeypatch.setenv("OTS_ENDPOINT", world.fake.endpoint)
    monkeypatch.setenv("OTS_INSTANCE", "feed")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "local")

    assert import_follows.main([str(world.write(text(EDGES[:3])))]) == 0
    assert "3 follows read, 3 of them new" in capsys.readouterr().out
    assert import_follows.main([str(world.write("1\t1\n"))]) == 1
    assert "line 1 is skipped: nobody follows themselves." in capsys.readouterr().err
    assert import_follows.main([str(world.folder / "absent")]) == 1
    assert "cannot be read: No such file or directory." in capsys.readouterr().err
    packed = gzip.compress(text(EDGES).encode())
    broken = world.folder / "broken.gz"
    broken.write_bytes(packed[:10] + b"\xff" * 20 + packed[30:])
    with pytest.raises(zlib.error), gzip.open(broken) as content:
        content.read()
    assert import_follows.main([str(broken)]) == 1
    assert capsys.readouterr().err.endswith(".\n")
