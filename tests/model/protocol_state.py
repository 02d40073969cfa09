"""The delivery protocol's model at rest: its rules and bounds, its rows, and what storage does when a request lands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

_T = TypeVar("_T")
Steps = Iterator[tuple[str, "State"]]
AGAIN = " UNREAD AGAIN"

PRIVATE, PUBLISHING, PUBLIC, WITHDRAWN = range(4)
OPEN, FINISHED, DEAD = range(3)
NOBODY, VANISHED = -1, -2
"""Owners of a shard that are no worker's place; whoever died is the latter, for no request id is given twice."""

LOSS = "loss: who follows sees every article that is shown"
AGREEMENT = "agreement: in the end relation row and session entry say the same"
POSITION = "position: an article has one place in an inbox"
UNREAD = "unread: only a late first plain put turns unread what was read"
CURSOR = "cursor: a shard's passes nobody who is neither acknowledged nor recorded"
WALK = "walk: it shows what was there throughout, and nothing twice"
LOOK = "look: what no page has passed is unread"
LEDGER = "ledger: in the end every shard is over"


@dataclass(frozen=True)
class Rules:
    """Each is a line of the protocol; a mutant is the protocol without one of them."""

    natural_key: bool = True
    cursor_after_acknowledgement: bool = True
    failed_rows_put_again: bool = True
    repeats_expect_absence: bool = True
    fresh_followers_expect_absence: bool = True
    second_delivery_expects_absence: bool = True
    taken_over_is_suspect: bool = True
    given_back_is_suspect: bool = True
    set_aside_is_suspect: bool = True
    acquired_as_read: bool = True
    article_is_checked: bool = True
    takeover_waits_for_margin: bool = True
    chain_after_checkpoint: bool = True
    outbox_before_jobs: bool = True
    delivery_is_guarded: bool = True
    guard_stays_until_over: bool = True
    guard_waits_for_every_job: bool = True
    guard_stays_for_set_aside: bool = True
    letter_before_death: bool = True
    death_ends_ownership: bool = True
    change_is_guarded: bool = True
    entry_before_relation: bool = True
    relation_before_backfill: bool = True
    follow_backfills: bool = True
    unfollow_backfills_nothing: bool = True
    epochs: bool = True
    entry_lands_before_sweep: bool = True
    server_stamps: bool = True
    cursor_is_a_place: bool = True
    session_after_inbox: bool = True
    mark_ends_where_walk_began: bool = True


@dataclass(frozen=True)
class Config:
    """The bounds of one search; a fault that has no bound here may happen any number of times.

    `follows`: each reader's epoch at the start, odd for who follows; `changes`: how often each changes that, on so many
    `devices` at once. `ailing`: whose rows may fail, or be put without an answer, at any time; `cold`: whom a push
    defers. `reading`: who reads everything at one moment, `walking`: page by page.
    `crashes`: of anybody; `late`: requests that land at any time after their sender has given them up, or never.
    `pauses`: whether a worker may sleep through the end of its lease; if counted, that is one of the crashes, and if
    never, nothing lands after lease and margin either.
    `careful_from`, `dead_from`: the try from which rows are set aside, and a shard is given up; 0: never.
    `merged`: more requests are one step, see protocol.py.
    """

    follows: tuple[int, ...] = (1, 1)
    changes: tuple[int, ...] = (0, 0)
    devices: int = 1
    articles: int = 1
    withdrawals: int = 0
    workers: int = 2
    width: int = 1
    window: int = 2
    hand_over: bool = False
    crashes: int = 0
    late: int = 0
    pauses: Literal["free", "counted", "never"] = "free"
    publisher_dies: bool = False
    late_changes: bool = False
    ailing: tuple[int, ...] = ()
    cold: tuple[int, ...] = ()
    reading: tuple[int, ...] = ()
    walking: tuple[int, ...] = ()
    careful_from: int = 0
    dead_from: int = 0
    merged: bool = False
    rules: Rules = field(default_factory=Rules)


class Job(NamedTuple):
    """`parted`: somebody was set aside. `started`: an invocation is on its way, and no guard would bring another."""

    cursor: int
    owner: int = NOBODY
    suspect: bool = False
    tries: int = 0
    parted: bool = False
    over: int = OPEN
    started: bool = False


class Publisher(NamedTuple):
    """`rows`: those of its batch that are not acknowledged yet; the last one is the guard."""

    at: str
    delivery: int
    rows: tuple[int, ...]


