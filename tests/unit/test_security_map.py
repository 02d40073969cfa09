"""SECURITY.md: each of the fifteen controls is kept where it says, and the tests that would notice its loss exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from commands.running import ROOT


class Control(NamedTuple):
    number: int
    kept_in: list[str]
    noticed_by: list[str]


def controls() -> list[Control]:
    lines = (ROOT / "SECURITY.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d+ \|", line)]
    return [Control(int(row[0]), *(re.findall(r"`([^`]+)`", cell) for cell in row[2:])) for row in rows]


@cache
def _tests_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_there_are_fifteen() -> None:
    assert [control.number for control in controls()] == list(range(1, 16))


@pytest.mark.parametrize("control", controls(), ids=lambda control: str(control.number))
def test_a_control_is_kept_somewhere_and_its_loss_is_noticed(control: Control) -> None:
    assert control.kept_in
    assert [place for place in control.kept_in if not (ROOT / place).is_file()] == []
    assert control.noticed_by
    for noticed in control.noticed_by:
        file, _, test = noticed.partition("::")
        assert test in _tests_of(ROOT / file), noticed
