"""What must be true once everything is settled: every inbox, every page walk, and the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from feed.domain import cursors
from feed.domain.articles import Article
from feed.domain.fanout import Job, delivered
from feed.domain.ids import unhashed
from feed.domain.relations import Relation
from feed.store import relations, sessions
from feed.store.schema import RELATIONS, SESSIONS
from feed.store.sessions import Session
from tests.faults.cast import ANN, Reader
from tests.faults.chaos import Chaos
from tests.faults.run import deliveries
from tests.operations.shelf import everything

LOST, DOUBLED, FORBIDDEN, STUCK = "lost", "doubled", "forbidden", "stuck"
KINDS = (LOST, DOUBLED, FORBIDDEN, STUCK)


@dataclass(frozen=True)
class Finding:
    """A promise that was not kept."""

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


class Audit:
    """`old` is Ben's article, which everybody has."""

    def __init__(self, chaos: Chaos, old: int) -> None:
        self._chaos = chaos
        self._old = old
        chaos.look()
        self._deliveries = deliveries(chaos)
        self._shown = {article.id for article, _ in self._deliveries if article.shown}
        rows = everything(chaos.stage.store, RELATIONS)
        found = [relations.decode(row) for row in rows if unhashed(str(row["author_key"])) == ANN]
        self._relations = {relation.follower_id: relation for relation in found}
        self._sessions = {
            unhashed(str(row["user_key"])): sessions.decode(row) for row in everything(chaos.stage.store, SESSIONS)
        }

    def findings(self) -> Iterator[Finding]:
        yield from (Finding(STUCK, what) for what in self._chaos.broken)
        for reader_id, article_id in sorted(self._chaos.turned):
            yield Finding(DOUBLED, f"the row of {reader_id} and {article_id} has arrived a second time")
        for reader in self._chaos.readers:
            yield from self._relation(reader)
            yield from self._inbox(reader)
        yield from self._places()
        for article, shards in self._deliveries:
            yield from self._ledger(article, shards)

    def _relation(self, reader: Reader) -> Iterator[Finding]:
        """Both rows say the same, and what the reader was told last."""
        relation, entry = self._relations.get(reader.id), self._session(reader).entries.get(ANN)
        on = relation is not None and relation.on
        if entry is not None and entry.on != on:
            yield Finding(STUCK, f"{reader.id}: {entry} and {relation} do not agree")
        if reader.follows is not None and on != reader.follows:
            yield Finding(LOST if reader.follows else FORBIDDEN, f"{reader.id} was told {reader.follows}: {relation}")

    def _inbox(self, reader: Reader) -> Iterator[Finding]:
        """Who follows sees everything that is shown, once, also as unread unless it was read; nobody else does."""
        owed = {self._old, *(self._shown if self._follows(reader) else ())}
        for path in ("/v1/timeline", "/v1/timeline?unread=true"):
            listed = self._walk(path, reader)
            wanted = owed - self._read(reader) if "unread" in path else owed
            allowed = owed - self._surely_read(reader) if "unread" in path else owed
            if lost := wanted.difference(listed):
                yield Finding(LOST, f"{reader.id} does not see {sorted(lost)} in {path}")
            if extra := set(listed) - allowed:
                kind = DOUBLED if extra <= owed else FORBIDDEN
                yield Finding(kind, f"{reader.id} sees {sorted(extra)} in {path}")
            if len(listed) > len(set(listed)):
                yield Finding(DOUBLED, f"{reader.id} sees {listed} in {path}")

    def _follows(self, reader: Reader) -> bool:
        relation: Relation | None = self._relations.get(reader.id)
        return relation is not None and relation.on

    def _session(self, reader: Reader) -> Session:
        return self._sessions.get(reader.id, Session())

    def _read(self, reader: Reader) -> set[int]:
        """What need not be unread: who has left or was left for a time has passed things that no page showed."""
        if reader.changed or reader.cold or self._chaos.withdrawn:
            return {*self._shown, self._old}
        return reader.read | reader.unsure

    def _surely_read(self, reader: Reader) -> set[int]:
        """What must not be unread any more, unless a late put has renewed it."""
        return {id for id in reader.read if (reader.id, id) not in self._chaos.renewed}

    def _walk(self, path: str, reader: Reader) -> list[int]:
        """By pages of a few, up to the end of the inbox."""
        name, size = "timeline unread" if "unread" in path else "timeline", self._chaos.chance.randint(1, 3)
        listed: list[int] = []
        cursor = ""
        while True:
            query = f"{path}{'&' if '?' in path else '?'}size={size}{cursor}"
            page = self._chaos.stage.product.call("GET", query, reader.id).body
            listed += [item["article"]["id"] for item in page["items"] if item["reason"] == "follow"]
            following = page["next_cursor"]
            if following is None or not cursors.belongs(name, reader.id, following):
                return listed
            cursor = f"&cursor={following}"

    def _places(self) -> Iterator[Finding]:
        """An article has one row in an inbox, and none in those of people who never followed."""
        places = Counter((row.reader, row.article) for row in self._chaos.inboxes())
        strangers = {reader.id for reader in self._chaos.readers if not reader.follows and not reader.changed}
        for (reader, article), number in places.items():
            if number > 1:
                yield Finding(DOUBLED, f"{reader} has {number} rows of {article}")
            if reader in strangers and article != self._old:
                yield Finding(FORBIDDEN, f"{reader} has a row of {article}")

    def _ledger(self, article: Article, shards: list[Job]) -> Iterator[Finding]:
        """The counts are what was there, where nobody came or went and nothing was stopped."""
        steady = not (self._chaos.withdrawn or any(reader.changed for reader in self._chaos.readers))
        followers = sum(map(self._follows, self._chaos.readers))
        counted = delivered(shards) + sum(job.deferred for job in shards)
        if steady and article.shown and counted != followers:
            yield Finding(STUCK, f"{article.id}: {counted} are counted of {followers} followers")
