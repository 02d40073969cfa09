"""The smoke client in a process of its own, as another SDK version would run it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from alifakes.tablestore.app import TablestoreFake

SMOKE = Path(__file__).with_name("sdk_smoke.py")


LOCK = Path(__file__).with_name("sdk-5.4.1.lock")


def smoke(python: str | Path, *arguments: str) -> None:
    with TablestoreFake() as fake:
        done = subprocess.run(
            [python, SMOKE, fake.endpoint, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "all as it should be" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["python"], ["native"]], ids=["default", "python", "native"])
def test_the_installed_sdk(arguments: list[str]) -> None:
    smoke(sys.executable, *arguments)


@pytest.fixture
def python_with_sdk_5_4_1(request: pytest.FixtureRequest) -> Path:
    """An environment of its own, because 5.4.1 wants an older protobuf; made once and kept in pytest's cache."""
    assert request.config.cache is not None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:8]
    home = request.config.cache.mkdir(f"sdk-5.4.1-python{version}-{digest}")
    python, made = home / "bin" / "python", home / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", LOCK], check=True)
        made.touch()
    return python


def test_the_sdk_that_function_compute_preinstalls(python_with_sdk_5_4_1: Path) -> None:
    smoke(python_with_sdk_5_4_1)
