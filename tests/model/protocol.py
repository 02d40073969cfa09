"""A model of how articles reach inboxes: every step of publisher, worker, sweeper, change and reader, in any order.

One request to storage is one step, except where nobody can tell:
- Publish work row and article row; without the death of a publisher, the outbox row, too. Nobody meets an article
  before its outbox row and its jobs are there.
- Checkpoint and chained invocation, last job row and first invocations: one that is never sent is one that is lost.
  As long as there is a guard the sweeper may start any shard at any moment, so that nobody counts invocations; without
  one they are counted, and not lost.
- The end of a lease, and the start of a worker that finds it over. Whoever finds a shard taken does nothing.
- Where no relation ever changes, taking a shard and reading its followers.
- The sweeper's look at a delivery that is over, and the end of its guard: what is over stays so.
A write to the ledger that lands late is that of a worker that slept before it. Left out: blocks, returns from the cold,
what is pulled, notes of what is late, the purge of relation rows, and all pauses of the sweeper.

`merged` takes together what smaller searches take apart:
- Reading job and article, and taking the shard, because it is taken as it was read and no article is withdrawn.
- All rows of a release: workers may begin at any time after it.
- A change's guard and session entry: if it dies between the two, nothing has happened.
- The end of a delivery and of its guard, which starts nothing any more.
And workers are told apart by what they do alone, so that they may change their numbers in a trace.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.model.protocol_people import changing, publishing, reading
from tests.model.protocol_state import (
    CURSOR,
    DEAD,
    FINISHED,
    NOBODY,
    OPEN,
    VANISHED,
    Article,
    Config,
    Job,
    Put,
    Reader,
    State,
    Steps,
    Worker,
    at,
    bounds,
    give_up,
    land,
    landings,
    send,
    with_article,
    with_job,
)


def steps(state: State, config: Config) -> Steps:
    """What may happen next: a line of the trace, and the state after it."""
    if config.merged:
        yield from ((said, _in_order(after)) for said, after in _steps(state, config))
    else:
        yield from _steps(state, config)


def _steps(state: State, config: Config) -> Steps:
    for place, article in enumerate(state.articles):
        yield from publishing(state, place, article, config)
        yield from _sweeping(state, place, article, config)
    yield from _starting(state, config)
    for place, worker in enumerate(state.workers):
        if worker is not None:
            yield from _working(state, place, worker, config)
    yield from landings(state, config)
    for place, reader in enumerate(state.readers):
        yield from changing(state, place, reader, config)
        yield from reading(state, place, reader, config)


def _in_order(state: State) -> State:
    """The state in which the two workers have changed places, if that comes first."""
    if len(state.workers) != 2:
        return state
    one, two = state.workers
    if two is None or (one is not None and one <= two):
        return state
    articles = (
        article._replace(jobs=tuple(tuple(map(_other_owner, jobs)) for jobs in article.jobs))
        for article in state.articles
    )
    return state._replace(workers=(two, one), articles=tuple(articles))


def _other_owner(job: Job | None) -> Job | None:
    return job._replace(owner=1 - job.owner) if job is not None and job.owner >= 0 else job


# --- the sweeper ---


def _sweeping(state: State, place: int, article: Article, config: Config) -> Steps:
    for number, guard in enumerate(article.guards):
        if guard and _may_go(article, number + 1, config):
            yield f"sweeper: guard of {place} gone", with_article(state, place, _unguarded(article, number + 1))
        if guard and config.dead_from:
            yield from _burying(state, place, number + 1, config)


def _may_go(article: Article, delivery: int, config: Config) -> bool:
    jobs = article.jobs[delivery - 1]
    if not config.rules.guard_stays_until_over:
        return any(jobs)
    released = not article.in_release(delivery) or (any(jobs) and not config.rules.guard_waits_for_every_job)
    return released and not _any_open(jobs)


def _any_open(jobs: tuple[Job | None, ...]) -> bool:
    return any(job is not None and job.over == OPEN for job in jobs)


def _unguarded(article: Article, delivery: int) -> Article:
    return article._replace(guards=at(article.guards, delivery - 1, False))


def _burying(state: State, place: int, delivery: int, config: Config) -> Steps:
    """The letter, then the job row if nobody has had it since it was read: as good as reading it only then."""
    article, rules = state.articles[place], config.rules
    for shard, job in enumerate(article.jobs[delivery - 1]):
        if job is None or job.tries < config.dead_from:
            continue
        noted = (delivery, shard) in article.letters
        if not noted and (rules.letter_before_death or job.over == DEAD):
            letters = tuple(sorted((*article.letters, (delivery, shard))))
            yield f"sweeper: letter of shard {shard}", with_article(state, place, article._replace(letters=letters))
        if job.over == OPEN and (noted or not rules.letter_before_death):
            dead = job._replace(over=DEAD, owner=NOBODY if rules.death_ends_ownership else job.owner)
            yield f"sweeper: shard {shard} is dead", with_job(state, place, delivery, shard, dead)


# --- workers ---


def _starting(state: State, config: Config) -> Steps:
    place = next((number for number, worker in enumerate(state.workers) if worker is None), None)
    for number, article in enumerate(state.articles):
        for delivery, jobs in enumerate(article.jobs, 1):
            for shard, job in enumerate(jobs):
                if place is not None and job is not None and job.over == OPEN:
                    if article.guards[delivery - 1]:
                        yield from _start(state, place, number, delivery, shard, config)
                    elif job.started:
                        begun = with_job(state, number, delivery, shard, job._replace(started=False))
                        yield from _start(begun, place, number, delivery, shard, config)
                        if job.owner != NOBODY:
                            yield f"worker {place} finds shard {shard} of {number} taken", begun


def _start(state: State, place: int, number: int, delivery: int, shard: int, config: Config) -> Steps:
    """A worker reads job and article."""
    article = state.articles[number]
    job = article.jobs[delivery - 1][shard]
    if job is None or not _is_free(state, number, job, config):
        return
    wanted = (article.shown and article.delivery == delivery) or not config.rules.article_is_checked
    lacking = tuple(key for key in range(*bounds(shard, config)) if not state.readers[key].has(number))
    worker = Worker("acquire", number, delivery, shard, job.owner, job.tries, job.cursor, job.suspect, wanted, lacking)
    pauses = config.pauses == "counted" and job.owner >= 0
    begun = _goes_on(state, place, worker)._replace(crashes=state.crashes - pauses)
    if config.merged:
        yield from _acquire(begun, place, worker, config)
    else:
        yield f"worker {place} begins: shard {shard} of {number}", begun


def _is_free(state: State, article: int, job: Job, config: Config) -> bool:
    """Whether the lease may be over by now, and, where that means anything, nothing of its owner's under way."""
    if job.owner >= 0:
        return config.pauses == "free" or (config.pauses == "counted" and state.crashes > 0)
    late = any(isinstance(put, Put) and put.article == article for put in state.in_flight)
    return not (late and job.owner == VANISHED and config.pauses == "never" and config.rules.takeover_waits_for_margin)


