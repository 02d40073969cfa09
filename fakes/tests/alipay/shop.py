"""A merchant for the tests: the real SDK, and an endpoint that is notified."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from alipay import AliPay

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.merchant import APP_ID
from alifakes.server import HttpServer, Request, Response

START_MS = 1_767_225_600_000  # 2026-01-01 08:00:00 in Beijing
MINUTE_MS = 60_000
SUCCESS = Response(200, [("content-type", "text/plain")], b"success")


def client_of(fake: AlipayFake, keys: Keys) -> AliPay:
    client = AliPay(APP_ID, None, keys.app_private, keys.alipay_public)
    client._gateway = fake.gateway
    return client


class Shop:
    """`answer` is what a notification is answered; `received` keeps every one."""

    def __init__(self, fake: AlipayFake, keys: Keys) -> None:
        self.fake = fake
        self.client = client_of(fake, keys)
        self.answer: Callable[[Request], Response] = lambda _request: SUCCESS
        self.received: list[Request] = []
        self.server = HttpServer(self._notified)

    @property
    def notify_url(self) -> str:
        return f"{self.server.endpoint}/notify"

    @property
    def notifications(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(each.body.decode(), keep_blank_values=True)) for each in self.received]

    def pay_url(self, number: str = "order_1", amount: str = "5.00", **content: Any) -> str:
        """A page to pay; its order ends after 15 minutes unless `content` says otherwise."""
        given = {"subject": "打赏", "total_amount": amount, "timeout_express": "15m", "notify_url": self.notify_url}
        signed = self.client.api_alipay_trade_page_pay(out_trade_no=number, **given | content)
        return f"{self.fake.gateway}?{signed}"

    def open(self, number: str = "order_1", amount: str = "5.00", **content: Any) -> str:
        """The address of the cashier's page that the buyer lands on."""
        status, headers, body = fetch(self.pay_url(number, amount, **content))
        assert status == 302, body
        return self.fake.endpoint + headers["location"]

    def paid(self, number: str = "order_1", amount: str = "5.00", **content: Any) -> None:
        """The buyer has paid, and the shop was notified."""
        self.open(number, amount, **content)
        self.fake.pay(number)
        self.fake.deliver_due()

    def verifies(self, params: dict[str, str]) -> bool:
        unsigned = dict(params)
        return bool(self.client.verify(unsigned, unsigned.pop("sign")))

    def query(self, number: str = "order_1") -> dict[str, Any]:
        answer: dict[str, Any] = self.client.api_alipay_trade_query(out_trade_no=number)
        return answer

    def refund(self, amount: str, request: str | None, number: str = "order_1") -> dict[str, Any]:
        more = {} if request is None else {"out_request_no": request}
        answer: dict[str, Any] = self.client.api_alipay_trade_refund(amount, out_trade_no=number, **more)
        return answer

    def _notified(self, request: Request) -> Response:
        self.received.append(request)
        return self.answer(request)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, dict[str, str], str]:
    """Status, headers (lower case) and text, without following redirects."""
    request = urllib.request.Request(url, body, method=method)
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
