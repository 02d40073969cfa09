"""The work rows of people who are being erased: one for each, in a bucket of their own, which says how far it has come.

It is the last thing that knows which number has taken the person's place in what is kept of money.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from feed.errors import ConditionFailed
from feed.store import stretches
from feed.store.client import Tables
from feed.store.rows import Delete, End, Expect, Key, Put, Row, Update, Value, equals
from feed.store.schema import WORK
from feed.store.stretches import Stretch
from feed.store.traces import Person

ERASE = "erase"
_DUE_MS = 0
"""The same for every one, so that there is one row for a person."""


@dataclass(frozen=True)
class Erasure:
    """`look` counts the looks at all tables, of which the last one finds nothing.

    The present look is at what is `left` of `table`, an empty name is its end; it has `found` so many rows, `orders`
    that is among them. `first_ms` is when the first look has ended. `erased` counts rows of all looks, `waits` says
    what cannot be erased yet.
    """

    user_id: int
    pseudonym: int
    begun_ms: int
    trace: str = ""
    articles: frozenset[int] = frozenset()
    look: int = 1
    table: str = ""
    left: tuple[Stretch, ...] = ()
    found: int = 0
    orders: int = 0
    first_ms: int = 0
    erased: int = 0
    waits: str = ""
    not_before_ms: int = 0
    owner: str = ""
    lease_until_ms: int = 0

    @property
    def person(self) -> Person:
        return Person(self.user_id, self.articles, self.pseudonym, settled=not self.orders)

    def may_go_on(self, now_ms: int) -> bool:
        """Whether it is time, and nobody is at it."""
        return now_ms >= max(self.not_before_ms, self.lease_until_ms)


def begin(tables: Tables, erasure: Erasure) -> None:
    """Raises ConditionFailed when the person is being erased already."""
    tables.write(Put(WORK, _key(erasure.user_id), _columns(erasure), Expect.ABSENT))


def find(tables: Tables, user_id: int) -> Erasure | None:
    row = tables.get(WORK, _key(user_id))
    return _decode(row) if row else None


def waiting(tables: Tables, now_ms: int) -> list[tuple[int, str]]:
    """Who is being erased while nobody is at it, with the trace to go on with; at most as many as one request finds."""
    low, high = (ERASE, End.MIN, End.MIN, End.MIN), (ERASE, End.MAX, End.MAX, End.MAX)
    page = tables.scan(WORK, low, high, columns=("not_before_ms", "lease_until_ms", "trace"))
    free = (row for row in page.rows if now_ms >= max(int(row["not_before_ms"]), int(row["lease_until_ms"])))
    return [(int(row["id"]), str(row["trace"])) for row in free]


def acquire(tables: Tables, erasure: Erasure, owner: str, until_ms: int) -> Erasure:
    """Raises ConditionFailed when somebody else was faster."""
    _change(tables, erasure, {"owner": owner, "lease_until_ms": until_ms})
    return replace(erasure, owner=owner, lease_until_ms=until_ms)


def save(tables: Tables, erasure: Erasure) -> Erasure:
    """How far it has come; raises ConditionFailed when somebody else has taken over."""
    columns = _columns(erasure)
    del columns["articles"]
    _change(tables, erasure, columns)
    return erasure


def learn(tables: Tables, erasure: Erasure, articles: Iterable[int]) -> Erasure:
    """Articles that are theirs, before their rows go. Raises ConditionFailed as `save`."""
    known = replace(erasure, articles=erasure.articles | frozenset(articles))
    if known.articles != erasure.articles:
        _change(tables, erasure, {"articles": _listed(known.articles)})
    return known


def release(tables: Tables, erasure: Erasure) -> None:
    """So that whoever comes next need not wait for the end of the lease."""
    with suppress(ConditionFailed):
        _change(tables, erasure, {"lease_until_ms": 0})


def end(tables: Tables, erasure: Erasure) -> None:
    with suppress(ConditionFailed):
        tables.write(Delete(WORK, _key(erasure.user_id), where=(equals("owner", erasure.owner),)))


def _change(tables: Tables, erasure: Erasure, put: dict[str, Value]) -> None:
    """Each owner has a name of its own, so that whoever has read another one is refused."""
    where = (equals("owner", erasure.owner),)
    tables.write(Update(WORK, _key(erasure.user_id), put=put, expect=Expect.PRESENT, where=where))


def _key(user_id: int) -> Key:
    return ERASE, _DUE_MS, ERASE, str(user_id)


def _columns(erasure: Erasure) -> dict[str, Value]:
    return {
        "pseudonym": erasure.pseudonym,
        "begun_ms": erasure.begun_ms,
        "trace": erasure.trace,
        "articles": _listed(erasure.articles),
        "look": erasure.look,
        "table": erasure.table,
        "left": stretches.encode(erasure.left),
        "found": erasure.found,
        "orders": erasure.orders,
        "first_ms": erasure.first_ms,
        "erased": erasure.erased,
        "waits": erasure.waits,
        "not_before_ms": erasure.not_before_ms,
        "owner": erasure.owner,
        "lease_until_ms": erasure.lease_until_ms,
    }


def _listed(articles: frozenset[int]) -> str:
    """17 bytes each: a cell holds those of a hundred thousand."""
    return " ".join(map(str, sorted(articles)))


def _decode(row: Row) -> Erasure:
    return Erasure(
        user_id=int(row["id"]),
        pseudonym=int(row["pseudonym"]),
        begun_ms=int(row["begun_ms"]),
        trace=str(row["trace"]),
        articles=frozenset(map(int, str(row["articles"]).split())),
        look=int(row["look"]),
        table=str(row["table"]),
        left=stretches.decode(str(row["left"])),
        found=int(row["found"]),
        orders=int(row["orders"]),
        first_ms=int(row["first_ms"]),
        erased=int(row["erased"]),
        waits=str(row["waits"]),
        not_before_ms=int(row["not_before_ms"]),
        owner=str(row["owner"]),
        lease_until_ms=int(row["lease_until_ms"]),
    )
