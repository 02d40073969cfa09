"""Inputs of the product that nobody sends: events, cursors, trace contexts; the scene in which they are sent.

Each target is made of a stage and gives the outcome of inputs drawn from a seed; it raises AssertionError for an
answer that must not be.
"""

from __future__ import annotations

import base64
import io
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from benchmarks.fuzz_noise import damaged_document, damaged_json, damaged_text, hypothesised
from benchmarks.stage import Stage
from feed.domain import cursors
from feed.edge.events import MalformedEvent, http_request
from feed.errors import FeedError
from tests.steps import ROOT, Answer

ACCEPTED, REFUSED = "accepted", "refused"
ANN, BEN = 11, 12
EVENTS = ROOT / "tests" / "events"
BATCH = 40
TRACE = re.compile(r"[0-9a-f]{32}")

Outcomes = Counter[str]


class Scene:
    """Two people who know each other, with what they have done, on a stage that stands."""

    def __init__(self, stage: Stage, keys: Path) -> None:
        self.stage, self.product, self.keys = stage, stage.product, keys
        self.product.given_people(ANN, BEN)
        self.product.follow(BEN, ANN)
        self.articles = [int(self.product.publish(ANN, f"雨后 {number}")["id"]) for number in range(5)]
        self.product.settle()
        for article in self.articles:
            for kind in ("read", "like", "collect"):
                self.product.act(BEN, article, kind)
        self.payers = count(1_000)


