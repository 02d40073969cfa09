"""People who use the product over HTTP while it fails, and the book of what its answers promised them."""

from __future__ import annotations

import json
import random
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

import urllib3

from commands.local_cloud import LocalCloud

AUTHORS = range(1, 6)
READERS = range(100, 120)
"""Follow every author from the beginning to the end."""
WANDERERS = range(200, 205)
"""Follow and leave."""
TRIES = 60
WAITS_S = 0.5
"""At most, for an answer that says how long to wait."""
PATIENCE_S = 10.0
"""Who is to wait longer does something else: a payer has five orders that wait for a quarter of an hour."""
AGAIN = (429, 503)
CRASHED = "function_error"
"""What Function Compute says when the instance has ended with the request in its hands."""
FATES: tuple[Mapping[str, Any] | None, ...] = (
    *[None] * 10,
    {"kind": "duplicate", "times": 3},
    {"kind": "duplicate", "times": 8},
    {"kind": "delay", "delay_ms": 5_000},
    {"kind": "drop", "count": 1},
    {"kind": "silent"},
    {"kind": "reorder"},
)
"""What happens to the notifications of an order."""


class Answer(NamedTuple):
    status: int
    body: Any
    repeated: bool


@dataclass
class Book:
    """What was answered, how fast, and what must be true at the end; written by all threads."""

    lock: Lock = field(default_factory=Lock)
    told: Counter[str] = field(default_factory=Counter)
    waits: dict[str, array[float]] = field(default_factory=lambda: defaultdict(lambda: array("f")))
    fates: Counter[str] = field(default_factory=Counter)
    """What was to happen to notifications."""
    findings: list[str] = field(default_factory=list)
    authors: dict[int, int] = field(default_factory=dict)
    """Of each article."""
    shown: dict[int, bool] = field(default_factory=dict)
    """Whether the article is public, as far as its author was told."""
    payees: dict[str, int] = field(default_factory=dict)
    """Of each order."""
    follows: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Of wanderers and authors."""

    def note(self, operation: str, outcome: str, seconds: float) -> None:
        with self.lock:
            self.told[outcome] += 1
            self.waits[operation].append(seconds)

    def find(self, what: str) -> None:
        with self.lock:
            self.findings.append(what)


class Client:
    """Repeats what it was told to repeat, as the API's clients do."""

    def __init__(self, cloud: LocalCloud, book: Book, token: Callable[[int], str]) -> None:
        self._api, self._book, self._token = cloud.api, book, token
        self._pool = urllib3.PoolManager(timeout=60, retries=False, maxsize=2)

    def call(
        self,
        user: int,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        *,
        name: str,
        expect: tuple[int, ...] = (200,),
    ) -> Answer:
        """The first answer that is no reason to come again. One that is not expected is a finding."""
        headers = {"Authorization": f"Bearer {self._token(user)}", **({"Idempotency-Key": key} if key else {})}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        for tried in range(TRIES):
            began = time.perf_counter()
            answer = self._pool.request(method, self._api + path, body=content, headers=headers)
            found = json.loads(answer.data) if answer.data else None
            outcome = _outcome(answer.status, found)
            self._book.note(name, outcome, time.perf_counter() - began)
            wait_s = float(answer.headers.get("Retry-After", 0))
            if answer.status in AGAIN and wait_s <= PATIENCE_S:
                time.sleep(min(wait_s, WAITS_S))
            elif outcome != CRASHED:
                if answer.status not in (429, *expect) and not (tried and answer.status == 404 and method == "DELETE"):
                    self._book.find(f"{method} {path} as {user}: {answer.status} {answer.data[:300]!r}")
                return Answer(answer.status, found, bool(tried))
        self._book.find(f"{method} {path} as {user} was never answered")
        return Answer(0, None, True)

    def visit(self, url: str) -> None:
        """Open a page of Alipay's, as a browser does."""
        self._pool.request("GET", url, redirect=True, retries=3)


def _outcome(status: int, body: Any) -> str:
    crashed = status == 502 and isinstance(body, dict) and body["error"]["code"] == CRASHED
    return CRASHED if crashed else str(status)


