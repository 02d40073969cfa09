"""What is unread, by arrival: the walk, the count, and the mark that only its own request moves, forward only."""

from __future__ import annotations

from typing import Any

import pytest

from feed.domain import cursors
from feed.domain.ids import hashed
from feed.domain.marks import LOOK_BACK_MS, Mark
from feed.store import inboxes, sessions
from feed.store.client import Tables
from feed.store.sessions import Late, Session
from tests.operations.conftest import Calls, Clock, Meanwhile
from tests.steps import Answer, Product

READER, ANN, BEN = 50, 1, 2
DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def people(product: Product) -> None:
    product.given_people(READER, ANN, BEN)
    for author in (ANN, BEN):
        product.follow(READER, author)


def publish(product: Product, count: int, author: int = ANN) -> list[int]:
    """So many articles, newest first, delivered."""
    ids = [product.publish(author, f"{n}")["id"] for n in range(count)]
    product.settle()
    return ids[::-1]


def unread(product: Product) -> Any:
    answer = product.call("GET", "/v1/timeline/unread", READER)
    assert answer.status == 200, answer
    return answer.body


def read(product: Product, mark: str) -> Answer:
    return product.call("POST", "/v1/timeline/read", READER, {"mark": mark})


def walk_unread(product: Product, size: int = 20) -> list[int]:
    items = product.walk("/v1/timeline?unread=true", READER, size)
    return [item["article"]["id"] for item in items if item["reason"] == "follow"]


def deliver_late(store: Tables, article: Any, published_ms: int, clock: Clock, *, noted: bool = True) -> None:
    """An inbox row as a worker puts it long after its place."""
    row = inboxes.put(hashed(READER), published_ms, article, ANN, 1, only_if_absent=True)
    store.write_all(row)
    if noted:
        store.write_all(sessions.note_late(hashed(READER), article, Late(published_ms, clock.now_ms())))


@pytest.mark.usefixtures("ample_budgets")
def test_everything_is_unread_until_it_is_marked_as_read(product: Product) -> None:
    articles = publish(product, 30)
    assert walk_unread(product, 7) == articles
    counted = unread(product)
    assert (counted["unread"], counted["more"]) == (30, False)
    assert [item["unread"] for item in product.walk("/v1/timeline", READER) if item["reason"] == "follow"] == [
        True
    ] * 30
    answer = read(product, counted["mark"])
    assert (answer.status, answer.body) == (200, {"mark": counted["mark"]})
    assert unread(product) == {"unread": 0, "more": False, "mark": counted["mark"]}
    assert walk_unread(product) == []
    assert [item["unread"] for item in product.walk("/v1/timeline", READER) if item["reason"] == "follow"] == [
        False
    ] * 30
    news = publish(product, 2)
    assert walk_unread(product) == news
    assert unread(product)["unread"] == 2


def test_a_page_gives_the_mark_of_what_it_showed(product: Product, clock: Clock) -> None:
    (passed_over,) = publish(product, 1)
    clock.advance(10_000)
    publish(product, 2)
    clock.advance(10_000)
    page = product.call("GET", "/v1/timeline?size=2", READER).body
    clock.advance(10_000)
    newer = publish(product, 1)
    read(product, page["mark"])
    assert walk_unread(product) == newer
    assert passed_over in product.followed(READER)


def test_what_a_page_has_read_but_not_shown_stays_unread(product: Product) -> None:
    """It has come at the same time as what was shown."""
    articles = publish(product, 3)
    read(product, product.call("GET", "/v1/timeline?size=2", READER).body["mark"])
    assert walk_unread(product) == articles[2:]


def test_a_backfill_is_no_news(product: Product, clock: Clock) -> None:
    product.unfollow(READER, BEN)
    old = publish(product, 3, BEN)
    clock.advance(2 * LOOK_BACK_MS)
    news = publish(product, 1)
    read(product, unread(product)["mark"])
    product.follow(READER, BEN)
    items = [item for item in product.walk("/v1/timeline", READER) if item["reason"] == "follow"]
    assert [(item["article"]["id"], item["unread"]) for item in items] == [(id, False) for id in [*news, *old]]
    assert walk_unread(product) == []
    assert unread(product)["unread"] == 0


