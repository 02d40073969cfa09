"""Spark's neighbours are the in-process trainer's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feed.config import Training
from tests.spark.made_up import NOW_MS, Neighbors, assert_same, made_up_log, trained_in_process

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


def trained(spark: SparkSession, training: Training) -> Neighbors:
    from commands.spark_files import ACTS
    from commands.spark_neighbors import neighbors

    schema = ", ".join(f"{name} {kind}" for name, kind in ACTS.items())
    rows = neighbors(spark.createDataFrame(made_up_log(), schema), training, NOW_MS).collect()
    found: Neighbors = {}
    for place, row in enumerate(sorted(rows, key=lambda row: (row.article, row.rank))):
        found.setdefault(row.article, []).append((row.neighbor, row.similarity))
        assert row.rank == len(found[row.article]), place
    return found


@pytest.mark.parametrize(
    ("window_days", "half_life_days", "most"), [(0, 0, 200), (90, 60, 20), (0, 1, 7)], ids=["plain", "default", "steep"]
)
def test_neighbours_are_those_of_the_in_process_trainer(
    spark: SparkSession, window_days: int, half_life_days: int, most: int
) -> None:
    training = Training(window_days, half_life_days, most, most_acts=1)
    expected = trained_in_process(made_up_log(), training)
    assert len(expected) > 100
    assert any(len(near) == most for near in expected.values())

    assert_same(trained(spark, training), expected)


def test_equals_are_ordered_by_id(spark: SparkSession) -> None:
    found = trained(spark, Training(0, 0, 1, most_acts=1))

    assert [found[article][0][0] for article in (1001, 2000, 3000)] == [2000, 1001, 1001]


def test_the_window_holds_its_first_millisecond(spark: SparkSession) -> None:
    found = trained(spark, Training(90, 60, 200, most_acts=1))

    assert 4000 in found
    assert 4001 not in found


def test_files_are_overwritten_and_read_as_they_were(spark: SparkSession, tmp_path: Path) -> None:
    from pyspark.sql import functions as f

    from commands.spark_files import ACTS, BadFile, read, write

    for name in ("acts.parquet", "acts.jsonl"):
        path = str(tmp_path / name)
        for rows in ([(1, 2, 3, 4), (5, 6, 7, 8)], [(1, 2, 3, 4)]):
            frame = spark.createDataFrame(rows, "user int, article bigint, acts int, acted_ms bigint")
            assert write(frame, path, f.count("*")) == len(rows)
        assert read(spark, path, ACTS).collect() == [(1, 2, 3, 4)]
    with pytest.raises(BadFile, match=r"acts\.csv ends in none of \.parquet, \.jsonl\."):
        read(spark, "acts.csv", ACTS)
    with pytest.raises(BadFile, match=r"acts\.parquet has no column rank\."):
        read(spark, str(tmp_path / "acts.parquet"), {"rank": "int"})


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"user": 1, "article": 2, "acts": 1}, "has no acted_ms"),
        ({"user": "guest", "article": 2, "acts": 1, "acted_ms": 3}, "Malformed records"),
    ],
)
def test_a_row_that_is_none_ends_the_job(
    spark: SparkSession, tmp_path: Path, row: dict[str, object], complaint: str
) -> None:
    from py4j.protocol import Py4JJavaError

    from commands.spark_files import ACTS, read

    file = tmp_path / "acts.jsonl"
    file.write_text(json.dumps(row))
    with pytest.raises(Py4JJavaError, match=complaint):
        read(spark, str(file), ACTS).collect()
