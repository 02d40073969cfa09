"""Articles that go public at their time: once each, in order, whatever the timer and the author do."""

from __future__ import annotations

import random
from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.call import Call
from feed.domain.articles import Article
from feed.errors import InvalidRequest
from feed.operations import _release
from feed.operations.publish._schedule import AHEAD_DAYS
from feed.store import articles, outboxes, schema, work
from feed.store.client import Tables
from feed.store.users import User
from feed.store.work import Work
from feed.wiring import World
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.operations.schedules import HOUR_MS, MINUTE_MS, TIMER, Calendar
from tests.steps import SWEEP, Answer, InProcess, Product

ANN, BEN, CLO = 11, 12, 13
NOTHING = {"released": 0, "failed": 0, "removed": 0, "handed_on": False}
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def calendar(product: Product, driver: InProcess, store: Tables, clock: Clock) -> Calendar:
    product.given_people(ANN, BEN, CLO)
    product.follow(BEN, ANN)
    clock.advance(2 * MINUTE_MS)
    driver.sweep()
    return Calendar(product, driver, store, clock)


def read(product: Product, article: int) -> Any:
    answer = product.call("GET", f"/v1/articles/{article}", ANN)
    assert answer.status == 200
    return answer.body


def test_it_is_its_authors_alone_until_the_first_tick_at_its_time(product: Product, calendar: Calendar) -> None:
    publish_at = calendar.ahead(HOUR_MS)
    made = product.publish(ANN, "three 汉字", state="scheduled", publish_at=publish_at)
    article = made["id"]
    assert (made["state"], made["publish_at"], made["published_at"]) == ("scheduled", publish_at, None)
    assert read(product, article) == made
    assert [item["publish_at"] for item in product.walk(f"/v1/users/{ANN}/articles", ANN)] == [publish_at]
    for stranger in (BEN, None):
        assert product.call("GET", f"/v1/articles/{article}", stranger).status == 404
        assert product.walk(f"/v1/users/{ANN}/articles", stranger) == []
    assert product.call("GET", f"/v1/articles/{article}/delivery", ANN).status == 404

    calendar.clock.advance(HOUR_MS - MINUTE_MS)
    assert calendar.tick() == NOTHING
    calendar.clock.advance(MINUTE_MS)
    assert product.call("GET", f"/v1/articles/{article}", BEN).status == 404
    assert calendar.tick() == {**NOTHING, "released": 1}
    product.settle()

    shown = product.call("GET", f"/v1/articles/{article}", BEN).body
    assert (shown["state"], shown["publish_at"], shown["version"]) == ("public", None, 2)
    assert publish_at <= shown["published_at"] <= calendar.ahead(0)
    assert product.followed(BEN) == [article]
    assert [item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", None)] == [article]
    report = product.call("GET", f"/v1/articles/{article}/delivery", ANN).body
    assert (report["state"], report["delivered"]) == ("done", 1)
    profile = product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (1, 3)

    calendar.clock.advance(MINUTE_MS)
    assert calendar.tick() == {**NOTHING, "removed": 1}
    assert calendar.tick() == NOTHING


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("no time", {"state": "scheduled"}),
    ("the past", {"state": "scheduled", "publish_at": -1}),
    ("too far", {"state": "scheduled", "publish_at": AHEAD_DAYS * DAY_MS + MINUTE_MS}),
    ("not scheduled", {"state": "public", "publish_at": HOUR_MS}),
    ("private", {"state": "private", "publish_at": HOUR_MS}),
    ("no offset", {"state": "scheduled", "publish_at": "2030-01-01T00:00:00"}),
    ("a number", {"state": "scheduled", "publish_at": 1_900_000_000.5}),
]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("sent", [sent for _, sent in WRONG], ids=[name for name, _ in WRONG])
def test_a_time_that_cannot_be_kept_is_refused(
    product: Product, calendar: Calendar, method: str, sent: dict[str, Any]
) -> None:
    sent = {name: calendar.ahead(value) if type(value) is int else value for name, value in sent.items()}
    draft = product.publish(ANN, state="private")
    path, body = "/v1/articles", {"title": "t", "html": "<p>x</p>", **sent}
    if method == "PATCH":
        path, body = f"/v1/articles/{draft['id']}", sent
    answer = product.call(method, path, ANN, body)
    assert (answer.status, answer.error, set(answer.body["error"]["fields"])) == (
        400,
        "invalid_request",
        {"publish_at"},
    )
    assert product.walk(f"/v1/users/{ANN}/articles", ANN) == [{k: v for k, v in draft.items() if k != "html"}]
    assert calendar.waiting() == []


