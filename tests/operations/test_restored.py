"""The product on an instance that was restored: nobody notices, though the outboxes are numbered anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import tablestore as sdk

from alifakes.tablestore.app import TablestoreFake
from commands import table_admin
from commands.backup.dump import dump
from commands.backup.lines import Row
from commands.backup.load import Loading, Progress
from commands.backup.patience import Units
from commands.backup.reading import Reader
from commands.backup.sequences import Sequences
from feed import wiring
from feed.domain.ids import hashed
from feed.store.schema import ARTICLES, OUTBOXES, PULLS, SESSIONS, TABLES, Table
from tests.backup.words import FEW
from tests.operations.conftest import Clock
from tests.steps import InProcess, Product

ANN, BEN, CAT, DAN, STAR = 1, 2, 3, 4, 5
MINUTE_MS = 60_000
NAMED = {table.name: table for table in TABLES}

Restore = Callable[[], Any]


@pytest.fixture
def restore(
    tablestore: TablestoreFake,
    driver: InProcess,  # noqa: ARG001 (it sets the environment first)
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Restore]:
    """Loads a dump of the product's instance into another, and points the product there; gives that one's client."""
    monkeypatch.setattr("commands.backup.manifest.CUTS", FEW)
    with ExitStack() as stack:

        def move() -> Any:
            other = stack.enter_context(TablestoreFake(clock=clock.now_ms))
            client = other.client("feed")
            table_admin.create(client, _silent)
            for author in (ANN, STAR):
                _number_ahead(client, author)
            manifest = dump(tablestore.client("feed"), tmp_path / "dump", "one", Units(), _silent)
            Loading(client, manifest, Progress.of(manifest, "other", tmp_path), _silent).run()
            monkeypatch.setenv("OTS_ENDPOINT", other.endpoint)
            wiring.forget()
            return client

        yield move
        wiring.forget()


def _silent(_: Any) -> None:
    pass


def _number_ahead(client: Any, author: int) -> None:
    """Numbers are used up, so that the old ones mean nothing here."""
    for _ in range(9):
        key = [("author_key", hashed(author)), ("sequence_id", sdk.PK_AUTO_INCR)]
        _, row = client.put_row(OUTBOXES, sdk.Row(key, [("x", 1)]), sdk.Condition("IGNORE"), sdk.ReturnType.RT_PK)
        client.delete_row(OUTBOXES, sdk.Row(row.primary_key), sdk.Condition("EXPECT_EXIST"))


def rows(client: Any, name: str) -> list[Row]:
    return [row for row, _ in Reader(client, NAMED[name], Units()).range(None, None)]


def seen(product: Product, user: int) -> tuple[list[int], int]:
    """The timeline, and how much of it is unread."""
    return product.followed(user), product.call("GET", "/v1/timeline/unread", user).body["unread"]


def test_timelines_marks_and_new_articles(
    product: Product, tablestore: TablestoreFake, clock: Clock, restore: Restore
) -> None:
    product.given_people(ANN, BEN, CAT, DAN)
    product.follow(BEN, ANN)
    product.follow(CAT, ANN)
    articles = []
    for _ in range(2):
        articles.append(product.publish(ANN)["id"])
        product.settle()
        clock.advance(MINUTE_MS)  # what arrived within two seconds before a mark is named in it
    mark = product.call("GET", "/v1/timeline/unread", BEN).body["mark"]
    assert product.call("POST", "/v1/timeline/read", BEN, {"mark": mark}).status == 200
    articles.append(product.publish(ANN)["id"])
    product.settle()
    before = {user: seen(product, user) for user in (BEN, CAT)}
    old = {row.key for row in rows(tablestore.client("feed"), OUTBOXES)}

    client = restore()

    assert {user: seen(product, user) for user in (BEN, CAT)} == before
    new = {row.key for row in rows(client, OUTBOXES)}
    assert len(new) == len(old) == 3
    assert not new & old, "this would prove nothing"
    assert {row.get("sequence") for row in rows(client, ARTICLES)} == {number for _, number in new}

    articles.append(product.publish(ANN)["id"])
    product.settle()
    for user in (BEN, CAT):
        assert seen(product, user) == (articles[::-1], before[user][1] + 1)
    product.follow(DAN, ANN)
    assert product.followed(DAN) == articles[::-1]


def test_what_was_pulled_is_not_pulled_again_and_what_was_not_is(
    product: Product, restore: Restore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_PULL_FOLLOWERS", "1")
    wiring.forget()
    product.given_people(STAR, BEN, CAT)
    product.follow(BEN, STAR)
    product.follow(CAT, STAR)
    articles = [product.publish(STAR)["id"]]
    assert product.followed(BEN) == articles
    articles.append(product.publish(STAR)["id"])

    client = restore()

    numbers = [number for _, number in sorted(row.key for row in rows(client, OUTBOXES))]
    marks = {row.key[0]: row.get(f"p_{STAR}") for row in rows(client, SESSIONS)}
    assert marks[hashed(BEN)] == numbers[0]
    assert rows(client, PULLS)[0].get(f"a_{STAR}") == numbers[1]
    articles.append(product.publish(STAR)["id"])
    for user in (BEN, CAT):
        assert product.followed(user) == articles[::-1]


def test_numbers_between_and_beside_the_known_ones(tmp_path: Path) -> None:
    sequences = Sequences(tmp_path / "numbers")
    author = hashed(ANN)
    sequences.keep(author, [(10, 3), (20, 5)])
    sequences.keep(author, [(20, 5), (30, 9)])
    assert [sequences.at(author, old) for old in (-1, 0, 9, 10, 19, 20, 29, 31)] == [-1, 0, 0, 3, 3, 5, 5, 9]
    assert sequences.at(hashed(BEN), 7) == 0
    row = Row((hashed(BEN),), ((f"p_{ANN}", 20), (f"f_{ANN}", "1:1"), ("seen_day", 20)), (1, 2, 3))
    assert sequences.renumbered(NAMED[SESSIONS], row).cells == ((f"p_{ANN}", 5), *row.cells[1:])
    other: Table = NAMED["work_table"]
    assert sequences.renumbered(other, row) == row
    sequences.close()
