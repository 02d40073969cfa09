"""Which Python runs a function: the declared one where it is installed and the layers allow it, with a note else."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alifakes.function_compute import ProjectError
from alifakes.function_compute.sandbox import interpreters
from alifakes.function_compute.sandbox.interpreters import OWN_VERSION, choose

# the official client's own, on Python 3.12
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
OTHERS = [version for version in ("3.9", "3.10", "3.12") if version != OWN_VERSION]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What has been found in one test is not known in the next."""
    yield
    interpreters._find.cache_clear()
    interpreters._built_for.cache_clear()


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of pyenv's versions, empty, and no Python on the path."""
    interpreters._find.cache_clear()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "pyenv/versions"


def pretend(file: Path, version: str) -> None:
    """An executable that says that it is Python `version`."""
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\necho {version}\n")
    file.chmod(0o755)


def test_own_version_is_run_by_this_interpreter() -> None:
    if f"python{OWN_VERSION}" in ("python3.10", "python3.12"):
        assert choose(f"python{OWN_VERSION}", ()) == (sys.executable, None)


@pytest.mark.parametrize("version", OTHERS)
def test_a_version_that_is_not_installed_is_noted(nothing_installed: Path, version: str) -> None:
    assert not nothing_installed.exists()
    note = f"python{version} is run by Python {OWN_VERSION}: Python {version} is not installed here."
    assert choose(f"python{version}", ()) == (sys.executable, note)


def test_the_newest_of_pyenvs_is_taken(nothing_installed: Path) -> None:
    version = OTHERS[0]
    for patch in ("9", "10", "2"):
        pretend(nothing_installed / f"{version}.{patch}/bin/python", version)
    # a build that does not run, and one that is something else
    (nothing_installed / f"{version}.99/bin").mkdir(parents=True)
    pretend(nothing_installed / f"{version}.98/bin/python", "2.7")
    assert choose(f"python{version}", ()) == (str(nothing_installed / f"{version}.10/bin/python"), None)


def test_a_python_on_the_path_is_taken(nothing_installed: Path) -> None:
    version = OTHERS[0]
    folder = nothing_installed.parents[1] / "bin"
    folder.rmdir()
    pretend(folder / f"python{version}", version)
    assert choose(f"python{version}", ()) == (str(folder / f"python{version}"), None)


@pytest.mark.parametrize("version", OTHERS)
def test_packages_compiled_for_another_version_decide(tmp_path: Path, version: str) -> None:
    built = tmp_path / "python/numpy"
    built.mkdir(parents=True)
    (built / f"core.cpython-399{interpreters._PLATFORM}").touch()
    chosen, note = choose(f"python{version}", (str(tmp_path / "python"),))
    assert chosen == sys.executable
    assert (
        note == f"python{version} is run by Python {OWN_VERSION}: the packages in {tmp_path}/python are built for 3.99."
    )
    interpreters._built_for.cache_clear()
    (built / f"core.cpython-{version.replace('.', '')}{interpreters._PLATFORM}").touch()
    assert "are built for" not in (choose(f"python{version}", (str(tmp_path / "python"),))[1] or "")


def test_one_that_does_not_exist(start: Callable[..., Any]) -> None:
    with pytest.raises(ProjectError, match=r"interpreter /nowhere/python3\.12 cannot be run"):
        start({}, interpreters={"python3.12": "/nowhere/python3.12"})


def test_python_3_6_is_noted() -> None:
    assert choose("python3", ())[1] == f"python3 is run by Python {OWN_VERSION}: the emulator does not run Python 3.6."


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12"])
def test_a_function_runs_under_its_declared_version(start: Callable[..., Any], tmp_path: Path, version: str) -> None:
    found, note = choose(f"python{version}", ())
    if note is not None:
        pytest.skip(note)
    assert shutil.which(found)
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text("import sys\ndef handler(event, context):\n    return list(sys.version_info[:2])\n")
    calls = start({"code": str(code), "handler": "index.handler", "runtime": f"python{version}"})
    assert calls.now("one") == [int(part) for part in version.split(".")]
    assert not any("is run by" in note for note in calls.fake.notes)


def test_packages_of_another_platform_decide_nothing(tmp_path: Path) -> None:
    (tmp_path / "core.cpython-399-elsewhere.so").touch()
    assert "are built for" not in (choose(f"python{OTHERS[0]}", (str(tmp_path),))[1] or "")