def test_a_time_without_a_state_and_null_are_refused(product: Product, calendar: Calendar) -> None:
    article = calendar.schedule(ANN, HOUR_MS)
    for changes in ({"publish_at": calendar.ahead(DAY_MS)}, {"state": "scheduled", "publish_at": None}):
        answer = calendar.patch(ANN, article, **changes)
        assert (answer.status, set(answer.body["error"]["fields"])) == (400, {"publish_at"})
    assert read(product, article)["version"] == 1


def test_the_last_day_of_a_leap_year_ahead_is_taken(product: Product, calendar: Calendar) -> None:
    article = calendar.schedule(ANN, AHEAD_DAYS * DAY_MS - MINUTE_MS)
    calendar.pass_time(AHEAD_DAYS * DAY_MS)
    assert read(product, article)["state"] == "public"


def test_a_draft_is_scheduled_put_off_and_brought_forward(product: Product, calendar: Calendar) -> None:
    article = product.publish(ANN, state="private")["id"]
    times = [calendar.ahead(hours * HOUR_MS) for hours in (2, 4, 3)]
    for publish_at in times:
        changed = product.change(ANN, article, state="scheduled", publish_at=publish_at)
        assert (changed["state"], changed["publish_at"]) == ("scheduled", publish_at)
    assert product.change(ANN, article, title="edited meanwhile")["publish_at"] == times[-1]
    calendar.pass_time(2 * HOUR_MS)
    assert read(product, article)["state"] == "scheduled"
    calendar.pass_time(HOUR_MS)
    assert read(product, article)["state"] == "public"
    assert product.followed(BEN) == [article]
    for _ in range(3):
        calendar.pass_time(HOUR_MS)
    assert product.followed(BEN) == [article]
    assert articles.require(calendar.store, article).delivery == 1
    assert calendar.waiting() == []


def test_a_cancelled_or_deleted_article_stays_where_it_is(product: Product, calendar: Calendar) -> None:
    cancelled, deleted = calendar.schedule(ANN, HOUR_MS), calendar.schedule(ANN, HOUR_MS)
    changed = product.change(ANN, cancelled, state="private")
    assert (changed["state"], changed["publish_at"]) == ("private", None)
    assert product.call("DELETE", f"/v1/articles/{deleted}", ANN).status == 204
    assert articles.require(calendar.store, deleted).publish_at_ms is None
    assert len(calendar.waiting()) == 2
    for _ in range(2):
        calendar.pass_time(HOUR_MS + MINUTE_MS)
    assert read(product, cancelled)["state"] == "private"
    assert product.call("GET", f"/v1/articles/{deleted}", ANN).status == 404
    assert product.followed(BEN) == []
    assert product.call("GET", f"/v1/users/{ANN}").body["article_count"] == 0
    assert calendar.waiting() == []


def test_published_before_its_time_it_is_published_once(product: Product, calendar: Calendar) -> None:
    article = calendar.schedule(ANN, HOUR_MS, "now then")
    published = product.change(ANN, article, state="public")
    assert (published["state"], published["publish_at"]) == ("public", None)
    calendar.pass_time(2 * HOUR_MS)
    assert read(product, article) == published
    assert product.followed(BEN) == [article]
    profile = product.call("GET", f"/v1/users/{ANN}").body
    assert (profile["article_count"], profile["word_count"]) == (1, 2)


def test_what_is_shown_has_no_time_ahead(product: Product, calendar: Calendar) -> None:
    article = product.publish(ANN)
    answer = calendar.patch(ANN, article["id"], state="scheduled", publish_at=calendar.ahead(HOUR_MS))
    assert (answer.status, answer.error) == (409, "already_public")
    assert read(product, article["id"]) == article


def test_published_again_at_its_time_it_keeps_its_place(product: Product, calendar: Calendar) -> None:
    """A publish time is set once: what was public before returns to where it was."""
    first = product.publish(ANN, "first")
    calendar.clock.advance(1000)
    second = product.publish(ANN, "second")["id"]
    product.change(ANN, first["id"], state="private")
    product.change(ANN, first["id"], state="scheduled", publish_at=calendar.ahead(HOUR_MS))
    calendar.pass_time(HOUR_MS)
    assert read(product, first["id"])["published_at"] == first["published_at"]
    assert product.followed(BEN) == [second, first["id"]]


def test_an_old_version_is_refused_also_when_the_timer_made_it_old(product: Product, calendar: Calendar) -> None:
    """Who cancels what they saw waiting learns that it went out."""
    article = calendar.schedule(ANN, HOUR_MS)
    calendar.pass_time(HOUR_MS)
    for changes in ({"state": "private"}, {"state": "scheduled", "publish_at": calendar.ahead(HOUR_MS)}):
        answer = calendar.patch(ANN, article, version=1, **changes)
        assert (answer.status, answer.error) == (409, "version_conflict")
    assert product.change(ANN, article, state="private", version=2)["state"] == "private"


