"""scripts/train_spark.py: the log to a file, a file to neighbours, neighbours to their table; each step repeatable."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from commands.instance import EXPLAINED, NoTarget, chosen
from commands.running import LOCAL, ROOT, NotRunning
from feed.config import Training
from feed.errors import Misconfigured

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FILES = "Files end in .parquet or .jsonl (JSON lines), are whatever Spark can reach, and are overwritten."
SETTINGS = (
    "The settings are those of the function: FEED_TRAIN_WINDOW_DAYS, FEED_TRAIN_HALF_LIFE_DAYS (0 switches either off) "
    "and FEED_TRAIN_NEIGHBORS. A file of acts has one row per user and article: user, article, acts (bits: read 1, "
    "like 2, comment 4, collect 8, tip 16), acted_ms. A file of neighbours: article, rank from 1, neighbor, similarity."
)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        from pyspark.errors import PySparkException

        from commands.spark_files import BadFile
    except ModuleNotFoundError as missing:
        print(f"{missing.name} is not installed here; the head of scripts/train_spark.py says how.", file=sys.stderr)
        return 1
    from py4j.protocol import Py4JJavaError

    try:
        print(f"{given.step(given)}; {time.monotonic() - began:.0f} s")
        return 0
    except (NoTarget, NotRunning, BadFile) as refused:
        print(refused, file=sys.stderr)
    except Misconfigured as wrong:
        print(wrong.message, file=sys.stderr)
    except (PySparkException, Py4JJavaError) as failed:
        print(f"Spark did not finish: {_reason(failed)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped; a step that is run again begins from its start.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spark-submit scripts/train_spark.py",
        description="Trains recommendations with Spark, by the definition that the function train-recommendations has.",
        epilog=f"{FILES} {SETTINGS} {EXPLAINED}",
    )
    steps = parser.add_subparsers(required=True, metavar="STEP")
    export = _step(steps.add_parser, "export", "write the users' log, read from the table, to a file of acts", _export)
    export.add_argument("acts")
    train = _step(steps.add_parser, "train", "compute a file of neighbours from a file of acts", _train)
    train.add_argument("acts")
    train.add_argument("neighbors")
    put = _step(steps.add_parser, "put", "write a file of neighbours into their table, a row per article", _put)
    put.add_argument("neighbors")
    for step in (export, put):
        step.add_argument(
            "--local",
            nargs="?",
            type=Path,
            const=LOCAL,
            metavar="DIR",
            help="the local cloud that scripts/dev has started (with --data DIR)",
        )
    return parser


def _step(
    add: Callable[..., argparse.ArgumentParser], name: str, sentence: str, run: Callable[[argparse.Namespace], str]
) -> argparse.ArgumentParser:
    parser = add(name, help=sentence, description=f"{sentence[0].upper()}{sentence[1:]}. {FILES}")
    parser.set_defaults(step=run)
    return parser


def _export(given: argparse.Namespace) -> str:
    from pyspark.sql import functions as f

    from commands import spark_files, spark_tables

    on = chosen(given.local)
    with _session() as spark:
        acts = spark_files.write(spark_tables.log(spark, on), given.acts, f.count("*"))
    return f"{given.acts}: {acts} acts"


def _train(given: argparse.Namespace) -> str:
    from pyspark.sql import functions as f

    from commands import spark_files, spark_neighbors

    training = Training.from_env(os.environ)
    if given.acts.rstrip("/") == given.neighbors.rstrip("/"):
        raise spark_files.BadFile("The neighbours would overwrite the acts that they are made from.")
    with _session() as spark:
        acts = spark_files.read(spark, given.acts, spark_files.ACTS)
        found = spark_neighbors.neighbors(acts, training, int(time.time() * 1000))
        articles = spark_files.write(found, given.neighbors, f.count_if(f.col("rank") == 1))
    return f"{given.neighbors}: neighbours of {articles} articles"


def _put(given: argparse.Namespace) -> str:
    from commands import spark_files, spark_tables

    on = chosen(given.local)
    with _session() as spark:
        spark_tables.put_neighbors(spark_files.read(spark, given.neighbors, spark_files.NEIGHBORS), on)
    return f"The neighbours of {given.neighbors} are in their table"


@contextmanager
def _session() -> Iterator[SparkSession]:
    """Spark as spark-submit was told, with this checkout's packages sent to its executors."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("train-recommendations")
    spark = builder.config("spark.ui.showConsoleProgress", "true").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        for path in (ROOT / "layers" / "core" / "python", ROOT / "scripts"):
            spark.sparkContext.addPyFile(shutil.make_archive(f"{folder}/{path.name}", "zip", path))
        yield spark
        spark.stop()


def _reason(failed: Exception) -> str:
    """The last line of the innermost cause."""
    cause = getattr(failed, "java_exception", None)
    while cause is not None and cause.getCause() is not None:
        cause = cause.getCause()
    lines = str(failed if cause is None else cause.getMessage()).strip().splitlines()
    return lines[-1]
