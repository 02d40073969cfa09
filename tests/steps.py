"""The words in which tests tell their stories, with two drivers: handlers in process, and HTTP through the gateway."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SWEEP = b'{"triggerTime": "2026-11-22T08:00:00Z", "triggerName": "sweep", "payload": ""}'
"""The timer's event."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error(self) -> str:
        return str(self.body["error"]["code"])


class Driver(Protocol):
    """Sends one request as `user` (None: a guest), and lets everything that was queued run to its end."""

    def send(
        self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer: ...

    def settle(self) -> int: ...


@dataclass
class Product:
    """The product as its users see it."""

    driver: Driver

    def call(
        self,
        method: str,
        path: str,
        user: int | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if content is not None else {}
        return self.driver.send(method, path, user, content, {**sent, **(headers or {})})

    def settle(self) -> int:
        """Let the fan-out run to its end; how many invocations that took."""
        return self.driver.settle()

    def given_people(self, *users: int) -> None:
        for user in users:
            assert self.call("PUT", "/v1/users/me", user, {"nickname": f"n{user}"}).status == 200

    def follow(self, follower: int, author: int) -> Any:
        return self._expect(200, self.call("PUT", f"/v1/follows/{author}", follower))

    def unfollow(self, follower: int, author: int) -> Any:
        return self._expect(200, self.call("DELETE", f"/v1/follows/{author}", follower))

    def publish(self, author: int, title: str = "标题", *, state: str = "public", **more: Any) -> Any:
        body = {"title": title, "html": f"<p>{title}</p>", "state": state, **more}
        return self._expect(201, self.call("POST", "/v1/articles", author, body))

    def change(self, author: int, article: int, **changes: Any) -> Any:
        return self._expect(200, self.call("PATCH", f"/v1/articles/{article}", author, changes))

    def act(self, user: int, article: int, kind: str) -> Any:
        return self._expect(200, self.call("POST", f"/v1/articles/{article}/actions", user, {"kind": kind}))

    def tip(self, user: int, article: int, fen: int = 500, **more: Any) -> Any:
        body = {"amount_fen": fen, "channel": "alipay", **more}
        return self._expect(201, self.call("POST", f"/v1/articles/{article}/tips", user, body))

    def notify(self, form: bytes, content_type: str = "application/x-www-form-urlencoded; charset=utf-8") -> Answer:
        """What Alipay does after a payment."""
        return self.call("POST", "/v1/payments/alipay/notify", None, form, {"Content-Type": content_type})

    def balance(self, user: int) -> int:
        return int(self._expect(200, self.call("GET", "/v1/account", user))["balance_fen"])

    def pages(self, path: str, user: int | None, size: int = 20) -> Iterator[Any]:
        """Every page of a list, by its cursors."""
        cursor = None
        while True:
            query = f"{'&' if '?' in path else '?'}size={size}" + (f"&cursor={cursor}" if cursor else "")
            page = self._expect(200, self.call("GET", path + query, user))
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def walk(self, path: str, user: int | None, size: int = 20) -> list[Any]:
        return [item for page in self.pages(path, user, size) for item in page["items"]]

    def followed(self, user: int, size: int = 20) -> list[int]:
        """The articles that a walk through the reader's timeline shows because of a follow."""
        return [article["id"] for article in self.inbox(user, size)]

    def inbox(self, user: int, size: int = 20) -> list[Any]:
        """The articles of a walk through the reader's timeline, up to the inbox's end."""
        items = self.walk("/v1/timeline", user, size)
        return [item["article"] for item in items if item["reason"] == "follow"]

    @staticmethod
    def _expect(status: int, answer: Answer) -> Any:
        assert answer.status == status, answer
        return answer.body


@dataclass
class InProcess:
    """Handlers called as Function Compute calls them; asynchronous invocations wait in `queue` for `settle`.

    `address` is from where the next requests come.
    """

    token: Callable[[int], str]
    address: str = "127.0.0.1"
    queue: deque[tuple[str, bytes]] = field(default_factory=deque)
    log: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.handlers = {path.parent.name: load_handler(path) for path in ROOT.glob("functions/*/index.py")}

    def send(self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        given = dict(headers)
        if user is not None:
            given["Authorization"] = f"Bearer {self.token(user)}"
        parts = urlsplit(path)
        event = {
            "version": "v1",
            "rawPath": parts.path,
            "headers": given,
            "queryParameters": dict(parse_qsl(parts.query, keep_blank_values=True)),
            "body": base64.b64encode(body or b"").decode(),
            "isBase64Encoded": True,
            "requestContext": {
                "requestId": "r",
                "http": {"method": method, "path": parts.path, "protocol": "HTTP/1.1", "sourceIp": self.address},
            },
        }
        answer = self.invoke(self._function_for(method, parts.path), json.dumps(event).encode())
        return _answer(answer["statusCode"], answer["headers"], answer["body"].encode())

    def settle(self) -> int:
        runs = 0
        while self.queue:
            function, event = self.queue.popleft()
            self.invoke(function, event)
            runs += 1
        return runs

    def invoke(self, function: str, event: bytes, *, timeout_s: int = 60) -> Any:
        context = SimpleNamespace(
            request_id=f"request-{time.monotonic_ns()}", function=SimpleNamespace(name=function, timeout=timeout_s)
        )
        return self.handlers[function.replace("-", "_")](event, context)

    def sweep(self) -> Any:
        return json.loads(self.invoke("sweep", SWEEP))

    def _function_for(self, method: str, path: str) -> str:
        """The one that answers it, else one that has the path and will refuse the method."""
        from feed.edge.routing import find
        from feed.errors import FeedError

        for wanted in (method, "GET", "POST", "PUT"):
            for name, handler in self.handlers.items():
                try:
                    find(getattr(handler, "routes", ()), wanted, path)
                except FeedError:
                    continue
                return name
        raise AssertionError(f"no function answers {method} {path}")


@dataclass
class OverHttp:
    """Real requests to the gateway's port; `wait_idle` returns when no asynchronous invocation is left."""

    api: str
    token: Callable[[int], str]
    wait_idle: Callable[[], int]

    def send(self, method: str, path: str, user: int | None, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        given = dict(headers)
        if user is not None:
            given["Authorization"] = f"Bearer {self.token(user)}"
        request = urllib.request.Request(self.api + path, data=body, headers=given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return _answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, dict(error.headers), error.read())

    def settle(self) -> int:
        return self.wait_idle()


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """JSON is read; every other body stays text."""
    lower = {name.lower(): value for name, value in headers.items()}
    is_json = lower.get("content-type", "").startswith("application/json")
    return Answer(status, lower, json.loads(body) if is_json else body.decode() or None)


def load_handler(path: Path) -> Any:
    """A function's handler, loaded under a name of its own as every function's file is called index."""
    spec = util.spec_from_file_location(f"function_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler
