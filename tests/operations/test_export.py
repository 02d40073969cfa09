"""A person's archive and the proof of their erasure, as the command gives them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from commands.admin import command, erase, exported
from feed.domain.ids import hashed
from feed.store import inboxes, personal, schema
from feed.store.client import Tables
from feed.store.rows import Row, Update
from feed.store.traces import Person
from tests.operations.conftest import Clock
from tests.operations.operators import Say, saying
from tests.operations.persons import CLO, DAN, EVE, FAY, FEN, PAM, TOM, Lives, dump, naming
from tests.steps import InProcess, Product

FOR = ("--why", "her wish", "--yes", "--by", "op")


@pytest.fixture
def lives(
    product: Product, driver: InProcess, store: Tables, alipay_keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Lives:
    monkeypatch.setattr(command, "time", clock)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    return Lives(product, driver, store, alipay_keys, clock)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Say:
    """Without the lines of functions."""
    say = saying(command.main, capsys)

    def run(*words: object) -> tuple[int, list[str], str]:
        code, lines, complaint = say(*words)
        return code, [line for line in lines if not line.startswith("{")], complaint

    return run


def read(file: Path) -> dict[str, Any]:
    """What an archive holds, by file; lines of JSON as a list."""
    with zipfile.ZipFile(file) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    return {
        name: [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else text
        for name, text in texts.items()
    }


def theirs(rows: list[Row], columns: tuple[str, ...]) -> int:
    return sum(any(row.get(column) in (PAM, hashed(PAM)) for column in columns) for row in rows)


def test_it_is_decided_of_every_table_what_is_told() -> None:
    told = {each.table for each in exported.EXPORTED}
    assert told | exported.NOT_EXPORTED.keys() == {table.name for table in schema.TABLES}
    assert not told & exported.NOT_EXPORTED.keys()


def test_an_export_holds_every_row_that_is_hers(lives: Lives, said: Say, store: Tables, tmp_path: Path) -> None:
    pams, toms = lives.lived()
    file = tmp_path / "pam.zip"
    code, (line,), _ = said("export", PAM, "--out", file)
    assert (code, line.startswith(f"{file}: ")) == (0, True)
    assert [each.name for each in tmp_path.iterdir()] == ["pam.zip"]
    found, all_rows = read(file), dump(store)
    for each in exported.EXPORTED:
        assert len(found[each.file]) == theirs(all_rows[each.table], each.whose) > 0, each.file
    manifest = json.loads(found["manifest.json"])
    assert manifest["articles"] == sorted(pams)
    assert manifest["rows"] == {each.file: len(found[each.file]) for each in exported.EXPORTED}
    assert "<p>雨后</p>" in found[f"articles/{pams[0]}.html"]
    assert {row["author_id"] for row in found["following.jsonl"] if "followed_ms" in row} == {TOM, FAY}
    assert {row["follower_id"] for row in found["followers.jsonl"] if "followed_ms" in row} == {TOM, FAY}
    assert all(each.file in found["README.md"] and each.chinese in found["README.md"] for each in exported.EXPORTED)
    assert toms in {row["message_id"] for row in found["acts.jsonl"]}


def test_an_export_tells_nothing_that_is_not_hers_to_see(lives: Lives, said: Say, tmp_path: Path) -> None:
    lives.lived()
    said("export", PAM, "--out", tmp_path / "pam.zip")
    found = read(tmp_path / "pam.zip")
    text = json.dumps(found, ensure_ascii=False)
    assert [row["other_id"] for row in found["blocks.jsonl"]] == [DAN]
    assert str(EVE) not in text, "who has blocked her"
    assert "spam" not in text, "why an operator has banned her"
    assert "n7001" not in text, "other people's names"
    got = [row for row in found["orders.jsonl"] if row["payer_id"] == TOM]
    assert [(row["amount_fen"], row["message"], "trade_no" in row, "pay_url" in row) for row in got] == [
        (FEN, "from Tom", False, False)
    ]
    assert "from Clo" not in text
    assert str(CLO) in text, "whom she has just left"


def test_an_export_is_the_same_every_time(lives: Lives, said: Say, tmp_path: Path) -> None:
    lives.lived()
    for name in ("one", "two"):
        assert said("export", PAM, "--out", tmp_path / name)[0] == 0
        lives.clock.advance(1_000)
    one, two = read(tmp_path / "one"), read(tmp_path / "two")
    assert list(one) == list(two)
    assert {name for name in one if one[name] != two[name]} == {"manifest.json"}


def test_a_file_that_cannot_be_written_leaves_nothing(lives: Lives, said: Say, tmp_path: Path) -> None:
    lives.lived()
    code, lines, complaint = said("export", PAM, "--out", tmp_path / "no" / "pam.zip")
    assert (code, lines, "cannot be written" in complaint) == (2, [], True)
    assert said("export", 4711, "--out", tmp_path / "x.zip") == (1, [], "There is no user 4711.\n")
    assert list(tmp_path.iterdir()) == []


def test_the_command_erases_and_proves_it(
    lives: Lives, said: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pams, _ = lives.lived()
    said("export", PAM, "--out", tmp_path / "pam.zip")
    code, lines, _ = said("erase-check", PAM)
    assert code == 1
    assert {line.split()[0] for line in lines[:-3]} == set(personal.LOOKED_AT)
    assert f"rows still name user {PAM}; " in lines[-3]
    code, lines, complaint = said("erase", PAM, *FOR)
    assert (code, lines) == (1, [])
    assert complaint.endswith(f"--paid-out {FEN}: it says that the person has got so much.\n")
    monkeypatch.setattr(erase, "_PAUSE_S", 0.0)
    monkeypatch.setattr("commands.admin.personal.time.sleep", lambda _: lives.tick(5))
    code, lines, _ = said("erase", PAM, *FOR, "--paid-out", FEN)
    assert code == 0
    assert lines == [
        f"User {PAM} is banned, and is being erased: the sweeper starts it within a minute.",
        f"User {PAM} is erased; the last look at all tables has found nothing.",
    ]
    code, lines, _ = said("erase-check", PAM, "--archive", tmp_path / "pam.zip")
    assert (code, lines[0].startswith(f"Nothing names user {PAM}; "), len(lines)) == (0, True, 3)
    assert f"{len(pams)} articles known" in lines[0]
    assert said("erase", PAM, *FOR)[1][0].startswith(f"User {PAM} is erased: ")
    assert said("audit", "--of", f"user:{PAM}")[1][-1] == "3 acts"


def test_what_came_back_is_found_and_goes_again(lives: Lives, said: Say, store: Tables, tmp_path: Path) -> None:
    pams, toms = lives.lived()
    said("export", PAM, "--out", tmp_path / "pam.zip")
    lives.begins()
    lives.erases()
    store.write(inboxes.put(hashed(TOM), 5, pams[0], PAM, 1, only_if_absent=False))
    store.write(Update(schema.LOG, (hashed(TOM), pams[1]), put={"is_read": 1, "acts": 1, "acted_ms": 1}))
    store.write(Update(schema.HIDDEN, (hashed(CLO),), put={f"new_{PAM}": 1}))
    store.write(Update(schema.JOBS, (hashed(toms), 9, 0), put={"who": f"5:{PAM}"}))
    code, lines, _ = said("erase-check", PAM)
    assert (code, [line.split()[0] for line in lines[:-3]]) == (1, [schema.HIDDEN, schema.JOBS, schema.INBOXES])
    assert lines[0] == f"{schema.HIDDEN} {hashed(CLO)} (new_{PAM})"
    code, lines, _ = said("erase-check", PAM, "--archive", tmp_path / "pam.zip")
    assert [line.split()[0] for line in lines[:-3]] == [schema.HIDDEN, schema.JOBS, schema.INBOXES, schema.LOG]
    assert said("erase", PAM, *FOR, "--again", "--no-wait")[0] == 0
    assert lives.erases()[-1] == "done"
    assert schema.INBOXES not in naming(dump(store), [PAM])


def test_an_archive_of_somebody_else_is_refused(lives: Lives, said: Say, tmp_path: Path) -> None:
    lives.lived()
    said("export", TOM, "--out", tmp_path / "tom.zip")
    (tmp_path / "bad.zip").write_text("x")
    for name in ("tom.zip", "bad.zip", "none.zip"):
        code, lines, complaint = said("erase-check", PAM, "--archive", tmp_path / name)
        assert (code, lines, complaint) == (1, [], f"{tmp_path / name} is not an export of user {PAM}.\n")


@pytest.mark.parametrize("words", [("export", PAM), ("erase", PAM, "--yes"), ("erase", PAM, *FOR, "--paid-out", "-1")])
def test_what_is_not_asked_for_properly_is_refused(lives: Lives, said: Say, words: tuple[object, ...]) -> None:
    assert lives.product is not None
    code, lines, complaint = said(*words)
    assert (code, lines, "usage: scripts/admin" in complaint) == (2, [], True)


def test_a_short_number_is_not_looked_for_among_numbers() -> None:
    assert personal.mentions({"count": 7, "id": "7:1"}, Person(7)) == []
    assert personal.mentions({"title": str(PAM), "x": f"a:{PAM}"}, Person(PAM)) == ["x"]
    assert personal.mentions({f"late_{TOM}": 1, "y": PAM}, Person(7, frozenset({TOM}))) == [f"late_{TOM}"]
