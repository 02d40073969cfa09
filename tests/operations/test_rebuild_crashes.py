"""A return that dies at any request, or in whose middle anything happens: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
from functools import partial

import pytest

from alifakes.tablestore.app import TablestoreFake
from feed.operations import _rebuild
from feed.store.client import Connection, Tables
from tests.operations.conftest import Clock
from tests.operations.crashes import Process, alternately, faults, guarded
from tests.operations.returns import DAY_MS, MINUTE_MS, READER, Absence
from tests.steps import InProcess, Product

ANN, BEN, CLO, DAN = 1, 2, 3, 4
ABSENT_DAYS = 40


@pytest.fixture
def absence(
    product: Product,
    driver: InProcess,
    tablestore: TablestoreFake,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Absence:
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))
    store: Tables = request.getfixturevalue("store")
    product.given_people(ANN, BEN, CLO, DAN, READER)
    for author in (ANN, BEN, DAN):
        product.follow(READER, author)
    found = Absence(product, driver, tablestore, store, clock)
    found.visit()
    return found


class Returns:
    """One return after the other; `published` is when everything was that the reader is to have, once each."""

    def __init__(self, absence: Absence) -> None:
        self.absence = absence
        self.published: dict[int, int] = {}

    def again(self) -> set[int]:
        """The reader stays away, for long enough; two articles are kept from them meanwhile."""
        self.absence.days_pass(ABSENT_DAYS)
        return {self.publish(ANN), self.publish(BEN)}

    def publish(self, author: int) -> int:
        """To the end of its fan-out."""
        self.published[article := self.absence.publish(author)] = self.absence.clock.now_ms()
        return article

    def check(self, why: object) -> None:
        """After the time in which a page waits for another, everything is there; it is counted as unread, and read."""
        absence = self.absence
        absence.clock.advance(MINUTE_MS + 1_000)
        for _ in range(2):
            absence.page()
            absence.product.settle()
        page = absence.page(100)
        assert page["rebuilding"] is False, why
        seen = absence.product.followed(READER, 50)
        assert len(seen) == len(set(seen)), why
        assert self.recent() <= set(seen) <= self.published.keys(), why
        absence.read(page["mark"])
        assert absence.unread()["unread"] == 0, why

    def recent(self) -> set[int]:
        """Rows live for ninety days."""
        since = self.absence.clock.now_ms() - 89 * DAY_MS
        return {id for id, ms in self.published.items() if ms > since}


@pytest.fixture
def returns(absence: Absence) -> Returns:
    return Returns(absence)


def whole_page(returns: Returns) -> int:
    """How many requests a return takes."""
    kept = returns.again()
    whole = returns.absence.paging().run()
    assert whole.answer is not None
    assert {item["article"]["id"] for item in whole.answer.body["items"] if item["reason"] == "follow"} >= kept
    returns.check("whole")
    return whole.requests


def test_a_page_dies(returns: Returns) -> None:
    for fault in faults(whole_page(returns)):
        kept = returns.again()
        page = returns.absence.paging(fault).run()
        assert page.met_its_fault
        if page.answer is not None and page.answer.status == 200 and not page.answer.body["rebuilding"]:
            assert {item["article"]["id"] for item in page.answer.body["items"]} >= kept, str(fault)
        arrived = returns.absence.arrivals()
        returns.check(fault)
        later = returns.absence.arrivals()
        assert {id: later[id] for id in arrived} == arrived, str(fault)
        assert kept <= later.keys(), str(fault)


@pytest.fixture
def in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may spend next to nothing, and stretches are short."""
    monkeypatch.setattr(_rebuild, "_INLINE_REQUESTS", 0)
    monkeypatch.setattr("feed.operations._catch_up.STRETCH", 1)


def given_a_function_at_work(returns: Returns) -> tuple[set[int], tuple[str, bytes]]:
    kept = returns.again()
    page = returns.absence.page()
    assert page["rebuilding"] is True
    (event,) = returns.absence.driver.queue
    returns.absence.driver.queue.clear()
    return kept, event


