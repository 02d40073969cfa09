"""Notifications: when they are sent, what stops them, and what goes wrong with them on request."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from alifakes.alipay import deliveries
from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys
from alifakes.alipay.notifications import SCHEDULE_MINUTES
from alifakes.server import Request, Response

from .shop import MINUTE_MS, START_MS, SUCCESS, Shop

A_DAY_AND_A_BIT_MS = 1500 * MINUTE_MS


def minutes(fake: AlipayFake) -> list[float]:
    return [sending.minute for sending in fake.notifications]


def test_one_that_is_accepted_is_sent_once(shop: Shop, fake: AlipayFake) -> None:
    shop.paid()
    fake.advance(A_DAY_AND_A_BIT_MS)
    (request,) = shop.received
    assert (request.method, request.target) == ("POST", "/notify")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8"
    (notification,) = shop.notifications
    assert notification["trade_status"] == "TRADE_SUCCESS"
    assert shop.verifies(notification)
    (sending,) = fake.notifications
    assert (sending.accepted, sending.status, sending.answer, sending.body) == (True, 200, b"success", request.body)
    assert (sending.event, sending.out_trade_no, sending.sent_ms) == ("payment", "order_1", START_MS)


def test_the_schedule_to_the_minute(shop: Shop, fake: AlipayFake) -> None:
    assert SCHEDULE_MINUTES == (0, 4, 14, 24, 84, 204, 564, 1464)
    shop.answer = lambda _request: Response(200, body=b"fail")
    shop.open()
    fake.pay("order_1")
    seen: list[int] = []
    for minute in range(1500):
        fake.advance(0 if minute == 0 else MINUTE_MS)
        seen += [minute] * (len(shop.received) - len(seen))
    assert tuple(seen) == SCHEDULE_MINUTES
    assert tuple(minutes(fake)) == SCHEDULE_MINUTES
    assert not any(sending.accepted for sending in fake.notifications)


def test_a_repetition_is_signed_anew_under_the_same_id(shop: Shop, fake: AlipayFake) -> None:
    shop.answer = lambda _request: Response(200, body=b"fail")
    shop.paid()
    fake.advance(14 * MINUTE_MS)
    assert len({each["notify_id"] for each in shop.notifications}) == 1
    assert len({each["sign"] for each in shop.notifications}) == 3
    times = [each["notify_time"] for each in shop.notifications]
    assert times == ["2026-01-01 08:00:00", "2026-01-01 08:04:00", "2026-01-01 08:14:00"]
    assert all(shop.verifies(each) for each in shop.notifications)


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, body=b"success\n"),
        Response(200, body=b"SUCCESS"),
        Response(200, body=b'"success"'),
        Response(200, body=b"\xef\xbb\xbfsuccess"),
        Response(200, body=b" success"),
        Response(200),
        Response(201, body=b"success"),
        Response(500, body=b"success"),
        Response(302, [("location", "/elsewhere")], b"success"),
        Response(200, disconnect=True),
    ],
)
def test_nothing_else_stops_it(shop: Shop, fake: AlipayFake, answer: Response) -> None:
    shop.answer = lambda _request: answer
    shop.paid()
    fake.advance(4 * MINUTE_MS)
    assert [request.target for request in shop.received] == ["/notify", "/notify"]
    shop.answer = lambda _request: SUCCESS
    fake.advance(A_DAY_AND_A_BIT_MS)
    assert [sending.accepted for sending in fake.notifications] == [False, False, True]


def test_nobody_listens(shop: Shop, fake: AlipayFake) -> None:
    shop.paid(notify_url="http://127.0.0.1:1/notify")
    (sending,) = fake.notifications
    assert (sending.status, sending.answer, sending.accepted) == (None, b"", False)
    assert sending.error.startswith("ConnectionRefusedError: ")


def test_an_answer_that_takes_too_long(shop: Shop, fake: AlipayFake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deliveries.TIMEOUT_S == 3
    monkeypatch.setattr(deliveries, "TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shop.paid(notify_url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
    (sending,) = fake.notifications
    assert (sending.status, sending.error) == (None, "TimeoutError: timed out")


def test_no_proxy_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open()
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    shop.fake.pay("order_1")
    shop.fake.deliver_due()
    assert len(shop.received) == 1


def test_an_order_without_notify_url(shop: Shop, fake: AlipayFake) -> None:
    shop.paid(notify_url="")
    assert fake.notifications == ()


def test_the_end_of_an_unpaid_trade(shop: Shop, fake: AlipayFake) -> None:
    shop.open()
    fake.abandon("order_1")
    fake.advance(60 * MINUTE_MS)
    (notification,) = shop.notifications
    assert notification["trade_status"] == "TRADE_CLOSED"
    assert notification["gmt_close"] == notification["notify_time"] == "2026-01-01 08:15:00"
    assert "refund_fee" not in notification


def test_closing_and_refunds_are_notified(shop: Shop, fake: AlipayFake) -> None:
    shop.open("order_2")
    fake.abandon("order_2")
    shop.client.api_alipay_trade_close(out_trade_no="order_2")
    shop.paid("order_1")
    shop.refund("1.00", "r1")
    shop.refund("1.00", "r1")
    shop.refund("4.00", "r2")
    fake.deliver_due()
    told = [
        (each["out_trade_no"], each["trade_status"], each.get("refund_fee"), each.get("out_biz_no"))
        for each in shop.notifications
    ]
    assert told == [
        ("order_2", "TRADE_CLOSED", None, None),
        ("order_1", "TRADE_SUCCESS", None, None),
        ("order_1", "TRADE_SUCCESS", "1.00", "r1"),
        ("order_1", "TRADE_CLOSED", "5.00", "r2"),
    ]
    assert "gmt_close" in shop.notifications[-1]
    assert all(shop.verifies(each) for each in shop.notifications)


def test_what_is_notified_of_is_a_setting(keys: Keys) -> None:
    with AlipayFake(keys=keys, clock=lambda: START_MS, deliver=False, notify_on=["payment"]) as fake:
        shop = Shop(fake, keys)
        shop.paid(notify_url="http://127.0.0.1:1/notify")
        shop.refund("5.00", "r1")
        fake.deliver_due()
        assert [sending.event for sending in fake.notifications] == ["payment"]


def test_a_repeated_payment_tells_what_was_then(shop: Shop, fake: AlipayFake) -> None:
    shop.answer = lambda _request: Response(500)
    shop.paid()
    shop.refund("5.00", "r1")
    fake.advance(4 * MINUTE_MS)
    assert [each["trade_status"] for each in shop.notifications] == [
        *("TRADE_SUCCESS", "TRADE_CLOSED"),
        *("TRADE_SUCCESS", "TRADE_CLOSED"),
    ]


def test_a_merchant_may_ask_while_it_is_notified(shop: Shop) -> None:
    asked: list[Any] = []

    def ask(_request: Request) -> Response:
        asked.append(shop.query()["trade_status"])
        return SUCCESS

    shop.answer = ask
    shop.paid()
    assert asked == ["TRADE_SUCCESS"]


def test_what_is_overdue_is_sent_now(keys: Keys) -> None:
    now = [START_MS]
    with AlipayFake(keys=keys, clock=lambda: now[0], deliver=False) as fake:
        shop = Shop(fake, keys)
        shop.open(notify_url="http://127.0.0.1:1/notify")
        fake.pay("order_1")
        now[0] += 10 * MINUTE_MS
        fake.deliver_due()
        assert minutes(fake) == [10, 10]  # the first two of the schedule
        assert fake.now() == START_MS + 10 * MINUTE_MS


def test_a_thread_delivers_in_real_time(keys: Keys) -> None:
    notified = threading.Event()

    def note(_request: Request) -> Response:
        notified.set()
        return SUCCESS

    with AlipayFake(keys=keys) as fake:
        shop = Shop(fake, keys)
        shop.answer = note
        shop.server.start_in_thread()
        shop.open()
        fake.pay("order_1")
        assert notified.wait(10)
        notified.clear()
        shop.answer = lambda request: Response(500) if len(shop.received) < 3 else note(request)
        shop.refund("1.00", "r1")
        fake.advance(4 * MINUTE_MS)
        assert notified.wait(10)
    shop.server.stop_thread()


def test_duplicates_are_sent_at_the_same_time(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("duplicate", times=5, count=1)
    shop.paid()
    assert len({request.body for request in shop.received}) == 1
    assert [sending.accepted for sending in fake.notifications] == [True] * 5
    assert minutes(fake) == [0] * 5
    fake.advance(A_DAY_AND_A_BIT_MS)
    assert len(shop.received) == 5


def test_duplicates_overlap(fake: AlipayFake, keys: Keys) -> None:
    """No copy is answered before all have come."""
    import http.server

    together = threading.Barrier(3)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            together.wait(2)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        fake.faults.add("duplicate", times=3, count=1)
        Shop(fake, keys).paid(notify_url=f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()
    assert [sending.accepted for sending in fake.notifications] == [True] * 3


def test_a_delay(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("delay", delay_ms=90_000, count=1)
    shop.answer = lambda _request: Response(500)
    shop.paid()
    fake.advance(90_000 - 1)
    assert shop.received == []
    fake.advance(5 * MINUTE_MS)
    assert minutes(fake) == [1.5, 4]


def test_a_later_one_overtakes(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("reorder", event="payment", count=1)
    shop.paid("order_1")
    shop.paid("order_2")
    assert [each["out_trade_no"] for each in shop.notifications] == ["order_2"]
    fake.advance(A_DAY_AND_A_BIT_MS)
    shop.refund("1.00", "r1")
    fake.deliver_due()
    assert [each.get("refund_fee") for each in shop.notifications] == [None, "1.00", None]
    assert fake.notifications[-1].accepted


def test_one_that_is_lost_does_not_release_another(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("reorder", event="payment", count=1)
    fake.faults.add("drop", event="refund", count=1)
    shop.paid()
    shop.refund("1.00", "r1")
    fake.advance(4 * MINUTE_MS)
    assert [each.get("refund_fee") for each in shop.notifications] == ["1.00", None]


def test_a_lost_one_is_sent_again(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("drop", count=2)
    shop.paid()
    fake.advance(A_DAY_AND_A_BIT_MS)
    assert len(shop.received) == 1
    assert [(each.minute, each.status, each.accepted) for each in fake.notifications] == [
        (0, None, False),
        (4, None, False),
        (14, 200, True),
    ]
    assert fake.notifications[0].error == "Not sent: drop on request."


def test_a_silent_one_is_never_sent(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("silent", out_trade_no="order_1", count=1)
    shop.paid("order_1")
    shop.paid("order_2")
    fake.advance(A_DAY_AND_A_BIT_MS)
    assert [each["out_trade_no"] for each in shop.notifications] == ["order_2"]
    assert shop.query("order_1")["trade_status"] == "TRADE_SUCCESS"


def test_a_tampered_one_does_not_verify(shop: Shop, fake: AlipayFake) -> None:
    fake.faults.add("tamper", field="total_amount", value="500.00", count=1)
    shop.answer = lambda _request: Response(400, body=b"fail")
    shop.paid()
    fake.advance(4 * MINUTE_MS)
    tampered, genuine = shop.notifications
    assert tampered["total_amount"] == "500.00"
    assert not shop.verifies(tampered)
    assert shop.verifies(genuine)
    assert genuine["total_amount"] == "5.00"
