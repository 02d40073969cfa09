"""Which packages the local cloud's functions see: those of the layers that were built, if they fit the lock file."""

from __future__ import annotations

import os
import site
from pathlib import Path

import pytest

from alifakes.function_compute.model import Project
from alifakes.function_compute.project import read_project
from commands import local_cloud
from commands.local_cloud import third_parties
from commands.project_files import EXAMPLE

LAYERS = ("feed-vendor", "feed-alipay", "feed-train")


@pytest.fixture
def project() -> Project:
    return read_project(local_cloud.PROJECT_FILES["fc3"], EXAMPLE)


@pytest.fixture
def built(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every layer of the project, built after the lock file was written."""
    monkeypatch.setattr(local_cloud, "BUILT_LAYERS", tmp_path)
    monkeypatch.setattr(local_cloud, "LOCK", tmp_path / "lock")
    runtimes = {function.runtime for function in project.functions}
    for name in ("lock", *(f"{layer}-{runtime}.zip" for layer in LAYERS for runtime in runtimes)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000, 1000))
    return tmp_path


def test_layers_that_were_built_are_used(project: Project, built: Path) -> None:
    said: list[str] = []
    found = third_parties(project, said.append)
    assert found == {layer: built / f"{layer}-{{runtime}}.zip" for layer in LAYERS}
    assert said == []


@pytest.mark.parametrize("stale", [True, False])
def test_where_one_is_missing_or_older_than_the_lock_what_is_installed_stands_in(
    project: Project, built: Path, stale: bool
) -> None:
    one = next(built.glob("feed-train-*.zip"))
    if stale:
        os.utime(one, (999, 999))
    else:
        one.unlink()
    said: list[str] = []
    assert third_parties(project, said.append) == dict.fromkeys(LAYERS, Path(site.getsitepackages()[0]))
    assert len(said) == 1
    assert "scripts/build_layers" in said[0]
