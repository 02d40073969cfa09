"""Days in the lives of a dozen people, as rules in any order; what each answer shows is held against the model."""

from __future__ import annotations

import json
import sys
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, precondition, rule

from feed.operations._fields import format_rfc3339
from tests.model.model import Article, Mark, Model, Walk
from tests.model.stage import BACKFILL, FANOUT, PAST_ALL_LEASES_MS, Stage
from tests.steps import Answer

PEOPLE = range(1, 13)
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
WITHIN_MS = 80 * DAY_MS
"""An example lasts no longer: what is older than 90 days is not kept."""
SOURCES = ["follow", "recommended", "hot"]

authors = st.sampled_from((1, 2, 3))
people = st.sampled_from(PEOPLE)
readers = st.one_of(st.sampled_from((4, 5)), people)
"""Every second time one of two, so that enough happens to somebody."""
pairs = st.tuples(readers, authors).filter(lambda pair: pair[0] != pair[1])
sizes = st.sampled_from((1, 2, 3, 20))
pauses = st.sampled_from((0, 1, 900, 2_500))
places = st.integers(0, 20)


class Days(RuleBasedStateMachine):
    articles: Bundle[int] = Bundle("articles")
    walks: Bundle[Walk] = Bundle("walks")
    marks: Bundle[Mark] = Bundle("marks")

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.model = Model(BACKFILL)
        self.lost = False
        self.titles = 0
        stage.clear()

    @initialize(followers=st.tuples(*(st.sets(people, max_size=8) for _ in range(3))))
    def begin(self, followers: tuple[set[int], ...]) -> None:
        for person in PEOPLE:
            assert self.call("GET", "/v1/follows/1", person).status == 200  # which makes their row
        for author, crowd in enumerate(followers, 1):
            for follower in sorted(crowd - {author}):
                self.follow((follower, author))

    # --- relations ---

    @rule(pair=pairs)
    def follow(self, pair: tuple[int, int]) -> None:
        reader, author = pair
        answer = self.call("PUT", f"/v1/follows/{author}", reader)
        self.model.follow(reader, author)
        assert answer.body == self.model.status(reader, author)
        self.look(by_follow=True)

    @rule(pair=pairs)
    def unfollow(self, pair: tuple[int, int]) -> None:
        reader, author = pair
        answer = self.call("DELETE", f"/v1/follows/{author}", reader)
        self.model.unfollow(reader, author)
        assert answer.body == self.model.status(reader, author)

    @rule(pair=pairs)
    def ask_for_status(self, pair: tuple[int, int]) -> None:
        for reader, author in (pair, pair[::-1]):
            answer = self.call("GET", f"/v1/follows/{author}", reader)
            assert answer.body == self.model.status(reader, author)

    # --- articles ---

    @rule(target=articles, author=authors, public=st.booleans(), pause=pauses)
    def write(self, author: int, public: bool, pause: int) -> int:
        self.stage.clock.advance(pause)
        return self.made(author, "public" if public else "private")

    @rule(target=articles, author=authors, number=st.integers(2, 6))
    def write_many(self, author: int, number: int) -> Any:
        return multiple(*(self.made(author, "public") for _ in range(number)))

    @rule(target=articles, author=authors, minutes=st.integers(1, 180))
    def write_for_later(self, author: int, minutes: int) -> int:
        return self.made(author, "scheduled", minutes)

    @rule(article=articles)
    def edit(self, article: int) -> None:
        self.titles += 1
        changed = self.patch(article, title=f"edit {self.titles}")
        if changed is not None:
            changed.title = f"edit {self.titles}"

    @rule(article=articles)
    def publish(self, article: int) -> None:
        changed = self.patch(article, state="public")
        if changed is not None and not changed.public:
            self.model.release(changed, self.stage.now_ms)

    @rule(article=articles)
    def withdraw(self, article: int) -> None:
        """Or cancel its schedule."""
        changed = self.patch(article, state="private")
        if changed is not None:
            self.model.hide(changed, "private")

    @rule(article=articles, minutes=st.integers(1, 180))
    def schedule(self, article: int, minutes: int) -> None:
        """Or put it off, or bring it forward."""
        at_ms = self.stage.now_ms + minutes * MINUTE_MS
        changed = self.patch(article, state="scheduled", publish_at=format_rfc3339(at_ms))
        if changed is not None:
            self.model.hide(changed, "scheduled")
            changed.publish_at_ms = at_ms

    @rule(article=articles)
    def delete(self, article: int) -> None:
        known = self.model.articles[article]
        answer = self.call("DELETE", f"/v1/articles/{article}", known.author)
        assert answer.status == (404 if known.state == "deleted" else 204)
        self.model.hide(known, "deleted")

    @rule(article=articles, viewer=st.one_of(st.none(), people))
    def open_one(self, article: int, viewer: int | None) -> None:
        known = self.model.articles[article]
        answer = self.call("GET", f"/v1/articles/{article}", viewer)
        assert answer.status == (200 if self.model.may_open(known, viewer) else 404)
        if answer.status == 200:
            self.is_current(answer.body)

    @rule(author=authors, viewer=st.one_of(st.none(), people), size=sizes)
    def authors_page(self, author: int, viewer: int | None, size: int) -> None:
        items = self.stage.product.walk(f"/v1/users/{author}/articles", viewer, size)
        for item in items:
            self.is_current(item)
        ids = [item["id"] for item in items]
        assert len(ids) == len(set(ids))
        assert set(ids) == self.model.authors_page(author, viewer)

    # --- time and deliveries ---

    @rule(ms=st.sampled_from((1, 1_000, MINUTE_MS, 10 * MINUTE_MS, 3 * HOUR_MS, DAY_MS, 9 * DAY_MS)))
    def time_passes(self, ms: int) -> None:
        if self.stage.clock.ahead_ms + ms < WITHIN_MS:
            self.stage.clock.advance(ms)

    @rule(minutes=st.sampled_from((0, 1, 60)))
    def tick(self, minutes: int) -> None:
        self.time_passes(minutes * MINUTE_MS)
        due = self.model.due(self.stage.now_ms)
        assert self.stage.tick() == len(due)
        for article in due:
            article.version += 1
            self.model.release(article, self.stage.now_ms)

    @rule(minutes=st.sampled_from((0, 3)))
    def sweep(self, minutes: int) -> None:
        self.time_passes(minutes * MINUTE_MS)
        self.stage.sweep()
        self.look()

    @precondition(lambda self: self.stage.driver.queue)
    @rule(place=places, twice=st.booleans(), pause=pauses)
    def deliver_one(self, place: int, twice: bool, pause: int) -> None:
        """Whichever of those that wait; `twice`: it stays where it is, for another time."""
        self.stage.clock.advance(pause)
        self.stage.run(place % len(self.stage.driver.queue), keep=twice)
        self.look()

    @precondition(lambda self: self.stage.driver.queue)
    @rule()
    def deliver_all(self) -> None:
        self.stage.product.settle()
        self.look()

    @precondition(lambda self: self.stage.driver.queue)
    @rule(place=places)
    def lose_one(self, place: int) -> None:
        place %= len(self.stage.driver.queue)
        if self.stage.driver.queue[place][0] == FANOUT:
            del self.stage.driver.queue[place]
            self.lost = True

    # --- walks ---

    @rule(target=walks, reader=readers, size=sizes, unread=st.booleans())
    def start_walk(self, reader: int, size: int, unread: bool) -> Walk:
        walk = self.model.walk(reader, size, unread=unread)
        self.next_page(walk)
        return walk

    @rule(target=marks, walk=walks)
    def go_on(self, walk: Walk) -> Any:
        """The mark of each page, as long as it is of the inbox."""
        mark = None if walk.ended else self.next_page(walk)
        return multiple(mark) if mark else multiple()

    @rule(walk=walks)
    def walk_to_its_end(self, walk: Walk) -> None:
        while not walk.ended:
            self.next_page(walk)

    @rule(target=marks, reader=readers, pause=pauses)
    def count_unread(self, reader: int, pause: int) -> Mark:
        self.stage.clock.advance(pause)
        answer = self.call("GET", "/v1/timeline/unread", reader)
        must, may = self.model.unread(reader), self.model.counted(reader)
        assert len(must) <= answer.body["unread"] <= len(may)
        assert not answer.body["more"]
        return self.model.mark(reader, answer.body["mark"], self.model.shown_ids(reader, self.model.arrived[reader]))

    @rule(mark=marks)
    def mark_read(self, mark: Mark) -> None:
        """From whichever device, as late as it likes."""
        assert self.call("POST", "/v1/timeline/read", mark.reader, {"mark": mark.text}).status == 200
        self.model.mark_read(mark)

    @rule(reader=readers, size=sizes)
    def settled_walk(self, reader: int, size: int) -> None:
        self.settle()
        self.has_what_is_due(reader, size)

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None:  # it has failed already, or is not wanted any more
            return
        for walk in self.model.walks:
            self.walk_to_its_end(walk)
        self.settle()
        for person in PEOPLE:
            self.has_what_is_due(person, 20)
        for author in (1, 2, 3):
            for person in PEOPLE:
                if person != author:
                    self.ask_for_status((person, author))

    # --- how the rules do it ---

    def call(self, method: str, path: str, user: int | None, body: Any = None) -> Answer:
        return self.stage.product.call(method, path, user, body)

    def made(self, author: int, state: str, minutes: int = 0) -> int:
        self.titles += 1
        title, at_ms = f"title {self.titles}", self.stage.now_ms + minutes * MINUTE_MS
        when = {"publish_at": format_rfc3339(at_ms)} if minutes else {}
        made = self.stage.product.publish(author, title, state=state, **when)
        article = Article(made["id"], author, title, "private")
        self.model.add(article)
        if state == "public":
            self.model.release(article, self.stage.now_ms)
        elif minutes:
            article.state, article.publish_at_ms = "scheduled", at_ms
        self.is_current(made)
        return article.id

    def patch(self, article: int, **changes: Any) -> Article | None:
        """The article as the model had it, if it was changed: only its version has moved yet."""
        known = self.model.articles[article]
        answer = self.call("PATCH", f"/v1/articles/{article}", known.author, changes)
        expected = 404 if known.state == "deleted" else 200
        if known.public and changes.get("state") == "scheduled":
            expected = 409
        assert answer.status == expected
        if expected != 200:
            return None
        known.version += 1
        assert answer.body["version"] == known.version
        return known

    def next_page(self, walk: Walk) -> Mark | None:
        query = f"?size={walk.size}&unread={json.dumps(walk.unread)}" + (
            f"&cursor={walk.cursor}" if walk.cursor else ""
        )
        answer = self.call("GET", f"/v1/timeline{query}", walk.reader)
        assert answer.status == 200
        self.look()
        page = answer.body
        assert SOURCES.index(walk.source) <= SOURCES.index(page["source"])
        assert len(page["items"]) <= walk.size
        walk.source, walk.cursor = page["source"], page["next_cursor"]
        walk.ended = walk.cursor is None
        for item in page["items"]:
            self.take(item, walk)
        if walk.ended or walk.source != "follow":
            assert walk.owed <= set(walk.shown)
            walk.owed.clear()
        if page["mark"] is None:
            return None
        seen = [item["article"]["id"] for item in page["items"] if item["reason"] == "follow"]
        return self.model.mark(walk.reader, page["mark"], seen)

    def take(self, item: Any, walk: Walk) -> None:
        article, reader = self.is_current(item["article"]), walk.reader
        assert item["reason"] == walk.source
        assert article.id not in walk.shown
        walk.shown.append(article.id)
        if walk.source != "follow":
            assert self.model.may_suggest(article, reader)
            return
        assert self.model.may_follow_show(article, reader)
        assert article.id in self.model.possible[reader]
        assert article.place < walk.last
        walk.last = article.place
        assert item["arrived_at"] == format_rfc3339(self.model.arrived[reader][article.id])
        if walk.unread:
            assert article.id not in walk.read
            assert item["unread"]
        elif article.id in self.model.read[reader] | self.model.unread(reader):
            assert item["unread"] == (article.id not in self.model.read[reader])

    def is_current(self, card: Any) -> Article:
        article = self.model.articles[card["id"]]
        place = None if article.published_ms is None else format_rfc3339(article.published_ms)
        at = None if article.publish_at_ms is None else format_rfc3339(article.publish_at_ms)
        shown = (card["author"]["id"], card["title"], card["state"], card["version"])
        assert shown == (article.author, article.title, article.state, article.version)
        assert (card["published_at"], card["publish_at"]) == (place, at)
        return article

    def look(self, *, by_follow: bool = False) -> None:
        """What has come to whom."""
        for reader, ids in self.stage.inboxes().items():
            for id in ids:
                self.model.comes(reader, id, self.stage.now_ms, by_follow=by_follow)

    def settle(self) -> None:
        """Everything that waits is delivered; what was lost is brought by the sweeper."""
        self.deliver_all()
        while self.lost:
            self.stage.clock.advance(PAST_ALL_LEASES_MS)
            self.stage.sweep()
            self.lost = bool(self.stage.driver.queue)
            self.deliver_all()
        self.model.all_delivered()

    def has_what_is_due(self, reader: int, size: int) -> None:
        model = self.model
        shown = self.stage.product.followed(reader, size)
        assert shown == model.shown_ids(reader, shown)
        assert set(model.shown_ids(reader, model.owed[reader])) <= set(shown)
        assert set(shown) <= set(model.shown_ids(reader, model.possible[reader]))
