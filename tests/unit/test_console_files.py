"""The console vendors what the web client does, byte for byte, though the emulators are a distribution of their own."""

from __future__ import annotations

import pytest

from commands.running import ROOT

CONSOLE, WEB = ROOT / "fakes/alifakes/console/static/vendor", ROOT / "web/vendor"


@pytest.mark.parametrize("name", sorted(file.name for file in CONSOLE.iterdir()))
def test_one_version_of_each_library(name: str) -> None:
    assert (CONSOLE / name).read_bytes() == (WEB / name).read_bytes()
