"""The product's tables on Spark's side: the log into rows of acts, rows of neighbours into their table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as f

from commands.instance import Instance
from commands.spark_files import ACTS
from feed.domain.fanout import shard_range
from feed.store import logs
from feed.store.client import MAX_BATCH_WRITE, Tables
from feed.store.neighbors import put
from feed.store.rows import Write
from feed.store.schema import LOG, NEIGHBORS

STRETCHES = 1024
"""Of the log's hashed keys; a worker holds the rows of one at a time."""
PAUSES_S = (0, 1, 5, 25)
"""Before each try of rows that are not written yet."""


class NotWritten(Exception):
    """Rows could not be written; the message is one sentence."""


def log(spark: SparkSession, on: Instance) -> DataFrame:
    """Every user's log as user, article, acts, acted_ms; read by the executors, side by side."""

    class Stretch:
        def __init__(self) -> None:
            self.tables = on.tables((LOG,))

        def eval(self, number: int) -> Iterator[logs.Logged]:
            for page in logs.stretch(self.tables, *shard_range(number, STRETCHES)):
                yield from page

    returns = ", ".join(f"{name} {kind}" for name, kind in ACTS.items())
    spark.udtf.register("log_stretch", f.udtf(Stretch, returnType=returns))
    spark.range(STRETCHES).createOrReplaceTempView("stretches")
    return spark.sql("SELECT log.* FROM stretches, LATERAL log_stretch(id) AS log")


def put_neighbors(neighbors: DataFrame, on: Instance) -> None:
    """Overwrite the row of each article, from the executors; a task that is repeated repeats its writes."""

    def write(articles: Iterable[Row]) -> None:
        tables = on.tables((NEIGHBORS,))
        puts = (put(row.article, [(near.neighbor, near.similarity) for near in row.nearest]) for row in articles)
        while batch := list(islice(puts, MAX_BATCH_WRITE)):
            _write(tables, batch)

    nearest = f.sort_array(f.collect_list(f.struct("rank", "neighbor", "similarity")))
    neighbors.groupBy("article").agg(nearest.alias("nearest")).foreachPartition(write)


def _write(tables: Tables, left: Sequence[Write]) -> None:
    """Every row, or NotWritten."""
    for pause_s in PAUSES_S:
        time.sleep(pause_s)
        left = [failed.write for failed in tables.write_many(left)]
        if not left:
            return
    raise NotWritten(f"{len(left)} rows could not be written in {len(PAUSES_S)} tries; run the command again.")
