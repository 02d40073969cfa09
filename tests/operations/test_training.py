"""The nightly training: from the users' log to rows of neighbours, the same whatever happens on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partialmethod
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.actions import Flag
from feed.domain.ids import hashed
from feed.errors import Busy
from feed.operations.train_recommendations import train
from feed.store import logs, neighbors, schema
from feed.store.client import Tables
from feed.store.rows import End, Put
from tests.operations.conftest import Calls, Clock
from tests.steps import ROOT, InProcess, Product

ANN, BEN, CLO, DAN = 11, 12, 13, 14
NIGHT = b'{"triggerTime": "2026-11-22T20:00:00Z", "triggerName": "every-night", "payload": ""}'
DAY_MS = 86_400_000
READ = Flag.READ.bit

Train = Callable[..., dict[str, Any]]


@pytest.fixture
def trains(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> Train:
    monkeypatch.setattr(train, "PAUSES_S", (0, 0, 0))

    def run(timeout_s: int = 600) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(driver.invoke("train-recommendations", NIGHT, timeout_s=timeout_s))
        return answer

    return run


def given_log(store: Tables, now_ms: int, *acted: tuple[int | str, int], acts: int = READ) -> None:
    """Rows as `log-action` leaves them; (reader, article)."""
    for start in range(0, len(acted), 200):
        puts = [
            Put(
                schema.LOG,
                logs.key(reader, article),
                {"article_key": hashed(article), "acts": acts, "acted_ms": now_ms},
            )
            for reader, article in acted[start : start + 200]
        ]
        assert store.write_many(puts) == []


def rows(store: Tables) -> dict[str, str]:
    """Every neighbour row, as it is stored."""
    page = store.scan(schema.NEIGHBORS, (End.MIN,), (End.MAX,))
    return {str(row["article_key"]): str(row["packed"]) for row in page.rows}


def near(store: Tables, *article_ids: int) -> dict[int, list[int]]:
    found = neighbors.find(store, article_ids)
    return {article_id: [other for other, _ in found.get(article_id, [])] for article_id in article_ids}


@pytest.fixture
def now_ms(clock: Clock) -> int:
    return clock.time_ns() // 1_000_000


def test_what_is_read_together_is_related(product: Product, trains: Train) -> None:
    product.given_people(ANN, BEN, CLO, DAN)
    one, two, other = (int(product.publish(ANN, title)["id"]) for title in ("one", "two", "other"))
    for reader in (BEN, CLO):
        product.act(reader, one, "read")
        product.act(reader, two, "read")
    product.act(BEN, two, "like")
    product.act(DAN, one, "read")
    product.act(DAN, other, "read")
    assert trains() == {"acts": 6, "readers": 3, "articles": 3, "written": 2, "complete": True}
    related = product.call("GET", f"/v1/articles/{one}/related", DAN).body["items"]
    assert [article["id"] for article in related] == [two]
    (item, *_) = product.call("GET", "/v1/recommendations", DAN).body["items"]
    assert (item["article"]["id"], item["because"]["kind"], item["because"]["article_id"]) == (two, "read", one)


def test_a_second_run_writes_the_same_bytes(store: Tables, trains: Train, now_ms: int, clock: Clock) -> None:
    given_log(
        store, now_ms - DAY_MS, *((reader, article) for reader in range(1, 9) for article in range(1, 3 + reader))
    )
    given_log(store, now_ms - 40 * DAY_MS, *((reader, article) for reader in range(5, 9) for article in range(20, 30)))
    trains()
    first = rows(store)
    clock.advance(DAY_MS)  # another night, the same log: ages count by their differences
    trains()
    assert len(first) == 19
    assert rows(store) == first


def test_the_window_ends_after_ninety_days_unless_it_is_off(
    store: Tables, trains: Train, now_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_log(store, now_ms - 89 * DAY_MS, (BEN, 1), (CLO, 1), (BEN, 2), (CLO, 2))
    given_log(store, now_ms - 91 * DAY_MS, (BEN, 3), (CLO, 3))
    trains()
    assert near(store, 1, 2, 3) == {1: [2], 2: [1], 3: []}
    monkeypatch.setenv("FEED_TRAIN_WINDOW_DAYS", "0")
    trains()
    assert near(store, 3) == {3: [1, 2]}


def test_older_acts_count_less_unless_decay_is_off(
    store: Tables, trains: Train, now_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One, two and three have the same readers, but one of them read two long ago."""
    given_log(store, now_ms, (BEN, 1), (CLO, 1), (CLO, 2), (BEN, 3), (CLO, 3))
    given_log(store, now_ms - 80 * DAY_MS, (BEN, 2))
    trains()
    assert near(store, 1) == {1: [3, 2]}
    monkeypatch.setenv("FEED_TRAIN_HALF_LIFE_DAYS", "0")
    trains()
    assert near(store, 1) == {1: [2, 3]}


