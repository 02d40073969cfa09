"""The timer's turn: finish whatever a crash, a lost answer or a lost invocation has left in the work table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import BaseModel

from feed.call import Call
from feed.domain.articles import Article, State
from feed.domain.fanout import Job, is_abandoned, is_hopeless
from feed.errors import Busy, ConditionFailed, Misconfigured, ProviderAway
from feed.observability import alert, log_problem, log_resumed
from feed.operations._byline import BYLINE, sign_articles
from feed.operations._erasing import ERASE_USER
from feed.operations._reconcile import reconcile
from feed.operations._recount import RECOUNT, recount
from feed.operations._recount_people import MOST_IN_A_TURN, PEOPLE, Part, TooMany, recount_later, recount_person
from feed.operations._release import FANOUT_GUARD, dead_letter, release, start_shard
from feed.operations._settlement import PAYMENT, Suspicious
from feed.operations._telling import tell_again
from feed.operations.block._parting import BLOCK, settle
from feed.operations.follow._change import finish
from feed.store import articles, erasures, jobs, relations, work
from feed.store.client import Tables
from feed.store.work import Work
from feed.wiring import World

PAGE = 100
TICK_MS = 60_000
_STOP_BEFORE_END_S = 10.0
_MOST_ON_ORDERS_S = 20.0
"""After so much time a turn asks the provider nothing more: what else is due must not wait for slow answers."""
_MOST_ON_PEOPLE_S = 20.0
"""After so much time a turn counts nobody's rows any more."""


class Response(BaseModel):
    """`waiting` is not finished yet and will be looked at again; `failed` too, and the log says why."""

    finished: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass
class _Turn:
    call: Call
    world: World
    answer: Response
    may_invoke: bool = True
    provider_away: bool = False
    on_orders_s: float = 0.0
    on_people_s: float = 0.0
    recounted: set[int] = field(default_factory=set)
    people: dict[tuple[int, Part], bool] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        return self.world.tables

    @property
    def over(self) -> bool:
        return self.call.seconds_left() < _STOP_BEFORE_END_S


def run(call: Call, world: World) -> Response:
    """Oldest first in each bucket, each tick beginning with another; what time does not allow is the next tick's."""
    turn = _Turn(call, world, Response())
    first = call.now_ms // TICK_MS % len(work.BUCKETS)
    for bucket in work.BUCKETS[first:] + work.BUCKETS[:first]:
        _bucket(bucket, turn)
    if not turn.over:
        _erasures(turn)
    return turn.answer


def _bucket(bucket: str, turn: _Turn) -> None:
    """Everything that is due, page by page: what waits does not stand in the way of what comes behind it."""
    behind: Work | None = None
    while not turn.over:
        items = work.due(turn.tables, bucket, behind, turn.call.now_ms, PAGE)
        finished = [item for item in items if not turn.over and _finishes(item, turn)]
        if finished:
            turn.tables.write_many([work.remove(item) for item in finished])
        turn.answer.finished += len(finished)
        if len(items) < PAGE:
            return
        behind = items[-1]


def _finishes(item: Work, turn: _Turn) -> bool:
    """Whether nothing is left of it; one that fails, or that only a newer version knows, must not stop the others."""
    step = _STEPS.get(item.kind)
    with turn.call.following(item.trace):
        try:
            done = step is not None and step(item, turn)
        except Exception as error:
            log_problem(turn.call, about=f"{item.kind} {item.id}", error=error)
            turn.answer.failed += 1
            return False
    turn.answer.waiting += not done
    return done


def _erasures(turn: _Turn) -> None:
    """People who are to be erased, and whom nobody is at: their first turn, the next look, or after a crash."""
    for user_id, trace in erasures.waiting(turn.tables, turn.call.time_ms()):
        with turn.call.following(trace):
            try:
                turn.world.invoke_async(ERASE_USER, {"user_id": user_id})
            except Busy:
                return


def _publish(item: Work, turn: _Turn) -> bool:
    """A release that died, or was not counted for certain: go on from the article row, and recount its author.

    Without a row, nothing was promised to anybody.
    """
    (article_id,) = item.numbers
    article = articles.find(turn.tables, article_id)
    if article is None:
        return True
    if article.state is State.PUBLISHING:
        log_resumed(turn.call, f"{item.kind} {item.id}")
        release(article, turn.call, turn.world)
    recount_later(turn.tables, turn.call.now_ms, (article.author_id, Part.ARTICLES))
    return True


def _fanout(item: Work, turn: _Turn) -> bool:
    """A delivery: gone when its ledger says that all is over; what nobody has cared for lately is started again."""
    article_id, delivery, *_ = item.numbers  # an older version's row names one of the shards, too
    article = articles.find(turn.tables, article_id)  # before the jobs: PUBLIC is written after every job row
    shards = jobs.of_delivery(turn.tables, article_id, delivery)
    margin_ms = int(turn.world.settings.request_timeout_s * 1000)
    waiting = [job for job in shards if not job.over]
    for job in waiting:
        if turn.over:
            break
        if is_abandoned(job, turn.call.time_ms(), margin_ms):
            _start_or_bury(job, article, turn)
    if waiting or _in_release(article, delivery):
        return False
    # a repair may have taken a letter for outdated just before its shard was given up
    if letters := [work.put(dead_letter(job), turn.call.trace_id) for job in shards if job.dead]:
        turn.tables.write_all(*letters)
    return True