def _working(state: State, place: int, worker: Worker, config: Config) -> Steps:
    yield from _REQUESTS[worker.at](state, place, worker, config)
    if state.crashes and worker.at != "acquire":
        yield f"worker {place} dies", _dead(state, place, worker)


def _dead(state: State, place: int, worker: Worker) -> State:
    job, gone = _job(state, worker), _gone(state, place)._replace(crashes=state.crashes - 1)
    return _with_job(gone, worker, job._replace(owner=VANISHED)) if job.owner == place else gone


def _job(state: State, worker: Worker) -> Job:
    job = state.articles[worker.article].jobs[worker.delivery - 1][worker.shard]
    assert job is not None
    return job


def _with_job(state: State, worker: Worker, job: Job) -> State:
    return with_job(state, worker.article, worker.delivery, worker.shard, job)


def _gone(state: State, place: int) -> State:
    return state._replace(workers=at(state.workers, place, None))


def _goes_on(state: State, place: int, worker: Worker) -> State:
    return state._replace(workers=at(state.workers, place, worker))


def _acquire(state: State, place: int, worker: Worker, config: Config) -> Steps:
    job, rules = _job(state, worker), config.rules
    said = f"worker {place} takes shard {worker.shard} of {worker.article}"
    as_read = (job.owner, job.cursor, job.over) == (worker.owner, worker.cursor, OPEN)
    if not as_read or (rules.acquired_as_read and job.tries != worker.tries):
        yield f"{said}: refused", _gone(state, place)
        return
    suspect = rules.taken_over_is_suspect and worker.owner != NOBODY
    tries = min(job.tries + 1, max(config.careful_from, config.dead_from, not config.merged))
    state = _with_job(state, worker, job._replace(owner=place, suspect=job.suspect or suspect, tries=tries))
    lacking = tuple(reader for reader in worker.lacking if not _is_put(state.readers[reader], worker))
    worker = worker._replace(suspect=worker.suspect or suspect, lacking=lacking, owner=NOBODY, tries=tries)
    if worker.wanted and not any(config.changes):
        yield from _read(state, place, worker, config)
    else:
        yield said, _goes_on(state, place, worker._replace(at="read" if worker.wanted else "stop"))


