"""What each operation of the API costs an instance that has kept nothing, and one that has just done the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from benchmarks.inboxes import MINUTE_MS, SIZE, TOO_OLD_MS, fill, given_authors
from benchmarks.meter import Measured
from benchmarks.rows import FIRST_AUTHOR
from benchmarks.stage import Stage
from feed.store import neighbors

ROWS = 1_000
"""Of the reader's inbox, all of it unread."""
BACKFILLED = 20
LIKED = 10
FANS = 20

Run = Callable[[], Any]


@dataclass(frozen=True)
class Costs:
    """`bytes_out`: of the answer."""

    cold: Measured
    warm: Measured
    bytes_out: int


class Scene:
    """A reader with a long inbox, an author with articles and fans, and as many more people as are asked for."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.product = stage.product
        given_authors(stage)
        self.reader = fill(stage, 1, ["shown"] * ROWS).reader
        self._numbers = count(FIRST_AUTHOR + 1_000)
        self.author = self.somebody()
        self.articles = [self.publish() for _ in range(BACKFILLED)]
        for _ in range(FANS):
            self.product.follow(self.somebody(), self.author)
        for article in self.articles[:LIKED]:
            stage.tables.write(neighbors.put(article, [(other, 0.5) for other in self.articles[LIKED:]]))
            for kind in ("read", "like", "collect"):
                self.product.act(self.reader, article, kind)
        self.product.settle()
        stage.clock.advance(MINUTE_MS)  # who has just acted gets no kept cards

    def somebody(self) -> int:
        person = next(self._numbers)
        self.product.given_people(person)
        return person

    def publish(self) -> int:
        self.stage.clock.advance(1_000)
        return int(
            self.product.publish(self.author, "一位制茶人二十年的笔记", html="<p>" + "春茶" * 1_000 + "</p>")["id"]
        )

    def get(self, path: str, user: int | None = None) -> Run:
        """As the reader, unless somebody else is named."""
        return partial(self._ok, "GET", path, user or self.reader)

    def _ok(self, method: str, path: str, user: int, body: Any = None) -> Any:
        answer = self.product.call(method, path, user, body)
        assert answer.status in (200, 201, 204), answer
        return answer.body

    # each prepares what the call needs, and gives the call
    def first_page_of_the_day(self) -> Run:
        fan = self.somebody()
        self.product.follow(fan, self.author)
        return self.get(_READS["timeline_page"], fan)

    def mark_read(self) -> Run:
        fan = self.somebody()
        self.product.follow(fan, self.author)
        mark = self.get("/v1/timeline/unread", fan)()["mark"]
        return partial(self._ok, "POST", "/v1/timeline/read", fan, {"mark": mark})

    def follow(self) -> Run:
        return partial(self.product.follow, self.somebody(), self.author)

    def unfollow(self) -> Run:
        fan = self.somebody()
        self.product.follow(fan, self.author)
        return partial(self.product.unfollow, fan, self.author)

    def block(self) -> Run:
        fan = self.somebody()
        self.product.follow(fan, self.author)
        return partial(self._ok, "PUT", f"/v1/blocks/{fan}", self.author)

    def withdraw(self) -> Run:
        return partial(self.product.change, self.author, self.publish(), state="private")

    def edit(self) -> Run:
        return partial(self.product.change, self.author, self.publish(), title="一位制茶人三十年的笔记")

    def delete(self) -> Run:
        return partial(self._ok, "DELETE", f"/v1/articles/{self.publish()}", self.author)

    def action(self) -> Run:
        article = self.publish()
        self.product.act(self.reader, article, "read")
        return partial(self.product.act, self.reader, article, "like")

    def tip(self) -> Run:
        return partial(self.product.tip, self.reader, self.articles[0])


_READS = {
    "timeline_page": f"/v1/timeline?size={SIZE}",
    "timeline_unread_page": f"/v1/timeline?size={SIZE}&unread=true",
    "timeline_unread": "/v1/timeline/unread",
    "read_article": "/v1/articles/{article}",
    "author_page": "/v1/users/{author}/articles",
    "hot": "/v1/hot",
    "recommendations": "/v1/recommendations",
    "related": "/v1/articles/{article}/related",
    "search": "/v1/search?q=制茶",
    "notifications": "/v1/notifications",
    "collections": "/v1/users/me/collections",
}
_WRITES: dict[str, Callable[[Scene], Run]] = {
    "timeline_first_of_day": Scene.first_page_of_the_day,
    "mark_read": Scene.mark_read,
    "publish": lambda scene: scene.publish,
    "withdraw": Scene.withdraw,
    "edit": Scene.edit,
    "delete": Scene.delete,
    "follow": Scene.follow,
    "unfollow": Scene.unfollow,
    "block": Scene.block,
    "action": Scene.action,
    "tip": Scene.tip,
}


def costs_of_all(stage: Stage) -> dict[str, Costs]:
    """By operation: what the call itself sends; what it leaves to run behind it (the fan-out) is not its cost.

    A write that is done once more is another one of the same kind, with the cards still kept.
    """
    scene = Scene(stage)
    paths = {name: path.format(article=scene.articles[-1], author=scene.author) for name, path in _READS.items()}
    reads = {name: _costs(stage, partial(scene.get, path)) for name, path in paths.items()}
    writes = {name: _costs(stage, partial(prepare, scene)) for name, prepare in _WRITES.items()}
    return reads | writes


def _costs(stage: Stage, prepare: Callable[[], Run]) -> Costs:
    cold = _ready(stage, prepare)
    stage.later(TOO_OLD_MS)
    _, first = stage.meter.measure(cold)
    bytes_out = stage.driver.answered
    _, second = stage.meter.measure(_ready(stage, prepare))
    return Costs(first, second, bytes_out)


def _ready(stage: Stage, prepare: Callable[[], Run]) -> Run:
    run = prepare()
    stage.product.settle()
    stage.later(0)
    return run
