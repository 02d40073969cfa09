"""What each function is asked first, in an emulated world in which the answer is not empty."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alifakes.alipay.keys import Keys, make_keys
from alifakes.server import HttpServer, Request, Response
from alifakes.tablestore.app import TablestoreFake
from benchmarks.stage import DAY_MS, LIFETIME_S, Quiet, environment
from commands import table_admin
from commands.running import INSTANCE
from commands.token import sign
from feed import wiring
from tests.operations.money import paid
from tests.steps import SWEEP, Product

AUTHOR, READER = 1_000_000_000, 2_000_000_000
ARTICLES = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
FEN = 500


class Scene:
    """A reader whose inbox holds a page of an author's articles; every event is new, so that a call has work to do."""

    def __init__(self, signing: Keys, driver: Quiet) -> None:
        self._driver = driver
        self._product = Product(driver)
        self._signing = signing
        self._people = count(READER + 1)
        self._product.given_people(AUTHOR, READER)
        self._product.follow(READER, AUTHOR)
        self._articles = [self._product.publish(AUTHOR, f"春茶 {number}")["id"] for number in range(ARTICLES)]
        self._product.settle()
        for kind in ("read", "like"):
            self._product.act(READER, self._articles[0], kind)

    def events(self) -> dict[str, Callable[[], bytes]]:
        """By what is asked: a function's name, and behind a colon what else of it is worth knowing."""
        article = self._articles[0]
        return {
            "healthz": lambda: self._request("GET", "/healthz", None),
            "alipay-callback: refused": lambda: self._notify(b"sign=AAAA&sign_type=RSA2&trade_status=TRADE_SUCCESS"),
            "alipay-callback": lambda: self._notify(self._payment()),
            "block": lambda: self._request("PUT", f"/v1/blocks/{AUTHOR}", self._somebody()),
            "erase-user": lambda: json.dumps({"user_id": READER}).encode(),
            "fanout-batch": self._delivery,
            "follow": lambda: self._request("PUT", f"/v1/follows/{AUTHOR}", self._somebody()),
            "log-action": lambda: self._request(
                "POST", f"/v1/articles/{article}/actions", self._somebody(), {"kind": "read"}
            ),
            "notifications": lambda: self._request("GET", "/v1/notifications", AUTHOR),
            "profile": lambda: self._request("GET", f"/v1/users/{AUTHOR}", READER),
            "publish": lambda: self._request(
                "POST", "/v1/articles", AUTHOR, {"title": "雨后", "html": "<p>山</p>", "state": "public"}
            ),
            "rebuild-inbox": self._visit,
            "recommend": lambda: self._request("GET", "/v1/recommendations", READER),
            "scheduled-publish": lambda: SWEEP,
            "search": lambda: self._request("GET", "/v1/search?q=春茶", READER),
            "sweep": lambda: SWEEP,
            "timeline": lambda: self._request("GET", "/v1/timeline", READER),
            "tip": lambda: self._request("GET", "/v1/account", AUTHOR),
            "tip: order": lambda: self._request(
                "POST", f"/v1/articles/{article}/tips", self._somebody(), {"amount_fen": FEN, "channel": "alipay"}
            ),
            "train-recommendations": lambda: SWEEP,
        }

    def _somebody(self) -> int:
        person = next(self._people)
        self._product.given_people(person)
        return person

    def _request(self, method: str, path: str, user: int | None, body: Any = None) -> bytes:
        """The event of a request that the driver would have the handler answer here."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = FORM if isinstance(body, bytes) else {"Content-Type": "application/json"} if body else {}
        caught: list[bytes] = []

        def catch(_: str, event: bytes) -> dict[str, Any]:
            caught.append(event)
            return {"statusCode": 200, "headers": {}, "body": ""}

        with patch.object(self._driver, "invoke", catch):
            self._driver.send(method, path, user, content, headers)
        return caught[0]

    def _notify(self, form: bytes) -> bytes:
        return self._request("POST", "/v1/payments/alipay/notify", None, form)

    def _payment(self) -> bytes:
        order = self._product.tip(self._somebody(), self._articles[0], FEN)
        return paid(order, self._signing, FEN).notification()

    def _delivery(self) -> bytes:
        """The first invocation of an article's fan-out, which is left to the process that is measured."""
        self._product.publish(AUTHOR)
        events = [event for function, event in self._driver.queue if function == "fanout-batch"]
        self._driver.queue.clear()
        return events[0]

    def _visit(self) -> bytes:
        reader = self._somebody()
        self._product.follow(reader, AUTHOR)
        tomorrow = time.time_ns() // 1_000_000 // DAY_MS + 1  # of today, the follow has left nothing to be done
        return json.dumps({"reader_id": reader, "day": tomorrow}).encode()


@contextmanager
def scene(keys: Path) -> Iterator[Scene]:
    """The emulators answer from this process while the block runs, whose environment is a deployment's."""
    with ExitStack() as stack:
        tablestore = stack.enter_context(TablestoreFake())
        driver = Quiet(token=cache(lambda user: sign(user, LIFETIME_S, keys)))

        def queue(request: Request) -> Response:
            driver.queue.append((request.target.split("/functions/")[1].split("/")[0], request.body))
            return Response(202, [("x-fc-request-id", "queued")])

        invocations = HttpServer(queue)
        invocations.start_in_thread()
        stack.callback(invocations.stop_thread)
        variables = environment(tablestore.endpoint, invocations.endpoint, keys)
        stack.enter_context(patch.dict(os.environ, variables))
        wiring.forget()
        stack.callback(wiring.forget)
        table_admin.create(tablestore.client(INSTANCE), lambda _: None)
        yield Scene(make_keys(keys / "alipay"), driver)