class Article(NamedTuple):
    """`jobs`, `guards` and `works` by delivery; the jobs then by shard, those of single followers last.

    `settled`: each reader's epoch at publication if it was followed for long. `letters`: (delivery, shard) given up.
    """

    jobs: tuple[tuple[Job | None, ...], ...]
    guards: tuple[bool, ...]
    works: tuple[bool, ...]
    state: int = PRIVATE
    delivery: int = 0
    listed: bool = False
    settled: tuple[int, ...] = ()
    publishers: tuple[Publisher, ...] = ()
    letters: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> bool:
        return self.state in (PUBLISHING, PUBLIC)

    def in_release(self, delivery: int) -> bool:
        return self.state == PUBLISHING and self.delivery == delivery


class Row(NamedTuple):
    place: int
    article: int
    delivery: int


class Change(NamedTuple):
    """A follow or unfollow under way, or the sweeper's end of one: the requests to come, and whose guard it removes."""

    path: tuple[str, ...]
    epoch: int
    guard: int
    articles: tuple[int, ...] = ()


class Walk(NamedTuple):
    """`covered`: how much of the inbox, as it has arrived, a mark would cover; `came`: how much there was at the walk's
    beginning. `hidden`: by the session row as read."""

    at: str
    below: int
    owed: tuple[int, ...]
    came: int
    shown: tuple[int, ...] = ()
    passed: tuple[int, ...] = ()
    covered: int = 0
    hidden: bool = False


class Reader(NamedTuple):
    """`inbox` in the order of arrival, which stands for the stamps: the first `mark` rows are read."""

    entry: int
    relation: int
    changes: int
    guards: tuple[int, ...] = ()
    at_work: tuple[Change, ...] = ()
    inbox: tuple[Row, ...] = ()
    mark: int = 0
    walk: Walk | None = None

    def has(self, article: int) -> bool:
        return any(row.article == article for row in self.inbox)


class Worker(NamedTuple):
    """`owner`, `tries`, `cursor`, `suspect`: the job row as it was read. `lacking`: who had no row as the worker began.

    `reached`: who is on in this window; `rows`: of these, who is not acknowledged; `plain`: who may have no row yet.
    """

    at: str
    article: int
    delivery: int
    shard: int
    owner: int
    tries: int
    cursor: int
    suspect: bool
    wanted: bool
    lacking: tuple[int, ...]
    reached: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    plain: tuple[int, ...] = ()
    first: bool = True


class Put(NamedTuple):
    """Of an inbox row. `first`: by a worker that began when there was none. `stamp`: the writer's, if it makes one."""

    reader: int
    article: int
    delivery: int
    plain: bool = False
    first: bool = False
    stamp: int = 0


class Turn(NamedTuple):
    """Of a reader's session entry, or of their relation row."""

    reader: int
    row: str
    epoch: int


class State(NamedTuple):
    articles: tuple[Article, ...]
    readers: tuple[Reader, ...]
    workers: tuple[Worker | None, ...]
    in_flight: tuple[Put | Turn, ...]
    crashes: int
    late: int
    broken: str = ""


def initial(config: Config) -> State:
    deliveries, shards = config.withdrawals + 1, config.width + len(config.follows)
    nothing = (False,) * deliveries
    article = Article(jobs=((None,) * shards,) * deliveries, guards=nothing, works=nothing)
    readers = tuple(
        Reader(epoch, epoch, changes) for epoch, changes in zip(config.follows, config.changes, strict=True)
    )
    return State((article,) * config.articles, readers, (None,) * config.workers, (), config.crashes, config.late)


def bounds(shard: int, config: Config) -> tuple[int, int]:
    """[start, end) of the followers, whose keys are their numbers."""
    followers, width = len(config.follows), config.width
    if shard >= width:
        return shard - width, shard - width + 1
    return shard * followers // width, (shard + 1) * followers // width


def at(items: tuple[_T, ...], place: int, *new: _T) -> tuple[_T, ...]:
    """With something else, or nothing, at that place."""
    return (*items[:place], *new, *items[place + 1 :])


def with_reader(state: State, place: int, reader: Reader) -> State:
    return state._replace(readers=at(state.readers, place, reader))


def with_article(state: State, place: int, article: Article) -> State:
    return state._replace(articles=at(state.articles, place, article))


