"""Layers that hold the same package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_packages_that_are_in_two_layers_are_noted(start: Callable[..., Any], tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("first", "second")}
    for folder in folders.values():
        (folder / "python/shared").mkdir(parents=True)
        (folder / "python/shared/__init__.py").touch()
    arns = [f"acs:fc:cn-hangzhou:1:layers/{name}/versions/1" for name in folders]
    notes = start({"layers": arns}, layers=folders).fake.notes
    assert (
        f"one: package 'shared' is in {tmp_path}/first/python and in {tmp_path}/second/python: on FC their files are"
        " merged, here those of the first are seen."
    ) in notes
    assert start({"layers": arns[:1] * 2}, layers=folders).fake.notes == [
        note for note in notes if "shared" not in note
    ]
