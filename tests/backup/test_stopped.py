"""Dump and load go on where they were stopped, whatever stops them; and nothing is written twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands.backup import dump as dumping
from commands.backup.manifest import Manifest
from commands.backup.patience import Units
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
    stopping_at,
    whole_dump,
)


@pytest.mark.parametrize("at", [1, 5, PARTS])
def test_a_killed_dump_goes_on(one: Any, fakes: Fakes, tmp_path: Path, at: int) -> None:
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


@pytest.mark.parametrize("at", [1, 3, 4, 8, PARTS, PARTS + 1, 2 * PARTS])
def test_a_killed_load_goes_on(one: Any, other: Any, tmp_path: Path, at: int) -> None:
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    with pytest.raises(Stopped):
        load_into(other, manifest, stopping_at(at))
    assert load_into(other, manifest).rows == manifest.rows
    check_equal(one, other)
    assert not list(tmp_path.glob("load-*"))


def test_a_load_into_an_instance_that_was_emptied_meanwhile_begins_anew(
    one: Any, other: Any, fakes: Fakes, tmp_path: Path
) -> None:
    fill(one, SOME)
    manifest = whole_dump(one, tmp_path)
    with pytest.raises(Stopped):
        load_into(other, manifest, stopping_at(PARTS))
    other = emptied(fakes[1])
    assert load_into(other, manifest).rows == manifest.rows
    check_equal(one, other)


@pytest.mark.parametrize("at", [1, 4, 9])
@pytest.mark.parametrize("kind", ["lost_answer", "disconnect"])
def test_an_append_is_never_made_twice(one: Any, other: Any, fakes: Fakes, tmp_path: Path, kind: str, at: int) -> None:
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


def test_rows_and_requests_that_fail_are_repeated(one: Any, other: Any, fakes: Fakes, tmp_path: Path) -> None:
    fill(one, SOME)
    for fake in fakes:
        fake.faults.add("throttle", api="GetRange", count=2)
        fake.faults.add("partial", api="BatchWriteRow", probability=0.5, count=4)
        fake.faults.add("lost_answer", api="BatchWriteRow", count=1, after=4)
        fake.faults.add("disconnect", api="GetRange", count=2, after=3)
    manifest = whole_dump(one, tmp_path)
    load_into(other, manifest)
    check_equal(one, other)
