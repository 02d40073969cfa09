"""What nobody sends to the emulators' ports: requests whose structure, signature or HTTP is damaged.

Each target gives the outcome of inputs drawn from a seed; it raises AssertionError for an answer that must not be.
"""

from __future__ import annotations

import json
import random
import socket
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3

from alifakes.alipay.formats import write_time
from alifakes.alipay.merchant import APP_ID
from alifakes.alipay.signing import request_text, sign_text
from alifakes.tablestore.app import TablestoreFake
from benchmarks.fuzz_emulators import LONGEST_S, Port, Stages, check, damaged, damaged_http, statuses, try_both
from benchmarks.fuzz_noise import damaged_document, damaged_form, damaged_text
from commands.local_alipay import local_keys
from commands.local_cloud import LocalCloud
from feed.config import Credentials
from feed.gateways.fc3_sender import Fc3Sender

ACCEPTED, REFUSED = "accepted", "refused"
BATCH = 20
DROPPED = "cut off"
"""The server closed while more was on its way, and what it said may be lost."""

Outcomes = Counter[str]


class TablestoreBodies:
    """Valid requests of every operation, damaged where their structure is."""

    def __init__(self) -> None:
        self._stages = Stages()

    def attempt(self, seed: int) -> Outcomes:
        told = Outcomes()
        for at, api, body in islice(damaged(self._stages.corpus, seed), BATCH):
            told[ACCEPTED if self._stages.attempt(at, api, body) == 200 else REFUSED] += 1
        return told


class TablestoreHttp:
    """Bytes on the port: what is refused is not executed."""

    def __init__(self, fake: TablestoreFake) -> None:
        self._port = Port(fake)

    def attempt(self, seed: int) -> Outcomes:
        told = Outcomes()
        for parts in islice(damaged_http(self._port.puts, seed), BATCH):
            found = check(self._port, parts)
            told.update([DROPPED] if found is None else [ACCEPTED if each == 200 else REFUSED for each in found])
        return told

    def close(self) -> None:
        self._port.client.connection.pool.clear()


class Searches:
    """Search indexes: queries, sorts, groups and schemas that no client writes."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def attempt(self, seed: int) -> Outcomes:
        told = Outcomes()
        for place in range(BATCH):
            answered = try_both(self._engine, seed * BATCH + place)
            told.update(ACCEPTED if each else REFUSED for each in answered.values())
        return told


class LocalPorts:
    """Requests to one port of a running local cloud, damaged as bytes; `valid` are whole requests with bodies."""

    WELL = range(200, 500)
    OTHERS = (501, 503)
    """Another protocol or method; a moment without a free instance."""

    def __init__(self, endpoint: str, valid: Sequence[bytes]) -> None:
        parts = urlsplit(endpoint)
        self._address = (str(parts.hostname), int(parts.port or 80))
        self._valid = valid

    def attempt(self, seed: int) -> Outcomes:
        told = Outcomes()
        for parts in islice(damaged_http(self._valid, seed), BATCH):
            received = self._exchange(parts)
            if received is None:
                told[DROPPED] += 1
                continue
            for status in statuses(received):
                assert status in self.WELL or status in self.OTHERS, f"{status} to {b''.join(parts)!r}"
                told[ACCEPTED if status < 300 else REFUSED] += 1
        return told

    def _exchange(self, parts: Sequence[bytes]) -> bytes | None:
        received = b""
        try:
            with socket.create_connection(self._address, timeout=LONGEST_S) as connection:
                for part in parts:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(65536):
                    received += part
        except TimeoutError:
            raise AssertionError(f"no answer within {LONGEST_S} s to {b''.join(parts)!r}") from None
        except OSError:
            return None
        return received


def whole_request(method: str, target: str, body: bytes, headers: dict[str, str]) -> bytes:
    given = {"host": "here", **headers, "content-length": str(len(body))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Caught:
    """In the place of the sender's connections."""

    sent: bytes = b""

    def request(self, method: str, url: str, *, body: bytes, headers: dict[str, str], redirect: bool) -> Any:
        assert not redirect
        self.sent = whole_request(method, urlsplit(url).path, body, headers)
        return urllib3.HTTPResponse(status=202)


