"""The product itself on an instance of the Tablestore fake: ratings as its rows, its training, its recommendations."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tqdm import tqdm

from benchmarks.memory import peak_mb
from benchmarks.recommend_data import LENGTH, STARS, Ratings
from commands import table_admin
from commands.running import ACCESS_KEY, SECRET
from feed import wiring
from feed.call import Call, Spent
from feed.config import Credentials, Settings, Training
from feed.domain.articles import Article, Byline, Counts, State
from feed.domain.ids import hashed
from feed.domain.recommendation import Neighbor
from feed.operations.recommend import recommend
from feed.operations.train_recommendations import train
from feed.store import articles, logs, neighbors, schema
from feed.store.client import MAX_BATCH_WRITE, Connection, Tables
from feed.store.rows import Put, Value
from feed.wiring import Grant, World

CREDENTIALS = Credentials(ACCESS_KEY, SECRET, "")
FIRST_AUTHOR = 1_000_000
DAY_MS = 86_400_000
MOST_SECONDS = 3_600


@dataclass(frozen=True)
class Trained:
    """`seconds` and `peak_mb` (resident memory) of a process that does nothing else."""

    response: train.Response
    seconds: float
    peak_mb: int


@dataclass(frozen=True)
class Instance:
    """One instance's name at the fake."""

    endpoint: str
    name: str

    def settings(self) -> Settings:
        return Settings(
            ots_endpoint=self.endpoint,
            ots_instance=self.name,
            invoker="fc3",
            fc_endpoint="",
            fc_service="",
            jwks="",
            jwt_issuer="",
            jwt_audience="",
            fanout_batch_followers=1,
            fanout_width=1,
            request_timeout_s=30,
        )

    def connect(self) -> Connection:
        return Connection.open(self.endpoint, self.name, CREDENTIALS, 30)

    def world(self, call: Call, *granted: str) -> World:
        return World(call, Grant(granted), self.settings(), CREDENTIALS)

    def create_tables(self) -> None:
        table_admin.create(table_admin.open_client(self.endpoint, self.name, ACCESS_KEY, SECRET), lambda _: None)

    def publish(self, ratings: Ratings, before_ms: int) -> None:
        """An article for each that was rated, with the counters of these ratings; old enough that none is new."""
        counts = counts_of(ratings)
        self._put((_article_row(article_id, count, before_ms) for article_id, count in counts.items()), "articles")

    def act(self, ratings: Ratings) -> None:
        """Rows as the product leaves them, in bulk."""
        columns = (ratings.readers, ratings.articles, ratings.stars, ratings.acts, ratings.times_ms)
        self._put((_log_row(*row) for row in zip(*(column.tolist() for column in columns), strict=True)), "log")

    def _put(self, rows: Iterable[Put], what: str) -> None:
        connection = self.connect()
        tables = Tables(connection, Spent(), (schema.ARTICLES, schema.LOG))
        puts = list(rows)
        batches = [puts[start : start + MAX_BATCH_WRITE] for start in range(0, len(puts), MAX_BATCH_WRITE)]
        for failed in connection.threads.map(
            tables.write_many, tqdm(batches, desc=f"{self.name}: {what}", unit="batch")
        ):
            assert not failed
        connection.threads.shutdown()

    def train(self, training: Training, now_ms: int) -> Trained:
        """By the function's own operation, in a process of its own, as the function's instance is one."""
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            return process.submit(_train, self, training, now_ms).result()

    def neighbors(self, article_ids: Iterable[int]) -> dict[int, list[Neighbor]]:
        tables = Tables(self.connect(), Spent(), (schema.NEIGHBORS,))
        return neighbors.find(tables, article_ids)

    def recommend(self, reader: int, now_ms: int) -> tuple[list[int], Spent]:
        """The first page by the operation itself, and what it spent."""
        call = Call("recommend", "benchmark", now_ms, time.monotonic() + MOST_SECONDS, caller=reader)
        world = self.world(call, schema.LOG, schema.LOG_BY_TIME, schema.NEIGHBORS, schema.ARTICLES)
        answer = recommend.run(recommend.Request(size=LENGTH), call, world)
        return [item.article.id for item in answer.items], call.spent

    def recommend_all(self, readers: Sequence[int], now_ms: int) -> tuple[dict[int, list[int]], list[Spent]]:
        wiring.forget()
        answers = [self.recommend(reader, now_ms) for reader in tqdm(readers, desc=f"{self.name}: ask", unit="reader")]
        return {reader: found for reader, (found, _) in zip(readers, answers, strict=True)}, [s for _, s in answers]


def counts_of(ratings: Ratings) -> dict[int, Counts]:
    """By article, as the product's counters would stand."""
    found: dict[int, Counts] = {}
    for article_id, stars in zip(ratings.articles.tolist(), ratings.stars.tolist(), strict=True):
        count = found.get(article_id, Counts())
        more = {"read": count.read + 1}
        if stars in STARS:
            more[STARS[stars][0]] = getattr(count, STARS[stars][0]) + 1
        found[article_id] = count._replace(**more)
    return found


def hot_order(ratings: Ratings) -> list[int]:
    """As the hot list orders articles that were published together."""
    counts = counts_of(ratings)
    return sorted(counts, key=lambda i: (-counts[i].reward, -counts[i].comment, -counts[i].like, hashed(i)))


def _article_row(article_id: int, counts: Counts, before_ms: int) -> Put:
    published_ms = before_ms - 30 * DAY_MS
    article = Article(
        id=article_id,
        author_id=FIRST_AUTHOR + article_id,
        byline=Byline(f"author {article_id}", f"https://pictures.example/{article_id}.jpg"),
        title=f"Article {article_id} " + "title " * 8,
        summary="summary " * 18,
        html="<p>text</p>",
        cover_url=f"https://pictures.example/cover/{article_id}.jpg",
        words=1_000,
        state=State.PUBLIC,
        version=1,
        delivery=1,
        width=1,
        audience=1,
        created_ms=published_ms,
        published_ms=published_ms,
        sequence=None,
    )
    put = articles.create(article)
    columns = {f"{name}_count": getattr(counts, name) for name in articles.COUNTERS}
    return put._replace(columns={**put.columns, **columns})


def _log_row(reader: int, article_id: int, stars: int, acts: int, at_ms: int) -> Put:
    columns: dict[str, Value] = {"article_key": hashed(article_id), "acted_ms": at_ms, "acts": acts}
    for act in ("read", *([STARS[stars][0]] if stars in STARS else [])):
        columns |= {f"is_{act}": 1, f"{act}_ms": at_ms}
    return Put(schema.LOG, logs.key(reader, article_id), columns)


def _train(instance: Instance, training: Training, now_ms: int) -> Trained:
    call = Call("train-recommendations", "benchmark", now_ms, time.monotonic() + MOST_SECONDS)
    world = instance.world(call, schema.LOG, schema.NEIGHBORS)
    world.training = training
    began = time.monotonic()
    response = train.run(call, world)
    return Trained(response, round(time.monotonic() - began, 1), peak_mb())
