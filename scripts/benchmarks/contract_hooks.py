"""What no schema says, for schemathesis, which loads this: who calls, and which ids, cursors and marks there are.

FEED_CONTRACT names a JSON file with what Scene.refreshed gives, a seed, and where to leave the counts at the end.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.openapi.checks import EnsureResourceAvailability, UseAfterFree

GUESTS, KNOWN = 0.15, 0.9
"""Parts of the calls: without a token where none is needed, and of right ones those about what is there."""
NEWEST = 100
DELIVERY = "GET /v1/articles/{id}/delivery"
TO_OWNERS = ("PATCH /v1/articles/{id}", "DELETE /v1/articles/{id}", DELIVERY)
WRITTEN = ("POST /v1/articles", "PATCH /v1/articles/{id}", "PUT /v1/users/me", "POST /v1/articles/{id}/tips")
ORDER = "GET /v1/tips/{order_id}"
SOON = (datetime.now(timezone.utc) + timedelta(days=30)).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Page:
    """Of a list, with where the next one is."""

    path: dict[str, Any]
    query: dict[str, Any]
    user: str
    guest: str


class Play:
    """What is known from the scene and from the answers so far, and how often each operation gave each status."""

    def __init__(self, file: Path) -> None:
        given = json.loads(file.read_text())
        self._out = Path(given["out"])
        self._chance = random.Random(given["seed"])
        self._tokens: dict[str, str] = given["tokens"]
        self._articles: list[tuple[int, str]] = [(id, author) for id, author in given["articles"]]
        self._orders: list[tuple[str, str]] = [(order, payer) for order, payer in given["orders"]]
        self._marks = [(mark, user) for marks in given["marks"].values() for mark, user in marks]
        self._notices, self._returns = given["notices"], given["returns"]
        self._pages: dict[str, list[Page]] = defaultdict(list)
        self._told: Counter[tuple[str, int]] = Counter()
        self.deleted: set[int] = set()

    def prepare(self, case: Any) -> str:
        """Make a case that schemathesis holds for right right in what no schema says; who is to call, "" for a guest.

        What it holds for wrong stays as wrong as it is.
        """
        label = case.operation.label
        if isinstance(case.headers.get("X-Guest-Id"), int):  # an id that schemathesis takes from another answer
            case.headers["X-Guest-Id"] = f"{case.headers['X-Guest-Id']:016}"
        user = self._caller(case)
        if _is_right(case, "path_parameters") and self._chance.random() < KNOWN:
            user = self._on_something(label, case.path_parameters, user)
        if "cursor" in (case.query or {}) and _is_right(case, "query"):
            user = self._next_page(label, case, user)
        if "q" in (case.query or {}) and _is_right(case, "query"):
            _speak(case.query)
        if label.startswith("GET /v1/payments/"):
            case.query = dict(self._chance.choice(self._returns))
        if _is_right(case, "body"):
            user = self._body(label, case, user)
        return user

    def _caller(self, case: Any) -> str:
        """A guest's name is not looked at when a user calls, so that a wrong one must be a guest's to be refused."""
        may_be_guest = {} in case.operation.definition.raw.get("security", [{}])
        if may_be_guest and (not _is_right(case, "headers") or self._chance.random() < GUESTS):
            return ""
        return self._chance.choice(list(self._tokens))

    def _on_something(self, label: str, path: dict[str, Any], user: str) -> str:
        """Put in an id of something that there is; who is to call is its owner, where only he may have it."""
        if label in TO_OWNERS or label == ORDER:
            owned: Sequence[tuple[int | str, str]] = self._orders if label == ORDER else self._articles
            name = "order_id" if label == ORDER else "id"
            path[name], user = self._chance.choice(owned[-NEWEST:])
            return user
        for name in path:
            if name != "order_id" and not label.startswith("OPTIONS"):  # which looks at none
                is_article = "/articles/" in label and name == "id"
                path[name] = self._chance.choice(self._articles[-NEWEST:])[0] if is_article else self._person()
        return user

    def _person(self) -> int:
        return int(self._chance.choice(list(self._tokens)))

    def _next_page(self, label: str, case: Any, user: str) -> str:
        """A cursor that is made up is none; one that was given stands for its own list and caller."""
        del case.query["cursor"]
        if not self._pages[label]:
            return user
        page = self._chance.choice(self._pages[label][-NEWEST:])
        case.path_parameters.update(page.path)
        case.query.clear()
        case.query.update(page.query)
        case.headers.pop("X-Guest-Id", None)
        if page.guest:
            case.headers["X-Guest-Id"] = page.guest
        return page.user

    def _body(self, label: str, case: Any, user: str) -> str:
        body = case.body
        if label.endswith("/alipay/notify"):
            case.body = self._chance.choice(self._notices)
        elif isinstance(body, dict) and "mark" in body:
            body["mark"], user = self._chance.choice(self._marks)
        elif isinstance(body, dict) and label in WRITTEN:
            _speak(body)
            if body.pop("publish_at", None) or body.get("state") == "scheduled":
                body |= {"state": "scheduled", "publish_at": SOON}
            if label.startswith("PATCH"):
                body.setdefault("title", "标题")
                body.pop("version", None)
        return user

    def token(self, user: str) -> str:
        return self._tokens[user]

    def learn(self, case: Any, response: Any) -> None:
        method, label, status = response.request.method, case.operation.label, response.status_code
        self._told[label if label.startswith(f"{method} ") else f"{method} on another's path", status] += 1
        if (method, label, status) == ("DELETE", "DELETE /v1/articles/{id}", 204):
            self.deleted.add(int(case.path_parameters["id"]))
            self._articles = [each for each in self._articles if each[0] not in self.deleted]
        body = _json(response.content) if status < 300 else None
        if not isinstance(body, dict):
            return
        user = _bearer(response.request.headers, self._tokens)
        if label == "POST /v1/articles" and status == 201:  # and no dry run
            self._articles.append((body["id"], user))
        if "order_id" in body and "pay_url" in body:
            self._orders.append((body["order_id"], user))
        if body.get("next_cursor"):
            query = {**(case.query or {}), "cursor": body["next_cursor"]}
            guest = case.headers.get("X-Guest-Id", "")
            self._pages[label].append(Page(dict(case.path_parameters or {}), query, user, guest))

    def is_authors(self, path: dict[str, Any], headers: Any) -> bool:
        return (path.get("id"), _bearer(headers, self._tokens)) in self._articles

    def tell(self) -> None:
        self._out.write_text(json.dumps([[*key, count] for key, count in sorted(self._told.items())]))


def _is_right(case: Any, part: str) -> bool:
    """Whether schemathesis means this part of the request to be as the document says."""
    parts = {location.container_name: info for location, info in case.meta.components.items()} if case.meta else {}
    return part not in parts or bool(parts[part].mode.is_positive)


def _speak(values: dict[str, Any]) -> None:
    """Texts without control characters, not blank where that is refused, and a search for ten words at most."""
    for name in values.keys() & {"title", "summary", "html", "nickname", "message", "q"}:
        if isinstance(values[name], str):
            kept = "".join(each for each in values[name] if unicodedata.category(each) not in ("Cc", "Cs"))
            kept = " ".join(kept.split()[:10]) if name == "q" else kept
            values[name] = kept if kept.strip() or name in ("summary", "html", "message") else "字"


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _bearer(headers: Any, tokens: dict[str, str]) -> str:
    sent = headers.get("Authorization", "")
    return next((user for user, token in tokens.items() if sent.endswith(token)), "")


play = Play(Path(os.environ["FEED_CONTRACT"]))
atexit.register(play.tell)


@schemathesis.auth(refresh_interval=None)
class Caller:
    """schemathesis takes the token away again where it checks that one is needed."""

    def get(self, case: Any, _context: Any) -> str:
        return play.prepare(case)

    def set(self, case: Any, data: str, _context: Any) -> None:
        if data:
            case.headers["Authorization"] = f"Bearer {play.token(data)}"


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    play.learn(case, response)


@schemathesis.hook
def filter_failure(_context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Which failures count: a private article is there for its author alone, and has no delivery; OPTIONS finds all.

    schemathesis does not know that another id has taken the place of its own.
    """
    if isinstance(failure, UseAfterFree):
        return case.method != "OPTIONS" and case.path_parameters.get("id") in play.deleted
    if not isinstance(failure, EnsureResourceAvailability):
        return True
    return case.operation.label != DELIVERY and play.is_authors(case.path_parameters, response.request.headers)