def invocation_port(cloud: LocalCloud) -> LocalPorts:
    """Function Compute's API, with invocations as our own functions sign them."""
    caught = _Caught()
    sender = Fc3Sender.open(cloud.fc_endpoint, Credentials("local", "local", ""))._replace(pool=caught)  # type: ignore[arg-type]
    valid = []
    for function in ("fanout-batch", "rebuild-inbox", "nowhere"):
        sender.send(function, b'{"article_id": 1, "delivery": 1, "shard": 0}')
        valid.append(caught.sent)
    valid.append(whole_request("POST", "/_fake/timers/fire?function=nowhere", b"{}", {}))
    valid.append(whole_request("GET", "/_fake/destinations", b"", {}))
    return LocalPorts(cloud.fc_endpoint, valid)


def api_port(cloud: LocalCloud) -> LocalPorts:
    """The API gateway's, with requests of clients."""
    signed_in = {"authorization": f"Bearer {cloud.token(1)}", "content-type": "application/json"}
    valid = [
        whole_request("PUT", "/v1/users/me", b'{"nickname": "n"}', signed_in),
        whole_request("POST", "/v1/articles", b'{"title": "t", "html": "", "state": "private"}', signed_in),
        whole_request("GET", "/v1/timeline?size=5", b"", {"x-guest-id": "g" * 16}),
        whole_request("GET", "/healthz", b"", {}),
    ]
    return LocalPorts(cloud.api, valid)


class AlipayGateway:
    """Requests of a merchant: damaged after they were signed, and signed though they ask for odd things; pay pages."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._endpoint, self._keys = cloud.alipay.endpoint, local_keys()
        self._pool = urllib3.PoolManager(timeout=LONGEST_S, retries=False)

    def attempt(self, seed: int) -> Outcomes:
        chance, told = random.Random(seed), Outcomes()
        for number in range(BATCH):
            right = self._signed(chance, f"o{seed}x{number}")
            intact = chance.random() < 0.5
            body = urlencode(right).encode() if intact else damaged_form(right, chance)
            told[self._asked(body, intact, right)] += 1
        for _ in range(BATCH // 4):
            told[self._page(chance)] += 1
        return told

    def _signed(self, chance: random.Random, number: str) -> dict[str, str]:
        methods = ("trade.query", "trade.close", "trade.refund", "trade.page.pay", "trade.fastpay.refund.query")
        content = {"out_trade_no": number, "total_amount": "5.00", "subject": "打赏", "refund_amount": "1.00"}
        content["product_code"] = "FAST_INSTANT_TRADE_PAY"
        document = json.dumps(content).encode() if chance.random() < 0.4 else damaged_document(content, chance)
        params = {
            "app_id": APP_ID,
            "method": f"alipay.{chance.choice(methods)}",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": write_time(0),
            "version": "1.0",
            "biz_content": document.decode(errors="replace"),
        }
        return {**params, "sign": sign_text(request_text(params), self._keys.app_private)}

    def _asked(self, body: bytes, intact: bool, right: dict[str, str]) -> str:
        form = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = self._pool.request("POST", f"{self._endpoint}/gateway.do", body=body, headers=form)
        assert answer.status in (200, 302, 400), f"{answer.status} to {body!r}"
        if answer.status == 302:
            assert answer.headers["location"].startswith("/cashier/"), answer.headers
        elif answer.headers["content-type"].startswith("application/json"):
            said = json.loads(answer.data)
            node = next(value for name, value in said.items() if name.endswith("_response"))
            assert node["code"] in ("10000", "20000", "40001", "40002", "40004"), node
        done = answer.status == 302 or b'"code":"10000"' in answer.data
        assert intact or not done or self._says_the_same(body, right), f"{body!r} was believed"
        return ACCEPTED if done else REFUSED

    def _says_the_same(self, body: bytes, right: dict[str, str]) -> bool:
        """Whether what was signed is all there: parameters without a value are not covered."""
        return {**right, **dict(parse_qsl(body.decode("latin-1"), encoding="utf-8"))} == right

    def _page(self, chance: random.Random) -> str:
        path = damaged_text(chance.choice(("/cashier/AAAA", "/cashier/AAAA/pay", "/gateway.do?app_id=1")), chance)
        path = "/" + "".join(each for each in path if "!" <= each <= "~").lstrip("/")
        answer = self._pool.request(chance.choice(("GET", "POST", "PUT")), self._endpoint + path, body=b"x=1")
        assert answer.status < 500, f"{answer.status} to {path!r}"
        return ACCEPTED if answer.status < 300 else REFUSED
