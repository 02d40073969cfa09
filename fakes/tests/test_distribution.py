"""The wheel as somebody else gets it: built, installed with what it asks for, started, loaded by their pytest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FAKES = Path(__file__).parents[1]

OTHERS = """
def test_it(tablestore):
    assert tablestore.endpoint.startswith("http://127.0.0.1:")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment in which the wheel is installed, and of the tests' tools only pytest."""
    folder = tmp_path_factory.mktemp("distribution")
    source = folder / "source"
    shutil.copytree(FAKES, source, ignore=shutil.ignore_patterns("tests", "__pycache__", "build", "*.egg-info"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, source])
    (wheel,) = folder.glob("alifakes-*.whl")
    _run([sys.executable, "-m", "venv", folder / "venv"])
    programs = folder / "venv" / "bin"
    _run([programs / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install", wheel, "pytest"])
    return programs


def _run(command: list[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONWARNINGS")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=environment, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done  # type: ignore[no-any-return]


@pytest.mark.slow
def test_the_program_starts(installed: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [installed / "alifakes", "tablestore", "--data", tmp_path / "data.db"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready: http://127.0.0.1:")
    finally:
        process.kill()
        process.communicate()
    assert "PutRow" in _run([installed / "alifakes", "tablestore", "--coverage"]).stdout


@pytest.mark.slow
def test_pytest_finds_the_fixtures(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(OTHERS)
    assert "1 passed" in _run([installed / "python", "-m", "pytest"], cwd=tmp_path).stdout


@pytest.mark.slow
def test_what_is_in_it(installed: Path) -> None:
    listed = _run([installed / "python", "-m", "pip", "show", "--files", "alifakes"]).stdout
    for name in (
        "alifakes/py.typed",
        "alifakes/tablestore/wire/ots_pb2.pyi",
        "alifakes/tablestore/README.md",
        "alifakes/console/static/parts/tree.js",
        "alifakes/console/static/vendor/preact.js",
        "LICENSE",
    ):
        assert name in listed
    done = subprocess.run([installed / "alifakes", "fc"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "pip install alifakes[fc]" in done.stderr