def _start_or_bury(job: Job, article: Article | None, turn: _Turn) -> None:
    """The dead letter first: nothing is given up that nobody is told of. What nobody wants any more is stopped."""
    now_ms = turn.call.time_ms()
    wanted = article is not None and article.shown and article.delivery == job.delivery
    if wanted and is_hopeless(job, now_ms):
        letter = dead_letter(job)
        turn.tables.write_all(work.put(letter, turn.call.trace_id))
        with suppress(ConditionFailed):
            jobs.bury(turn.tables, job, now_ms)
            alert(turn.call, f"A shard of a delivery has failed {job.tries} times: {letter.reason}", job=letter.id)
    elif turn.may_invoke:
        turn.may_invoke = start_shard(job.article_id, job.delivery, job.shard, turn.world)
        if turn.may_invoke:
            log_resumed(turn.call, f"{FANOUT_GUARD} {job.article_id}:{job.delivery}:{job.shard}")


def _in_release(article: Article | None, delivery: int) -> bool:
    """Whether this delivery's job rows may still be on their way."""
    return article is not None and article.state is State.PUBLISHING and article.delivery == delivery


def _relation(item: Work, turn: _Turn) -> bool:
    """A follow or unfollow that died half way, or was not counted for certain.

    The relation row is made to agree with the session entry, and both people are recounted: later, because what
    finishes here is only being counted now, and once, because after an outage there may be thousands.
    """
    follower_id, author_id, *change = item.numbers
    finish(turn.tables, follower_id, author_id, turn.call.time_ms(), *change)
    people = (author_id, Part.FOLLOWERS), (follower_id, Part.FOLLOWING)
    recount_later(turn.tables, turn.call.now_ms, *people)
    return True


def _block(item: Work, turn: _Turn) -> bool:
    """A block or its end that died half way: make follows and hidden people agree with the block's row."""
    user_id, other_id, _ = item.numbers
    settle(user_id, other_id, turn.tables, turn.call)
    return True


def _purge(item: Work, turn: _Turn) -> bool:
    """A day after an unfollow: the row that was switched off may go, if nothing has touched it since."""
    follower_id, author_id, epoch = item.numbers
    relations.purge(turn.tables, author_id, follower_id, epoch)
    return True


def _recount(item: Work, turn: _Turn) -> bool:
    """An act that died: the author is told what its flag says, the article counted anew once nobody else is counting.

    One count serves all acts on it that are due: after an outage there may be thousands.
    """
    article_id, _, *about = item.numbers
    if about:
        tell_again(turn.tables, article_id, *about)
    if article_id in turn.recounted:
        return True
    if not recount(article_id, turn.tables, turn.call.now_ms):
        return False
    turn.recounted.add(article_id)
    return True


def _people(item: Work, turn: _Turn) -> bool:
    """Somebody whose counters a call has left behind what they count; one count serves all such calls that are due."""
    user_id, part, _ = item.numbers
    whose = (user_id, Part(part))
    if whose not in turn.people:
        turn.people[whose] = _counts(*whose, turn)
    return turn.people[whose]


def _counts(user_id: int, part: Part, turn: _Turn) -> bool:
    """Whether they are recounted, or left to the command because there are too many rows for any turn."""
    began_s = turn.call.seconds_left()

    def may_go_on() -> bool:
        return not turn.over and turn.on_people_s + began_s - turn.call.seconds_left() < _MOST_ON_PEOPLE_S

    try:
        return may_go_on() and recount_person(user_id, [part], turn.tables, turn.call.now_ms, may_go_on, MOST_IN_A_TURN)
    except TooMany as error:
        alert(turn.call, error.message, user_id=user_id)
        return True
    finally:
        turn.on_people_s += began_s - turn.call.seconds_left()


def _byline(item: Work, turn: _Turn) -> bool:
    """A profile that was changed: its articles show it too."""
    sign_articles(item, turn.tables)
    return True


def _payment(item: Work, turn: _Turn) -> bool:
    """An order: settled, or asked about at the provider; when that is away, one question a turn is enough."""
    may_ask = not turn.provider_away and turn.on_orders_s < _MOST_ON_ORDERS_S
    left_s = turn.call.seconds_left()
    try:
        return reconcile(item.id, turn.call, turn.world, may_ask=may_ask)
    except Suspicious as error:
        alert(turn.call, error.message)
        return True
    except (ProviderAway, Misconfigured):
        turn.provider_away = True
        raise
    finally:
        turn.on_orders_s += left_s - turn.call.seconds_left()


_STEPS: dict[str, Callable[[Work, _Turn], bool]] = {
    "publish": _publish,
    FANOUT_GUARD: _fanout,
    "relation": _relation,
    "purge": _purge,
    BLOCK: _block,
    PAYMENT: _payment,
    BYLINE: _byline,
    RECOUNT: _recount,
    PEOPLE: _people,
}
