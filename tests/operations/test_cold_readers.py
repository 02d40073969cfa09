"""Readers who stay away: pushes pass them by after thirty days, and their return brings everything, once each."""

from __future__ import annotations

from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.domain.ids import hashed
from feed.operations import _rebuild
from feed.store import relations, schema, sessions
from feed.store.client import Tables
from feed.store.rows import Delete, Expect, Put, Update
from tests.operations.conftest import Calls, Clock
from tests.operations.returns import HOUR_MS, MINUTE_MS, READER, Absence, once_each
from tests.steps import InProcess, Product

ANN, BEN, CLO, FAN = 1, 2, 3, 51


@pytest.fixture
def absence(product: Product, driver: InProcess, tablestore: TablestoreFake, store: Tables, clock: Clock) -> Absence:
    """Two authors, and a reader who has been here today."""
    product.given_people(ANN, BEN, CLO, READER, FAN)
    for author in (ANN, BEN):
        product.follow(READER, author)
        product.follow(FAN, author)
    found = Absence(product, driver, tablestore, store, clock)
    found.visit()
    return found


def report(absence: Absence, article: int) -> tuple[Any, ...]:
    body = absence.product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    return body["followers"], body["delivered"], body["deferred"], body["state"]


def test_pushes_pass_by_who_was_not_seen_for_thirty_days(absence: Absence) -> None:
    absence.days_pass(30)
    absence.product.followed(FAN)
    absence.product.settle()
    pushed = absence.publish(ANN)
    assert report(absence, pushed) == (2, 2, 0, "done")
    absence.days_pass(1)
    kept = absence.publish(ANN)
    assert report(absence, kept) == (2, 1, 1, "done")
    assert set(absence.arrivals()) == {pushed}


def test_who_comes_back_finds_everything_on_the_first_page(absence: Absence) -> None:
    early = absence.publish(ANN)
    absence.read(absence.page()["mark"])
    absence.days_pass(29)
    pushed = absence.publish(BEN)
    arrived = absence.arrivals()
    absence.days_pass(2)
    kept = []
    for n in range(4):
        absence.days_pass(3)
        kept.append(absence.publish((ANN, BEN)[n % 2]))
    page = absence.page()
    assert [item["article"]["id"] for item in page["items"]][:6] == [*kept[::-1], pushed, early]
    assert page["rebuilding"] is False
    assert [item["unread"] for item in page["items"]][:6] == [True] * 5 + [False]
    assert absence.unread()["unread"] == 5
    assert {id: ms for id, ms in absence.arrivals().items() if id in arrived} == arrived
    assert absence.session().refreshed_day == absence.today
    assert {absence.relation(author)["seen_day"] for author in (ANN, BEN)} == {absence.today}
    assert not absence.driver.queue
    absence.read(page["mark"])
    assert absence.unread()["unread"] == 0
    after = absence.publish(ANN)
    assert absence.visit()[:2] == [after, kept[-1]]


def test_a_push_to_who_has_just_come_back_expects_nothing_to_be_there(absence: Absence) -> None:
    """What the return has brought keeps its arrival; minutes later a plain put costs no more than ever."""
    absence.days_pass(40)
    article = absence.product.publish(ANN)["id"]
    absence.visit()
    assert absence.relation(ANN)["warm_ms"] == pytest.approx(absence.clock.now_ms(), abs=MINUTE_MS)
    first = absence.arrivals()
    assert set(first) == {article}
    absence.clock.advance(3_000)
    absence.product.settle()
    assert absence.arrivals() == first
    absence.clock.advance(6 * MINUTE_MS)
    absence.product.publish(ANN)
    absence.tablestore.reset_requests()
    absence.product.settle()
    assert absence.tablestore.requests()["BatchWriteRow"][schema.INBOXES]["read_cu"] == 0


def test_who_visits_now_and_then_is_refreshed_in_the_background(absence: Absence) -> None:
    """Once in more than a week, and pushes never pass them by."""
    started = 0
    published = []
    for _ in range(12):
        absence.days_pass(5)
        published.append(absence.publish(ANN))
        page = absence.page()
        assert page["rebuilding"] is False
        said = absence.outcomes()
        assert said in ([], ["rebuild-inbox done"])
        started += len(said)
        assert report(absence, published[-1])[2] == (0 if len(published) <= 6 else 1), "the one who never came"
    assert started == 6
    assert absence.visit() == published[::-1]
    assert "warm_ms" not in absence.relation(ANN)


