"""Neighbours by Spark: the definition in feed/domain/recommendation.py as DataFrames, for logs larger than memory."""

from __future__ import annotations

import os

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as f

from feed.config import Training, act_weights
from feed.domain.recommendation import DIGITS, MIN_READERS, MOST_HALVINGS, NEWEST_ACTS, SHRINK, kinds_of

DAY_MS = 86_400_000


def neighbors(acts: DataFrame, training: Training, now_ms: int) -> DataFrame:
    """Rows of article, rank (from 1), neighbor, similarity: each article's `training.neighbors` nearest."""
    since_ms = now_ms - training.window_days * DAY_MS if training.window_days else 0
    weighed = acts.withColumn("weight", _weight()).where(f.col("weight").isNotNull() & (f.col("acted_ms") >= since_ms))
    return _nearest(_similarities(_votes(weighed, training.half_life_days * DAY_MS)), training.neighbors)


def _weight() -> Column:
    """That of the heaviest act; null when everything was taken back."""
    return f.coalesce(
        *(f.when(f.col("acts").bitwiseAND(bit) != 0, weight) for _, bit, weight in kinds_of(act_weights(os.environ)))
    )


def _votes(weighed: DataFrame, half_life_ms: int) -> DataFrame:
    """Each reader's newest acts: user, article, vote."""
    by_user = Window.partitionBy("user")
    newest_first = by_user.orderBy(f.desc("acted_ms"), f.desc("article"))
    weight = f.col("weight")
    if half_life_ms:
        age_ms = f.col("newest_ms") - f.col("acted_ms")
        weight = weight * f.pow(f.lit(0.5), f.least(age_ms / half_life_ms, f.lit(float(MOST_HALVINGS))))
        weighed = weighed.crossJoin(f.broadcast(weighed.agg(f.max("acted_ms").alias("newest_ms"))))
    return (
        weighed.withColumn("place", f.row_number().over(newest_first))
        .where(f.col("place") <= NEWEST_ACTS)
        .select("user", "article", (weight / f.sqrt(f.count("*").over(by_user))).alias("vote"))
    )


def _similarities(votes: DataFrame) -> DataFrame:
    """Each pair of articles once: one, other (the larger id), similarity."""
    lengths = (
        votes.groupBy("article")
        .agg(f.sqrt(f.sum(f.col("vote") ** 2)).alias("length"), f.count("*").alias("readers"))
        .where(f.col("readers") >= MIN_READERS)
    )
    parts = votes.join(lengths, "article").select("user", "article", (f.col("vote") / f.col("length")).alias("part"))
    one, other = parts.alias("one"), parts.alias("other")
    readers = f.col("readers")
    return (
        one.join(other, "user")
        .where(f.col("one.article") < f.col("other.article"))
        .groupBy(f.col("one.article").alias("one"), f.col("other.article").alias("other"))
        .agg(f.sum(f.col("one.part") * f.col("other.part")).alias("cosine"), f.count("*").alias("readers"))
        .where(readers >= MIN_READERS)
        .select("one", "other", _rounded(f.col("cosine") * (readers / (readers + SHRINK))).alias("similarity"))
        .where(f.col("similarity") > 0)
    )


def _rounded(score: Column) -> Column:
    """As numpy rounds."""
    return f.rint(score * 10**DIGITS) / 10**DIGITS


def _nearest(similarities: DataFrame, most: int) -> DataFrame:
    both = f.array(
        f.struct(f.col("one").alias("article"), f.col("other").alias("neighbor")),
        f.struct(f.col("other").alias("article"), f.col("one").alias("neighbor")),
    )
    nearest_first = Window.partitionBy("article").orderBy(f.desc("similarity"), "neighbor")
    return (
        similarities.select(f.inline(both), "similarity")
        .withColumn("rank", f.row_number().over(nearest_first))
        .where(f.col("rank") <= most)
        .select("article", "rank", "neighbor", "similarity")
    )
