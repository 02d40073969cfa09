"""One run from its seed: while everything fails, and then until nothing is left to be done."""

from __future__ import annotations

from feed.domain.articles import Article, State
from feed.domain.fanout import SETTLED_AFTER_MS, Job
from feed.operations._release import dead_letter, delivery_guard
from feed.store import articles, jobs, work
from feed.store.schema import ARTICLES, WORK
from tests.faults import acts
from tests.faults.acts import Act
from tests.faults.cast import ANN
from tests.faults.chaos import QUIET_SPANS_MS, SPANS_MS, Chaos
from tests.operations.shelf import everything

TURNS = 80, 250
PATIENCE = (0.3, 0.9)
"""How likely Function Compute leaves an invocation where it is, from one turn to the next."""
STROKES, SHORT_STROKES = (1, 1, 2, 3, 8), (1, 1, 1, 2)
"""Requests that a process makes before it is another's turn; short where nothing but their order can do harm."""
DUE_MS = 65_000
"""Whatever a call has left in the work table is due by then."""
DROPPED, DUPLICATED = 0.06, 0.15
ROUNDS = 16
"""The sweeper's, after the last fault; what fails again and again is left alone for a quarter of an hour."""
ROUND_MS = (61_000, 125_000, 125_000, 960_000)
UNFINISHED = ("publish", "fanout", "relation")


def in_trouble(chaos: Chaos) -> None:
    """A few acts of people, and everything that they set off, in any order."""
    plan: list[Act] = [acts.publish]
    plan += chaos.chance.choices(
        [acts.publish, acts.withdraw_or_show, acts.follow_or_leave, acts.read],
        [2, 2, 4, 4],
        k=chaos.chance.randint(1, 8),
    )
    patience = chaos.chance.choice(PATIENCE) if chaos.temper else PATIENCE[0]
    for _ in range(chaos.chance.randint(*TURNS)):
        if not (plan or chaos.busy):
            if not chaos.temper or is_settled(chaos):
                return
            _pass_time(chaos)
            chaos.begin_sweep()
        _turn(chaos, plan, patience)
    for act in plan:
        act(chaos)


def _turn(chaos: Chaos, plan: list[Act], patience: float) -> None:
    """Somebody's, most often of those who are at it; or time passes, or what hung in the air comes down."""
    drawn = chaos.chance.random()
    if chaos.waiting and chaos.chance.random() > (patience if chaos.awake else PATIENCE[0]):
        _invocation(chaos)
    elif drawn < 0.85 and chaos.awake:
        _stroke(chaos)
    elif drawn < 0.93 and plan:
        plan.pop(0)(chaos)
    elif drawn < 0.95:
        _pass_time(chaos)
    elif drawn < 0.97 and chaos.temper:
        chaos.begin_sweep()
    elif drawn < 0.98 and chaos.held:
        chaos.land(chaos.chance.choice(chaos.held))
    elif drawn < 0.99:
        _wake(chaos)


def _stroke(chaos: Chaos) -> None:
    actor = chaos.chance.choice(chaos.awake)
    for _ in range(chaos.chance.choice(STROKES if chaos.temper else SHORT_STROKES)):
        if not actor.ended:
            chaos.go_on(actor, chaos.mishap(actor))


def _invocation(chaos: Chaos) -> None:
    place = chaos.chance.randrange(len(chaos.waiting))
    fate = chaos.chance.random() if chaos.temper else 1.0
    if fate < DROPPED:
        chaos.inject("dropped", chaos.waiting.pop(place))
        return
    repeated = DROPPED <= fate < DROPPED + DUPLICATED
    if repeated:
        chaos.inject("duplicated", chaos.waiting[place])
    chaos.begin_invocation(place, keep=repeated)


def _pass_time(chaos: Chaos) -> None:
    """A second or an hour; what is due does not wait for the sweeper for so long that a follow counts as settled."""
    ms = chaos.chance.choice(SPANS_MS if chaos.temper else QUIET_SPANS_MS)
    if chaos.temper and chaos.now_ms + ms - chaos.swept_ms > SETTLED_AFTER_MS:
        chaos.pass_time(DUE_MS)
        chaos.begin_sweep()
        chaos.run(chaos.actors[-1])
    chaos.pass_time(ms)


def _wake(chaos: Chaos) -> None:
    asleep = [actor for actor in chaos.actors if actor.asleep]
    if asleep:
        chaos.chance.choice(asleep).asleep = False


def calms_down(chaos: Chaos) -> bool:
    """Nothing fails any more, but what is on its way still comes, and who sleeps still wakes; whether it ends."""
    for number in range(ROUNDS):
        _revive(chaos)
        _straggle(chaos)
        comes_to_rest(chaos)
        if not chaos.busy and is_settled(chaos):
            return True
        chaos.pass_time(ROUND_MS[min(number, len(ROUND_MS) - 1)])
        chaos.begin_sweep()
    return False


def comes_to_rest(chaos: Chaos) -> None:
    """Whatever is awake, or waits, runs to its end."""
    while chaos.awake or chaos.waiting:
        for actor in chaos.awake:
            chaos.run(actor)
        if chaos.waiting:
            chaos.begin_invocation(0)


def _straggle(chaos: Chaos) -> None:
    """About half of what hangs in the air comes down."""
    for held in list(chaos.held):
        if chaos.chance.random() < 0.5:
            chaos.land(held)
    for actor in list(chaos.actors):
        if chaos.chance.random() < 0.5:
            chaos.run(actor)


def _revive(chaos: Chaos) -> None:
    """Shards that were given up, if a dead letter tells somebody so, who has them tried again."""
    store = chaos.stage.store
    told = {(row["kind"], row["id"]) for row in everything(store, WORK)}
    for article, shards in deliveries(chaos):
        for letter, job in [(dead_letter(job), job) for job in shards if job.dead_ms is not None]:
            if (letter.kind, letter.id) in told:
                chaos.inject("given up", f"{letter.id} {letter.reason}")
                store.write_all(work.put(delivery_guard(article.id, article.delivery, chaos.now_ms)))
                jobs.revive(store, job, chaos.now_ms)


def is_settled(chaos: Chaos) -> bool:
    """Whether no work row asks for anything, every article is either public or not, and every shard is over."""
    asked = {row["kind"] for row in everything(chaos.stage.store, WORK)}
    return not asked.intersection(UNFINISHED) and all(map(is_over, deliveries(chaos)))


def is_over(delivery: tuple[Article, list[Job]]) -> bool:
    article, shards = delivery
    return not article.shown or (article.state is State.PUBLIC and all(job.done for job in shards))


def deliveries(chaos: Chaos) -> list[tuple[Article, list[Job]]]:
    """Ann's articles, and the shards of each one's latest delivery."""
    rows = map(articles.decode, everything(chaos.stage.store, ARTICLES))
    return [
        (article, jobs.of_delivery(chaos.stage.store, article.id, article.delivery))
        for article in rows
        if article.author_id == ANN
    ]
