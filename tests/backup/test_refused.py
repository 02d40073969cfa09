"""What dump and load refuse before they write anything, and what the two commands say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from commands import table_admin, tables
from commands.backup import dump as dumping
from commands.backup.load import Loading, Progress
from commands.backup.manifest import Manifest, parts_of
from commands.backup.patience import Units
from commands.table_admin import Refused
from feed.store.schema import TABLES, USERS
from tests.backup.words import (
    OURS,
    PARTS,
    SOME,
    Fakes,
    Stopped,
    check_equal,
    emptied,
    fill,
    load_into,
    put,
    rows_of,
    silent,
    stopping_at,
    whole_dump,
    without_numbers,
)


def test_only_a_new_folder_or_an_unfinished_dump_is_written_to(one: Any, tmp_path: Path) -> None:
    whole_dump(one, tmp_path)
    with pytest.raises(Refused, match="holds a whole dump, of 2"):
        whole_dump(one, tmp_path)
    (tmp_path / "d" / "manifest.json").unlink()
    with pytest.raises(Refused, match="is not empty, and no dump"):
        whole_dump(one, tmp_path)
    with pytest.raises(Stopped):
        dumping.dump(one, tmp_path / "e", "another", Units(), stopping_at(1), OURS)
    with pytest.raises(Refused, match="holds a dump of another; name a new folder"):
        dumping.dump(one, tmp_path / "e", "one", Units(), silent, OURS)
    (tmp_path / "e" / "manifest.json").write_text("{")
    with pytest.raises(Refused, match="is not the manifest of a dump of this version"):
        dumping.dump(one, tmp_path / "e", "one", Units(), silent, OURS)


def test_what_cannot_be_loaded_is_refused_before_anything_is_written(
    one: Any, other: Any, fakes: Fakes, tmp_path: Path
) -> None:
    fill(one, SOME)
    with pytest.raises(Stopped):
        dumping.dump(one, tmp_path / "d", "one", Units(), stopping_at(1), OURS)
    half = Manifest.read(tmp_path / "d")
    assert half is not None
    with pytest.raises(Refused, match="was not finished"):
        load_into(other, half)
    manifest = whole_dump(one, tmp_path)
    with pytest.raises(Refused, match="tables that this version does not know: plain"):
        Loading(other, manifest, Progress.of(manifest, "other", tmp_path), silent, OURS[1:]).run()
    other.delete_table("plain")
    with pytest.raises(Refused, match="run scripts/tables migrate first"):
        load_into(other, manifest)
    table_admin.create(other, silent, OURS)
    file = manifest.file(parts_of(OURS[0])[0])
    right = file.read_bytes()
    for wrong in (right[:-20], gzip.compress(gzip.decompress(right).replace(b'"x",1,', b'"x",2,')), b"no"):
        file.write_bytes(wrong)
        with pytest.raises(Refused, match=r"cannot be read|is not what was dumped"):
            load_into(other, manifest)
    file.write_bytes(right)
    put(other, OURS[1], ("mine",), {"x": 7})
    with pytest.raises(Refused, match="There are rows in short; add --into-existing"):
        load_into(other, manifest)
    assert not fakes[1].requests().keys() & {"BatchWriteRow", "UpdateTable"}


def test_rows_among_others(one: Any, other: Any, tmp_path: Path) -> None:
    """Those of the dump are replaced; an author's numbered rows are put only if they are not there."""
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    load_into(other, manifest)
    put(other, OURS[0], ("mine", 1), {"x": 7})
    put(other, OURS[0], ("0000:1", 0), {"x": 8, "y": 1})
    load_into(other, manifest, into_existing=True)
    there = {row.key: dict(row.cells) for row in rows_of(other, OURS[0])}
    assert there.pop(("mine", 1)) == {"x": 7}
    assert there == {row.key: dict(row.cells) for row in rows_of(one, OURS[0])}
    assert without_numbers(rows_of(other, OURS[3])) == without_numbers(rows_of(one, OURS[3]))


def test_a_row_that_somebody_changes_is_told(one: Any, other: Any, tmp_path: Path) -> None:
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    left = [PARTS]  # all parts are loaded, none is read back

    def moved(_rows: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            put(other, OURS[1], ("a",), {"x": 3})

    with pytest.raises(Refused, match=r"The row \('a',\) of short is not as it was dumped"):
        load_into(other, manifest, moved)
    with pytest.raises(Refused, match="There are rows in plain, short, listed, numbered"):
        load_into(other, manifest)
    assert load_into(other, manifest, into_existing=True).rows == manifest.rows
    check_equal(one, other)


def test_the_commands(
    fakes: Fakes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("commands.backup.command.LOCAL", tmp_path / "local")
    monkeypatch.setenv("OTS_INSTANCE", "feed")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "local")
    users = next(table for table in TABLES if table.name == USERS)
    for fake in fakes:
        emptied(fake, TABLES)
        monkeypatch.setenv("OTS_ENDPOINT", fake.endpoint)
        if fake is fakes[0]:
            for number in range(4):
                put(fake.client("feed"), users, (f"000{number}:{number}",), {"user_id": number})
            assert tables.main(["dump", "--out", str(tmp_path / "d")]) == 0
            assert f"4 rows in {len(TABLES)} tables" in capsys.readouterr().out
        else:
            assert tables.main(["load", str(tmp_path / "none")]) == 1
            assert tables.main(["load", str(tmp_path / "d")]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("There is no dump in ")
    assert "4 rows loaded, 0 had expired; 4 write units (1,000,000 for a million rows)" in said.out
    assert "every row read back and equal" in said.out
    assert rows_of(fakes[1].client("feed"), users) == rows_of(fakes[0].client("feed"), users)
    assert json.loads((tmp_path / "d" / "manifest.json").read_text())["finished"]
