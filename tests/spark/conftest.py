"""Tests that need PySpark and Java: run by `pytest -m spark` where both are, and by no other run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "spark" not in config.option.markexpr:
        asked_for = [item for item in items if item.get_closest_marker("spark") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in asked_for])
        items[:] = asked_for


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "3").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
