"""What a dozen people do with the product, and what each answer must be by the model."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from feed.operations._fields import format_rfc3339
from tests.model.model import Article, Mark, Model, State, Walk
from tests.model.stage import FANOUT, PAST_ALL_LEASES_MS, Stage
from tests.steps import Answer

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SOURCES = ["follow", "recommended", "hot"]


Face = tuple[object, ...]
"""What a card shows of an article."""


@dataclass
class Sight:
    """What may be shown to one reader at some moment or at any of several, and what is read, or unread, at all."""

    followed: set[int]
    suggested: set[int]
    read: set[int]
    unread: set[int]
    faces: set[Face]

    def add(self, other: Sight) -> None:
        self.followed |= other.followed
        self.suggested |= other.suggested
        self.read &= other.read
        self.unread &= other.unread
        self.faces |= other.faces


@dataclass
class Play:
    stage: Stage
    model: Model
    marks: list[Mark] = field(default_factory=list)
    lost: bool = False
    titles: int = 0
    looked_at: int = 0

    # --- relations ---

    def sign_in(self, person: int) -> None:
        """Whoever has called once can be followed."""
        assert self.call("GET", "/v1/account", person).status == 200

    def follow(self, reader: int, author: int) -> None:
        answer = self.call("PUT", f"/v1/follows/{author}", reader)
        if self.model.apart(reader, author):
            assert (answer.status, answer.error) == (403, "blocked")
            return
        self.model.follow(reader, author)
        assert answer.body == self.model.status(reader, author)
        self.look(by_follow=True)

    def unfollow(self, reader: int, author: int) -> None:
        answer = self.call("DELETE", f"/v1/follows/{author}", reader)
        self.model.unfollow(reader, author)
        assert answer.body == self.model.status(reader, author)

    def block(self, one: int, other: int) -> None:
        assert self.call("PUT", f"/v1/blocks/{other}", one).body == {"blocked": True}
        self.model.block(one, other)

    def unblock(self, one: int, other: int) -> None:
        assert self.call("DELETE", f"/v1/blocks/{other}", one).body == {"blocked": False}
        self.model.unblock(one, other)

    def ask_for_relations(self, one: int, other: int) -> None:
        for reader, author in ((one, other), (other, one)):
            answer = self.call("GET", f"/v1/follows/{author}", reader)
            assert answer.body == self.model.status(reader, author)
            listed = [item["user"]["id"] for item in self.stage.product.walk("/v1/blocks", reader, 2)]
            assert sorted(listed) == sorted(other for one, other in self.model.blocks if one == reader)

    # --- articles ---

    def write(self, author: int, state: State, minutes: int = 0) -> int:
        self.titles += 1
        title, at_ms = f"title {self.titles}", self.stage.now_ms + minutes * MINUTE_MS
        when = {"publish_at": format_rfc3339(at_ms)} if state == "scheduled" else {}
        made = self.stage.product.publish(author, title, state=state, **when)
        article = Article(made["id"], author, title, "private")
        self.model.add(article)
        if state == "public":
            self.model.release(article, self.stage.now_ms)
        elif state == "scheduled":
            self.model.hide(article, state, at_ms)
        self._is_current(made)
        return article.id

    def edit(self, article: int) -> None:
        self.titles += 1
        changed = self._patch(article, title=f"title {self.titles}")
        changed.title = f"title {self.titles}"

    def publish(self, article: int) -> None:
        changed = self._patch(article, state="public")
        if not changed.public:
            self.model.release(changed, self.stage.now_ms)

    def withdraw(self, article: int) -> None:
        """Or cancel its schedule."""
        self.model.hide(self._patch(article, state="private"), "private")

    def schedule(self, article: int, minutes: int) -> None:
        """Or put it off, or bring it forward."""
        at_ms = self.stage.now_ms + minutes * MINUTE_MS
        changes = {"state": "scheduled", "publish_at": format_rfc3339(at_ms)}
        self.model.hide(self._patch(article, **changes), "scheduled", at_ms)

    def delete(self, article: int) -> None:
        known, path = self.model.articles[article], f"/v1/articles/{article}"
        assert self.call("DELETE", path, known.author).status == 204
        self.model.hide(known, "deleted")
        for method, body in (("DELETE", None), ("PATCH", {"state": "public"}), ("GET", None)):
            assert self.call(method, path, known.author, body).status == 404

    def open_article(self, article: int, viewer: int | None) -> None:
        known = self.model.articles[article]
        answer = self.call("GET", f"/v1/articles/{article}", viewer)
        assert answer.status == (200 if self.model.may_open(known, viewer) else 404)
        if answer.status == 200:
            self._is_current(answer.body)

    def open_authors_page(self, author: int, viewer: int | None) -> None:
        path = f"/v1/users/{author}/articles"
        if viewer is not None and self.model.apart(viewer, author):
            assert self.call("GET", path, viewer).status == 404
            return
        ids = [self._is_current(item).id for item in self.stage.product.walk(path, viewer, 2)]
        assert len(ids) == len(set(ids))
        assert set(ids) == self.model.authors_page(author, viewer)

    # --- time and deliveries ---

    def tick(self) -> None:
        due = self.model.due(self.stage.now_ms)
        assert self.stage.tick() == len(due)
        for article in due:
            article.version += 1
            self.model.release(article, self.stage.now_ms)

    def sweep(self) -> None:
        self.stage.sweep()
        self.look()

    def deliver(self, place: int, *, keep: bool = False) -> None:
        """One of those that wait; `keep`: it comes once more, as it may."""
        self.stage.run(place, keep=keep)
        self.look()

    def deliver_all(self) -> None:
        self.stage.product.settle()
        self.look()

    def lose(self, place: int) -> None:
        self.lost |= self.stage.driver.queue[place][0] == FANOUT
        del self.stage.driver.queue[place]

    def stray(self, reader: int, article: int, off_ms: int) -> None:
        """A row beside the article's place: nothing shows it, though it may be counted, before it and behind."""
        known = self.model.articles[article]
        if known.published_ms is not None:
            self.stage.put(reader, known.published_ms + off_ms, article, known.author)
            self.model.strays[reader].add(article)

    def settle(self) -> None:
        """Everything that waits is delivered; what was lost is brought by the sweeper."""
        self.deliver_all()
        while self.lost:
            self.stage.clock.advance(PAST_ALL_LEASES_MS)
            self.sweep()
            self.lost = bool(self.stage.driver.queue)
            self.deliver_all()
        self.model.all_delivered()

    def look(self, *, by_follow: bool = False) -> None:
        """What has come to whom since the last look."""
        writes = self.stage.inbox_writes()
        if writes == self.looked_at:
            return
        self.looked_at = writes
        for reader, (published_ms, id) in self.stage.inboxes():
            if self.model.articles[id].published_ms == published_ms:
                self.model.comes(reader, id, self.stage.now_ms, by_follow=by_follow)

    # --- the timeline ---

    def next_page(self, walk: Walk) -> None:
        self.take_page(walk, self.ask_for_page(walk), self.sight(walk.reader))

    def ask_for_page(self, walk: Walk) -> Any:
        cursor = {"cursor": walk.cursor} if walk.cursor else {}
        return self._timeline(walk.reader, size=walk.size, unread=json.dumps(walk.unread), **cursor)

    def sight(self, reader: int) -> Sight:
        """What a page that begins or ends now may show."""
        found = self.model.articles.values()
        followed = {article.id for article in found if self.model.may_follow_show(article, reader)}
        suggested = {article.id for article in found if self.model.may_suggest(article, reader)}
        read, unread = set(self.model.read[reader]), self.model.unread(reader)
        return Sight(followed, suggested, read, unread, self._faces())

    def take_page(self, walk: Walk, page: Any, sight: Sight) -> None:
        """`sight` is all that it might show while it was made."""
        assert SOURCES.index(walk.source) <= SOURCES.index(page["source"])
        assert len(page["items"]) <= walk.size
        walk.source, walk.cursor = page["source"], page["next_cursor"]
        walk.ended = walk.cursor is None
        for item in page["items"]:
            self._take(item, walk, sight)
        if walk.ended or walk.source != "follow":
            assert walk.owed <= set(walk.shown), "it could be seen throughout the walk, which has left it out"
            walk.owed.clear()
        if page["mark"] is not None:
            seen = (item["article"]["id"] for item in page["items"] if item["reason"] == "follow")
            late = sight.unread & self.model.late[walk.reader]
            unreached = (id for id in late if self.model.articles[id].place < walk.last)
            self.marks.append(self.model.mark(walk.reader, page["mark"], seen, unreached))

    def count_unread(self, reader: int) -> None:
        answer = self.call("GET", "/v1/timeline/unread", reader).body
        self.look()
        most = len(self.model.counted(reader)) + 2 * len(self.model.strays[reader])
        assert len(self.model.unread(reader)) <= answer["unread"] <= most
        assert not answer["more"]
        seen = self.model.shown_ids(reader, self.model.arrived[reader])
        self.marks.append(self.model.mark(reader, answer["mark"], seen))

    def mark_read(self, mark: Mark) -> None:
        """From whichever device, as late as it likes."""
        assert self.call("POST", "/v1/timeline/read", mark.reader, {"mark": mark.text}).status == 200
        self.model.mark_read(mark)

    def has_what_is_owed(self, reader: int) -> None:
        """Once everything is delivered, also to who was away: all of the inbox, and what is unread of it."""
        while self._timeline(reader)["rebuilding"]:
            self.stage.clock.advance(PAST_ALL_LEASES_MS)
            self.deliver_all()
        shown, model = self._inbox(reader), self.model
        assert shown == model.shown_ids(reader, shown)
        assert set(model.shown_ids(reader, model.owed[reader])) <= set(shown)
        assert set(shown) <= set(model.shown_ids(reader, model.possible[reader]))
        unread = self._inbox(reader, unread="true")
        assert unread == [id for id in shown if id in unread]
        assert model.unread(reader) <= set(unread)
        assert not model.read[reader] & set(unread)

    def _inbox(self, reader: int, **options: Any) -> list[int]:
        page = self._timeline(reader, size=100, **options)
        return [item["article"]["id"] for item in page["items"] if page["source"] == "follow"]

    def _timeline(self, reader: int, **options: Any) -> Any:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        answer = self.call("GET", f"/v1/timeline?{query}", reader)
        assert answer.status == 200
        self.look()
        return answer.body

    def _take(self, item: Any, walk: Walk, sight: Sight) -> None:
        article, reader = self.model.articles[item["article"]["id"]], walk.reader
        assert _face(item["article"]) in sight.faces
        assert item["reason"] == walk.source
        assert article.id not in walk.shown
        walk.shown.append(article.id)
        if walk.source != "follow":
            assert article.id in sight.suggested
            return
        assert article.id in sight.followed
        assert article.id in self.model.possible[reader]
        assert article.place < walk.last
        walk.last = article.place
        assert item["arrived_at"] == format_rfc3339(self.model.arrived[reader][article.id])
        if walk.unread:
            assert article.id not in walk.read
            assert item["unread"]
        elif article.id in sight.read | sight.unread:
            assert item["unread"] == (article.id in sight.unread)

    # --- what all of them need ---

    def call(self, method: str, path: str, user: int | None, body: Any = None) -> Answer:
        return self.stage.product.call(method, path, user, body)

    def _patch(self, article: int, **changes: Any) -> Article:
        """The article as the model had it: only its version has moved yet."""
        known = self.model.articles[article]
        answer = self.call("PATCH", f"/v1/articles/{article}", known.author, changes)
        known.version += 1
        assert answer.body["version"] == known.version
        return known

    def _is_current(self, card: Any) -> Article:
        """The article whose card shows what it is now."""
        article = self.model.articles[card["id"]]
        assert _face(card) == self._face_of(article)
        return article

    def _faces(self) -> set[Face]:
        return {self._face_of(article) for article in self.model.articles.values()}

    def _face_of(self, article: Article) -> Face:
        published_ms = article.published_ms if article.public else None
        times = (ms and format_rfc3339(ms) for ms in (published_ms, article.publish_at_ms))
        return (article.id, article.author, article.title, article.state, article.version, *times)


def _face(card: Any) -> Face:
    times = (card["published_at"], card["publish_at"])
    return (card["id"], card["author"]["id"], card["title"], card["state"], card["version"], *times)
