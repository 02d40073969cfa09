"""How the rows of every table belong to a person: what goes, what is changed, and what is kept, when one is erased."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from feed.domain.fanout import SET_ASIDE
from feed.domain.ids import unhashed
from feed.domain.marks import Mark
from feed.store import neighbors, pseudonyms, schema
from feed.store.rows import Expect, Row, Update, Value, Where, equals
from feed.store.traces import Person, Recounts, Undo, gone, key_of, named_cells

Rule = Callable[[Row, Person], Undo | None]
"""What is to be done about a row; None where it does not name the person."""

_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{8,}(?![0-9A-Za-z])")
_WORDS_OF_OTHERS = frozenset({"title", "summary", "html", "text", "nickname", "message", "reason"})


@dataclass(frozen=True)
class Holding:
    """One table.

    A row goes when a column of `by` is the person's id or key, or one of `articles` names an article of theirs; a cell
    goes when it is called after the person (`cells` are what stands before the id). A `rule` says what else.
    `own` tables name people in their first key column only, so that one partition is looked at; `columns` are all that
    a look needs, none for every one; `kept` says why nothing goes.
    """

    by: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    rule: Rule | None = None
    own: bool = False
    columns: tuple[str, ...] = ()
    kept: str = ""


def undo(table: str, row: Row, person: Person) -> Undo | None:
    """What is to be done about a row; None where nothing is."""
    holding = HOLDINGS[table]
    if holding.kept:
        return None
    if holding.rule is not None and (done := holding.rule(row, person)) is not None:
        return done
    theirs = any(person.is_named(row.get(name)) for name in holding.by)
    if theirs or any(person.wrote(row.get(name)) for name in holding.articles):
        return gone(table, row)
    cells = named_cells(row, holding.cells, person.id)
    return Undo((Update(table, key_of(table, row), drop=cells, expect=Expect.PRESENT),)) if cells else None


def mentions(row: Row, person: Person) -> list[str]:
    """Columns that hold, or are called by, one of the person's numbers; what others have written is not looked at."""
    return [
        name
        for name, value in row.items()
        if name not in _WORDS_OF_OTHERS
        and not person.numbers.isdisjoint(_DIGITS.findall(f"{name.replace('_', ' ')} {value}"))
    ]


def _relation(row: Row, person: Person) -> Undo | None:
    """The other one's counter has counted a row that is on."""
    follows, followed = person.is_named(row["follower_key"]), person.is_named(row["author_key"])
    if not (follows or followed):
        return None
    if "followed_ms" not in row:
        return gone(schema.RELATIONS, row)
    other = unhashed(str(row["author_key" if follows else "follower_key"]))
    return gone(schema.RELATIONS, row, Recounts(followers=(other,)) if follows else Recounts(following=(other,)))


def _session(row: Row, person: Person) -> Undo | None:
    """In the row of another: the entry of a relation, how far an outbox was pulled, notes and marks of articles."""
    if person.is_named(row["user_key"]):
        return gone(schema.SESSIONS, row)
    drop = named_cells(row, ("f_", "p_"), person.id)
    drop += [name for name in row if name.startswith("late_") and int(name[5:]) in person.articles]
    if str(row.get("turned", "")).startswith(f"{person.id}:"):
        drop.append("turned")
    put: dict[str, Value] = {}
    where: list[Where] = []
    if "mark" in row and (named := (mark := Mark.decode(str(row["mark"]))).ids & person.articles):
        put, where = {"mark": mark._replace(ids=mark.ids - named).encode()}, [equals("mark", row["mark"])]
    if not (drop or put):
        return None
    key = key_of(schema.SESSIONS, row)
    return Undo((Update(schema.SESSIONS, key, put=put, drop=drop, expect=Expect.PRESENT, where=where),))


def _job(row: Row, person: Person) -> Undo | None:
    """Where a delivery of another's article stands just before the person, or has set the person aside."""
    if row.get("start_key") == person.key:
        return gone(schema.JOBS, row)
    if row.get("cursor") != person.key or person.wrote(row["article_key"]):
        return None
    update = Update(
        schema.JOBS,
        key_of(schema.JOBS, row),
        put={"cursor": just_before(person.key)},
        expect=Expect.PRESENT,
        where=(equals("cursor", person.key),),
    )
    return Undo((update,))


def just_before(key: str) -> str:
    """A string below a user's key and above every other user's that is below it."""
    return f"{key[:-1]}{chr(ord(key[-1]) - 1)}~"