def test_a_background_refresh_is_started_once_a_day(absence: Absence) -> None:
    absence.days_pass(9)
    for _ in range(3):
        absence.page()
        absence.unread()
    assert len(absence.driver.queue) == 1
    absence.driver.queue.clear()
    absence.clock.advance(23 * HOUR_MS)
    absence.page()
    assert absence.outcomes() == []
    absence.clock.advance(HOUR_MS)
    absence.page()
    assert absence.outcomes() == ["rebuild-inbox done"]
    assert absence.session().refreshed_day == absence.today
    absence.days_pass(1)
    absence.page()
    assert not absence.driver.queue


def test_a_message_that_comes_again_changes_nothing(absence: Absence) -> None:
    absence.days_pass(9)
    absence.page()
    (event,) = absence.driver.queue
    assert absence.outcomes() == ["rebuild-inbox done"]
    absence.driver.queue.append(event)
    assert absence.outcomes() == ["rebuild-inbox stamped"]


def test_a_newcomers_first_page_costs_a_range_and_a_write(product: Product, tablestore: TablestoreFake) -> None:
    product.given_people(READER)
    tablestore.reset_requests()
    product.call("GET", "/v1/timeline", READER)
    first = tablestore.requests()
    assert first["GetRange"][schema.RELATIONS_BY_FOLLOWER]["requests"] == 1
    assert first["UpdateRow"] == {schema.SESSIONS: {"requests": 1, "rows": 1, "read_cu": 0, "write_cu": 1}}
    assert "PutRow" not in first
    assert "BatchWriteRow" not in first
    tablestore.reset_requests()
    product.call("GET", "/v1/timeline", READER)
    second = tablestore.requests()
    assert schema.RELATIONS_BY_FOLLOWER not in second["GetRange"]
    assert "UpdateRow" not in second


def test_who_follows_is_there_and_needs_no_telling(product: Product, calls: Calls) -> None:
    product.given_people(READER, ANN, BEN)
    product.follow(READER, ANN)
    product.follow(READER, BEN)
    calls()
    product.call("GET", "/v1/timeline", READER)
    (line,) = calls()
    assert line["write_cu"] == 0


def test_a_new_follow_brings_the_newest_twenty_and_a_first_page_no_more(product: Product) -> None:
    product.given_people(READER, ANN)
    ids = [product.publish(ANN, f"{n}")["id"] for n in range(25)]
    product.follow(READER, ANN)
    assert product.followed(READER, 50) == ids[:4:-1]


def test_who_was_away_for_so_long_that_nothing_is_known_of_them(absence: Absence) -> None:
    """The session row has expired, the relation rows have not; ninety days are what an inbox keeps."""
    absence.days_pass(35)
    gone = absence.publish(ANN)
    absence.days_pass(30)
    kept = [absence.publish(ANN), absence.publish(BEN)]
    absence.days_pass(62)
    kept.append(absence.publish(ANN))
    absence.store.write(Delete(schema.SESSIONS, sessions.key(READER)))
    assert absence.visit() == kept[::-1]
    assert gone not in absence.arrivals()


def test_what_was_away_for_eighty_days(absence: Absence) -> None:
    kept = []
    absence.days_pass(31)
    for _ in range(8):
        kept.append(absence.publish(ANN))
        absence.days_pass(6)
    assert absence.visit() == kept[::-1]


def test_rows_that_are_older_than_their_columns(absence: Absence) -> None:
    """Outbox rows without a publish time, an author without the time of the newest, a relation without a day."""
    absence.days_pass(40)
    kept = [absence.publish(ANN), absence.publish(ANN)]
    page = absence.store.scan(schema.OUTBOXES, (hashed(ANN), 0), (hashed(ANN), 2**62))
    for row in page.rows:
        key = (hashed(ANN), row["sequence_id"])
        absence.store.write(Update(schema.OUTBOXES, key, drop=("published_ms",), expect=Expect.PRESENT))
    profile = absence.store.get(schema.USERS, (hashed(ANN),)) or {}
    columns = {name: value for name, value in profile.items() if name not in ("user_key", "released_ms")}
    absence.store.write(Put(schema.USERS, (hashed(ANN),), columns))
    assert absence.visit() == kept[::-1]


def test_a_relation_row_without_a_day_is_warm(absence: Absence) -> None:
    row = absence.relation(ANN)
    absence.store.write(
        Put(schema.RELATIONS, relations.key(ANN, READER), {"epoch": row["epoch"], "followed_ms": row["followed_ms"]})
    )
    absence.days_pass(60)
    assert report(absence, absence.publish(ANN)) == (2, 1, 1, "done")
    assert len(absence.arrivals()) == 1


