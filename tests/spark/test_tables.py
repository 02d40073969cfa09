"""scripts/train_spark.py from the log's table to the neighbours' table, as an operator runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from commands.instance import Instance
from commands.running import ROOT
from feed.call import Call
from feed.config import Training
from feed.domain.actions import Flag
from feed.domain.recommendation import KINDS
from feed.operations.train_recommendations import train
from feed.store import logs, neighbors
from feed.store.client import MAX_BATCH_WRITE, Tables
from feed.store.schema import LOG, NEIGHBORS
from tests.spark.made_up import DAY_MS, Neighbors, assert_same, made_up_log

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture
def instance() -> Iterator[Instance]:
    with TablestoreFake() as fake:
        table_admin.create(fake.client("feed"), lambda _: None)
        yield Instance(fake.endpoint, "feed", "local", "local", "", "here")


def step(on: Instance, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "OTS_ENDPOINT": on.endpoint,
        "OTS_INSTANCE": on.name,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": on.key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": on.secret,
        "FEED_TRAIN_NEIGHBORS": "20",
    }
    command = [sys.executable, str(ROOT / "scripts" / "train_spark.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def act(tables: Tables, now_ms: int) -> set[int]:
    """Users and guests read what is made up; the articles."""
    rows = [row for row in made_up_log() if row.user_id > 2][:1500]
    writes = [logs.change(row.user_id, row.article_id, Flag.READ, on=True, at_ms=now_ms) for row in rows]
    writes += [logs.change("g-1", row.article_id, Flag.READ, on=True, at_ms=now_ms - DAY_MS) for row in rows[:100]]
    for first in range(0, len(writes), MAX_BATCH_WRITE):
        tables.write_many(writes[first : first + MAX_BATCH_WRITE])
    return {row.article_id for row in rows}


def trained_in_process(tables: Tables, articles: set[int]) -> Neighbors:
    call = Call("train-recommendations", "here", int(time.time() * 1000), time.monotonic() + 600)
    world: Any = SimpleNamespace(tables=tables, kinds=KINDS, training=Training.from_env({"FEED_TRAIN_NEIGHBORS": "20"}))
    assert train.run(call, world).complete
    return neighbors.find(tables, articles)


def test_the_tables_neighbours_are_those_of_the_function(instance: Instance, tmp_path: Path) -> None:
    tables = instance.tables((LOG, NEIGHBORS))
    articles = act(tables, int(time.time() * 1000))
    expected = trained_in_process(tables, articles)
    assert len(expected) > 100
    for article in expected:
        tables.write(neighbors.put(article, [(1, 0.5)]))
    acts, found = str(tmp_path / "acts.parquet"), str(tmp_path / "neighbors.parquet")

    for arguments in (("export", acts), ("train", acts, found), ("put", found)):
        done = step(instance, *arguments)
        assert done.returncode == 0, done.stderr
        assert arguments[-1] in done.stdout

    assert_same(neighbors.find(tables, articles), expected)


def test_what_goes_wrong_is_one_sentence(instance: Instance, tmp_path: Path) -> None:
    acts = str(tmp_path / "acts.jsonl")
    same = step(instance, "train", acts, acts)
    assert (same.returncode, same.stderr) == (1, "The neighbours would overwrite the acts that they are made from.\n")
    absent = step(instance, "train", acts, str(tmp_path / "neighbors.jsonl"))
    assert absent.returncode == 1
    assert absent.stderr.splitlines()[-1] == f"Spark did not finish: [PATH_NOT_FOUND] Path does not exist: file:{acts}."
    Path(acts).write_text('{"article": 1, "rank": 1, "neighbor": 2}')
    torn = step(instance, "put", acts)
    assert torn.returncode == 1
    assert torn.stderr.splitlines()[-1] == f"Spark did not finish: A row of {acts} has no similarity."