def test_guests_and_what_was_taken_back_have_no_vote(store: Tables, trains: Train, now_ms: int) -> None:
    given_log(store, now_ms, (BEN, 1), (BEN, 2), (CLO, 1))
    given_log(
        store, now_ms, ("guest-1234567890123456", 1), ("guest-1234567890123456", 2), ("guest-7", 1), ("guest-7", 2)
    )
    given_log(store, now_ms, (CLO, 2), acts=0)
    assert trains() == {"acts": 3, "readers": 2, "articles": 2, "written": 0, "complete": True}
    assert rows(store) == {}
    given_log(store, now_ms, (CLO, 2))
    assert trains()["written"] == 2


def test_long_logs_are_read_page_by_page(
    store: Tables, trains: Train, now_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_log(store, now_ms, *((reader, article) for reader in (BEN, CLO, DAN) for article in range(1, 12)))
    monkeypatch.setattr(Tables, "scan", partialmethod(Tables.scan, limit=3))
    assert (trains()["acts"], trains()["written"]) == (33, 11)


def given_many(store: Tables, now_ms: int) -> None:
    """250 articles with neighbours: two batches of rows."""
    given_log(
        store,
        now_ms,
        *((reader, article) for reader in range(1, 11) for article in range(reader * 25, reader * 25 + 50)),
    )


@pytest.mark.parametrize("kind", ["disconnect", "lost_answer", "throttle"])
def test_a_run_that_died_half_way_is_made_good_by_the_next(
    store: Tables, trains: Train, now_ms: int, tablestore: TablestoreFake, kind: str
) -> None:
    given_many(store, now_ms)
    tablestore.faults.add(kind, api="BatchWriteRow", table=schema.NEIGHBORS, after=1)
    with pytest.raises(Busy):
        trains()
    tablestore.faults.clear()
    left = rows(store)
    assert len(left) >= 200
    trains()
    whole = rows(store)
    assert left.items() <= whole.items()
    for key in left:
        store.write(Put(schema.NEIGHBORS, (key,), {"packed": ""}))
    trains()
    assert rows(store) == whole


def test_rows_that_were_refused_are_tried_again(
    store: Tables, trains: Train, now_ms: int, tablestore: TablestoreFake
) -> None:
    given_many(store, now_ms)
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.NEIGHBORS, probability=0.3, count=3)
    written = trains()["written"]
    assert len(rows(store)) == written > 200


def test_of_a_log_that_is_too_large_a_part_of_the_readers_votes(
    store: Tables, trains: Train, now_ms: int, monkeypatch: pytest.MonkeyPatch, calls: Calls
) -> None:
    given_log(store, now_ms, *((reader, article) for reader in range(1, 400) for article in (1, 2)))
    monkeypatch.setenv("FEED_TRAIN_MOST_ACTS", "100")
    calls()
    answer = trains()
    alert, _ = calls()
    assert 100 < answer["acts"] == 2 * answer["readers"] < 700
    assert answer["complete"] is False
    assert alert["alert"] == "The log is larger than training can hold; only a part of its readers votes."
    assert near(store, 1) == {1: [2]}


def test_when_time_is_over_the_rows_that_are_there_stay(
    store: Tables, trains: Train, now_ms: int, calls: Calls
) -> None:
    given_many(store, now_ms)
    trains()
    before = rows(store)
    given_log(store, now_ms, (1, 1_000), (2, 1_000))
    calls()
    answer = trains(timeout_s=int(train.STOP_BEFORE_END_S))
    alert, _ = calls()
    assert (answer["written"], answer["complete"]) == (0, False)
    assert alert["alert"] == "The time of training is over; the oldest articles keep their old neighbours."
    assert rows(store) == before


def test_no_other_function_loads_numpy_or_scipy() -> None:
    """Tablestore's client does, when it is first used: what is seen here is what our own code imports."""
    code = """
import sys
from tests.steps import ROOT, load_handler
for path in ROOT.glob("functions/*/index.py"):
    if path.parent.name != "train_recommendations":
        load_handler(path)
print([name for name in ("numpy", "scipy", "feed.operations.train_recommendations") if name in sys.modules])
"""
    path = [str(ROOT), str(ROOT / "layers/core/python"), str(ROOT / "fakes"), str(ROOT / "scripts")]
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"], capture_output=True, text=True
    )
    assert ran.stdout == "[]\n", ran.stderr
