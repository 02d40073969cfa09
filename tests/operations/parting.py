"""A stage for blocks, unblocks and follows that die or meet: pairs of people, and what must be true of each pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from feed.store import blocks, hidden, relations, schema, sessions, users
from feed.store.client import Tables
from feed.store.rows import Update
from tests.operations import shelf
from tests.operations.conftest import Clock
from tests.operations.crashes import Fault, Process
from tests.steps import Answer, InProcess, Product

STRANGERS, FRIENDS, PARTED = "strangers", "friends", "who had left"
PASTS = (STRANGERS, FRIENDS, PARTED)
"""What two people have been to each other."""

Pair = tuple[int, int]
VERBS = {
    "block": ("PUT", "/v1/blocks/{}"),
    "unblock": ("DELETE", "/v1/blocks/{}"),
    "follow": ("PUT", "/v1/follows/{}"),
    "unfollow": ("DELETE", "/v1/follows/{}"),
}


def fill_hidden(store: Tables, user: int, others: range = range(5_000, 5_000 + hidden.MOST)) -> None:
    """As if the user had blocked all of them, of whom as many are named as fit; their own rows matter to nobody."""
    rows = [blocks.begin(user, other, blocks.new_epoch(other, 0)) for other in others]
    for start in range(0, len(rows), 200):
        assert store.write_many(rows[start : start + 200]) == []
    named = {f"m_{other}": blocks.new_epoch(other, 0) for other in others[: hidden.MOST]}
    many = {"many": 1} if len(others) > hidden.MOST else {}
    store.write(Update(schema.HIDDEN, hidden.key(user), put={**named, **many}))


@dataclass
class Stage:
    product: Product
    driver: InProcess
    store: Tables
    clock: Clock
    numbers: Iterator[int]

    def pair(self, past: str) -> Pair:
        """Two people with an article each."""
        first, second = pair = next(self.numbers), next(self.numbers)
        self.product.given_people(first, second)
        for author in pair:
            self.product.publish(author)
        self.product.settle()
        for follower, author in (pair, pair[::-1]):
            if past != STRANGERS:
                self.product.follow(follower, author)
            if past == PARTED:
                self.product.unfollow(follower, author)
        return first, second

    def doing(self, verb: str, pair: Pair, fault: Fault | None = None) -> Process[Answer]:
        """The first of the pair does it to the second."""
        method, path = VERBS[verb]
        return Process(partial(self.product.call, method, path.format(pair[1]), pair[0]), fault)

    def does(self, verb: str, pair: Pair) -> Answer:
        method, path = VERBS[verb]
        return self.product.call(method, path.format(pair[1]), pair[0])

    def sweep(self) -> None:
        """Until nothing is left but what is due in a day."""
        while self._left() - {"purge"}:
            self.clock.advance(200_000)
            answer = self.driver.sweep()
            assert (answer["failed"], answer["waiting"]) == (0, 0), answer

    def _left(self) -> set[str]:
        return {str(row["kind"]) for row in shelf.everything(self.store, schema.WORK)}

    def is_blocked(self, pair: Pair) -> bool:
        return blocks.epoch_of(self.store, *pair) is not None

    def follows(self, pair: Pair) -> bool:
        status = self.product.call("GET", f"/v1/follows/{pair[1]}", pair[0]).body["status"]
        return bool(status == 1)

    def shows(self, pair: Pair) -> list[str]:
        """Where the first is shown the second, or something of theirs."""
        viewer, other = pair
        found = []
        if self.product.call("GET", f"/v1/users/{other}", viewer).status == 200:
            found.append("profile")
        status = self.product.call("GET", f"/v1/follows/{other}", viewer).body
        if status["status"] == 1 or status["follows_you"]:
            found.append("status")
        page = self.product.call("GET", "/v1/timeline?size=5", viewer).body
        if other in {item["article"]["author"]["id"] for item in page["items"]}:
            found.append("timeline")
        return found

    def assert_parted(self, pair: Pair) -> None:
        assert self.shows(pair) == []
        assert self.shows(pair[::-1]) == []

    def assert_agreed(self, pair: Pair) -> dict[int, bool]:
        """Hidden rows name the blocks that stand, follows agree, nobody follows past a block; who follows the other."""
        parted = blocks.between(self.store, *pair)
        following = {}
        for user, other in (pair, pair[::-1]):
            epoch = blocks.epoch_of(self.store, user, other)
            assert [side.epoch for side in hidden.both(self.store, user, other)] == [epoch, epoch], (user, other)
            row = self.store.get(schema.RELATIONS, relations.key(other, user))
            entry = sessions.find_entry(self.store, user, other)
            following[user] = row is not None and relations.decode(row).on
            assert following[user] == (entry is not None and entry.on), (user, other)
            assert not (following[user] and parted), (user, other)
        if parted:
            self.assert_parted(pair)
        return following

    def audit(self, pair: Pair) -> None:
        """And both are counted."""
        following = self.assert_agreed(pair)
        for user, other in (pair, pair[::-1]):
            person = users.require(self.store, user)
            assert (person.following_count, person.follower_count) == (following[user], following[other]), user

    def assert_no_block_is_left_to_finish(self) -> None:
        assert "block" not in self._left()
