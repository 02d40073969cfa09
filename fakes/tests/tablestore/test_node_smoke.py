"""The official Node.js SDK, unmodified: run by `pytest -m node` where Node.js and npm are, and by no other run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from alifakes.tablestore.app import TablestoreFake

NODE = Path(__file__).with_name("node")


@pytest.fixture(scope="module")
def installed(request: pytest.FixtureRequest) -> Path:
    """A folder in which the pinned SDK is installed; it is kept for the next run."""
    assert request.config.cache is not None
    folder: Path = request.config.cache.mkdir("node-sdk")
    shutil.copyfile(NODE / "package.json", folder / "package.json")
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, timeout=600, check=True)
    return folder


@pytest.mark.node
def test_the_official_sdk(installed: Path) -> None:
    with TablestoreFake() as fake:
        done = subprocess.run(
            ["node", NODE / "smoke.js", fake.endpoint],
            cwd=installed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "all as it should be" in done.stdout