def _is_put(reader: Reader, worker: Worker) -> bool:
    """By this delivery, before the worker had the shard."""
    return any((row.article, row.delivery) == (worker.article, worker.delivery) for row in reader.inbox)


def _read(state: State, place: int, worker: Worker, config: Config) -> Steps:
    """The window's followers who are on, and not left to their return."""
    article, rules = state.articles[worker.article], config.rules
    window = range(worker.cursor, _window_end(worker, config))
    reached = tuple(key for key in window if state.readers[key].relation % 2 and key not in config.cold)
    first = not worker.suspect and (worker.delivery == 1 or not rules.second_delivery_expects_absence)
    settled = (key for key in reached if state.readers[key].relation == article.settled[key])
    plain = tuple(settled if rules.fresh_followers_expect_absence else reached) if first else ()
    then = "put" if reached and rules.cursor_after_acknowledgement else "advance"
    worker = worker._replace(at=then, reached=reached, rows=reached, plain=plain, first=True)
    yield (
        f"worker {place} with shard {worker.shard} of {worker.article} reads {reached}",
        _goes_on(state, place, worker),
    )


def _window_end(worker: Worker, config: Config) -> int:
    return min(worker.cursor + config.window, bounds(worker.shard, config)[1])


def _put(state: State, place: int, worker: Worker, config: Config) -> Steps:
    puts = [_put_of(state, reader, worker, config) for reader in worker.rows]
    for said, after, lacking in send(state, puts, config):
        then = _after_put(worker, tuple(put.reader for put in lacking), config)
        if then.at == "advance" and not (config.rules.chain_after_checkpoint or config.rules.delivery_is_guarded):
            after = _with_job(after, then, _job(after, then)._replace(started=True))
        yield f"worker {place} puts{said}", _goes_on(after, place, then)
    if state.crashes:
        for put in puts:
            if len(puts) > 1:
                yield f"worker {place} dies, only {put.reader} is put", _dead(land(state, put, config), place, worker)
            if state.late and config.pauses == "never":
                yield f"worker {place} dies, {put.reader} is late", _dead(give_up(state, put), place, worker)


def _put_of(state: State, reader: int, worker: Worker, config: Config) -> Put:
    plain = reader in worker.plain
    stamp = 0 if config.rules.server_stamps else len(state.readers[reader].inbox)
    first = plain and worker.first and reader in worker.lacking
    return Put(reader, worker.article, worker.delivery, plain, first, stamp)


def _after_put(worker: Worker, lacking: tuple[int, ...], config: Config) -> Worker:
    """What was not acknowledged is put again, if it is absent; then it is the next worker's, or set aside."""
    if not lacking or not config.rules.failed_rows_put_again:
        return worker._replace(at="advance", rows=(), plain=())
    if worker.first:
        plain = () if config.rules.repeats_expect_absence else worker.plain
        return worker._replace(rows=lacking, plain=plain, first=False)
    careful = 0 < config.careful_from <= worker.tries and worker.shard < config.width
    return worker._replace(at="set aside" if careful else "give back", rows=lacking, plain=())