@pytest.mark.usefixtures("in_the_background")
def test_a_function_dies(returns: Returns) -> None:
    _, event = given_a_function_at_work(returns)
    whole = Process(partial(returns.absence.driver.invoke, *event)).run()
    assert json.loads(str(whole.answer)) == {"outcome": "done"}
    returns.check("whole")
    for fault in faults(whole.requests):
        kept, event = given_a_function_at_work(returns)
        try:
            assert Process(partial(returns.absence.driver.invoke, *event), fault).run().met_its_fault
        except Exception as error:
            assert "could not be" in str(error) or "did not answer" in str(error) or "repeat" in str(error)  # noqa: PT017
        arrived = returns.absence.arrivals()
        returns.check(fault)
        later = returns.absence.arrivals()
        assert {id: later[id] for id in arrived} == arrived, str(fault)
        assert kept <= later.keys(), str(fault)


@pytest.mark.parametrize("author", [ANN, DAN])
def test_an_article_is_published_between_any_two_requests(returns: Returns, author: int) -> None:
    """By a push that finds its row as it was, or told; or by the look into the outbox. Dan has not written before."""
    for requests in range(whole_page(returns) + 1):
        returns.again()
        page = returns.absence.paging().run(requests)
        returns.publish(author)
        page.run()
        assert page.answer is not None
        assert page.answer.status == 200
        returns.check(requests)


def test_a_push_is_in_the_middle_when_the_reader_comes_back(returns: Returns) -> None:
    """Its worker has read the rows as they were; what it then puts, or leaves, changes nothing that has arrived."""
    absence = returns.absence
    for days in (29, 30, 31):
        for requests in range(8):
            absence.days_pass(days)
            article = int(absence.product.publish(ANN)["id"])
            returns.published[article] = absence.clock.now_ms()
            (event,) = absence.driver.queue
            absence.driver.queue.clear()
            push = Process(partial(absence.driver.invoke, *event)).run(requests)
            page = absence.page()
            first = absence.arrivals()
            absence.clock.advance(2_000)
            push.run()
            later = absence.arrivals()
            assert {id: later[id] for id in first} == first, f"{days} days, {requests} requests"
            assert article in later or page["rebuilding"]
            returns.check(requests)


def test_two_pages_at_once(returns: Returns) -> None:
    for lead in range(whole_page(returns) + 1):
        kept = returns.again()
        pages = returns.absence.paging(), returns.absence.paging()
        alternately(*pages, lead)
        for page in pages:
            assert page.answer is not None
            seen = {item["article"]["id"] for item in page.answer.body["items"]}
            assert page.answer.body["rebuilding"] or seen >= kept, f"lead of {lead}"
        arrived = returns.absence.arrivals()
        returns.check(lead)
        later = returns.absence.arrivals()
        assert {id: later[id] for id in arrived} == arrived


def test_the_reader_leaves_an_author_between_any_two_requests(returns: Returns) -> None:
    whole = whole_page(returns)
    absence = returns.absence
    for requests in range(whole + 1):
        returns.again()
        page = absence.paging().run(requests)
        absence.product.unfollow(READER, BEN)
        page.run()
        shown = absence.product.inbox(READER, 50)
        assert {article["author"]["id"] for article in shown} <= {ANN, DAN}
        returns.publish(BEN)
        absence.product.follow(READER, BEN)  # which brings it
        returns.check(requests)


def test_the_reader_follows_another_between_any_two_requests(returns: Returns) -> None:
    """Which brings the newest twenty, of whatever age."""
    absence = returns.absence
    of_clo = {absence.publish(CLO): absence.clock.now_ms()}
    for requests in range(whole_page(returns) + 1):
        returns.again()
        page = absence.paging().run(requests)
        absence.product.follow(READER, CLO)
        page.run()
        returns.published |= of_clo
        of_clo[returns.publish(CLO)] = absence.clock.now_ms()
        returns.check(requests)
        absence.product.unfollow(READER, CLO)
        returns.published = {id: ms for id, ms in returns.published.items() if id not in of_clo}


def test_a_device_marks_everything_read_between_any_two_requests(returns: Returns) -> None:
    """What the return brings after that is unread, however old; what it had brought was read, if it was shown."""
    absence = returns.absence
    for requests in range(whole_page(returns) + 1):
        kept = returns.again()
        page = absence.paging().run(requests)
        shown = absence.page()
        before = set(absence.arrivals())
        absence.read(shown["mark"])
        page.run()
        unread = {item["article"]["id"] for item in absence.product.walk("/v1/timeline?unread=true", READER, 50)}
        assert kept - before <= unread, f"after {requests} requests"
        returns.check(requests)
