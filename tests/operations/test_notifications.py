"""Notifications: who is told of what, what undoes it, what is unread, and from whom nobody hears."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alifakes.alipay.keys import Keys
from feed.domain.actions import Flag
from feed.domain.marks import LOOK_BACK_MS, Mark
from feed.domain.notices import Notice, of_act, of_follow
from feed.operations._recount import RECOUNT
from feed.operations._recount_people import AFTER_MS, QUIET_MS
from feed.store import blocks, cards, hidden, notifications, schema, work
from feed.store.client import Tables
from feed.store.rows import Update, Write
from feed.store.work import Work
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.money import paid
from tests.operations.news import LIST, news, read, told, unread
from tests.steps import InProcess, Product

ANN, BEN, CLO, DAN = 11, 12, 13, 14
MINUTE_MS, DAY_MS = 60_000, 86_400_000


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN, CLO, DAN)
    return int(product.publish(ANN, "山里的茶")["id"])


def act(product: Product, user: int, article: int, *kinds: str) -> None:
    for kind in kinds:
        product.act(user, article, kind)


def act_notice(flag: Flag, user: int, article: int, at_ms: int) -> Notice:
    notice = of_act(flag, user, article, at_ms)
    assert notice is not None
    return notice


def tell_many(store: Tables, user: int, *notices: Notice) -> None:
    for start in range(0, len(notices), 200):
        store.write_all(*(notifications.tell(user, notice, on=True) for notice in notices[start : start + 200]))


def tip(product: Product, keys: Keys, user: int, article: int, refunded: tuple[int, ...] = ()) -> str:
    """What is answered to the notification of a payment, or of its refunds."""
    order = product.tip(user, article)
    said = paid(order, keys)
    assert product.notify(said.notification()).body == "success"
    if refunded:
        assert product.notify(said.refunded(*refunded).notification()).body == "success"
    return str(order["order_id"])


# --- who is told of what ---------------------------------------------------------------------------------------------


def test_what_an_author_is_told(product: Product, article: int, alipay_keys: Keys) -> None:
    act(product, BEN, article, "read", "like", "collect", "comment")
    product.follow(CLO, ANN)
    tip(product, alipay_keys, DAN, article)
    items = product.call("GET", LIST, ANN).body["items"]
    shown = {"id": article, "title": "山里的茶"}
    for item in items:
        assert item.pop("at").endswith("Z")
        assert item.pop("unread") is True
        person = item.pop("user")
        assert person == {"id": person["id"], "nickname": f"n{person['id']}", "avatar_url": None}
        item["who"] = person["id"]
    assert items == [
        {"kind": "tip", "who": DAN, "article": shown, "amount_fen": 500},
        {"kind": "follow", "who": CLO, "article": None, "amount_fen": None},
        {"kind": "comment", "who": BEN, "article": shown, "amount_fen": None},
        {"kind": "like", "who": BEN, "article": shown, "amount_fen": None},
    ]
    assert [news(product, user) for user in (BEN, CLO, DAN)] == [[], [], []]


def test_a_repeated_act_is_told_once(product: Product, store: Tables, article: int) -> None:
    act(product, BEN, article, "read", "like", "like", "comment", "comment")
    for _ in range(2):
        product.follow(BEN, ANN)
    assert news(product, ANN) == [("follow", BEN, None), ("comment", BEN, article), ("like", BEN, article)]
    assert told(store, ANN) == set(news(product, ANN))


def test_what_is_undone_disappears_and_comes_again_when_done_again(product: Product, article: int) -> None:
    act(product, BEN, article, "read", "like", "comment")
    act(product, CLO, article, "read", "like")
    product.follow(BEN, ANN)
    act(product, BEN, article, "unlike", "uncomment")
    product.unfollow(BEN, ANN)
    assert news(product, ANN) == [("like", CLO, article)]
    act(product, BEN, article, "like")
    product.follow(BEN, ANN)
    assert news(product, ANN) == [("follow", BEN, None), ("like", BEN, article), ("like", CLO, article)]


@pytest.mark.parametrize(("refunds", "stays"), [((200,), True), ((500,), False), ((200, 300), False)])
def test_a_tip_refunded_whole_disappears(
    product: Product, article: int, alipay_keys: Keys, refunds: tuple[int, ...], stays: bool
) -> None:
    tip(product, alipay_keys, BEN, article, refunds)
    assert news(product, ANN) == ([("tip", BEN, article)] if stays else [])


def test_nobody_is_told_of_their_own_acts(product: Product, store: Tables, article: int) -> None:
    for kind in ("read", "like", "comment"):
        path = f"/v1/articles/{article}/actions"
        assert product.call("POST", path, ANN, {"kind": kind}).error == "own_article"
    assert product.call("PUT", f"/v1/follows/{ANN}", ANN).error == "own_account"
    tip_own = product.call("POST", f"/v1/articles/{article}/tips", ANN, {"amount_fen": 500, "channel": "alipay"})
    assert tip_own.error == "own_article"
    assert shelf.everything(store, schema.NOTIFICATIONS) == []


def test_guests_who_read_are_no_news(product: Product, store: Tables, article: int) -> None:
    assert product.call("POST", f"/v1/articles/{article}/actions", None, {"kind": "read"}).status == 200
    assert shelf.everything(store, schema.NOTIFICATIONS) == []


# --- in whatever order ------------------------------------------------------------------------------------------------

_steps = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([(n, on) for n in range(3) for on in (True, False)]), _steps, st.integers(0, 2))
def test_what_was_taken_back_is_gone_in_whatever_order_it_is_written(
    store: Tables, order: list[tuple[int, bool]], repeated: list[tuple[int, bool]], stays: int
) -> None:
    """Three likes of one reader, at three times, each put and taken back but one; all repeated at will."""
    counter = shelf.everything(store, schema.NOTIFICATIONS)
    user = 1_000 + len(counter)
    likes = [act_notice(Flag.LIKE, BEN, 7, 1_000 + n) for n in range(3)]
    writes: list[Write] = [
        notifications.tell(user, likes[n], on=on) for n, on in [*order, *repeated] if on or n != stays
    ]
    for write in writes:
        store.write_all(write)
    rows, _ = notifications.page(store, user, None, 10)
    assert [row.notice for row in rows if row.gone_ms is None] == [likes[stays]]


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_walk_shows_everything_once_whatever_comes_meanwhile(
    product: Product, store: Tables, article: int, clock: Clock, size: int
) -> None:
    """Of moments with several notifications, too; every third was taken back before, another one meanwhile."""
    now = clock.now_ms()
    notices = [act_notice(Flag.LIKE, 100 + n, article, now - n // 4) for n in range(30)]
    tell_many(store, ANN, *notices)
    for notice in notices[::3]:
        store.write_all(notifications.tell(ANN, notice, on=False))
    pages = product.pages(LIST, ANN, size)
    shown = [item["user"]["id"] for item in next(pages)["items"]]
    tell_many(store, ANN, act_notice(Flag.COMMENT, BEN, article, now + 1))
    store.write_all(notifications.tell(ANN, notices[-1], on=False))
    shown += [item["user"]["id"] for page in pages for item in page["items"]]
    # the last one was taken back before its page, unless there was but one page
    stay = sorted((each for n, each in enumerate(notices) if n % 3), key=lambda each: (each.at_ms, each.event))[::-1]
    expected = [each.actor_id for each in stay if size == 100 or each != notices[-1]]
    assert shown == expected


def test_pages_stay_full_when_much_was_taken_back(product: Product, store: Tables, article: int, clock: Clock) -> None:
    notices = [act_notice(Flag.LIKE, 100 + n, article, clock.now_ms() - n) for n in range(200)]
    tell_many(store, ANN, *notices)
    for notice in notices[5:160]:
        store.write_all(notifications.tell(ANN, notice, on=False))
    page = product.call("GET", LIST, ANN).body
    assert [item["user"]["id"] for item in page["items"]] == [n + 100 for n in [*range(5), *range(160, 175)]]


def test_a_cursor_is_nobody_elses_and_not_made_up(product: Product, article: int) -> None:
    act(product, BEN, article, "read", "like", "comment")
    for path, other in ((LIST, f"{LIST}?grouped=true"), (f"{LIST}?grouped=true", LIST)):
        joint = "&" if "?" in path else "?"
        cursor = product.call("GET", f"{path}{joint}size=1", ANN).body["next_cursor"]
        assert cursor
        for sent, user in ((cursor, BEN), ("AAAA", ANN), (f"{cursor[:-1]}{'B' if cursor[-1] == 'A' else 'A'}", ANN)):
            assert product.call("GET", f"{path}{joint}cursor={sent}", user).error == "invalid_request"
        elsewhere = f"{other}{'&' if '?' in other else '?'}cursor={cursor}"
        assert product.call("GET", elsewhere, ANN).error == "invalid_request"


@pytest.mark.parametrize(("method", "path"), [("GET", LIST), ("GET", f"{LIST}/unread"), ("POST", f"{LIST}/read")])
def test_guests_have_none(product: Product, method: str, path: str) -> None:
    assert product.call(method, path, None, {"mark": "AAAA"} if method == "POST" else None).status == 401


# --- whom one does not hear of ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mine", [True, False], ids=["the author blocks", "the reader blocks"])
def test_nobody_hears_of_those_with_whom_there_is_a_block(
    product: Product, article: int, alipay_keys: Keys, mine: bool
) -> None:
    act(product, BEN, article, "read", "like", "comment")
    tip(product, alipay_keys, BEN, article)
    product.follow(BEN, ANN)
    act(product, CLO, article, "read", "like")
    one, other = (ANN, BEN) if mine else (BEN, ANN)
    assert product.call("PUT", f"/v1/blocks/{other}", one).status == 200
    assert news(product, ANN) == [("like", CLO, article)]
    assert unread(product, ANN)["unread"] == 1
    assert product.call("DELETE", f"/v1/blocks/{other}", one).status == 200
    # the follow is over for good
    assert news(product, ANN) == [
        (k, u, article) for k, u in [("like", CLO), ("tip", BEN), ("comment", BEN), ("like", BEN)]
    ]


def test_nobody_hears_of_them_however_many_are_blocked(product: Product, store: Tables, article: int) -> None:
    for user in (BEN, CLO):
        act(product, user, article, "read", "like")
    store.write(Update(schema.HIDDEN, hidden.key(ANN), put={"many": 1}))
    store.write_all(blocks.begin(BEN, ANN, 1))
    assert news(product, ANN) == [("like", CLO, article)]
    assert unread(product, ANN)["unread"] == 1


def test_nothing_is_told_of_a_deleted_article(product: Product, article: int) -> None:
    other = product.publish(ANN)["id"]
    for each in (article, other):
        act(product, BEN, each, "read", "like")
    product.change(ANN, article, state="private")
    assert news(product, ANN) == [("like", BEN, other), ("like", BEN, article)]
    assert product.call("DELETE", f"/v1/articles/{article}", ANN).status == 204
    assert news(product, ANN) == [("like", BEN, other)]


# --- what is unread ---------------------------------------------------------------------------------------------------


def test_what_is_unread_until_it_is_marked(product: Product, article: int, clock: Clock) -> None:
    act(product, BEN, article, "read", "like")
    clock.advance(5_000)
    act(product, CLO, article, "read", "like")
    counted = unread(product, ANN)
    assert (counted["unread"], counted["more"]) == (2, False)
    assert unread(product, ANN) == counted
    marked = read(product, ANN, counted["mark"])
    assert (marked.status, marked.body) == (200, {"mark": counted["mark"]})
    act(product, DAN, article, "read", "comment")
    assert unread(product, ANN)["unread"] == 1
    assert [item["unread"] for item in product.walk(LIST, ANN)] == [True, False, False]
    # what another device sends late moves nothing back
    assert read(product, ANN, product.call("GET", LIST, BEN).body["mark"]).status == 200
    assert unread(product, ANN)["unread"] == 1
    assert read(product, ANN, product.call("GET", LIST, ANN).body["mark"]).status == 200
    assert unread(product, ANN)["unread"] == 0


def test_a_page_marks_what_it_shows(product: Product, store: Tables, article: int, clock: Clock) -> None:
    """What arrived with it in the same moment stays unread."""
    now = clock.now_ms()
    tell_many(store, ANN, *(act_notice(Flag.LIKE, 100 + n, article, now - n) for n in range(6)))
    page = product.call("GET", f"{LIST}?size=4", ANN).body
    assert read(product, ANN, page["mark"]).status == 200
    assert unread(product, ANN)["unread"] == 2
    assert [item["unread"] for item in product.walk(LIST, ANN)] == [False] * 4 + [True] * 2


def test_a_like_that_comes_again_is_unread_again(product: Product, article: int) -> None:
    """Within the two seconds in which a mark names what it covers."""
    act(product, BEN, article, "read", "like")
    assert read(product, ANN, unread(product, ANN)["mark"]).status == 200
    act(product, BEN, article, "unlike")
    assert unread(product, ANN)["unread"] == 0
    act(product, BEN, article, "like")
    assert unread(product, ANN)["unread"] == 1


def test_the_count_ends_at_ninety_nine(product: Product, store: Tables, article: int, clock: Clock) -> None:
    now = clock.now_ms()
    notices = [act_notice(Flag.LIKE, 100 + n, article, now - n) for n in range(130)]
    tell_many(store, ANN, *notices)
    counted = unread(product, ANN)
    assert (counted["unread"], counted["more"]) == (99, True)
    assert read(product, ANN, counted["mark"]).status == 200
    counted = unread(product, ANN)
    assert (counted["unread"], counted["more"]) == (31, False)
    for notice in notices[99:110]:
        store.write_all(notifications.tell(ANN, notice, on=False))
    assert unread(product, ANN)["unread"] == 20


def test_what_comes_late_shows_as_unread(product: Product, store: Tables, article: int, clock: Clock) -> None:
    """Counted it is if it came within an hour of its cause."""
    act(product, BEN, article, "read", "like")
    assert read(product, ANN, unread(product, ANN)["mark"]).status == 200
    clock.advance(5_000)
    for user, late_ms in ((CLO, LOOK_BACK_MS - MINUTE_MS), (DAN, LOOK_BACK_MS + MINUTE_MS)):
        tell_many(store, ANN, act_notice(Flag.LIKE, user, article, clock.now_ms() - late_ms))
    assert [(item["user"]["id"], item["unread"]) for item in product.walk(LIST, ANN)] == [
        (BEN, False),
        (CLO, True),
        (DAN, True),
    ]
    assert unread(product, ANN)["unread"] == 1


@pytest.mark.parametrize("mark", ["", "AAAA", "x" * 3000, "ü"])
def test_a_mark_that_no_list_has_given(product: Product, article: int, mark: str) -> None:  # noqa: ARG001
    assert read(product, ANN, mark).status == 400


def test_a_mark_from_the_future_is_refused(product: Product, article: int, clock: Clock) -> None:  # noqa: ARG001
    ahead = clock.now_ms() + DAY_MS
    assert read(product, ANN, Mark(ahead, ahead).encode()).status == 400


def test_the_marks_of_the_two_lists_are_apart(product: Product, article: int) -> None:
    product.follow(ANN, BEN)
    product.publish(BEN)
    product.settle()
    act(product, CLO, article, "read", "like")
    assert read(product, ANN, unread(product, ANN)["mark"]).status == 200
    assert product.call("GET", "/v1/timeline/unread", ANN).body["unread"] == 1


def test_a_tip_of_which_we_hear_a_day_later_is_unread(
    product: Product, article: int, alipay_keys: Keys, clock: Clock
) -> None:
    """Everything since was read: it stands where it came, not where it was paid."""
    order = product.tip(BEN, article)
    said = paid(order, alipay_keys)
    clock.advance(DAY_MS)
    act(product, CLO, article, "read", "like")
    assert read(product, ANN, unread(product, ANN)["mark"]).status == 200
    clock.advance(LOOK_BACK_MS)
    assert product.notify(said.notification()).body == "success"
    assert unread(product, ANN)["unread"] == 1
    assert news(product, ANN)[0] == ("tip", BEN, article)


# --- beside it --------------------------------------------------------------------------------------------------------


def test_ones_own_act_shows_at_once_in_a_timeline_that_keeps_cards(
    product: Product, article: int, monkeypatch: pytest.MonkeyPatch, store: Tables, clock: Clock
) -> None:
    monkeypatch.setattr(cards, "KEPT_MS", 2_000)
    for reader in (BEN, CLO):
        product.follow(reader, ANN)

    def likes(reader: int) -> list[int]:
        return [card["counts"]["like"] for card in product.inbox(reader)]

    assert (likes(BEN), likes(CLO)) == ([0], [0])
    act(product, BEN, article, "read", "like")
    assert likes(BEN) == [1]
    clock.advance(10_000)
    likes(CLO)
    act(product, BEN, article, "unlike")
    assert likes(CLO) == [1]
    assert likes(BEN) == [0]
    assert shelf.audit(store)[article].like == 0


@pytest.mark.parametrize(
    ("route", "requests", "read_cu"),
    [
        # the mark and the hidden people; the range
        ("unread", 2, 4),
        # beside the range; then twenty people and an article
        ("page", 3, 24),
        # three people and an article for each of two groups
        ("grouped", 3, 11),
    ],
)
def test_what_it_costs(
    product: Product, store: Tables, article: int, calls: Calls, clock: Clock, route: str, requests: int, read_cu: int
) -> None:
    now = clock.now_ms() // DAY_MS * DAY_MS
    likes = [act_notice(Flag.LIKE, 100 + n, article, now + n) for n in range(30)]
    comments = [act_notice(Flag.COMMENT, 200 + n, article, now + n) for n in range(30)]
    tell_many(store, ANN, *likes, *comments)
    path = {"unread": f"{LIST}/unread", "page": LIST, "grouped": f"{LIST}?grouped=true"}[route]
    product.call("GET", f"{LIST}/unread", ANN)
    calls()
    assert product.call("GET", path, ANN).status == 200
    (line,) = calls()
    assert (line["requests"], line["read_cu"], line["write_cu"]) == (requests, read_cu, 0)


def test_ninety_nine_are_counted_for_five_units(
    product: Product, store: Tables, article: int, calls: Calls, clock: Clock
) -> None:
    """Of people whose ids have ten digits."""
    now = clock.now_ms()
    tell_many(store, ANN, *(act_notice(Flag.LIKE, 10**9 + n, article, now - n) for n in range(99)))
    calls()
    assert unread(product, ANN)["unread"] == 99
    (line,) = calls()
    assert (line["requests"], line["read_cu"]) == (2, 5)


def test_the_sweeper_tells_what_the_flag_says(driver: InProcess, store: Tables, article: int, clock: Clock) -> None:
    """Guards of acts that died before the author was told; their likes were set, taken back, or never set."""
    now = clock.now_ms()
    shelf.put_acts(store, BEN, [(article, shelf.READ | shelf.LIKE, now)])
    shelf.put_acts(store, CLO, [(article, shelf.READ, now)])
    tell_many(store, ANN, act_notice(Flag.LIKE, CLO, article, now), of_follow(DAN, now))
    for number, (user, at_ms) in enumerate([(BEN, now), (BEN, now - 5), (CLO, now)]):
        about = f"{article}:{number}:{ANN}:{user}:{Flag.LIKE.bit}:{at_ms}"
        store.write_all(work.put(Work(now, RECOUNT, about)))
    clock.advance(AFTER_MS + QUIET_MS)
    assert driver.sweep()["failed"] == 0
    assert told(store, ANN) == {("like", BEN, article), ("follow", DAN, None)}
