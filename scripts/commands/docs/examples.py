"""One example of every operation, asked of the product in process: what docs/examples.json is recorded from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.inboxes import MINUTE_MS
from benchmarks.stage import LIFETIME_S, Stage
from commands.docs.api import DRY
from commands.openapi import declared
from commands.running import ROOT
from commands.token import sign
from feed.domain.tips import Status
from feed.edge.routing import find
from feed.operations._fields import format_rfc3339
from feed.operations._settlement import settle
from feed.store import neighbors, orders

AUTHOR, READER, FRIEND = 1, 3, 5
TEXT = {"title": "雨后", "html": "<p>雨后的山，像洗过的砚台。</p>", "state": "public"}

Examples = dict[str, dict[str, Any]]
"""As `api.EXAMPLES` keeps them."""


def recorded() -> Examples:
    with tempfile.TemporaryDirectory() as keys, Stage(Path(keys)) as stage:
        asked = _Asked(stage, Path(keys))
        _write(asked)
        _read(asked)
        _end(asked)
    return dict(sorted(asked.examples.items()))


def text(examples: Examples) -> str:
    return json.dumps(examples, ensure_ascii=False, indent=1) + "\n"


class _Asked:
    """Asks, and keeps what was asked and answered; everybody is known and the article is there."""

    def __init__(self, stage: Stage, keys: Path) -> None:
        self.stage = stage
        self.product = stage.product
        self.examples: Examples = {}
        self._keys = keys
        self._routes = [each.address for each in declared(ROOT / "functions")]
        for user, name in ((AUTHOR, "林小满"), (READER, "周远"), (FRIEND, "Bo")):
            self.ask("PUT", "/v1/users/me", user, {"nickname": name})

    def ask(self, method: str, path: str, user: int, body: Mapping[str, object] | None = None) -> Any:
        answer = self.product.call(method, path, user, body)
        return self._keep(method, path, body, answer.status, answer.body)

    def ask_as_operator(self, method: str, path: str, body: Mapping[str, object]) -> None:
        token = sign(AUTHOR, LIFETIME_S, self._keys, scope="operator")
        answer = self.product.call(method, path, None, body, {"Authorization": f"Bearer {token}"})
        self._keep(method, path, body, answer.status, answer.body, DRY)

    def _keep(self, method: str, path: str, body: object, status: int, answer: Any, what: str = "") -> Any:
        assert 200 <= status < 300, answer
        route, _ = find(self._routes, method, path.partition("?")[0])
        sent = {} if body is None else {"body": body}
        self.examples.setdefault(f"{method} {route.path}{what}", {"path": path, **sent, "answer": answer})
        return answer


def _write(asked: _Asked) -> None:
    for user in (READER, FRIEND):
        asked.ask("PUT", f"/v1/follows/{AUTHOR}", user)
    asked.ask_as_operator("POST", f"/v1/articles{DRY}", TEXT)
    article, other = (
        asked.ask("POST", "/v1/articles", AUTHOR, {**TEXT, "title": title})["id"] for title in ("雨后", "茶")
    )
    asked.product.settle()
    asked.stage.tables.write(neighbors.put(article, [(other, 0.5)]))
    later = format_rfc3339(asked.stage.clock.now_ms() + 60 * MINUTE_MS)
    asked.ask("PATCH", f"/v1/articles/{other}", AUTHOR, {"title": "山里的茶"})
    asked.product.publish(AUTHOR, "明天的茶", state="scheduled", publish_at=later)
    for user in (READER, FRIEND):
        for kind in ("read", "like", "collect"):
            asked.ask("POST", f"/v1/articles/{article}/actions", user, {"kind": kind})
    order = asked.ask("POST", f"/v1/articles/{article}/tips", READER, {"amount_fen": 500, "channel": "alipay"})
    _pay(asked, order["order_id"])
    asked.ask("PUT", f"/v1/blocks/{FRIEND}", READER)
    asked.stage.clock.advance(MINUTE_MS)  # who has just acted gets no kept cards


def _pay(asked: _Asked, order_id: str) -> None:
    """As Alipay's notification would."""
    tables, now_ms = asked.stage.tables, asked.stage.clock.now_ms()
    order = orders.find(tables, order_id)
    assert order is not None, "it was just made"
    paid = order._replace(status=Status.PAID, trade_no="2027010122001", paid_ms=now_ms)
    orders.pay(tables, order, paid)
    settle(paid, tables)


def _read(asked: _Asked) -> None:
    article = asked.examples["POST /v1/articles"]["answer"]["id"]
    order = asked.examples["POST /v1/articles/{id}/tips"]["answer"]["order_id"]
    of_article = (f"/v1/articles/{article}{more}" for more in ("", "/actions", "/likers", "/related"))
    of_author = (f"/v1/users/{AUTHOR}{more}" for more in ("", "/articles", "/followers"))
    of_reader = (f"/v1/{name}" for name in ("blocks", "hot", "timeline", "timeline/unread", "users/me/collections"))
    recommended = (f"/v1/recommendations{more}" for more in ("", "/authors"))
    asks = [*of_article, *of_author, *of_reader, *recommended, "/v1/search?q=山", f"/v1/tips/{order}"]
    for path in [*asks, f"/v1/users/{READER}/following", f"/v1/follows/{AUTHOR}"]:
        asked.ask("GET", path, READER)
    for path in ("account", "account/ledger", "notifications", "notifications/unread", f"articles/{article}/delivery"):
        asked.ask("GET", f"/v1/{path}", AUTHOR)
    asked.ask("GET", "/healthz", READER)


def _end(asked: _Asked) -> None:
    mark = asked.examples["GET /v1/timeline/unread"]["answer"]["mark"]
    asked.ask("POST", "/v1/timeline/read", READER, {"mark": mark})
    mark = asked.examples["GET /v1/notifications/unread"]["answer"]["mark"]
    asked.ask("POST", "/v1/notifications/read", AUTHOR, {"mark": mark})
    asked.ask("DELETE", f"/v1/blocks/{FRIEND}", READER)
    asked.ask("DELETE", f"/v1/follows/{AUTHOR}", READER)
    asked.ask("DELETE", f"/v1/articles/{asked.examples['POST /v1/articles']['answer']['id']}", AUTHOR)
