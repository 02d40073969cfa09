"""The sample project, served in both editions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alifakes.function_compute import FunctionComputeFake

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the sample project."""
    return SAMPLE


@pytest.fixture(scope="session")
def layers(sample: Path) -> dict[str, Path]:
    return {"first": sample / "layers/first", "second": sample / "layers/second"}


@pytest.fixture(scope="module")
def fc3(sample: Path, layers: dict[str, Path]) -> Iterator[FunctionComputeFake]:
    with FunctionComputeFake(
        sample / "s.yaml",
        env={"UNRELATED": "not declared"},
        layers=layers,
        routes=sample / "openapi.yaml",
        timers=False,
        retry_base_s=0.01,
        max_body=1024 * 1024,
    ) as fake:
        yield fake


@pytest.fixture(scope="module")
def fc2(sample: Path) -> Iterator[FunctionComputeFake]:
    with FunctionComputeFake(
        sample / "s.fc2.yaml",
        env={"GREETING": "hello"},
        routes=sample / "openapi.fc2.yaml",
        timers=False,
        retry_base_s=0.01,
    ) as fake:
        yield fake
