"""Calls that move users' counters and die at any request, race or meet a recount: counters are the truth in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alifakes.tablestore.app import TablestoreFake
from feed.domain.articles import Article, Counts, State
from feed.errors import OutcomeUnknown
from feed.operations._recount_people import AFTER_MS, QUIET_MS, Part, recount_person
from feed.store import relations, schema, users, work
from feed.store.client import Connection, Tables
from feed.store.rows import Put, Write
from feed.store.work import Work
from tests.operations import shelf
from tests.operations.conftest import Calls, Clock
from tests.operations.crashes import Fault, Kind, Process, alternately, faults, guarded
from tests.steps import SWEEP, Answer, InProcess, Product

DAY_MS = 86_400_000
_LAG_MS = 10_000


@pytest.fixture(params=[pytest.param(0, marks=pytest.mark.slow), _LAG_MS], ids=["no lag", "indexes lag"])
def tablestore(request: pytest.FixtureRequest, clock: Clock) -> Iterator[TablestoreFake]:
    with TablestoreFake(index_lag_ms=request.param, clock=clock.now_ms) as fake:
        yield fake


@dataclass
class Town:
    """Its people and articles are written straight to their tables, and counted; fans have no rows of their own."""

    product: Product
    driver: InProcess
    store: Tables
    clock: Clock
    numbers: Iterator[int]

    def person(self, *written: Article, followers: int = 1, following: int = 1) -> int:
        """Follows and is followed by fans, so that a counter that is wrongly moved down shows."""
        person = next(self.numbers)
        shown = [article for article in written if article.shown]
        counters = {
            "follower_count": followers,
            "following_count": following,
            "article_count": len(shown),
            "word_count": sum(article.words for article in shown),
            "like_count": sum(article.counts.like for article in written),
        }
        rows: list[Write] = [Put(schema.USERS, users.key(person), {"user_id": person, "created_ms": 1, **counters})]
        pairs = [(person, next(self.numbers)) for _ in range(followers)]
        pairs += [(next(self.numbers), person) for _ in range(following)]
        columns = {"epoch": 1, "followed_ms": 1, "seen_day": self.clock.now_ms() // DAY_MS}
        rows += [Put(schema.RELATIONS, relations.key(*pair), columns) for pair in pairs]
        assert self.store.write_many(rows) == []
        if written:
            shelf.put_articles(self.store, *(article._replace(author_id=person) for article in written))
        for article in written:
            for _ in range(article.counts.like):
                shelf.put_acts(self.store, next(self.numbers), [(article.id, shelf.READ | shelf.LIKE, 1)])
        return person

    def article(self, state: State = State.PUBLIC, likes: int = 1, **more: Any) -> Article:
        """As many readers as likes; not yet written."""
        fresh = {"published_ms": None, "sequence": None, "delivery": 0} if state is not State.PUBLIC else {}
        counts = Counts(read=likes, like=likes)
        return shelf.article(next(self.numbers), 0, state=state, words=3, counts=counts, **fresh, **more)

    def ticking(self, fault: Fault | None = None) -> Process[Any]:
        return Process(partial(self.driver.invoke, "scheduled-publish", SWEEP), fault)

    def recounting(self, user: int, fault: Fault | None = None) -> Process[bool]:
        return Process(lambda: recount_person(user, list(Part), self.store, self.clock.now_ms()), fault)

    def sweep(self, times: int = 1) -> None:
        """After everything that is left has become due, and once nobody has counted for a while."""
        for _ in range(times):
            self.clock.advance(AFTER_MS + QUIET_MS)
            self.product.settle()
            assert self.driver.sweep()["failed"] == 0

    def live_on(self) -> dict[int, dict[str, int]]:
        """Until nothing is left to do; everybody's counters, which are right then."""
        self.sweep(4)
        self.clock.advance(DAY_MS)  # relations that were switched off are purged
        self.ticking().run()
        self.sweep(2)
        assert shelf.everything(self.store, schema.WORK) == []
        shelf.audit(self.store)
        return shelf.audit_people(self.store)