def test_the_unread_cost_no_look_at_what_is_old(product: Product, store: Tables, calls: Calls, clock: Clock) -> None:
    now = clock.now_ms()
    puts = [inboxes.put(hashed(READER), now - n, 1_000 + n, ANN, 1, only_if_absent=True) for n in range(300)]
    assert inboxes.deliver(store, puts) == []
    read(product, unread(product)["mark"])
    for _ in range(3):
        read(product, unread(product)["mark"])
    clock.advance(2 * LOOK_BACK_MS)
    publish(product, 2)
    read(product, unread(product)["mark"])
    clock.advance(2 * LOOK_BACK_MS)
    publish(product, 1)
    walk_unread(product)
    calls()
    product.call("GET", "/v1/timeline?unread=true", READER)
    (line,) = calls()
    assert (line["requests"], line["read_cu"]) == (3, 3)


@pytest.mark.usefixtures("ample_budgets")
def test_a_walk_finds_all_though_the_mark_moves_meanwhile(product: Product, clock: Clock) -> None:
    articles: list[int] = []
    for _ in range(10):
        articles = publish(product, 5) + articles
        clock.advance(5_000)
    found: list[int] = []
    for page in product.pages("/v1/timeline?unread=true", READER, 10):
        found += [item["article"]["id"] for item in page["items"] if item["reason"] == "follow"]
        if page["mark"]:
            assert read(product, page["mark"]).status == 200
    assert found == articles


def test_reading_changes_nothing_but_the_day_of_the_visit(product: Product, calls: Calls, clock: Clock) -> None:
    publish(product, 3)
    written = []
    for path in ("", "", "?unread=true", "/unread"):
        calls()
        product.call("GET", f"/v1/timeline{path}", READER)
        written.append(calls()[0]["write_cu"])
    assert written == [1, 0, 0, 0] or written == [0, 0, 0, 0]
    clock.advance(DAY_MS)
    calls()
    product.call("GET", "/v1/timeline", READER)
    product.call("GET", "/v1/timeline", READER)
    assert [line["write_cu"] for line in calls()] == [1, 0]
    assert unread(product)["unread"] == 3


def test_the_mark_never_goes_back(product: Product, clock: Clock) -> None:
    publish(product, 2)
    old = unread(product)["mark"]
    clock.advance(60_000)
    publish(product, 2)
    new = unread(product)["mark"]
    read(product, new)
    assert read(product, old).body == {"mark": new}
    assert unread(product)["unread"] == 0


def test_two_devices_that_saw_different_pages(product: Product) -> None:
    articles = publish(product, 4)
    first = product.call("GET", "/v1/timeline?size=2", READER).body
    second = product.call("GET", f"/v1/timeline?size=2&cursor={first['next_cursor']}", READER).body
    for page in (first, second):
        assert read(product, page["mark"]).status == 200
    assert walk_unread(product) == []
    assert len(articles) == 4


def test_what_comes_late_is_unread(product: Product, store: Tables, clock: Clock) -> None:
    start_ms = clock.now_ms()
    publish(product, 3)
    late = [product.publish(BEN, f"late {n}", state="private")["id"] for n in range(2)]
    for author_article in late:
        product.change(BEN, author_article, state="public")
    product.driver.queue.clear()  # type: ignore[attr-defined]
    placed = {item: product.call("GET", f"/v1/articles/{item}", BEN).body["published_at"] for item in late}
    assert all(placed.values())
    clock.advance(30 * 60_000)
    publish(product, 3)
    read(product, unread(product)["mark"])
    assert unread(product)["unread"] == 0
    rows = {item: _published_ms(store, item) for item in late}
    assert all(start_ms <= ms for ms in rows.values())
    deliver_late(store, late[0], rows[late[0]], clock, noted=False)
    assert walk_unread(product) == [late[0]]
    assert unread(product)["unread"] == 1
    read(product, unread(product)["mark"])
    clock.advance(DAY_MS)
    publish(product, 1)
    read(product, unread(product)["mark"])
    deliver_late(store, late[1], rows[late[1]], clock)
    assert walk_unread(product) == [late[1]]
    assert unread(product)["unread"] == 1
    read(product, unread(product)["mark"])
    assert unread(product)["unread"] == 0
    assert walk_unread(product) == []