def keyed(product: Product, publish_at: str, key: str = "k") -> Answer:
    body = {"title": "t", "html": "<p>x</p>", "state": "scheduled", "publish_at": publish_at}
    return product.call("POST", "/v1/articles", ANN, body, {"Idempotency-Key": key})


def test_an_idempotency_key_makes_one_article_also_after_its_time(product: Product, calendar: Calendar) -> None:
    publish_at = calendar.ahead(HOUR_MS)
    first = keyed(product, publish_at)
    assert keyed(product, publish_at).body == first.body
    assert keyed(product, calendar.ahead(2 * HOUR_MS)).error == "idempotency_conflict"
    calendar.pass_time(2 * HOUR_MS)
    again = keyed(product, publish_at)
    assert (again.status, again.body) == (201, first.body)
    for _ in range(2):
        calendar.pass_time(MINUTE_MS)
    assert product.followed(BEN) == [first.body["id"]]
    assert calendar.waiting() == []


def test_a_refused_time_leaves_the_key_free(product: Product, calendar: Calendar) -> None:
    assert keyed(product, calendar.ahead(-1)).status == 400
    assert keyed(product, calendar.ahead(HOUR_MS)).status == 201


def test_a_creation_that_died_is_made_up_for_after_its_time(
    product: Product, calendar: Calendar, tablestore: TablestoreFake
) -> None:
    """Its alarm is gone already: the repetition brings another, which the timer keeps until the article is there."""
    publish_at = calendar.ahead(HOUR_MS)
    tablestore.faults.add("disconnect", table=schema.ARTICLES)
    assert keyed(product, publish_at).status == 503
    tablestore.faults.clear()
    calendar.pass_time(2 * HOUR_MS)
    assert calendar.waiting() == []
    assert keyed(product, publish_at).status == 201
    assert calendar.tick() == {**NOTHING, "released": 1}


def test_without_its_alarm_nothing_is_promised(
    product: Product, calendar: Calendar, tablestore: TablestoreFake
) -> None:
    draft = product.publish(ANN, state="private")["id"]
    tablestore.faults.add("disconnect", api="BatchWriteRow", table=schema.WORK)
    assert keyed(product, calendar.ahead(HOUR_MS)).status == 503
    assert calendar.patch(ANN, draft, state="scheduled", publish_at=calendar.ahead(HOUR_MS)).status == 503
    tablestore.faults.clear()
    assert [item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", ANN)] == [draft]
    assert read(product, draft)["state"] == "private"


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (articles, "cards"),
        (work, "put"),
        (articles, "revise"),
        (outboxes, "append"),
        (_release, "start_shard"),
        (work, "remove"),
    ],
    ids=["before it reads", "at the guard", "at the row", "at the outbox", "at the workers", "at the end"],
)
def test_ticks_that_overlap_release_once(
    product: Product, calendar: Calendar, meanwhile: Meanwhile, module: ModuleType, name: str
) -> None:
    waiting = [calendar.schedule(ANN, HOUR_MS + n, f"{n}") for n in range(3)]
    calendar.clock.advance(HOUR_MS + MINUTE_MS)
    released: list[int] = []
    meanwhile(module, name, lambda: released.append(calendar.tick()["released"]))
    released.append(calendar.tick()["released"])
    assert (len(released), sum(released)) == (2, 3)
    product.settle()
    assert product.followed(BEN) == waiting[::-1]
    assert [articles.require(calendar.store, article).delivery for article in waiting] == [1, 1, 1]
    assert product.call("GET", f"/v1/users/{ANN}").body["article_count"] == 3


