"""What each person may see, as the contract says it, in a few sets; nothing here knows how the product works."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

State = Literal["private", "scheduled", "public", "deleted"]
Place = tuple[int, int]
"""Publish time and id."""
Pair = tuple[int, int]
"""Two people: who follows and who is followed, or who blocks and who is blocked."""
LATE_MS = 3_600_000
"""What is older is no news to who gets it by a follow, or because it is public once more."""


@dataclass
class Article:
    """`published_ms` and `release` (its number among all first releases) are given once, and are its place for ever."""

    id: int
    author: int
    title: str
    state: State
    version: int = 1
    publish_at_ms: int | None = None
    published_ms: int | None = None
    release: int = 0

    @property
    def public(self) -> bool:
        return self.state == "public"

    @property
    def place(self) -> Place:
        return self.published_ms or 0, self.id


@dataclass(frozen=True)
class Mark:
    """A read mark as somebody got it: what it covers, and what had come by then too and may be covered or not."""

    reader: int
    text: str
    covers: frozenset[int]
    perhaps: frozenset[int]


@dataclass(frozen=True)
class Newest:
    """An author's newest articles at some moment, and how many times anything had been hidden by then."""

    ids: frozenset[int]
    hidings: int


@dataclass
class Walk:
    """A walk in progress; `owed` could be seen throughout so far, and must come before the inbox's part ends.

    `unread`: a walk through the unread alone, which shows nothing of what was `read` as it began. `waiting`: for the
    answer with its next page.
    """

    reader: int
    size: int
    unread: bool
    owed: set[int]
    read: frozenset[int]
    cursor: str | None = None
    shown: list[int] = field(default_factory=list)
    source: str = "follow"
    last: Place = (sys.maxsize, 0)
    ended: bool = False
    waiting: bool = False


