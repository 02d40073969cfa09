"""scripts/recount: counters that nothing else would repair are what the log says again."""

from __future__ import annotations

from itertools import count

import pytest

from commands import recount as command
from commands.recount import every_article, recount_all
from feed.domain.actions import Flag
from feed.domain.articles import Counts
from feed.operations._recount_people import QUIET_MS
from feed.store import articles, counters
from feed.store.client import Tables
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.steps import Product

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
    assert recount_all(every_article(store), store, say=said.append)
    assert said == ["3 articles, 2 of them wrong, 2 recounted"]
    shelf.audit(store)
    before = {article: articles.require(store, article) for article in ARTICLES}
    assert recount_all(ARTICLES, store, say=said.append)
    assert said[1:] == ["3 articles, 0 of them wrong, 0 recounted"]
    assert {article: articles.require(store, article) for article in ARTICLES} == before


def test_only_those_named(store: Tables) -> None:
    assert recount_all([102], store, say=lambda _: None)
    assert counters.shown(store, 102)[Flag.LIKE] == 1
    assert counters.shown(store, 103)[Flag.READ] == 2


def test_a_counter_below_zero_is_wrong_though_nobody_sees_it(store: Tables) -> None:
    store.write(counters.counted(articles.require(store, 101), Flag.COLLECT, -1, 1))
    assert articles.require(store, 101).counts.collect == 0
    said: list[str] = []
    assert recount_all([101], store, say=said.append)
    assert said == ["1 articles, 1 of them wrong, 1 recounted"]
    assert counters.shown(store, 101)[Flag.COLLECT] == 0


def test_what_is_being_counted_is_tried_again(product: Product, store: Tables, clock: Clock) -> None:
    product.act(BEN, 102, "collect")
    said: list[str] = []

    def now_ms() -> int:
        return clock.time_ns() // 1_000_000

    def wait(seconds: float) -> None:
        clock.advance(int(seconds * 1000))

    assert recount_all(ARTICLES, store, say=said.append, now_ms=now_ms, wait=wait)
    assert said[0].startswith("1 articles are being acted on")
    assert said[-1] == "3 articles, 2 of them wrong, 2 recounted"
    assert QUIET_MS <= clock.ahead_ms <= 2 * QUIET_MS
    shelf.audit(store)


def test_what_never_rests_is_named(store: Tables) -> None:
    said: list[str] = []
    late = count(1)
    store.write(counters.counted(articles.require(store, 102), Flag.READ, 0, shelf.NOW_MS))
    assert not recount_all(
        ARTICLES, store, say=said.append, now_ms=lambda: shelf.NOW_MS + next(late), wait=lambda _: None
    )
    assert said[-2:] == [
        "3 articles, 2 of them wrong, 1 recounted",
        "article 102 is acted on too often to be recounted now; repeat the command later",
    ]


def test_the_command(store: Tables, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    assert command.main(["102"]) == 0
    assert capsys.readouterr().out == "1 articles, 1 of them wrong, 1 recounted\n"
    assert command.main([]) == 0
    assert capsys.readouterr().out == "3 articles, 1 of them wrong, 1 recounted\n"
    shelf.audit(store)
    assert command.main(["404"]) == 1
    assert capsys.readouterr().err == "There is no article 404.\n"
    for wrong in ("x", "0", "-1", "9007199254740992"):
        with pytest.raises(SystemExit):
            command.main([wrong])