def test_the_note_of_a_late_article_goes_when_newer_ones_were_read(
    product: Product, store: Tables, clock: Clock
) -> None:
    deliver_late(store, 12345, clock.now_ms() - DAY_MS, clock)
    assert sessions.find(store, READER).late.keys() == {12345}
    clock.advance(60_000)
    publish(product, 1)
    page = product.call("GET", "/v1/timeline?size=1", READER).body
    read(product, page["mark"])
    assert sessions.find(store, READER).late.keys() == {12345}
    read(product, unread(product)["mark"])
    assert sessions.find(store, READER).late == {}
    assert sessions.find(store, READER).floor_ms > clock.now_ms() - LOOK_BACK_MS - 60_000


def test_a_follow_between_the_two_looks_of_a_page_is_not_taken_for_read(
    product: Product, store: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(product, 1, BEN)
    product.unfollow(READER, ANN)
    publish(product, 2, ANN)
    stale = [sessions.find(store, READER)]
    product.follow(READER, ANN)
    real = sessions.find
    monkeypatch.setattr(sessions, "find", lambda tables, user: _pop(stale) or real(tables, user))
    assert len(product.followed(READER)) == 3


def _pop(stale: list[Session]) -> Session | None:
    return stale.pop() if stale else None


def test_a_late_article_below_the_page_stays_unread(product: Product, store: Tables, clock: Clock) -> None:
    hidden_below = product.publish(BEN, "late", state="private")["id"]
    product.change(BEN, hidden_below, state="public")
    product.driver.queue.clear()  # type: ignore[attr-defined]
    placed_ms = _published_ms(store, hidden_below)
    clock.advance(DAY_MS)
    publish(product, 3)
    read(product, unread(product)["mark"])
    clock.advance(60_000)
    deliver_late(store, hidden_below, placed_ms, clock)
    clock.advance(30 * 60_000)
    news = publish(product, 1)
    read(product, product.call("GET", "/v1/timeline?size=2", READER).body["mark"])
    assert news[0] not in walk_unread(product)
    assert walk_unread(product) == [hidden_below]
    read(product, unread(product)["mark"])
    assert unread(product)["unread"] == 0


@pytest.mark.parametrize("only", ["", "unread=true&"])
def test_what_came_above_a_walk_stays_unread_whatever_came_below_it(
    product: Product, store: Tables, clock: Clock, only: str
) -> None:
    """An article is published while somebody turns the page, then an older one comes, and is on the next page."""
    first, second = publish(product, 2)
    clock.advance(10_000)
    page = product.call("GET", f"/v1/timeline?{only}size=1", READER).body
    assert [item["article"]["id"] for item in page["items"]] == [first]
    clock.advance(10_000)
    (above,) = publish(product, 1)
    clock.advance(10_000)
    below = product.publish(BEN)["id"]
    product.change(BEN, below, state="private")
    deliver_late(store, below, clock.now_ms() - 60_000, clock)
    page = product.call("GET", f"/v1/timeline?{only}size=2&cursor={page['next_cursor']}", READER).body
    assert [item["article"]["id"] for item in page["items"]] == [second]
    assert read(product, page["mark"]).status == 200
    assert above in walk_unread(product)


def test_a_cursor_of_an_older_version_goes_on(product: Product) -> None:
    """It does not say when its walk began."""
    articles = publish(product, 3)
    place = product.walk("/v1/timeline", READER)[0]["sequence_id"], articles[0]
    states: dict[str, list[int | str]] = {"timeline": [], "timeline unread": [0, Mark(0, 0).encode()]}
    for name, known in states.items():
        cursor = cursors.encode(name, READER, [*place, *known])
        query = "unread=true&" if known else ""
        page = product.call("GET", f"/v1/timeline?{query}cursor={cursor}", READER).body
        assert [item["article"]["id"] for item in page["items"]] == articles[1:]


def test_notes_of_many_late_articles_go_a_few_at_a_time(product: Product, store: Tables, clock: Clock) -> None:
    for number in range(30):
        deliver_late(store, 1_000 + number, clock.now_ms() - DAY_MS + number, clock)
    for left in (22, 14, 6, 0):
        clock.advance(60_000)
        publish(product, 1)
        assert read(product, unread(product)["mark"]).status == 200
        assert len(sessions.find(store, READER).late) == left


def test_a_note_that_was_renewed_meanwhile_stays(
    product: Product, store: Tables, clock: Clock, meanwhile: Meanwhile
) -> None:
    deliver_late(store, 12345, clock.now_ms() - DAY_MS, clock)
    mark = unread(product)["mark"]
    late = Late(clock.now_ms() - DAY_MS, clock.now_ms() + 900_000)
    meanwhile(sessions, "move_mark", lambda: store.write(sessions.note_late(hashed(READER), 777, late)))
    assert read(product, mark).status == 200
    assert 777 in sessions.find(store, READER).late
    meanwhile(sessions, "move_mark", lambda: store.write(sessions.note_late(hashed(READER), 12345, late)))
    deliver_late(store, 12345, clock.now_ms() - DAY_MS, clock)
    clock.advance(1_200_000)
    publish(product, 1)
    assert read(product, unread(product)["mark"]).status == 200


def test_a_mark_lives_as_long_as_its_reader_comes(product: Product, store: Tables, clock: Clock) -> None:
    publish(product, 2)
    mark = unread(product)["mark"]
    read(product, mark)
    for _ in range(5):
        clock.advance(30 * DAY_MS)
        product.call("GET", "/v1/timeline", READER)
        product.settle()
    assert sessions.find(store, READER).mark == Mark.decode(mark)


def test_a_made_up_cursor_is_refused(product: Product) -> None:
    publish(product, 1)
    made_up = cursors.encode("timeline unread", READER, [5, 1, 6, Mark(0, 0).encode()])
    assert product.call("GET", f"/v1/timeline?unread=true&cursor={made_up}", READER).error == "invalid_request"


def test_those_who_were_left_are_not_counted(product: Product) -> None:
    publish(product, 2, ANN)
    publish(product, 3, BEN)
    product.unfollow(READER, BEN)
    assert unread(product)["unread"] == 2
    read(product, unread(product)["mark"])
    assert unread(product)["unread"] == 0


@pytest.mark.parametrize(("count", "more"), [(99, False), (100, True)])
def test_the_count_ends_at_ninety_nine_for_three_units(
    product: Product, store: Tables, calls: Calls, clock: Clock, count: int, more: bool
) -> None:
    now = clock.now_ms()
    puts = [inboxes.put(hashed(READER), now + n, 1_000 + n, ANN, 1, only_if_absent=True) for n in range(count)]
    assert inboxes.deliver(store, puts) == []
    calls()
    counted = unread(product)
    assert (counted["unread"], counted["more"]) == (99, more)
    (line,) = calls()
    assert line["requests"] == 2
    assert line["read_cu"] <= 3


@pytest.mark.parametrize("body", [{}, {"mark": ""}, {"mark": 5}, {"mark": "AAAA"}, {"mark": "x" * 3000}, {"mark": "ü"}])
def test_bad_marks_change_nothing(product: Product, body: Any) -> None:
    publish(product, 1)
    assert product.call("POST", "/v1/timeline/read", READER, body).error == "invalid_request"
    assert unread(product)["unread"] == 1


def test_a_mark_of_the_future_is_refused(product: Product, clock: Clock) -> None:
    ahead = clock.now_ms() + DAY_MS
    assert read(product, Mark(ahead, ahead).encode()).status == 400


def test_only_the_signed_in_have_a_mark(product: Product) -> None:
    assert product.call("GET", "/v1/timeline/unread").status == 401
    assert product.call("POST", "/v1/timeline/read", None, {"mark": "AAAA"}).status == 401
    assert product.call("GET", "/v1/timeline?unread=true").status == 200


@pytest.mark.parametrize("query", ["unread=1", "unread=TRUE", "unread=", "unread=yes"])
def test_unread_is_true_or_false(product: Product, query: str) -> None:
    assert product.call("GET", f"/v1/timeline?{query}", READER).error == "invalid_request"


def test_a_cursor_goes_on_in_its_own_list_only(product: Product) -> None:
    publish(product, 5)
    plain = product.call("GET", "/v1/timeline?size=2", READER).body["next_cursor"]
    of_unread = product.call("GET", "/v1/timeline?size=2&unread=true", READER).body["next_cursor"]
    assert product.call("GET", f"/v1/timeline?unread=true&cursor={plain}", READER).status == 400
    assert product.call("GET", f"/v1/timeline?cursor={of_unread}", READER).status == 400
    assert product.call("GET", f"/v1/timeline?unread=true&cursor={of_unread}", ANN).status == 400


def _published_ms(store: Tables, article: int) -> int:
    from feed.store import articles

    found = articles.require(store, article)
    assert found.published_ms is not None
    return found.published_ms