@dataclass
class Model:
    """`newest` is how many articles a follow brings; `turning` are follows and unfollows not answered yet, which may
    show already or still.

    `owed` must be in a reader's inbox once everything is delivered, `possible` may be there: who leaves and returns
    during a delivery may get it or not. `arrived` is what has been seen to come, and when (ms), in whatever order;
    `late` of it came long after its publication; `quiet` too, but by a follow, so that it need not be unread. `strays`
    are articles of which the reader has a row in a wrong place, too.
    """

    newest: int
    articles: dict[int, Article] = field(default_factory=dict)
    follows: set[Pair] = field(default_factory=set)
    turning: set[Pair] = field(default_factory=set)
    left: set[Pair] = field(default_factory=set)
    blocks: set[Pair] = field(default_factory=set)
    on_its_way: set[int] = field(default_factory=set)
    owed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    possible: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    arrived: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    quiet: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    late: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    read: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    perhaps_read: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    strays: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    walks: list[Walk] = field(default_factory=list)
    releases: int = 0
    hidings: int = 0

    # --- who may see what ---

    def apart(self, one: int, other: int) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def may_open(self, article: Article, viewer: int | None) -> bool:
        """By itself, or on its author's page."""
        if article.state == "deleted":
            return False
        if viewer is None or viewer == article.author:
            return article.public or viewer == article.author
        return article.public and not self.apart(viewer, article.author)

    def may_follow_show(self, article: Article, reader: int) -> bool:
        """In the timeline, because the author is followed."""
        follows = (reader, article.author) in self.follows | self.turning
        return follows and article.public and not self.apart(reader, article.author)

    def may_suggest(self, article: Article, reader: int) -> bool:
        """In the timeline past the inbox's end."""
        if article.author == reader or (reader, article.author) in self.left - self.turning:
            return False
        return article.public and not self.apart(reader, article.author)

    def shows(self, reader: int, ids: Iterable[int]) -> list[Article]:
        """Which of these the timeline must show because of a follow, newest published first."""
        found = (self.articles[id] for id in ids)
        visible = [
            article
            for article in found
            if self.may_follow_show(article, reader) and (reader, article.author) not in self.turning
        ]
        return sorted(visible, key=lambda article: article.place, reverse=True)

    def shown_ids(self, reader: int, ids: Iterable[int]) -> list[int]:
        return [article.id for article in self.shows(reader, ids)]

    def authors_page(self, author: int, viewer: int | None) -> set[int]:
        mine = (article for article in self.articles.values() if article.author == author)
        return {article.id for article in mine if self.may_open(article, viewer)}

    def status(self, reader: int, author: int) -> dict[str, object]:
        """The answer to GET /v1/follows/{author}."""
        mine, theirs = (reader, author) in self.follows, (author, reader) in self.follows
        return {"status": int(mine), "follows_you": theirs, "friends": mine and theirs}

    def unread(self, reader: int) -> set[int]:
        """What a walk through the unread must show."""
        perhaps = self.perhaps_read[reader] | self.quiet[reader] | self.strays[reader]
        return set(self.shown_ids(reader, self.arrived[reader].keys() - self.read[reader] - perhaps))

    def counted(self, reader: int) -> set[int]:
        """What may be counted as unread: also what was hidden meanwhile, as long as its author is followed."""
        new = (self.arrived[reader].keys() - self.read[reader]) | self.strays[reader]
        return {id for id in new if (reader, self.articles[id].author) in self.follows | self.turning}

    # --- what happens ---

    def turns(self, reader: int, author: int) -> None:
        """A follow or unfollow begins that is answered later."""
        self.turning.add((reader, author))
        self._something_hidden()

    def follow(self, reader: int, author: int, since: Newest | None = None) -> None:
        """The author's newest that may be seen come at once; what is on its way to others may come too.

        `since` is how it stood when the follow began, if others have acted meanwhile.
        """
        self.turning.discard((reader, author))
        if (reader, author) in self.follows:
            return
        self.follows.add((reader, author))
        self.left.discard((reader, author))
        newest = self.newest_of(author)
        on_its_way = {id for id in self.on_its_way if self.articles[id].author == author}
        self.possible[reader] |= newest.ids | on_its_way
        if since is None:
            self.owed[reader] |= newest.ids
        else:
            self.possible[reader] |= since.ids
            if since.hidings == newest.hidings:
                self.owed[reader] |= newest.ids

    def newest_of(self, author: int) -> Newest:
        """What a follow brings at this moment."""
        public = [article for article in self.articles.values() if article.author == author and article.public]
        newest = sorted(public, key=lambda article: article.release, reverse=True)[: self.newest]
        return Newest(frozenset(article.id for article in newest), self.hidings)

    def unfollow(self, reader: int, author: int) -> None:
        """What has not come yet need not come any more."""
        self.turning.discard((reader, author))
        if (reader, author) not in self.follows:
            return
        self.follows.discard((reader, author))
        self.left.add((reader, author))
        self.owed[reader] -= {id for id in self._not_come(reader) if self.articles[id].author == author}
        self._something_hidden()

    def block(self, one: int, other: int) -> None:
        self.unfollow(one, other)
        self.unfollow(other, one)
        self.blocks.add((one, other))
        self._something_hidden()

    def unblock(self, one: int, other: int) -> None:
        self.blocks.discard((one, other))

    def add(self, article: Article) -> None:
        self.articles[article.id] = article

    def release(self, article: Article, now_ms: int) -> None:
        """It goes public, and is owed to everybody who follows its author."""
        article.state = "public"
        article.publish_at_ms = None
        if article.published_ms is None:
            self.releases += 1
            article.published_ms, article.release = now_ms, self.releases
        self.on_its_way.add(article.id)
        for pair in self.follows | self.turning:
            reader, author = pair
            if author == article.author:
                self.possible[reader].add(article.id)
                if pair in self.follows - self.turning:
                    self.owed[reader].add(article.id)

    def hide(self, article: Article, state: State, publish_at_ms: int | None = None) -> None:
        """To any state but public. Whom it has not reached gets it at its next release, if they follow then."""
        article.state, article.publish_at_ms = state, publish_at_ms
        self.hidings += 1
        for reader in self.owed:
            if article.id in self._not_come(reader):
                self.owed[reader].discard(article.id)
        self._something_hidden()

    def due(self, now_ms: int) -> list[Article]:
        """What a tick of the timer releases, in its order."""
        waiting = [article for article in self.articles.values() if article.state == "scheduled"]
        ready = [article for article in waiting if (article.publish_at_ms or 0) <= now_ms]
        return sorted(ready, key=lambda article: (article.publish_at_ms, str(article.id)))

    def all_delivered(self) -> None:
        self.on_its_way.clear()

    def comes(self, reader: int, id: int, now_ms: int, *, by_follow: bool) -> None:
        if id not in self.arrived[reader]:
            self.arrived[reader][id] = now_ms
            article = self.articles[id]
            by_follow |= (reader, article.author) in self.turning
            if (article.published_ms or 0) < now_ms - LATE_MS:
                kind = self.quiet if by_follow else self.late
                kind[reader].add(id)

    def walk(self, reader: int, size: int, *, unread: bool) -> Walk:
        """One that begins now."""
        owed = self.unread(reader) if unread else set(self.shown_ids(reader, self.arrived[reader]))
        walk = Walk(reader, size, unread, owed, frozenset(self.read[reader]))
        self.walks.append(walk)
        return walk

    def mark(self, reader: int, text: str, seen: Iterable[int], spared: Iterable[int] = ()) -> Mark:
        """A mark given now, to who has seen these: it covers them, and nothing that comes later, nor what it spares."""
        covers = frozenset(seen)
        return Mark(reader, text, covers, frozenset(self.arrived[reader]) - covers - frozenset(spared))

    def mark_read(self, mark: Mark) -> None:
        """A mark older than another moves nothing back."""
        self.read[mark.reader] |= mark.covers
        self.perhaps_read[mark.reader] |= mark.perhaps
        for walk in self.walks:
            if walk.unread and walk.cursor is None:  # its first page may find the mark there
                walk.owed &= self.unread(walk.reader)

    def _not_come(self, reader: int) -> set[int]:
        return (self.owed[reader] & self.on_its_way) - self.arrived[reader].keys()

    def _something_hidden(self) -> None:
        for walk in self.walks:
            walk.owed &= set(self.shown_ids(walk.reader, walk.owed))