@pytest.fixture
def door(driver: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (it connects otherwise)
    monkeypatch.setattr(Connection, "open", guarded(Connection.open))


@pytest.fixture
def town(
    door: None,  # noqa: ARG001 (before anything connects)
    product: Product,
    driver: InProcess,
    store: Tables,
    clock: Clock,
) -> Town:
    product.call("GET", "/v1/hot")  # who is banned is read once, and not by the first act
    return Town(product, driver, store, clock, count(1000))


@dataclass(frozen=True)
class Story:
    """Who has done what before, and one more act, by its name; `article` is 0 where there is none."""

    name: str
    author: int
    reader: int
    article: int

    @classmethod
    def begins(cls, name: str, town: Town) -> Story:
        state = {"publish": State.PRIVATE, "timer": State.SCHEDULED}.get(name, State.PUBLIC)
        due_ms = town.clock.now_ms() if name == "timer" else None
        likes = 1 if state is State.PUBLIC else 0
        article = town.article(state, likes, publish_at_ms=due_ms)
        story = cls(name, town.person(town.article(), article), town.person(), article.id)
        if due_ms is not None:
            town.store.write(work.put(Work(due_ms, work.SCHEDULE, str(article.id))))
        if name == "unfollow":
            town.product.follow(story.reader, story.author)
        for kind in {"like": ["read"], "unlike": ["read", "like"]}.get(name, []):
            town.product.act(story.reader, story.article, kind)
        return story

    def act(self, town: Town, fault: Fault | None = None) -> Process[Any]:
        if self.name == "timer":
            return town.ticking(fault)
        return Process(partial(town.product.call, *self._request()), fault)

    def _request(self) -> tuple[str, str, int, Any, dict[str, str]]:
        path = f"/v1/articles/{self.article}"
        if self.name in ("follow", "unfollow"):
            return "PUT" if self.name == "follow" else "DELETE", f"/v1/follows/{self.author}", self.reader, None, {}
        if self.name == "create":
            body = {"title": "t", "html": "<p>two words</p>", "state": "public"}
            return "POST", "/v1/articles", self.author, body, {"Idempotency-Key": f"k{self.article}"}
        if self.name in ("like", "unlike"):
            return "POST", f"{path}/actions", self.reader, {"kind": self.name}, {}
        if self.name == "delete":
            return "DELETE", path, self.author, None, {}
        return "PATCH", path, self.author, _CHANGES[self.name], {}


_CHANGES = {
    "publish": {"state": "public"},
    "withdraw": {"state": "private"},
    "withdraw and edit": {"state": "private", "html": "<p>two words</p>"},
    "edit": {"html": "<p>now there are seven words of text</p>"},
}
ACTS = ["follow", "unfollow", "create", "timer", "delete", "like", "unlike", *_CHANGES]


def settled(process: Process[Any]) -> None:
    """An answer that a client may get, or none."""
    if isinstance(process.answer, Answer):
        assert process.answer.status in (200, 201, 204, 404, 409, 503), process.answer


def out_of_time(process: Process[Any]) -> Process[Any]:
    """Nobody's call takes that long: it is ended where it is."""
    process.fault = Fault(Kind.BEFORE, process.requests + 1)
    return process.run()


@pytest.mark.parametrize("name", ACTS)
def test_an_act_dies(town: Town, calls: Calls, name: str) -> None:
    """At every request, in every way; each second client tries again."""
    story = Story.begins(name, town)
    calls()
    process = story.act(town).run()
    *_, line = calls()  # the timer says first whose trace it goes on with
    assert line["requests"] == process.requests
    tried = faults(process.requests)
    for number, fault in enumerate(tried):
        story = Story.begins(name, town)
        dying = story.act(town, fault).run()
        assert dying.met_its_fault
        settled(dying)
        town.clock.advance(AFTER_MS if name == "timer" else 0)  # its alarm is removed by the next one
        if number % 2 or name == "timer":
            settled(story.act(town).run())
    town.live_on()
    print(len(tried), "executions")


@pytest.mark.parametrize("name", ACTS)
def test_a_recount_between_the_requests_of_an_act(town: Town, name: str) -> None:
    """Whoever has changed what is counted, and is late to count it, is refused; whoever has not, is counted."""
    requests = Story.begins(name, town).act(town).run().requests
    for after in range(requests + 1):
        story = Story.begins(name, town)
        town.clock.advance(QUIET_MS + _LAG_MS)
        process = story.act(town).run(after)
        for user in (story.author, story.reader):
            recount_person(user, list(Part), town.store, town.clock.now_ms())
        settled(process.run())
    town.live_on()


@pytest.mark.parametrize("name", ["follow", "unfollow", "withdraw", "like"])
def test_an_act_around_the_requests_of_a_recount(town: Town, name: str) -> None:
    """Also one that dies before it has counted, of which the recount may have seen half."""
    for fault in (None, Fault(Kind.AFTER, 5), Fault(Kind.AFTER, 6)):
        for after in range(9):
            story = Story.begins(name, town)
            town.clock.advance(QUIET_MS + _LAG_MS)
            recounts = [town.recounting(user).run(after) for user in (story.author, story.reader)]
            settled(story.act(town, fault).run())
            for recount in recounts:
                recount.run()
    town.live_on()


def test_a_recount_dies(town: Town) -> None:
    """The sweeper's finishes it, or did before."""
    author = Story.begins("withdraw", town).author
    town.clock.advance(_LAG_MS)
    for fault in faults(town.recounting(author).run().requests):
        story = left(town, "withdraw", 6)
        town.clock.advance(QUIET_MS + _LAG_MS)
        with suppress(OutcomeUnknown):
            assert town.recounting(story.author, fault).run().met_its_fault
    town.live_on()


RACES = [*permutations(["publish", "withdraw", "delete", "edit"], 2), *permutations(["follow", "unfollow"])]


@pytest.mark.parametrize("names", RACES, ids=" and ".join)
def test_two_at_once(town: Town, names: tuple[str, str]) -> None:
    """On the same article or relation, and one of them may die at its worst moment."""
    for lead in range(7):
        for fault in (None, Fault(Kind.AFTER, 5)):
            story = Story.begins(names[0], town)
            other = Story(names[1], story.author, story.reader, story.article)
            first, second = story.act(town, fault), other.act(town)
            alternately(first, second, lead)
            settled(first)
            settled(second)
    town.live_on()


@pytest.mark.parametrize("name", ["follow", "unfollow"])
def test_a_repetition_that_overtakes_and_dies(town: Town, name: str) -> None:
    """From another device: it does the first one's work, and is gone before it has counted that."""
    for lead in range(3, 7):
        for fault in faults(10, (Kind.AFTER, Kind.LOST)):
            story = Story.begins(name, town)
            first = story.act(town).run(lead)
            settled(story.act(town, fault).run())
            settled(first.run())
    town.live_on()


def test_two_of_one_author_at_once(town: Town) -> None:
    for lead in range(10):
        one, other = Story.begins("follow", town), Story.begins("withdraw", town)
        same = Story("follow", other.author, one.reader, 0)
        alternately(other.act(town), same.act(town), lead)
    town.live_on()


def left(town: Town, name: str, at: int) -> Story:
    """An act that died right after this request of its own."""
    story = Story.begins(name, town)
    assert story.act(town, Fault(Kind.AFTER, at)).run().met_its_fault
    return story


@pytest.mark.parametrize("name", ["follow", "withdraw", "like"])
def test_the_sweeper_dies(town: Town, name: str) -> None:
    """At any request of the turns in which it finds the guard, and what it has left for later."""
    town.live_on()
    turns = 3
    left(town, name, 5)
    requests = []
    for _ in range(turns):
        town.clock.advance(AFTER_MS + QUIET_MS)
        requests.append(Process(town.driver.sweep).run().requests)
    for turn in range(turns):
        for fault in faults(requests[turn]):
            left(town, name, 5)
            for number in range(turns):
                town.clock.advance(AFTER_MS + QUIET_MS)
                Process(town.driver.sweep, fault if number == turn else None).run()
    town.live_on()


def test_one_recount_serves_everybody_who_died_on_an_author(town: Town) -> None:
    author = town.person()
    for _ in range(4):
        assert Story("follow", author, town.person(), 0).act(town, Fault(Kind.AFTER, 6)).run().met_its_fault
    town.sweep(3)
    assert users.require(town.store, author).recounts == 1
    assert town.live_on()[author]["follower_count"] == 5


def test_nobody_is_recounted_while_others_count(town: Town) -> None:
    story = left(town, "withdraw", 6)
    town.clock.advance(AFTER_MS)
    town.product.follow(town.person(), story.author)
    town.clock.advance(QUIET_MS // 2)
    assert town.driver.sweep()["waiting"] == 1
    assert users.require(town.store, story.author).recounts == 0
    town.clock.advance(QUIET_MS)
    assert town.driver.sweep()["waiting"] == 0
    assert users.require(town.store, story.author).recounts == 1


def test_likes_go_with_a_deleted_article_and_stay_with_a_withdrawn_one(town: Town) -> None:
    first, second = town.article(), town.article()
    author, late = town.person(town.article(), first, second), town.person()
    town.product.change(author, first.id, state="private")
    assert town.live_on()[author]["like_count"] == 3
    town.product.act(late, second.id, "read")
    process = Story("like", author, late, second.id).act(town).run(4)  # it has found the article, and goes on below
    assert town.product.call("DELETE", f"/v1/articles/{second.id}", author).status == 204
    process.run()
    assert town.live_on()[author]["like_count"] == 2
    assert town.product.call("DELETE", f"/v1/articles/{first.id}", author).status == 204
    assert town.live_on()[author]["like_count"] == 1


PEOPLE = 3
_faults = st.none() | st.builds(Fault, st.sampled_from(Kind), st.integers(1, 10))
_who = st.permutations(range(PEOPLE))
_starts = st.tuples(st.sampled_from([name for name in ACTS if name != "timer"]), _who, st.booleans(), _faults)
_steps = st.lists(st.integers(0, 3), max_size=8)
_pauses = st.sampled_from([0, 0, 0, 1000, QUIET_MS, AFTER_MS])
_then = st.sampled_from(["", "", "sweep", "recount"])


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],  # what is wrong once stays wrong in this town, whatever a smaller example does
)
@given(st.lists(st.tuples(_starts, _steps, _pauses, _then), max_size=12))
def test_anything_at_once(town: Town, days: list[Any]) -> None:
    """Three people, whose acts run side by side and may die, and recounts and sweeps between their requests."""
    written = [(town.article(), town.article(State.PRIVATE, 0)) for _ in range(PEOPLE)]
    people = [town.person(*articles) for articles in written]
    town.clock.advance(_LAG_MS)  # who is written straight to the tables was never counted just now
    for person, (public, _) in zip(people, written, strict=True):
        for other in people:
            if other != person:
                town.product.act(other, public.id, "read")
    running: list[Process[Any]] = []
    for (name, (one, two, _), second, fault), steps, pause, then in days:
        running.append(Story(name, people[one], people[two], written[one][second].id).act(town, fault))
        for step in steps:
            running[-1 - step % len(running)].step()
        town.clock.advance(pause)
        if pause >= QUIET_MS:
            running = [out_of_time(process) for process in running]
        if then == "sweep":
            town.driver.sweep()
        elif then == "recount":
            recount_person(people[one], list(Part), town.store, town.clock.now_ms())
    for process in running:
        settled(process.run())
    found = town.live_on()
    for person in people:
        profile = town.product.call("GET", f"/v1/users/{person}").body
        assert {name: profile[name] for name in users.COUNTERS} == found[person]