class Events:
    """What Function Compute delivers, to every function that a client, a timer or another function reaches."""

    def __init__(self, scene: Scene) -> None:
        self._driver = scene.stage.driver
        self._shapes = [json.loads((EVENTS / f"{name}.json").read_text()) for name in ("http_v1", "api_gateway")]
        self._timer = json.loads((EVENTS / "timer.json").read_text())
        self._message = {"article_id": scene.articles[0], "delivery": 1, "shard": 0, "trace": "0" * 32}
        self._paths = sorted(
            {
                (name, route.method, re.sub(r"\{\w*id\}", str(scene.articles[0]), route.path))
                for name, handler in self._driver.handlers.items()
                for route in getattr(handler, "routes", ())
            }
        )
        self._token = self._driver.token(BEN)

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        for raw in hypothesised(st.binary(max_size=300), seed, BATCH // 4):
            told[self._http(chance.choice(self._paths)[0], raw)] += 1
        for _ in range(BATCH):
            name, method, path = chance.choice(self._paths)
            told[self._http(name, damaged_document(self._event(method, path, chance), chance))] += 1
        for name, value in (
            ("fanout_batch", self._message),
            ("sweep", self._timer),
            ("scheduled_publish", self._timer),
        ):
            for _ in range(BATCH // 8):
                told[self._invoked(name, damaged_document(value, chance))] += 1
        return told

    def _event(self, method: str, path: str, chance: random.Random) -> Any:
        event = json.loads(json.dumps(chance.choice(self._shapes)))
        event["headers"] = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if "requestContext" in event:
            event["rawPath"] = event["requestContext"]["http"]["path"] = path
            event["requestContext"]["http"]["method"] = method
        else:
            event |= {"path": path, "httpMethod": method}
        body = {"title": "t", "html": "<p>x</p>", "state": "private", "kind": "read", "mark": "AAAA", "nickname": "n"}
        kept = chance.sample(sorted(body), chance.randint(0, 3))
        event["body"] = base64.b64encode(json.dumps({name: body[name] for name in kept}).encode()).decode()
        event["isBase64Encoded"] = True
        return event

    def _http(self, name: str, raw: bytes) -> str:
        """Answered with a response always; with 500 only what no client can bring about."""
        answer = self._driver.invoke(name, raw)
        json.dumps(answer, ensure_ascii=False).encode()
        status = answer["statusCode"]
        assert status == 500 if _is_malformed(raw) else 200 <= status < 500, f"{name} answers {status} to {raw!r}"
        return ACCEPTED if status < 300 else REFUSED

    def _invoked(self, name: str, raw: bytes) -> str:
        """Refused with an error of ours, so that the platform repeats it or gives it up."""
        try:
            self._driver.invoke(name, raw)
        except (MalformedEvent, FeedError):
            return REFUSED
        return ACCEPTED


def _is_malformed(raw: bytes) -> bool:
    """No client could have made the platform send this."""
    try:
        http_request(raw)
    except (MalformedEvent, FeedError) as error:
        return isinstance(error, MalformedEvent)
    return False


class Cursors:
    """Cursors of every list: damaged, foreign, and forged with a right mark, which is no secret."""

    PLACES = (
        "/v1/timeline",
        "/v1/timeline?unread=true",
        "/v1/hot",
        "/v1/hot?order=trending",
        "/v1/search?q=%E9%9B%A8",
        "/v1/recommendations",
        "/v1/recommendations/authors",
        "/v1/notifications",
        "/v1/notifications?grouped=true",
        f"/v1/users/{ANN}/articles",
        f"/v1/users/{ANN}/followers",
        f"/v1/users/{BEN}/following",
        "/v1/users/me/collections",
        "/v1/blocks",
        "/v1/account/ledger",
    )

    def __init__(self, scene: Scene) -> None:
        self._product = scene.product
        self._product.follow(ANN, BEN)
        self._known: list[tuple[str, int, str, tuple[str, int | None, bytes]]] = []
        for place in self.PLACES:
            for user in (ANN, BEN):
                self._known += [(place, user, cursor, sealed) for cursor, sealed in self._walk(place, user)]
        assert len(self._known) > 20, "the scene must have lists that go on"
        self._given: dict[tuple[str, int | None], set[bytes]] = defaultdict(set)
        for _, _, cursor, sealed in self._known:
            self._given[sealed[:2]].add(_raw(cursor))

    def _walk(self, place: str, user: int) -> Iterator[tuple[str, tuple[str, int | None, bytes]]]:
        sealing: list[tuple[str, int | None, bytes]] = []
        original = cursors._sealed

        def noted(name: str, caller: int | None, body: bytes) -> str:
            sealing.append((name, caller, body))
            return original(name, caller, body)

        with patch.object(cursors, "_sealed", noted):
            cursor = ""
            for _ in range(4):
                page = self._ask(place, user, cursor).body
                cursor = page["next_cursor"] or ""
                if not cursor:
                    return
                yield cursor, next(each for each in sealing[::-1] if original(*each) == cursor)

    def _ask(self, place: str, user: int, cursor: str) -> Answer:
        mark = "&" if "?" in place else "?"
        query = f"{mark}size=1" + (f"&cursor={cursor}" if cursor else "")
        return self._product.call("GET", place + query, user)

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        for _ in range(BATCH):
            place, user, cursor, sealed = chance.choice(self._known)
            forged = chance.random() < 0.4
            sent = self._forged(sealed, chance) if forged else self._damaged(cursor, chance)
            answer = self._ask(place, user, sent)
            what = f"{place} as {user} with the cursor {sent!r}: {answer}"
            assert answer.status in (200, 400), what
            if answer.status == 400:
                assert set(answer.body["error"]["fields"]) <= {"cursor", "(unnamed)"}, what
            elif not forged:
                assert _raw(sent) in self._given[sealed[:2]], what
            told[ACCEPTED if answer.status == 200 else REFUSED] += 1
        return told

    def _damaged(self, cursor: str, chance: random.Random) -> str:
        """Only of characters that an address may hold: what it may not is HTTP's matter."""
        kind = chance.randrange(6)
        if kind == 0:
            return chance.choice(self._known)[2]  # another list's or caller's
        if kind == 1:
            return cursor[: chance.randrange(1, len(cursor))]
        if kind == 2:
            return cursor.swapcase() if chance.random() < 0.5 else cursor + chance.choice(("A", "=", "==", "-", "_"))
        if kind == 3:
            return base64.urlsafe_b64encode(chance.randbytes(chance.randint(1, 60))).decode().rstrip("=")
        at = chance.randrange(len(cursor))
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return cursor[:at] + chance.choice(letters) + cursor[at + (kind == 4) :]

    def _forged(self, sealed: tuple[str, int | None, bytes], chance: random.Random) -> str:
        name, caller, body = sealed
        try:
            body = json.dumps(damaged_json(json.loads(body), chance)).encode()
        except ValueError:
            body = bytes(chance.choice((each, chance.randrange(256))) for each in body)
        return cursors._sealed(name, caller, body[: chance.choice((len(body), 40, 4))])


def _raw(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


class Traces:
    """W3C trace contexts: what is none is passed over, and every log line has a trace id all the same."""

    def __init__(self, scene: Scene) -> None:
        self._handler = scene.stage.driver.handlers["search"]

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        texts = hypothesised(st.text(max_size=60), seed, BATCH // 4)
        texts += [damaged_text(self._good(chance), chance) for _ in range(BATCH // 2)]
        texts += [self._good(chance) for _ in range(BATCH // 4)]
        for text in texts:
            told[self._sent(text)] += 1
        return told

    def _good(self, chance: random.Random) -> str:
        version = chance.choice(("00", "00", "01", "fe", "ff"))
        ids = [chance.choice((0, chance.getrandbits(bits), chance.getrandbits(bits))) for bits in (128, 64)]
        tail = chance.choice(("", "", "-", "-more"))
        text = f"{version}-{ids[0]:032x}-{ids[1]:016x}-{chance.choice('01'):0>2}{tail}"
        return text.upper() if chance.random() < 0.1 else text

    def _sent(self, text: str) -> str:
        event = {
            "version": "v1",
            "rawPath": "/v1/nowhere",
            "headers": {"traceparent": text},
            "body": "",
            "requestContext": {"http": {"method": "GET", "path": "/v1/nowhere", "sourceIp": "127.0.0.1"}},
        }
        out = io.StringIO()
        with redirect_stdout(out):
            answer = self._handler(json.dumps(event).encode(), SimpleNamespace(request_id="r", function=None))
        assert answer["statusCode"] == 404, answer
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        assert len(lines) == 1, lines
        trace = lines[0]["trace_id"]
        assert TRACE.fullmatch(trace), (text, trace)
        assert trace != "0" * 32, text
        told = trace in text
        assert told == _is_context(text), (text, trace)
        return ACCEPTED if told else REFUSED


def _is_context(text: str) -> bool:
    """As https://www.w3.org/TR/trace-context/#traceparent-header words it, field by field."""
    fields = text.split("-")
    if len(fields) < 4 or [len(field) for field in fields[:4]] != [2, 32, 16, 2]:
        return False
    if not all(set(field) <= set("0123456789abcdef") for field in fields[:4]) or fields[0] == "ff":
        return False
    if fields[0] == "00" and len(fields) > 4:
        return False
    return set(fields[1]) != {"0"} and set(fields[2]) != {"0"}