_WORK_NAMES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "relation": ((0, 1), ()),
    "purge": ((0, 1), ()),
    "block": ((0, 1), ()),
    "people": ((0,), ()),
    "byline": ((0,), ()),
    "recount": ((2, 3), (0,)),
    "publish": ((), (0,)),
    "fanout": ((), (0,)),
    "schedule": ((), (0,)),
    "dead": ((), (0,)),
    "payment": ((), ()),
    "erase": ((), ()),
}
"""By kind, which of the numbers in a work row's id name people, and which articles."""


def work_kinds() -> frozenset[str]:
    return frozenset(_WORK_NAMES)


def _work(row: Row, person: Person) -> Undo | None:
    """What others' counters still wait for is left to a row that names the others only."""
    kind = str(row["kind"])
    people, articles = _WORK_NAMES.get(kind, ((), ()))
    if not (people or articles):
        return None
    numbers = [int(part) for part in str(row["id"]).split(":")]
    written = any(numbers[at] in person.articles for at in articles)
    set_aside = kind == "dead" and numbers[2] == SET_ASIDE + person.id
    if not (written or set_aside or person.id in [numbers[at] for at in people if at < len(numbers)]):
        return None
    if kind == "recount" and not written:
        return gone(schema.WORK, row, Recounts(articles=(numbers[0],)))
    if kind == "relation":
        follower, author = numbers[:2]
        other = Recounts(followers=(author,)) if follower == person.id else Recounts(following=(follower,))
        return gone(schema.WORK, row, other)
    return gone(schema.WORK, row)


def _act(row: Row, person: Person) -> Undo | None:
    """An act of theirs is counted on an article of another."""
    article_id = int(row["message_id"])
    if not person.is_named(row["user_key"]) or article_id in person.articles:
        return None
    return gone(schema.LOG, row, Recounts(articles=(article_id,)))


def _neighbors(row: Row, person: Person) -> Undo | None:
    """An article of theirs among those like another."""
    near = neighbors.unpack(str(row["packed"]))
    left = [each for each in near if each[0] not in person.articles]
    if len(left) == len(near) or person.wrote(row["article_key"]):
        return None
    put = neighbors.put(unhashed(str(row["article_key"])), left)
    where = (equals("packed", row["packed"]),)
    return Undo((Update(put.table, put.key, put=put.columns, expect=Expect.PRESENT, where=where),))


def _notice(row: Row, person: Person) -> Undo | None:
    """One that was taken back before it came says in its event only who had acted."""
    kind, _, about = str(row["event"]).partition(":")
    acted = kind != "tip" and about.partition(":")[0] == str(person.id)
    return gone(schema.NOTIFICATIONS, row) if acted else None


HOLDINGS: dict[str, Holding] = {
    # first of all: what is known of their articles is needed in all other tables, and nothing of them is sent any more
    schema.ARTICLES: Holding(by=("author_id", "author_key"), columns=("author_id", "author_key")),
    # then nobody can follow or tip them
    schema.USERS: Holding(by=("user_key",), own=True),
    schema.RELATIONS: Holding(rule=_relation),
    schema.SESSIONS: Holding(rule=_session),
    schema.BLOCKS: Holding(by=("user_key", "other_key")),
    schema.HIDDEN: Holding(by=("user_key",), cells=("m_", "t_")),
    schema.OUTBOXES: Holding(by=("author_key",), own=True),
    schema.JOBS: Holding(articles=("article_key",), rule=_job),
    schema.INBOXES: Holding(by=("user_key", "author"), articles=("message_id",), columns=("author",)),
    schema.NOTIFICATIONS: Holding(by=("user_key", "actor"), articles=("article",), rule=_notice),
    schema.LOG: Holding(by=("user_key",), articles=("message_id",), rule=_act),
    schema.NEIGHBORS: Holding(articles=("article_key",), rule=_neighbors),
    schema.PULLS: Holding(cells=("a_",)),
    schema.IDEMPOTENCY: Holding(by=("user_key",), own=True),
    schema.RATE_LIMITS: Holding(by=("who",), own=True),
    schema.ORDERS: Holding(rule=pseudonyms.order),
    schema.LEDGER: Holding(rule=pseudonyms.line),
    schema.ACCOUNTS: Holding(rule=pseudonyms.account, own=True),
    schema.WORK: Holding(rule=_work),
    schema.BANS: Holding(kept="the id alone, so that no token makes the person anew"),
    schema.AUDITS: Holding(kept="what operators have done, by whom and why: the proof of the erasure itself"),
}
"""In the order in which a look goes through them."""

LOOKED_AT = tuple(table for table, holding in HOLDINGS.items() if not holding.kept)
