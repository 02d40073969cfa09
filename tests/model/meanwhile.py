"""Calls that wait in the middle, before one of their requests to Tablestore, while everything else goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.model.model import Pair, Walk
from tests.model.play import Play, Sight
from tests.model.stage import FANOUT
from tests.operations.crashes import Fault, Kind, Process


@dataclass
class InFlight:
    """`ends` holds its answer against the model. `about` is the relation that it changes; `sight` grows as long as a
    page is being made; `event` is that of an invocation."""

    process: Process[Any]
    ends: Callable[[Any], None]
    about: Pair | None = None
    walk: Walk | None = None
    sight: Sight | None = None
    is_delivery: bool = False


@dataclass
class Meanwhile:
    play: Play
    flights: list[InFlight] = field(default_factory=list)

    def follow(self, pair: Pair, requests: int) -> None:
        self.land_about(pair)
        if self.play.model.apart(*pair):
            return
        since = self.play.model.newest_of(pair[1])
        self.play.model.turns(*pair)

        def ends(answer: Any) -> None:
            self.play.model.follow(*pair, since)
            self.play.look(by_follow=True)
            assert answer.status == 200

        self._begin(lambda: self.play.call("PUT", f"/v1/follows/{pair[1]}", pair[0]), ends, requests, about=pair)

    def unfollow(self, pair: Pair, requests: int) -> None:
        self.land_about(pair)
        self.play.model.turns(*pair)

        def ends(answer: Any) -> None:
            self.play.model.unfollow(*pair)
            assert answer.status == 200

        self._begin(lambda: self.play.call("DELETE", f"/v1/follows/{pair[1]}", pair[0]), ends, requests, about=pair)

    def deliver(self, place: int, requests: int) -> None:
        function, event = self.play.stage.driver.queue[place]
        del self.play.stage.driver.queue[place]
        self._begin(
            lambda: self.play.stage.driver.invoke(function, event),
            lambda _: self.play.look(),
            requests,
            is_delivery=function == FANOUT,
        )

    def next_page(self, walk: Walk, requests: int) -> None:
        sight = self.play.sight(walk.reader)
        walk.waiting = True

        def ends(page: Any) -> None:
            walk.waiting = False
            self.play.take_page(walk, page, sight)

        self._begin(lambda: self.play.ask_for_page(walk), ends, requests, walk=walk, sight=sight)

    def go_on(self, place: int, requests: int) -> None:
        if self.flights:
            self._step(self.flights[place % len(self.flights)], requests)

    def acted(self) -> None:
        """What somebody else has done may show in every page that is being made."""
        self.play.look()
        for flight in self.flights:
            if flight.sight is not None and flight.walk is not None:
                flight.sight.add(self.play.sight(flight.walk.reader))

    def land_about(self, *pairs: Pair) -> None:
        """Nobody changes a relation that is being changed."""
        for flight in [flight for flight in self.flights if flight.about in pairs]:
            self._step(flight, None)

    def land(self) -> None:
        while self.flights:
            self._step(self.flights[0], None)

    def time_is_up(self) -> None:
        """Whoever was delivering has died; everything else comes to its end."""
        for flight in self.flights:
            if flight.is_delivery:
                flight.process.fault = Fault(Kind.BEFORE, flight.process.requests + 1)
                self.play.lost = True
        self.land()

    def _begin(self, call: Callable[[], Any], ends: Callable[[Any], None], requests: int, **more: Any) -> None:
        flight = InFlight(Process(call), ends, **more)
        self.flights.append(flight)
        self._step(flight, requests)

    def _step(self, flight: InFlight, requests: int | None) -> None:
        flight.process.run(requests)
        self.acted()
        if flight.process.ended:
            self.flights.remove(flight)
            if not flight.process.met_its_fault:
                flight.ends(flight.process.answer)
