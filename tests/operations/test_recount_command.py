"""scripts/recount: counters that nothing else would repair are what the rows say again."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from commands import recount as command
from commands.recount import ARTICLES as KIND
from commands.recount import PEOPLE, every_article, every_person, recount_all
from feed.call import Call
from feed.domain.actions import Flag
from feed.domain.articles import Counts
from feed.operations._recount_people import AFTER_MS, MOST_IN_A_TURN, QUIET_MS, Part, recount_later
from feed.store import articles, counters, schema, users
from feed.store import client as store_client
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.steps import InProcess, Product

ANN, BEN = 11, 12
ARTICLES = [101, 102, 103]


@pytest.fixture(autouse=True)
def counted(product: Product, store: Tables) -> None:
    """The second has lost a like, the third counts a read too many."""
    product.given_people(ANN, BEN)
    for id, counts in zip(ARTICLES, (Counts(read=1, like=1), Counts(read=1), Counts(read=2, like=1)), strict=True):
        shelf.put_articles(store, shelf.article(id, ANN, counts=counts))
        shelf.put_acts(store, BEN, [(id, shelf.READ | shelf.LIKE, shelf.NOW_MS)])


def test_every_article_is_recounted(store: Tables) -> None:
    said: list[str] = []
    assert sorted(every_article(store)) == ARTICLES
    assert recount_all(KIND, every_article(store), store, say=said.append)
    assert said == ["3 articles, 2 of them wrong, 2 recounted"]
    shelf.audit(store)
    before = {article: articles.require(store, article) for article in ARTICLES}
    assert recount_all(KIND, ARTICLES, store, say=said.append)
    assert said[1:] == ["3 articles, 0 of them wrong, 0 recounted"]
    assert {article: articles.require(store, article) for article in ARTICLES} == before


def test_only_those_named(store: Tables) -> None:
    assert recount_all(KIND, [102], store, say=lambda _: None)
    assert counters.shown(store, 102)[Flag.LIKE] == 1
    assert counters.shown(store, 103)[Flag.READ] == 2


def test_a_counter_below_zero_is_wrong_though_nobody_sees_it(store: Tables) -> None:
    store.write(counters.counted(articles.require(store, 101), Flag.COLLECT, -1, 1))
    assert articles.require(store, 101).counts.collect == 0
    said: list[str] = []
    assert recount_all(KIND, [101], store, say=said.append)
    assert said == ["1 articles, 1 of them wrong, 1 recounted"]
    assert counters.shown(store, 101)[Flag.COLLECT] == 0


def test_what_is_being_counted_is_tried_again(product: Product, store: Tables, clock: Clock) -> None:
    product.act(BEN, 102, "collect")
    said: list[str] = []
    began_ms = clock.now_ms()

    def now_ms() -> int:
        return clock.time_ns() // 1_000_000

    def wait(seconds: float) -> None:
        clock.advance(int(seconds * 1000))

    assert recount_all(KIND, ARTICLES, store, say=said.append, now_ms=now_ms, wait=wait)
    assert said[0].startswith("1 articles are being counted")
    assert said[-1] == "3 articles, 2 of them wrong, 2 recounted"
    assert QUIET_MS <= clock.now_ms() - began_ms <= 2 * QUIET_MS
    shelf.audit(store)


def test_what_never_rests_is_named(store: Tables) -> None:
    said: list[str] = []
    late = count(1)
    store.write(counters.counted(articles.require(store, 102), Flag.READ, 0, shelf.NOW_MS))
    assert not recount_all(
        KIND, ARTICLES, store, say=said.append, now_ms=lambda: shelf.NOW_MS + next(late), wait=lambda _: None
    )
    assert said[-2:] == [
        "3 articles, 2 of them wrong, 1 recounted",
        "article 102 is counted too often to be recounted now; repeat the command later",
    ]


def miscount(store: Tables, user: int, **changes: int) -> None:
    """By so much, long ago."""
    store.write(users.counted(users.require(store, user), 1, **changes))


def test_people_are_recounted(product: Product, store: Tables) -> None:
    """Their articles are right already: the author has three of them, which two people like."""
    for what, ids in ((KIND, every_article(store)), (PEOPLE, every_person(store))):
        assert recount_all(what, ids, store, say=lambda _: None)
    product.follow(BEN, ANN)
    found = shelf.audit_people(store)
    assert found[ANN] == {
        "follower_count": 1,
        "following_count": 0,
        "article_count": 3,
        "word_count": 3,
        "like_count": 3,
    }
    miscount(store, ANN, follower_count=1, word_count=-9, like_count=4)
    miscount(store, BEN, following_count=-2)
    said: list[str] = []
    assert recount_all(PEOPLE, every_person(store), store, say=said.append)
    assert said == ["2 people, 2 of them wrong, 2 recounted"]
    assert shelf.audit_people(store) == found
    assert recount_all(PEOPLE, every_person(store), store, say=said.append)
    assert said[1:] == ["2 people, 0 of them wrong, 0 recounted"]


def test_who_is_being_counted_is_tried_again(product: Product, store: Tables, clock: Clock) -> None:
    miscount(store, ANN, follower_count=3)
    product.follow(BEN, ANN)
    said: list[str] = []
    assert recount_all(
        PEOPLE,
        [ANN],
        store,
        say=said.append,
        now_ms=clock.now_ms,
        wait=lambda seconds: clock.advance(int(seconds * 1000)),
    )
    assert said[0].startswith("1 people are being counted")
    assert users.require(store, ANN).follower_count == 1


def test_an_articles_recount_has_its_author_recounted(
    driver: InProcess, product: Product, store: Tables, clock: Clock
) -> None:
    product.follow(BEN, ANN)  # who counts next is not the one who was found
    assert recount_all(KIND, ARTICLES, store, say=lambda _: None)
    clock.advance(AFTER_MS + QUIET_MS)
    driver.sweep()
    assert shelf.audit_people(store)[ANN]["like_count"] == 3


def test_who_has_too_many_followers_is_left_to_the_command(
    driver: InProcess, store: Tables, clock: Clock, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    miscount(store, ANN, follower_count=3)
    monkeypatch.setitem(MOST_IN_A_TURN, Part.FOLLOWERS, 2)
    recount_later(store, clock.now_ms(), (ANN, Part.FOLLOWERS), (BEN, Part.FOLLOWERS))
    clock.advance(AFTER_MS)
    calls()
    driver.sweep()
    alert, line = calls()
    assert alert["alert"] == "Recount this person by the command: follower_count 3 is above 2."
    assert (alert["user_id"], line["outcome"]) == (ANN, "ok")
    assert [row["kind"] for row in shelf.everything(store, schema.WORK)] == []
    assert recount_all(PEOPLE, [ANN], store, say=lambda _: None)
    assert users.require(store, ANN).follower_count == 0


def test_a_count_without_time_gives_up_and_says_so(
    driver: InProcess, product: Product, store: Tables, clock: Clock, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one takes all the time there is for people, and is tried again at the next turn, like the second."""
    product.follow(BEN, ANN)
    recount_later(store, clock.now_ms(), (ANN, Part.FOLLOWERS), (BEN, Part.FOLLOWING))
    clock.advance(AFTER_MS + QUIET_MS)
    left = [60.0]
    monkeypatch.setattr(Call, "seconds_left", lambda _: left[0])
    real = store_client.Tables.scan

    def slow(tables: Tables, table: str, *arguments: Any, **named: Any) -> Any:
        left[0] -= 25.0 * (table in (schema.RELATIONS, schema.RELATIONS_BY_FOLLOWER))
        return real(tables, table, *arguments, **named)

    monkeypatch.setattr(store_client.Tables, "scan", slow)
    calls()
    answer = driver.sweep()
    assert (answer["failed"], answer["waiting"]) == (1, 1)
    problem, line = calls()
    assert problem["detail"].startswith("OutOfTime ")
    assert line["outcome"] == "ok"
    assert users.require(store, ANN).recounts + users.require(store, BEN).recounts == 0