def with_job(state: State, place: int, delivery: int, shard: int, job: Job) -> State:
    article = state.articles[place]
    jobs = at(article.jobs, delivery - 1, at(article.jobs[delivery - 1], shard, job))
    return with_article(state, place, article._replace(jobs=jobs))


# --- requests, and their fates ---


def land(state: State, put: Put, config: Config) -> State:
    """Storage applies a put: under its key, by the condition that it carries, with the stamp of this moment."""
    reader, rules, broken = state.readers[put.reader], config.rules, ""
    inbox, mark, walk = reader.inbox, reader.mark, reader.walk
    row = Row(put.article if rules.natural_key else len(inbox) + config.articles, put.article, put.delivery)
    old = next((place for place, there in enumerate(inbox) if there.place == row.place), None)
    if old is None:
        arrival = len(inbox) if rules.server_stamps else put.stamp
        if arrival < mark:
            broken, mark = LOOK, mark + 1
        broken = POSITION if reader.has(put.article) else broken
        inbox = (*inbox[:arrival], row, *inbox[arrival:])
    elif put.plain:
        if old < mark:
            broken, mark = "" if put.first else UNREAD, mark - 1
        if walk is not None and old < walk.covered:
            walk = walk._replace(covered=walk.covered - 1)
        inbox = (*at(inbox, old), row)
    else:
        return state
    after = with_reader(state, put.reader, reader._replace(inbox=inbox, mark=mark, walk=walk))
    return _without_dull(after, config)._replace(broken=broken or state.broken)


def _without_dull(state: State, config: Config) -> State:
    """Without the puts in flight that expect a row not to exist that does: whenever they land, nothing happens."""
    if not state.in_flight or not config.rules.natural_key:
        return state
    left = (
        put
        for put in state.in_flight
        if isinstance(put, Turn) or put.plain or not state.readers[put.reader].has(put.article)
    )
    return state._replace(in_flight=tuple(left))


def turn(state: State, change: Turn, config: Config) -> tuple[bool, State]:
    """The session entry on condition of its old value, the relation row on condition of its epoch; whether it is so."""
    reader = state.readers[change.reader]
    if change.row == "relation":
        if reader.relation >= change.epoch and config.rules.epochs:
            return False, state
        return True, with_reader(state, change.reader, reader._replace(relation=change.epoch))
    if reader.entry != change.epoch - 1:
        return False, state
    walk = reader.walk._replace(owed=()) if reader.walk is not None else None
    return True, with_reader(state, change.reader, reader._replace(entry=change.epoch, walk=walk))


def send(state: State, puts: Sequence[Put], config: Config) -> list[tuple[str, State, tuple[Put, ...]]]:
    """A batch, each row on its own: what happens, and what is not acknowledged."""
    fates: list[tuple[str, State, tuple[Put, ...]]] = [("", state, ())]
    for put in puts:
        fates = [
            (said + word, after, lacking if acknowledged else (*lacking, put))
            for said, before, lacking in fates
            for word, after, acknowledged in _fates(before, put, config)
        ]
    return fates


def _fates(state: State, put: Put, config: Config) -> Iterator[tuple[str, State, bool]]:
    landed = land(state, put, config)
    word, again = f" {put.article}->{put.reader}{'' if put.plain else ' if absent'}", renewal(state, put)
    yield word + again, landed, True
    if landed is state:
        return
    if put.reader in config.ailing:
        yield f"{word} (answer lost){again}", landed, False
        yield f"{word} (fails)", state, False
    if state.late and config.pauses != "never":
        yield f"{word} (late)", give_up(state, put), False


def give_up(state: State, request: Put | Turn) -> State:
    """Its sender has not been answered, and it is still under way."""
    return state._replace(in_flight=(*state.in_flight, request), late=state.late - 1)


def renewal(state: State, put: Put) -> str:
    """A word if the put makes a row unread that is read."""
    reader = state.readers[put.reader]
    return AGAIN if put.plain and any(row.place == put.article for row in reader.inbox[: reader.mark]) else ""


def landings(state: State, config: Config) -> Steps:
    """Each request that is under way may land now."""
    for place, request in enumerate(state.in_flight):
        rest = state._replace(in_flight=at(state.in_flight, place))
        if isinstance(request, Turn):
            yield f"late: {request.row} of {request.reader}, epoch {request.epoch}", turn(rest, request, config)[1]
        else:
            said = f"late: {request.article}->{request.reader}{renewal(rest, request)}"
            yield said, land(rest, request, config)
