"""The delivery protocol's model as people move it: they publish, follow and unfollow, and read page by page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tests.model.protocol_state import (
    AGREEMENT,
    DEAD,
    LEDGER,
    LOOK,
    LOSS,
    OPEN,
    PRIVATE,
    PUBLIC,
    PUBLISHING,
    WALK,
    WITHDRAWN,
    Article,
    Change,
    Config,
    Job,
    Publisher,
    Put,
    Reader,
    Row,
    Rules,
    State,
    Steps,
    Turn,
    Walk,
    at,
    bounds,
    give_up,
    send,
    turn,
    with_article,
    with_reader,
)

_TOP = 99


# --- publishing ---


def publishing(state: State, place: int, article: Article, config: Config) -> Steps:
    if not article.shown and (place == 0 or state.articles[place - 1].state != PRIVATE):
        yield f"article {place} is published", _released(state, place, article, config)
    if article.shown and article.delivery <= config.withdrawals:
        yield f"article {place} is withdrawn", _withdrawn(state, place, article)
    for number, publisher in enumerate(article.publishers):
        others = at(article.publishers, number)
        for said, after, then in _publisher(article, publisher, config):
            publishers = tuple(sorted((*others, then))) if then else others
            yield f"publisher of {place}: {said}", with_article(state, place, after._replace(publishers=publishers))
        if config.publisher_dies and state.crashes:
            gone = with_article(state, place, article._replace(publishers=others))
            yield f"publisher of {place} dies", gone._replace(crashes=state.crashes - 1)
    for number, work in enumerate(article.works):
        if work and len(article.publishers) < 2:
            yield f"sweeper: release of {place}", with_article(state, place, _swept(article, number + 1, config))


def _released(state: State, place: int, article: Article, config: Config) -> State:
    delivery, in_order = article.delivery + 1, config.rules.outbox_before_jobs
    listed = article.listed or (in_order and not config.publisher_dies)
    begins = Publisher("jobs" if listed or not in_order else "outbox", delivery, _batch(config))
    released = article._replace(
        state=PUBLISHING,
        delivery=delivery,
        listed=listed,
        works=at(article.works, delivery - 1, config.publisher_dies),
        settled=article.settled if delivery > 1 else tuple(map(_settled, state.readers)),
        publishers=(*article.publishers, begins),
    )
    if config.merged:
        released = _made(released, delivery, begins.rows, config)._replace(state=PUBLIC, publishers=())
    return with_article(state, place, released)


def _swept(article: Article, delivery: int, config: Config) -> Article:
    """Released again, or, where that is done or no longer wanted, without the work row."""
    if not article.in_release(delivery):
        return article._replace(works=at(article.works, delivery - 1, False))
    begins = Publisher("jobs" if article.listed else "outbox", delivery, _batch(config))
    return article._replace(publishers=tuple(sorted((*article.publishers, begins))))


def _settled(reader: Reader) -> int:
    """The epoch of who followed long before: whatever a follow does has been done."""
    done = reader.entry == reader.relation and not reader.at_work and not reader.guards
    return reader.entry if done and reader.entry % 2 else 0


def _batch(config: Config) -> tuple[int, ...]:
    return tuple(range(config.width + config.rules.delivery_is_guarded))


def _withdrawn(state: State, place: int, article: Article) -> State:
    state = with_article(state, place, article._replace(state=WITHDRAWN))
    for number, reader in enumerate(state.readers):
        if reader.walk is not None:
            owed = tuple(other for other in reader.walk.owed if other != place)
            state = with_reader(state, number, reader._replace(walk=reader.walk._replace(owed=owed)))
    return state


def _publisher(
    article: Article, publisher: Publisher, config: Config
) -> Iterator[tuple[str, Article, Publisher | None]]:
    """Its next request: what happens, the article then, and how the publisher goes on."""
    delivery, in_order = publisher.delivery, config.rules.outbox_before_jobs
    current = article.in_release(delivery)
    public = article._replace(state=PUBLIC) if current else article
    if publisher.at == "outbox":
        then = publisher._replace(at="jobs" if in_order else "public")
        yield "outbox row", article._replace(listed=True) if current else article, then if current else None
    elif publisher.at == "jobs":
        then = publisher._replace(at="public" if article.listed else "outbox", rows=())
        if config.publisher_dies or not article.listed:
            yield "job rows and guard", _made(article, delivery, publisher.rows, config), then
        else:
            yield "job rows and guard, public", _made(public, delivery, publisher.rows, config), None
        for rows in _parts(publisher.rows) if config.publisher_dies else ():
            lacking = tuple(row for row in publisher.rows if row not in rows)
            part = _made(article, delivery, rows, config)
            yield f"only rows {rows} of its batch", part, publisher._replace(rows=lacking)
    elif publisher.at == "public":
        yield "public", public, publisher._replace(at="end") if config.publisher_dies else None
    else:
        yield "work row gone", article._replace(works=at(article.works, delivery - 1, False)), None


def _parts(rows: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for chosen in product((False, True), repeat=len(rows)):
        if any(chosen) and not all(chosen):
            yield tuple(row for row, is_there in zip(rows, chosen, strict=True) if is_there)


def _made(article: Article, delivery: int, rows: tuple[int, ...], config: Config) -> Article:
    """Job rows are put if absent, the guard whether it is there or not."""
    jobs = article.jobs[delivery - 1]
    for shard in rows:
        if shard < config.width and jobs[shard] is None:
            jobs = at(jobs, shard, Job(bounds(shard, config)[0], started=not config.rules.delivery_is_guarded))
    guards = at(article.guards, delivery - 1, True) if config.width in rows else article.guards
    return article._replace(jobs=at(article.jobs, delivery - 1, jobs), guards=guards)


# --- follow and unfollow ---


def changing(state: State, place: int, reader: Reader, config: Config) -> Steps:
    if reader.changes and len(reader.at_work) < config.devices:
        yield f"{place} {'unfollows' if reader.entry % 2 else 'follows'}", _begun(state, place, config)
    yield from _sweeping(state, place, reader, config)
    for number, change in enumerate(reader.at_work):
        others = at(reader.at_work, number)
        for said, after, then in _request(state, place, change, config):
            at_work = tuple(sorted((*others, then))) if then else others
            after = with_reader(after, place, after.readers[place]._replace(at_work=at_work))
            yield f"change {change.guard} of {place}: {said}", after
        if state.crashes:
            gone = with_reader(state, place, reader._replace(at_work=others))
            yield f"change {change.guard} of {place} dies", gone._replace(crashes=state.crashes - 1)


def _begun(state: State, place: int, config: Config) -> State:
    """Guards are numbered by change, odd for follows."""
    reader = state.readers[place]
    epoch = reader.entry + 1
    first, *later = _path(epoch, config.rules)
    path = ("entry", first, *later) if config.rules.entry_before_relation else (first, "entry", *later)
    change = Change(("guard", *path), epoch, 2 * reader.changes + epoch % 2)
    if config.merged:
        change = change._replace(path=path[1:])
        state = turn(state, Turn(place, "entry", epoch), config)[1]
        reader = state.readers[place]._replace(guards=(*reader.guards, change.guard))
    begun = reader._replace(changes=reader.changes - 1, at_work=tuple(sorted((*reader.at_work, change))))
    return with_reader(state, place, begun)


def _path(epoch: int, rules: Rules, *, brings: bool = True) -> tuple[str, ...]:
    """The requests that make everything agree with the session entry."""
    backfill = ("outbox", "rows") if brings and rules.follow_backfills and epoch % 2 else ()
    return ("relation", *backfill, "end") if rules.relation_before_backfill else (*backfill, "relation", "end")


def _sweeping(state: State, place: int, reader: Reader, config: Config) -> Steps:
    """A guard is due after a minute: its change has ended, and no session entry is under way any more."""
    rules = config.rules
    late = (request.row for request in state.in_flight if isinstance(request, Turn) and request.reader == place)
    if rules.entry_lands_before_sweep and "entry" in late:
        return
    for guard in reader.guards:
        if all(change.guard != guard for change in reader.at_work):
            brings = bool(guard % 2) or not rules.unfollow_backfills_nothing
            finishes = Change(_path(reader.entry, rules, brings=brings), reader.entry, guard)
            swept = reader._replace(at_work=tuple(sorted((*reader.at_work, finishes))))
            yield f"sweeper finishes change {guard} of {place}", with_reader(state, place, swept)


def _request(state: State, place: int, change: Change, config: Config) -> Iterator[tuple[str, State, Change | None]]:
    """The next one: what happens, and the change as it goes on."""
    reader, step = state.readers[place], change.path[0]
    then = change._replace(path=change.path[1:])
    if step == "guard":
        guards = tuple(sorted((*reader.guards, change.guard))) if config.rules.change_is_guarded else ()
        yield step, with_reader(state, place, reader._replace(guards=guards)), then
    elif step in ("entry", "relation"):
        turned = Turn(place, step, change.epoch)
        done, after = turn(state, turned, config)
        yield step, after, then if done or step == "relation" else None
        if config.late_changes and state.late:
            yield f"{step} (late)", give_up(state, turned), None
    elif step == "outbox":
        found = tuple(number for number, article in enumerate(state.articles) if article.listed and article.shown)
        yield f"outbox {found}", state, then._replace(articles=found) if found else then._replace(path=then.path[1:])
    elif step == "rows":
        puts = [Put(place, number, state.articles[number].delivery) for number in change.articles]
        for said, after, lacking in send(state, puts, config):
            yield f"backfill{said}", after, None if lacking else then._replace(articles=())
    else:
        guards = tuple(guard for guard in reader.guards if guard != change.guard)
        yield "guard gone", with_reader(state, place, reader._replace(guards=guards)), None


# --- reading ---


def reading(state: State, place: int, reader: Reader, config: Config) -> Steps:
    if place in config.reading and reader.entry % 2 and reader.mark < len(reader.inbox):
        yield f"{place} reads everything", with_reader(state, place, reader._replace(mark=len(reader.inbox)))
    if place in config.walking and reader.walk is None and reader.mark < len(reader.inbox):
        there = sorted(row.article for row in reader.inbox if _sees(state, reader, row.article))
        first = "inbox" if config.rules.session_after_inbox else "session"
        walk = Walk(first, _TOP, tuple(there), len(reader.inbox))
        yield f"{place} begins a walk", with_reader(state, place, reader._replace(walk=walk))
    if reader.walk is not None:
        said, after, broken = _walk(state, reader, reader.walk, config.rules)
        yield f"{place} {said}", with_reader(state, place, after)._replace(broken=broken)


def _sees(state: State, reader: Reader, article: int) -> bool:
    return bool(reader.entry % 2) and state.articles[article].shown


def _walk(state: State, reader: Reader, walk: Walk, rules: Rules) -> tuple[str, Reader, str]:
    """A page is one row: its range of the inbox, then session row and article; after the last one the mark moves.

    What happens, the reader then, and the promise that it breaks.
    """
    if walk.at == "mark":
        # what the product names beyond that stays unread here, which promises less
        covered = min(walk.covered, walk.came) if rules.mark_ends_where_walk_began else walk.covered
        unseen = any(row.place not in walk.passed for row in reader.inbox[reader.mark : covered])
        marked = reader._replace(mark=max(reader.mark, covered), walk=None)
        return f"marks what has arrived up to row {covered}", marked, LOOK if unseen else ""
    if walk.at == "session":
        hidden = not reader.entry % 2
        if rules.session_after_inbox:
            return _end_of_page(state, reader, walk, rules, hidden=hidden)
        return "reads the session row", reader._replace(walk=walk._replace(at="inbox", hidden=hidden)), ""
    row = _next_row(reader, walk, rules)
    if row is None:
        broken = "" if set(walk.owed) <= set(walk.shown) else WALK
        return "comes to the end", reader._replace(walk=walk._replace(at="mark")), broken
    covered = max(walk.covered, reader.inbox.index(row) + 1)
    walk = walk._replace(at="session", below=row.place, passed=(*walk.passed, row.place), covered=covered)
    if rules.session_after_inbox:
        return f"reads the row of {row.article}", reader._replace(walk=walk), ""
    return _end_of_page(state, reader, walk, rules, hidden=walk.hidden)


def _next_row(reader: Reader, walk: Walk, rules: Rules) -> Row | None:
    """The newest published below the cursor, or, of the mutant, the row behind as many as were passed."""
    rows = sorted(reader.inbox, reverse=True)
    if not rules.cursor_is_a_place:
        return next(iter(rows[len(walk.passed) :]), None)
    return next((row for row in rows if row.place < walk.below), None)


def _end_of_page(state: State, reader: Reader, walk: Walk, rules: Rules, *, hidden: bool) -> tuple[str, Reader, str]:
    article = next(row.article for row in reader.inbox if row.place == walk.below)
    then = walk._replace(at="inbox" if rules.session_after_inbox else "session", hidden=False)
    if not hidden and state.articles[article].shown:
        seen = reader._replace(walk=then._replace(shown=(*walk.shown, article)))
        return f"sees {article}", seen, WALK if article in walk.shown else ""
    return f"passes {article}", reader._replace(walk=then), LOOK if _sees(state, reader, article) else ""


# --- promises ---


def settled(state: State) -> bool:
    """Nothing is under way but what may stay there for ever, and the sweeper has nothing to begin."""
    return (
        not any(state.workers)
        and not any(reader.guards or reader.at_work or reader.walk for reader in state.readers)
        and not any(article.publishers or any(article.guards) or any(article.works) for article in state.articles)
        and not any(job and job.started for article in state.articles for jobs in article.jobs for job in jobs)
    )


def broken(state: State, config: Config) -> str:
    """The promise that is broken in this state, if any."""
    if state.broken or not settled(state):
        return state.broken
    for place, reader in enumerate(state.readers):
        if reader.entry % 2 != reader.relation % 2:
            return AGREEMENT
        for number, article in enumerate(state.articles):
            owed = reader.entry % 2 and article.shown and place not in config.cold
            if owed and not reader.has(number) and not _is_recorded(article, place, config):
                return LOSS
    over = all(_is_over(state, number, config) for number in range(config.articles))
    return "" if over else LEDGER


def _is_recorded(article: Article, reader: int, config: Config) -> bool:
    """Whether the reader's part of this delivery was given up, for somebody to know of."""
    return any(
        job is not None
        and job.over == DEAD
        and (article.delivery, shard) in article.letters
        and job.cursor <= reader < bounds(shard, config)[1]
        for shard, job in enumerate(article.jobs[article.delivery - 1])
    )


def _is_over(state: State, number: int, config: Config) -> bool:
    """A worker that died, or is no owner any more, may yet have set aside who has the row, or is recorded, anyway."""
    article = state.articles[number]
    waiting = (
        shard - config.width
        for jobs in article.jobs
        for shard, job in enumerate(jobs)
        if job is not None and job.over == OPEN
    )
    return all(
        alone >= 0 and (state.readers[alone].has(number) or _is_recorded(article, alone, config)) for alone in waiting
    )
