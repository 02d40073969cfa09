"""Days in the lives of a dozen people: acts of all kinds in any order, each answer held against the model.

There is one rule, which draws an act, because hypothesis takes half of a machine's rules away from most examples: here
everything has to do with everything.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.model.meanwhile import Meanwhile
from tests.model.model import Model, Pair, State, Walk
from tests.model.play import DAY_MS, HOUR_MS, MINUTE_MS, Play
from tests.model.stage import BACKFILL, Stage

T = TypeVar("T")

PEOPLE, AUTHORS, REGULARS = range(1, 13), (1, 2, 3), (4, 5)
WITHIN_MS = 85 * DAY_MS
"""An example lasts no longer: what is older than 90 days is not kept."""
MANY = 20
"""Articles of one example, about; more make it no more interesting."""

people = st.sampled_from(PEOPLE)
viewers = st.one_of(st.none(), people)
authors = st.sampled_from(AUTHORS)
readers = st.one_of(st.sampled_from(REGULARS), people)
walkers = st.one_of(st.sampled_from(REGULARS), st.sampled_from(REGULARS), people)
"""Mostly one of two, so that enough happens to somebody."""
pairs = st.tuples(readers, authors).filter(lambda pair: pair[0] != pair[1])
either_way = st.tuples(pairs, st.booleans()).map(lambda drawn: drawn[0][::-1] if drawn[1] else drawn[0])
sizes = st.sampled_from((1, 1, 2, 3, 20))
minutes = st.integers(1, 180)
pauses = st.sampled_from((0, 1, 900, 2_500))
requests = st.sampled_from((1, 2, 3, 4, 100))
places = st.one_of(st.integers(0, 1), st.integers(0, 20))
"""Which one of those that there are: the newest first."""
spans = st.sampled_from((1, MINUTE_MS, 3 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, DAY_MS, 9 * DAY_MS, 32 * DAY_MS))


ACTS: dict[str, tuple[int, Sequence[st.SearchStrategy[Any]]]] = {
    "time_passes": (4, (spans, st.booleans(), st.booleans())),
    "follow": (4, (pairs,)),
    "unfollow": (2, (places,)),
    "block": (1, (either_way,)),
    "unblock": (1, (places,)),
    "ask_for_relations": (1, (pairs,)),
    "write": (5, (authors, st.sampled_from(("public", "public", "public", "private", "scheduled")), minutes)),
    "write_many": (1, (authors, st.integers(2, 6))),
    "edit": (1, (places,)),
    "publish": (2, (places,)),
    "withdraw": (2, (places,)),
    "schedule": (1, (places, minutes)),
    "delete": (1, (places,)),
    "look_at": (1, (places, viewers)),
    "deliver": (6, (places, st.booleans(), pauses)),
    "deliver_all": (1, ()),
    "lose": (1, (places,)),
    "stray": (1, (places, readers, st.sampled_from((-1, 1)))),
    "start_walk": (4, (walkers, sizes, st.booleans())),
    "go_on": (5, (places, st.sampled_from((1, 1, 1, 100)))),
    "count_unread": (2, (walkers, pauses)),
    "mark_read": (3, (places,)),
    "begin_follow": (1, (pairs, requests)),
    "begin_unfollow": (1, (places, requests)),
    "begin_delivery": (4, (places, requests)),
    "begin_walk": (2, (walkers, sizes, st.booleans(), requests)),
    "begin_page": (3, (places, requests)),
    "step": (6, (places, requests)),
    "settle": (1, (walkers,)),
}
"""How often each is drawn, and with what. The first one is what a failing example is padded with."""
DECK = [name for name, (often, _) in ACTS.items() for _ in range(often)]


@st.composite
def acts(draw: st.DrawFn) -> tuple[Any, ...]:
    name = draw(st.sampled_from(DECK))
    return (name, *(draw(argument) for argument in ACTS[name][1]))


class Days(RuleBasedStateMachine):
    def __init__(self, stage: Stage) -> None:
        super().__init__()
        stage.clear()
        self.stage = stage
        self.model = Model(BACKFILL)
        self.play = Play(stage, self.model)
        self.meanwhile = Meanwhile(self.play)

    @initialize(followers=st.tuples(*(st.sets(people, max_size=4) for _ in AUTHORS)))
    def begin(self, followers: tuple[set[int], ...]) -> None:
        for person in PEOPLE:
            self.play.sign_in(person)
        for author, crowd in zip(AUTHORS, followers, strict=True):
            self.play.write(author, "public")
            for follower in sorted(crowd - {author} | {*REGULARS}):
                self.play.follow(follower, author)
        self.stage.clock.advance(10 * MINUTE_MS)  # in which all this has come to rest

    @rule(act=acts())
    def does(self, act: tuple[Any, ...]) -> None:
        name, *arguments = act
        getattr(self, name)(*arguments)
        self.meanwhile.acted()

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None:  # it has failed already, or is not wanted any more
            return
        self.meanwhile.land()
        for walk in self._walking():
            self._turn(walk, 100)
        self.play.settle()
        for person in PEOPLE:
            if self.model.possible[person]:
                self.play.has_what_is_owed(person)
                self.play.count_unread(person)

    # --- the acts ---

    def follow(self, pair: Pair) -> None:
        self.meanwhile.land_about(pair, pair[::-1])
        self.play.follow(*pair)

    def unfollow(self, place: int) -> None:
        if follows := sorted(self.model.follows - self.model.turning):
            pair = _chosen(follows, place)
            self.meanwhile.land_about(pair[::-1])
            self.play.unfollow(*pair)

    def block(self, pair: Pair) -> None:
        self.meanwhile.land_about(pair, pair[::-1])
        self.play.block(*pair)
        self.play.ask_for_relations(*pair)

    def unblock(self, place: int) -> None:
        if blocks := sorted(self.model.blocks):
            self.play.unblock(*_chosen(blocks, place))

    def ask_for_relations(self, pair: Pair) -> None:
        self.meanwhile.land_about(pair, pair[::-1])
        self.play.ask_for_relations(*pair)

    def write(self, author: int, state: State, minutes: int) -> None:
        if len(self.model.articles) < MANY:
            self.play.write(author, state, minutes)

    def write_many(self, author: int, number: int) -> None:
        for _ in range(number):
            self.write(author, "public", 0)

    def edit(self, place: int) -> None:
        for article in self._there(place):
            self.play.edit(article)

    def publish(self, place: int) -> None:
        for article in self._there(place, "private", "scheduled"):
            self.play.publish(article)

    def withdraw(self, place: int) -> None:
        for article in self._there(place, "public", "scheduled"):
            self.play.withdraw(article)

    def schedule(self, place: int, minutes: int) -> None:
        for article in self._there(place, "private", "scheduled"):
            self.play.schedule(article, minutes)

    def delete(self, place: int) -> None:
        for article in self._there(place):
            self.play.delete(article)

    def look_at(self, place: int, viewer: int | None) -> None:
        for article in self._there(place):
            self.play.open_article(article, viewer)
            self.play.open_authors_page(self.model.articles[article].author, viewer)

    def time_passes(self, ms: int, tick: bool, sweep: bool) -> None:
        if ms >= MINUTE_MS:  # no call takes so long
            self.meanwhile.time_is_up()
        if ms > DAY_MS:  # or is waiting for so long
            self.play.settle()
        if self.stage.clock.ahead_ms + ms < WITHIN_MS:
            self.stage.clock.advance(ms)
        if tick:
            self.play.tick()
        if sweep:
            self.play.sweep()

    def deliver(self, place: int, twice: bool, pause: int) -> None:
        self.stage.clock.advance(pause)
        if waiting := len(self.stage.driver.queue):
            self.play.deliver(place % waiting, keep=twice)

    def deliver_all(self) -> None:
        self.play.deliver_all()

    def lose(self, place: int) -> None:
        if waiting := len(self.stage.driver.queue):
            self.play.lose(place % waiting)

    def stray(self, place: int, reader: int, off_ms: int) -> None:
        for article in self._there(place):
            self.play.stray(reader, article, off_ms)

    def start_walk(self, reader: int, size: int, unread: bool) -> None:
        self._turn(self.model.walk(reader, size, unread=unread), 1)

    def go_on(self, place: int, pages: int) -> None:
        if walks := self._walking():
            self._turn(_chosen(walks, place), pages)

    def count_unread(self, reader: int, pause: int) -> None:
        self.stage.clock.advance(pause)
        self.play.count_unread(reader)

    def mark_read(self, place: int) -> None:
        if self.play.marks:
            self.play.mark_read(_chosen(self.play.marks[::-1], place))

    def begin_follow(self, pair: Pair, requests: int) -> None:
        self.meanwhile.follow(pair, requests)

    def begin_unfollow(self, place: int, requests: int) -> None:
        if follows := sorted(self.model.follows - self.model.turning):
            self.meanwhile.unfollow(_chosen(follows, place), requests)

    def begin_delivery(self, place: int, requests: int) -> None:
        if waiting := len(self.stage.driver.queue):
            self.meanwhile.deliver(place % waiting, requests)

    def begin_walk(self, reader: int, size: int, unread: bool, requests: int) -> None:
        self.meanwhile.next_page(self.model.walk(reader, size, unread=unread), requests)

    def begin_page(self, place: int, requests: int) -> None:
        if walks := self._walking():
            self.meanwhile.next_page(_chosen(walks, place), requests)

    def step(self, place: int, requests: int) -> None:
        self.meanwhile.go_on(place, requests)

    def settle(self, reader: int) -> None:
        self.meanwhile.land()
        self.play.settle()
        self.play.has_what_is_owed(reader)

    def _there(self, place: int, *states: State) -> list[int]:
        """The one that is meant, if there is any in these states; in any but deleted if none is named."""
        wanted = states or ("private", "scheduled", "public")
        there = [article.id for article in self.model.articles.values() if article.state in wanted]
        return [_chosen(there[::-1], place)] if there else []

    def _walking(self) -> list[Walk]:
        return [walk for walk in self.model.walks[::-1] if not walk.ended and not walk.waiting]

    def _turn(self, walk: Walk, pages: int) -> None:
        for _ in range(pages):
            if not walk.ended:
                self.play.next_page(walk)


def _chosen(many: Sequence[T], place: int) -> T:
    return many[place % len(many)]
