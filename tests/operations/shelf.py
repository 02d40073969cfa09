"""Articles, acts and neighbours, written straight to their tables, and the audit of what is counted against the log."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from feed.domain.actions import REWARD_BIT, Flag
from feed.domain.articles import Article, Byline, Counts, State
from feed.domain.ids import hashed, unhashed
from feed.domain.recommendation import Neighbor
from feed.store import articles, logs, neighbors, schema, users
from feed.store.client import Tables
from feed.store.rows import Bound, End, Expect, Put, Row, Value, Write

READ, LIKE, COMMENT, COLLECT = (flag.bit for flag in Flag)
TIP = REWARD_BIT
NOW_MS = time.time_ns() // 1_000_000
DAY_MS = 86_400_000

_ARTICLE = Article(
    id=0,
    author_id=0,
    byline=Byline("某作者", "https://images.example.com/avatars/0123456789abcdef.jpg"),
    title="山里的茶：从采摘到冲泡，一位制茶人二十年的笔记",
    summary="春分过后，山里的雾还没有散，采茶的人已经上了坡。" * 8,
    html="<p>茶</p>",
    cover_url="https://images.example.com/covers/0123456789abcdef0123456789abcdef.jpg",
    words=1,
    state=State.PUBLIC,
    version=1,
    delivery=1,
    width=1,
    audience=0,
    created_ms=NOW_MS - DAY_MS,
    published_ms=NOW_MS - DAY_MS,
    sequence=1,
)
"""As long as cards are in earnest."""


def article(id: int, author: int, **more: Any) -> Article:
    return _ARTICLE._replace(id=id, author_id=author, **more)


def put_articles(store: Tables, *many: Article) -> None:
    """In place of what stood there, with their counters."""
    rows = []
    for each in many:
        row = articles.create(each)
        counted: dict[str, Value] = {f"{name}_count": value for name, value in each.counts._asdict().items()}
        rows.append(row._replace(columns={**row.columns, **counted}, expect=Expect.ANYTHING))
    _put(store, rows)


def put_acts(store: Tables, reader: int | str, acts: Iterable[tuple[int, int, int]]) -> None:
    """Log rows of (article, bits of `acts`, time), as the product would have written them; nothing is counted."""
    rows = []
    for article_id, bits, at_ms in acts:
        columns: dict[str, Value] = {"article_key": hashed(article_id), "acted_ms": at_ms, "acts": bits}
        for flag in Flag:
            if bits & flag.bit:
                columns |= {flag.column: 1, flag.time_column: at_ms}
        if bits & TIP:
            columns |= {"is_reward": 1, "reward_ms": at_ms}
        rows.append(Put(schema.LOG, logs.key(reader, article_id), columns))
    _put(store, rows)


def put_neighbors(store: Tables, article_id: int, near: Sequence[Neighbor]) -> None:
    store.write(neighbors.put(article_id, near))


def everything(store: Tables, table: str) -> list[Row]:
    width = len(schema.KEY_NAMES[table])
    start: Bound = (End.MIN,) * width
    rows: list[Row] = []
    while True:
        page = store.scan(table, start, (End.MAX,) * width)
        rows += page.rows
        if page.next_key is None:
            return rows
        start = page.next_key


def audit(store: Tables) -> dict[int, Counts]:
    """Every log row's `acts` is its flags, and every article's counters are what the log's flags say; the counters."""
    expected: dict[str, dict[str, int]] = {}
    for row in everything(store, schema.LOG):
        flags = logs.decode(row)
        assert int(row["acts"]) == sum(flag.bit for flag in flags) + TIP * ("is_reward" in row), row
        assert (Flag.LIKE in flags) == ("like_ms" in row), row
        counters = expected.setdefault(str(row["article_key"]), {})
        for flag in flags:
            counters[flag.column] = counters.get(flag.column, 0) + 1
    found: dict[int, Counts] = {}
    wrong = {}
    for row in everything(store, schema.ARTICLES):
        counters = {flag.column: int(row[f"{flag.value}_count"]) for flag in Flag if row[f"{flag.value}_count"]}
        of_log = expected.get(str(row["article_key"]), {})
        if counters != of_log:
            wrong[row["article_key"]] = (counters, of_log)
        each = articles.decode(row)
        found[each.id] = each.counts
    assert not wrong, "counters, and what the log says"
    return found


def audit_people(store: Tables) -> dict[int, dict[str, int]]:
    """Everybody's counters are what the rows say, by the tables themselves and not their indexes; the counters."""
    expected: dict[int, Counter[str]] = defaultdict(Counter)
    for row in everything(store, schema.RELATIONS):
        if "followed_ms" in row:
            expected[unhashed(str(row["author_key"]))]["follower_count"] += 1
            expected[unhashed(str(row["follower_key"]))]["following_count"] += 1
    for article in map(articles.decode, everything(store, schema.ARTICLES)):
        author = expected[article.author_id]
        author["article_count"] += article.shown
        author["word_count"] += article.words if article.shown else 0
        author["like_count"] += article.counts.like if article.state is not State.DELETED else 0
    found = {}
    for row in everything(store, schema.USERS):
        found[int(row["user_id"])] = {name: int(row.get(name, 0)) for name in users.COUNTERS}
    wrong = {id: (counters, expected[id]) for id, counters in found.items() if counters != {**_ZERO, **expected[id]}}
    assert not wrong, f"counters, and what the rows say: {wrong}"
    return found


_ZERO = dict.fromkeys(users.COUNTERS, 0)


def _put(store: Tables, rows: Sequence[Write]) -> None:
    for start in range(0, len(rows), 200):
        assert store.write_many(rows[start : start + 200]) == []