def test_the_command(store: Tables, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    assert command.main(["102"]) == 0
    assert capsys.readouterr().out == "1 articles, 1 of them wrong, 1 recounted\n"
    assert command.main(["articles", "101", "102"]) == 0
    assert capsys.readouterr().out == "2 articles, 0 of them wrong, 0 recounted\n"
    assert command.main(["people", str(BEN)]) == 0
    assert capsys.readouterr().out == "1 people, 0 of them wrong, 0 recounted\n"
    assert command.main([]) == 0
    everything = "3 articles, 1 of them wrong, 1 recounted\n2 people, 1 of them wrong, 1 recounted\n"
    assert capsys.readouterr().out == everything
    assert command.main(["people"]) == 0
    assert capsys.readouterr().out == "2 people, 0 of them wrong, 0 recounted\n"
    shelf.audit(store)
    shelf.audit_people(store)
    for words, what in ((["404"], "article"), (["articles", "404"], "article"), (["people", "404"], "user")):
        assert command.main(words) == 1
        assert capsys.readouterr().err == f"There is no {what} 404.\n"
    for wrong in ("x", "0", "-1", "9007199254740992"):
        for before in ([], ["articles"], ["people"]):
            with pytest.raises(SystemExit) as left:
                command.main([*before, wrong])
            assert left.value.code == 2
