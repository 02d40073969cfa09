"""The release that is kept for the tests beside this file: small, our own code alone, the same for the same commit."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from commands.freeze_release import freeze
from tests.roll_out.stage import FROZEN
from tests.steps import ROOT


def test_one_small_release_is_kept() -> None:
    (frozen,) = FROZEN.glob("feed-*.zip")
    assert frozen.stat().st_size < 500_000
    with zipfile.ZipFile(frozen) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"functions", "layers"}
    assert all(name.startswith(("functions/", "layers/core/python/feed/")) for name in names)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="there is no history to take a release from")
def test_a_commit_gives_the_same_bytes_and_replaces_the_release_before(tmp_path: Path) -> None:
    (tmp_path / "feed-0.0.1.zip").write_bytes(b"")
    first = freeze("HEAD", tmp_path)
    assert list(tmp_path.iterdir()) == [first]
    content = first.read_bytes()
    assert freeze("HEAD", tmp_path).read_bytes() == content