def test_whom_the_reader_has_left_stays_away(absence: Absence) -> None:
    """The row that was switched off is not told, so that nothing brings it back; what it hid stays hidden."""
    absence.days_pass(40)
    hidden = absence.publish(ANN)
    absence.product.unfollow(READER, ANN)
    kept = absence.publish(BEN)
    off = absence.relation(ANN)
    assert "followed_ms" not in off
    absence.store.write_many([relations.seen(hashed(ANN), READER, absence.today, 1)])
    assert absence.relation(ANN) == off
    assert absence.visit() == [kept]
    absence.product.follow(READER, ANN)
    assert absence.visit() == [kept, hidden]


def test_a_follow_before_the_return_brings_no_more_than_any_other(absence: Absence) -> None:
    absence.days_pass(40)
    of_clo = [absence.publish(CLO, f"{n}") for n in range(25)]
    of_ann = absence.publish(ANN)
    absence.product.follow(READER, CLO)
    once_each(absence.visit(), [*of_clo[5:], of_ann])


def given_a_long_absence(absence: Absence, authors: int, each: int) -> list[int]:
    """So many more follows, each of whose authors has written so much meanwhile; all of it, newest first."""
    ids = range(1_000, 1_000 + authors)
    absence.given_follows(ids, days_ago=50)
    absence.store.write(sessions.note(READER, refreshed_day=absence.today))
    absence.days_pass(40)
    began = absence.clock.now_ms() - 2 * HOUR_MS
    author_of = {100_000 + n: ids[n % authors] for n in range(authors * each)}
    published = {id: began + n * 1_000 for n, id in enumerate(author_of)}
    absence.given_articles(author_of, published)
    return list(author_of)[::-1]


def test_a_reader_of_forty_finds_a_full_page_at_once(absence: Absence, calls: Calls) -> None:
    kept = given_a_long_absence(absence, 40, 3)
    calls()
    page = absence.page()
    (line,) = calls()
    assert [item["article"]["id"] for item in page["items"]] == kept[:20]
    assert page["rebuilding"] is False
    # session, range; index, claim, rows, authors; outboxes; notes, batches; session, stamp; registry; range, cards
    assert line["requests"] == 2 + 4 + 40 + (2 + 2) + 2 + 1 + 2
    assert line["write_cu"] == 1 + 42 + 2 + 120 + 1
    assert absence.visit() == kept
    assert absence.unread()["unread"] == 99


def test_a_reader_of_four_hundred_gets_a_page_at_once_and_the_rest_soon(absence: Absence, calls: Calls) -> None:
    kept = given_a_long_absence(absence, 400, 2)
    calls()
    page = absence.page(10)
    (line,) = calls()
    assert len(page["items"]) == 10
    assert page["rebuilding"] is True
    assert line["requests"] < _rebuild._INLINE_REQUESTS + 50
    assert absence.page()["rebuilding"] is True
    assert [function for function, _ in absence.driver.queue] == ["rebuild-inbox"]
    absence.read(page["mark"])
    arrived = set(absence.arrivals())
    assert absence.outcomes() == ["rebuild-inbox done"]
    unread = absence.product.walk("/v1/timeline?unread=true", READER, 100)
    assert {item["article"]["id"] for item in unread if item["reason"] == "follow"} >= set(kept) - arrived
    after = absence.page()
    assert after["rebuilding"] is False
    assert absence.product.followed(READER, 100) == kept
    lines = calls()
    print([(line["requests"], line["read_cu"], line["write_cu"]) for line in lines])


def test_a_lost_invocation_is_started_again_by_a_later_page(absence: Absence) -> None:
    kept = given_a_long_absence(absence, 200, 1)
    assert absence.page()["rebuilding"] is True
    absence.driver.queue.clear()
    absence.clock.advance(30_000)
    assert absence.page()["rebuilding"] is True
    assert not absence.driver.queue
    absence.clock.advance(31_000)
    assert absence.page()["rebuilding"] is True
    assert absence.outcomes() == ["rebuild-inbox done"]
    page = absence.page()
    assert page["rebuilding"] is False
    assert absence.visit() == kept


def test_every_page_of_a_walk_says_that_something_is_missing(absence: Absence) -> None:
    given_a_long_absence(absence, 200, 1)
    pages = [page for page in absence.product.pages("/v1/timeline", READER, 50) if page["source"] == "follow"]
    assert len(pages) > 1
    assert {page["rebuilding"] for page in pages} == {True}


def test_a_worker_hands_on_before_its_deadline(absence: Absence, driver: InProcess) -> None:
    kept = given_a_long_absence(absence, 250, 1)
    absence.page()
    hops = 0
    while driver.queue:
        function, event = driver.queue.popleft()
        driver.invoke(function, event, timeout_s=15)
        hops += 1
        absence.clock.advance(50_000)
        assert absence.page()["rebuilding"] is bool(driver.queue)
        assert len(driver.queue) <= 1, "pages wait for whoever goes on"
    assert hops > 2
    assert absence.visit() == kept
