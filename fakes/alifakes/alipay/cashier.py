"""The pages on which a buyer pays, abandons, pays late or pays twice, and the way back to the merchant."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode, urlsplit

from alifakes.alipay.errors import AlipayError
from alifakes.alipay.formats import write_time, yuan
from alifakes.alipay.merchant import Merchant
from alifakes.alipay.orders import Order
from alifakes.alipay.pages import (
    ABANDON,
    PAY,
    PAY_LATE,
    PAY_TWICE,
    Button,
    cashier_page,
    error_page,
    not_found_page,
    state_of,
)
from alifakes.alipay.signing import signed
from alifakes.alipay.trades import Trade, Trades
from alifakes.server import Request, Response

PREFIX = "/cashier/"


class Cashier:
    """The pay pages that were opened; opening one makes no trade, only what the buyer posts does."""

    def __init__(self, merchant: Merchant, trades: Trades, now: Callable[[], int]) -> None:
        self._merchant = merchant
        self._trades = trades
        self._now = now
        self._pages: dict[Order, str] = {}  # a page's secret by what it asks for, the newest last
        self._lock = Lock()
        self._acts: dict[str, Callable[[Order], Trade]] = {
            "pay": trades.pay,
            "abandon": trades.arrive,
            "pay_late": trades.pay_late,
            "pay_twice": trades.pay_twice,
        }

    def open(self, order: Order) -> str:
        """The path of the page that asks for `order`, the same each time."""
        with self._lock:
            secret = self._pages.pop(order, None) or secrets.token_urlsafe(24)
            self._pages[order] = secret
            return PREFIX + secret

    def act(self, out_trade_no: str, name: str) -> Trade:
        """Do what the button `name` of the order's newest page does.

        Raises LookupError when there is no such page or button, and AlipayError when it is refused.
        """
        with self._lock:
            orders = [order for order in self._pages if order.out_trade_no == out_trade_no]
        if not orders:
            raise LookupError(f"No page to pay the order {out_trade_no!r} has been opened.")
        if name not in self._acts:
            raise LookupError(f"A buyer cannot {name!r}, but {', '.join(self._acts)}.")
        return self._acts[name](orders[-1])

    def return_url(self, trade: Trade) -> str:
        """The merchant's return_url with the signed parameters of the synchronous return; "" if it gave none."""
        order = trade.order
        if not order.return_url:
            return ""
        params = {
            "app_id": self._merchant.app_id,
            "auth_app_id": self._merchant.app_id,
            "charset": "utf-8",
            "method": f"{order.method}.return",
            "out_trade_no": order.out_trade_no,
            "seller_id": self._merchant.seller_id,
            "timestamp": write_time(self._now()),
            "total_amount": yuan(order.total_fen),
            "trade_no": trade.trade_no,
            "version": "1.0",
        }
        query = urlencode(signed(params, self._merchant.keys.alipay_private))
        parts = urlsplit(order.return_url)
        return parts._replace(query=f"{parts.query}&{query}" if parts.query else query).geturl()

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()

    def handle(self, request: Request) -> Response:
        secret, _, act = request.target.partition("?")[0].removeprefix(PREFIX).partition("/")
        with self._lock:
            order = next((order for order, known in self._pages.items() if known == secret), None)
        if order is None or (act and act not in self._acts):
            return not_found_page()
        if request.method != ("POST" if act else "GET"):
            return Response(405)
        if not act:
            return self._page(order, PREFIX + secret)
        try:
            trade = self._acts[act](order)
        except AlipayError as error:
            return error_page(error, 409)
        back = self.return_url(trade) if trade.paid_ms is not None else ""
        return Response(303, [("location", back or PREFIX + secret)])

    def _page(self, order: Order, path: str) -> Response:
        trade = self._trade(order)
        state, buttons = state_of(order, trade, self._now()), list[Button]()
        unpaid = trade is None or trade.paid_ms is None
        try:
            self._trades.check(order)
            buttons += [PAY, ABANDON]
        except AlipayError as error:
            state = f"{state} ({error.sub_code})"
        if unpaid:
            buttons.append(PAY_LATE)
        if PAY in buttons or not unpaid:
            buttons.append(PAY_TWICE)
        return cashier_page(path, order, trade, state, buttons)

    def _trade(self, order: Order) -> Trade | None:
        try:
            return self._trades.find(order.out_trade_no)
        except AlipayError:
            return None