def _set_aside(state: State, place: int, worker: Worker, config: Config) -> Steps:
    """A shard of their own for each reader whose row has failed so often."""
    for reader in worker.rows:
        shard = config.width + reader
        if state.articles[worker.article].jobs[worker.delivery - 1][shard] is None:
            alone = Job(reader, suspect=config.rules.set_aside_is_suspect)
            state = with_job(state, worker.article, worker.delivery, shard, alone)
    yield f"worker {place} sets aside {worker.rows}", _goes_on(state, place, worker._replace(at="advance"))


def _give_back(state: State, place: int, worker: Worker, config: Config) -> Steps:
    """And fail, so that another invocation comes."""
    job, gone = _job(state, worker), _gone(state, place)
    if job.owner == place:
        suspect = job.suspect or config.rules.given_back_is_suspect
        started = not config.rules.delivery_is_guarded
        gone = _with_job(gone, worker, job._replace(owner=NOBODY, suspect=suspect, started=started))
    yield f"worker {place} gives shard {worker.shard} back", gone


def _advance(state: State, place: int, worker: Worker, config: Config) -> Steps:
    """The checkpoint; `rows` are those that were set aside."""
    job, cursor, rules = _job(state, worker), _window_end(worker, config), config.rules
    said = f"worker {place} checkpoint {cursor}"
    if job.owner != place:
        yield f"{said}: refused", _gone(state, place)
        return
    if any(_is_passed_by(state, reader, worker, config) for reader in worker.reached):
        state = state._replace(broken=CURSOR)
    job = job._replace(cursor=cursor, parted=job.parted or bool(worker.rows))
    if cursor == bounds(worker.shard, config)[1]:
        yield from _over(said, state, place, worker, job, config)
    elif config.hand_over:
        started = job.started or (rules.chain_after_checkpoint and not rules.delivery_is_guarded)
        free = job._replace(owner=NOBODY, tries=0, started=started)
        yield f"{said}, hands over", _gone(_with_job(state, worker, free), place)
    else:
        tries = min(job.tries, 1)
        then = worker._replace(at="read", cursor=cursor, tries=tries, reached=(), rows=(), first=True)
        yield said, _goes_on(_with_job(state, worker, job._replace(tries=tries)), place, then)
        if config.ailing:
            fails = then._replace(at="give back")
            yield f"{said} (answer lost)", _goes_on(_with_job(state, worker, job), place, fails)


def _is_passed_by(state: State, reader: int, worker: Worker, config: Config) -> bool:
    aside = state.articles[worker.article].jobs[worker.delivery - 1][config.width + reader]
    return aside is None and not state.readers[reader].has(worker.article)


def _stop(state: State, place: int, worker: Worker, config: Config) -> Steps:
    """Withdrawn, or delivered anew: the shard is over as it is."""
    job = _job(state, worker)
    if job.owner == place:
        yield from _over(f"worker {place} stops", state, place, worker, job, config)
    else:
        yield f"worker {place} stops: refused", _gone(state, place)


def _over(said: str, state: State, place: int, worker: Worker, job: Job, config: Config) -> Steps:
    """The last request of the only shard's worker removes the guard, if nobody was set aside."""
    finished = job._replace(owner=NOBODY, over=FINISHED, suspect=False, tries=0, started=False)
    after = _gone(_with_job(state, worker, finished), place)
    article, delivery = after.articles[worker.article], worker.delivery
    removes = config.width == 1 and worker.shard == 0 and article.guards[delivery - 1]
    if removes and not (job.parted and config.rules.guard_stays_for_set_aside):
        unguarded = with_article(after, worker.article, _unguarded(article, delivery))
        yield f"{said}, over, and removes the guard", unguarded
    if not removes or not config.merged or _any_open(article.jobs[delivery - 1]):
        yield f"{said}, over", after


_REQUESTS: dict[str, Callable[[State, int, Worker, Config], Steps]] = {
    "acquire": _acquire,
    "read": _read,
    "put": _put,
    "set aside": _set_aside,
    "give back": _give_back,
    "advance": _advance,
    "stop": _stop,
}
