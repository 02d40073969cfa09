"""Files of acts and of neighbours, as Spark reads and writes them."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as f

ACTS = {"user": "bigint", "article": "bigint", "acts": "bigint", "acted_ms": "bigint"}
NEIGHBORS = {"article": "bigint", "rank": "int", "neighbor": "bigint", "similarity": "double"}
FORMATS = {".parquet": "parquet", ".jsonl": "json"}


class BadFile(Exception):
    """A path cannot be read or written; the message is one sentence."""


def read(spark: SparkSession, path: str, columns: dict[str, str]) -> DataFrame:
    """Types by column; a row without such a value ends the job that reads it. Raises BadFile."""
    reader = spark.read.format(_format(path))
    if _format(path) == "json":  # else its whole text would be read once more to learn the types
        schema = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        reader = reader.schema(schema).option("mode", "FAILFAST")
    found = reader.load(path)
    for name in columns:
        if name not in found.columns:
            raise BadFile(f"{path} has no column {name}.")
    return found.select(*(_required(path, name, kind) for name, kind in columns.items()))


def _required(path: str, name: str, kind: str) -> Column:
    absent = f.raise_error(f.lit(f"A row of {path} has no {name}."))
    return f.coalesce(f.col(name).cast(kind), absent).alias(name)


def write(rows: DataFrame, path: str, counted: Column) -> int:
    """Overwrite the file; what `counted`, an aggregate, says of it. Raises BadFile."""
    seen = Observation()
    rows.observe(seen, counted.alias("count")).write.format(_format(path)).mode("overwrite").save(path)
    return int(seen.get["count"])


def _format(path: str) -> str:
    for ending, name in FORMATS.items():
        if path.rstrip("/").endswith(ending):
            return name
    raise BadFile(f"{path} ends in none of {', '.join(FORMATS)}.")