class Life:
    """One thread's people: some authors, readers and wanderers who are nobody else's."""

    def __init__(self, number: int, of: int, cloud: LocalCloud, book: Book, client: Client, seed: int) -> None:
        self._cloud, self._book, self._client = cloud, book, client
        self._chance = random.Random(f"{seed}/{number}")
        self._authors, self._readers, self._wanderers = (people[number::of] for people in (AUTHORS, READERS, WANDERERS))
        self._number, self._made = number, 0
        self._acts = {
            self._publish: 4,
            self._edit: 3,
            self._turn: 3,
            self._page: 20,
            self._walk: 2,
            self._unread: 8,
            self._act: 12,
            self._search: 4,
            self._look: 10,
            self._tip: 5,
            self._wander: 6 if self._wanderers else 0,
        }

    def live(self, until: float) -> None:
        """Until this moment of the monotonic clock."""
        try:
            while time.monotonic() < until:
                (act,) = self._chance.choices(list(self._acts), list(self._acts.values()))
                act()
        except Exception as error:
            self._book.find(f"a client failed: {error!r}")

    def _key(self) -> str:
        self._made += 1
        return f"soak-{self._number}-{self._made}"

    def _own(self) -> int | None:
        """An article of this thread's authors."""
        with self._book.lock:
            own = [id for id, author in self._book.authors.items() if author in self._authors]
        return self._chance.choice(own) if own else None

    def _any(self) -> int | None:
        with self._book.lock:
            ids = list(self._book.authors)[-200:]
        return self._chance.choice(ids) if ids else None

    def _publish(self) -> None:
        if not self._authors:
            return
        author, key = self._chance.choice(self._authors), self._key()
        body = {"title": f"雨后 {key}", "html": f"<p>春茶 {key}</p>", "state": "public"}
        answer = self._client.call(author, "POST", "/v1/articles", body, key, name="publish", expect=(201,))
        if answer.status == 201:
            with self._book.lock:
                if answer.body["id"] in self._book.authors:
                    self._book.findings.append(f"two articles have the id {answer.body['id']}")
                self._book.authors[answer.body["id"]] = author
                self._book.shown[answer.body["id"]] = True

    def _edit(self) -> None:
        if (id := self._own()) is not None:
            body = {"title": f"茶 {self._key()}"}
            self._client.call(self._book.authors[id], "PATCH", f"/v1/articles/{id}", body, name="edit")

    def _turn(self) -> None:
        """Withdraw an article, or show it again."""
        if (id := self._own()) is None:
            return
        state = "private" if self._book.shown[id] else "public"
        author = self._book.authors[id]
        if self._client.call(author, "PATCH", f"/v1/articles/{id}", {"state": state}, name="turn").status == 200:
            self._book.shown[id] = state == "public"

    def _page(self) -> None:
        reader = self._chance.choice(self._readers)
        page = self._client.call(reader, "GET", "/v1/timeline?size=20", name="timeline").body
        if page and page["items"] and self._chance.random() < 0.3:
            self._client.call(
                reader, "GET", f"/v1/articles/{page['items'][0]['article']['id']}", name="read", expect=(200, 404)
            )

    def _walk(self) -> None:
        """A few pages, of which no article comes twice."""
        reader, seen, cursor = self._chance.choice(self._readers), Counter[int](), ""
        for _ in range(4):
            page = self._client.call(reader, "GET", f"/v1/timeline?size=50{cursor}", name="timeline").body
            if page is None or page["next_cursor"] is None:
                break
            seen.update(item["article"]["id"] for item in page["items"])
            cursor = f"&cursor={page['next_cursor']}"
        for id, count in seen.items():
            if count > 1:
                self._book.find(f"doubled: {reader} saw {id} {count} times in one walk")

    def _unread(self) -> None:
        reader = self._chance.choice(self._readers)
        told = self._client.call(reader, "GET", "/v1/timeline/unread", name="unread").body
        if told and told["mark"] and self._chance.random() < 0.3:
            self._client.call(reader, "POST", "/v1/timeline/read", {"mark": told["mark"]}, name="mark")

    def _act(self) -> None:
        if (id := self._any()) is None:
            return
        reader, path = self._chance.choice(self._readers), f"/v1/articles/{id}/actions"
        answer = self._client.call(reader, "POST", path, {"kind": "read"}, name="act", expect=(200, 404))
        if answer.status == 200:
            kind = self._chance.choice(("like", "unlike", "collect", "uncollect"))
            self._client.call(reader, "POST", path, {"kind": kind}, name="act", expect=(200, 404))

    def _search(self) -> None:
        self._client.call(self._chance.choice(self._readers), "GET", "/v1/search?q=%E9%9B%A8%E5%90%8E", name="search")

    def _look(self) -> None:
        places = ("hot", "recommendations", "recommendations/authors", "notifications", "notifications/unread")
        person = self._chance.choice((*self._readers, *self._authors))
        self._client.call(person, "GET", f"/v1/{self._chance.choice(places)}", name="look")

    def _tip(self) -> None:
        if (id := self._any()) is None:
            return
        payer, key, body = self._chance.choice(self._readers), self._key(), {"amount_fen": 500, "channel": "alipay"}
        path = f"/v1/articles/{id}/tips"
        answer = self._client.call(payer, "POST", path, body, key, name="tip", expect=(201, 404))
        if answer.status != 201:
            return
        order = answer.body["order_id"]
        with self._book.lock:
            self._book.payees[order] = self._book.authors[id]
        if fate := self._chance.choice(FATES):
            self._cloud.alipay.faults.add(out_trade_no=order, **fate)
            with self._book.lock:
                self._book.fates[f"notification: {fate['kind']}"] += 1
        self._client.visit(answer.body["pay_url"])
        if self._chance.random() < 0.9:
            self._cloud.alipay.pay(order)

    def _wander(self) -> None:
        person, author = self._chance.choice(self._wanderers), self._chance.choice(AUTHORS)
        on = not self._book.follows.get((person, author), False)
        method = "PUT" if on else "DELETE"
        if self._client.call(person, method, f"/v1/follows/{author}", name="follow").status == 200:
            self._book.follows[person, author] = on
