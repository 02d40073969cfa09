"""The command in front of the three: what it tells who does not know them yet."""

from __future__ import annotations

import pytest

from alifakes.__main__ import COMMANDS, main


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["-h"], 0), ([], 2), (["nothing"], 2)])
def test_usage_lists_the_commands(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    assert main(arguments) == code
    captured = capsys.readouterr()
    told = captured.err if code else captured.out
    assert captured.out + captured.err == told
    for name in COMMANDS:
        assert sum(line.startswith(f"  {name} ") for line in told.splitlines()) == 1