def test_after_hours_of_downtime_all_come_as_news_in_their_order(product: Product, calendar: Calendar) -> None:
    """What was scheduled for the hours in between is above what was published meanwhile: nobody has seen it yet."""
    offsets = [n * 7 * MINUTE_MS for n in range(1, 25)]
    random.Random(5).shuffle(offsets)
    by_time = {offset: calendar.schedule(ANN, offset, f"{offset}") for offset in offsets}
    calendar.clock.advance(4 * HOUR_MS)
    meanwhile = product.publish(ANN, "in between")["id"]
    calendar.pass_time(MINUTE_MS)
    in_order = [by_time[offset] for offset in sorted(offsets)]
    assert product.followed(BEN) == [*in_order[::-1], meanwhile]
    assert [item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", None)] == product.followed(BEN)
    releases, _ = outboxes.newest(calendar.store, ANN, None, 100)
    assert [release.article_id for release in releases] == product.followed(BEN)


def test_the_calendar_is_read_in_order_over_buckets_and_pages(store: Tables) -> None:
    chance = random.Random(7)
    alarms = [Work(chance.randrange(1000), work.SCHEDULE, str(number)) for number in range(1000, 2200)]
    for start in range(0, len(alarms), 200):
        assert store.write_many([work.put(alarm) for alarm in alarms[start : start + 200]]) == []
    due = (alarm for alarm in alarms if alarm.due_ms <= 700)
    assert list(work.scheduled(store, 700)) == sorted(due, key=lambda alarm: (alarm.due_ms, alarm.id))


def test_the_sweeper_does_not_read_the_calendar(
    calendar: Calendar, driver: InProcess, tablestore: TablestoreFake
) -> None:
    for _ in range(3):
        calendar.schedule(ANN, HOUR_MS)
    calendar.clock.advance(2 * HOUR_MS)
    tablestore.reset_requests()
    assert driver.sweep() == {"finished": 0, "waiting": 0, "failed": 0}
    looked_at = [*work.BUCKETS, "erasures"]
    assert tablestore.requests()["GetRange"][schema.WORK]["requests"] == len(looked_at)
    assert len(calendar.waiting()) == 3


@pytest.fixture
def three_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of each run of the timer is over after three releases."""
    released: Counter[str] = Counter()

    def counted(old: Article, new: Article, author: User, call: Call, world: World) -> Article:
        released[call.request_id] += 1
        return _release.go_public(old, new, author, call, world)

    monkeypatch.setattr("feed.operations.scheduled_publish.go_public", counted)
    monkeypatch.setattr(Call, "seconds_left", lambda call: 10.0 if released[call.request_id] == 3 else 60.0)


@pytest.mark.usefixtures("three_at_a_time")
def test_what_a_run_cannot_do_its_follow_up_does(product: Product, calendar: Calendar, driver: InProcess) -> None:
    waiting = [calendar.schedule(ANN, n * MINUTE_MS, f"{n}") for n in range(1, 9)]
    calendar.clock.advance(HOUR_MS)
    assert calendar.tick() == {"released": 3, "failed": 0, "removed": 3, "handed_on": True}
    assert [function for function, _ in driver.queue if function == TIMER] == [TIMER]
    product.settle()
    assert product.followed(BEN) == waiting[::-1]
    assert calendar.waiting() == []


@pytest.mark.usefixtures("three_at_a_time")
def test_without_its_follow_up_the_next_tick_goes_on(product: Product, calendar: Calendar, driver: InProcess) -> None:
    waiting = [calendar.schedule(ANN, n * MINUTE_MS, f"{n}") for n in range(1, 6)]
    calendar.clock.advance(HOUR_MS)
    calendar.tick()
    assert driver.queue.pop()[0] == TIMER
    assert calendar.tick()["released"] == 2
    product.settle()
    assert product.followed(BEN) == waiting[::-1]


def test_a_run_that_gets_nowhere_calls_nobody(calendar: Calendar, driver: InProcess, calls: Calls) -> None:
    calendar.schedule(ANN, MINUTE_MS)
    calendar.clock.advance(HOUR_MS)
    calls()
    assert driver.invoke(TIMER, SWEEP, timeout_s=5) == '{"released":0,"failed":0,"removed":0,"handed_on":false}'
    (line,) = calls()
    assert (line["requests"], len(driver.queue)) == (0, 0)


def test_one_that_cannot_be_released_stops_no_other(
    product: Product, calendar: Calendar, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = calendar.schedule(ANN, MINUTE_MS, "bad"), calendar.schedule(ANN, 2 * MINUTE_MS, "good")
    calendar.clock.advance(HOUR_MS)
    with monkeypatch.context() as patch:

        def fails(article: Article, followers: int, world: World, now_ms: int) -> Article:
            assert article.id != bad
            return _release.released(article, followers, world, now_ms)

        patch.setattr("feed.operations.scheduled_publish.released", fails)
        calls()
        assert calendar.tick() == {**NOTHING, "released": 1, "failed": 1, "removed": 1}
        problem = calls()[0]
        assert (problem["operation"], problem["problem"]) == (TIMER, f"schedule {bad}")
    assert read(product, good)["state"] == "public"
    assert calendar.tick() == {**NOTHING, "released": 1, "removed": 1}


def test_only_a_tick_starts_it(driver: InProcess) -> None:
    with pytest.raises(InvalidRequest):
        driver.invoke(TIMER, b'{"rawPath": "/", "requestContext": {}}')
