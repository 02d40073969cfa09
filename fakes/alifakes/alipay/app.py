"""The fake Alipay as one object: the HTTP server, the trades behind it, its clock and what it notifies of."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Collection
from typing import get_args

from alifakes.alipay import cashier, control, gateway
from alifakes.alipay.cashier import Cashier
from alifakes.alipay.clock import Clock
from alifakes.alipay.control import Control
from alifakes.alipay.deliveries import Deliveries, Sending
from alifakes.alipay.faults import Faults
from alifakes.alipay.gateway import Gateway
from alifakes.alipay.keys import Keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID, Merchant
from alifakes.alipay.trades import Event, EventKind, Trade, Trades
from alifakes.loopback import is_loopback
from alifakes.server import HttpServer, Request, Response

EVENTS: tuple[EventKind, ...] = get_args(EventKind)
_LONGEST_WAIT_S = 0.5  # a given clock may jump without saying so


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


class AlipayFake:
    """Serves one merchant's application, in threads of its own, while the `with` block runs.

    `port` 0 takes a free one. `clock` gives milliseconds since 1970. With `deliver` a thread sends notifications when
    they are due; without it only `advance` and `deliver_due` do. `notify_on` is what is notified of: for page pay,
    Alipay's documentation promises payments only, and its editions differ on closing and refunds.
    Raises ValueError when `host` is not this machine; entering raises OSError when the port is taken.
    """

    def __init__(
        self,
        *,
        keys: Keys,
        app_id: str = APP_ID,
        seller_id: str = SELLER_ID,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], int] | None = None,
        deliver: bool = True,
        notify_on: Collection[EventKind] = EVENTS,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"The fake Alipay serves this machine only, so it cannot listen on {host}.")
        self.faults = Faults()
        self.alipay_public_key = keys.alipay_public
        merchant = Merchant(keys, app_id, seller_id)
        self._clock = Clock(clock or _wall_clock)
        self._deliver = deliver
        self._trades = Trades(self._clock.now, self._report)
        self._deliveries = Deliveries(merchant, self.faults, frozenset(notify_on))
        self._cashier = Cashier(merchant, self._trades, self._clock.now)
        self._gateway = Gateway(merchant, self._trades, self._cashier.open)
        self._control = Control(self)
        self._server = HttpServer(self._handle, host=host, port=port, max_body=1024 * 1024)
        self._sending = threading.Lock()
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> AlipayFake:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start_in_thread()
        if self._deliver:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._deliver_until_stopped, name="alipay-deliveries", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stopped.set()
            self._changed.set()
            self._thread.join()
            self._thread = None
        self._server.stop_thread()

    @property
    def endpoint(self) -> str:
        return self._server.endpoint

    @property
    def gateway(self) -> str:
        """What a merchant configures instead of https://openapi.alipay.com/gateway.do."""
        return self.endpoint + gateway.PATH

    @property
    def trades(self) -> tuple[Trade, ...]:
        """As they are now, in the order of their creation."""
        return self._trades.all()

    @property
    def notifications(self) -> tuple[Sending, ...]:
        """Every sending so far, in order."""
        return self._deliveries.log

    # the buyer, for those who do not want to click; each takes the order's newest pay page, which must be open,
    # and raises LookupError when none is, or AlipayError when Alipay refuses
    def act(self, out_trade_no: str, name: str) -> Trade:
        """Do what the button `name` does: pay, abandon, pay_late or pay_twice."""
        return self._cashier.act(out_trade_no, name)

    def pay(self, out_trade_no: str) -> Trade:
        return self.act(out_trade_no, "pay")

    def abandon(self, out_trade_no: str) -> Trade:
        """The buyer logs in and leaves: the trade waits until it expires."""
        return self.act(out_trade_no, "abandon")

    def pay_late(self, out_trade_no: str) -> Trade:
        """The money comes a minute after the order's end, or at once if that is over, whatever the merchant does."""
        return self.act(out_trade_no, "pay_late")

    def pay_twice(self, out_trade_no: str) -> Trade:
        """Pays, unless paid already, then pays a second trade of the same order number, which is returned."""
        return self.act(out_trade_no, "pay_twice")

    def return_url(self, out_trade_no: str) -> str:
        """Where the buyer of a trade is sent after paying, with the signed parameters; "" without a return_url."""
        return self._cashier.return_url(self._trades.find(out_trade_no))

    # time
    def now(self) -> int:
        return self._clock.now()

    def advance(self, ms: int) -> None:
        """Put the clock forward, stopping at each moment when something is due and letting it happen there."""
        self._run_until(self._clock.now() + ms)

    def deliver_due(self) -> None:
        """Send what is due now, and what becomes due by that."""
        self.advance(0)

    def reset(self) -> None:
        """Forget everything but the time that has passed."""
        self.faults.clear()
        self._cashier.clear()
        self._trades.clear()
        self._deliveries.clear()

    def _run_until(self, moment: int) -> None:
        with self._sending:
            while (due := self._next_due_ms()) is not None and due <= moment:
                self._clock.move_to(due)
                self._trades.settle()
                self._deliveries.send_next(self._clock.now())
            self._clock.move_to(moment)

    def _next_due_ms(self) -> int | None:
        moments = (self._trades.next_due_ms(), self._deliveries.next_due_ms())
        return min((moment for moment in moments if moment is not None), default=None)

    def _deliver_until_stopped(self) -> None:
        while not self._stopped.is_set():
            self._changed.clear()
            self.deliver_due()
            due = self._next_due_ms()
            wait_s = _LONGEST_WAIT_S if due is None else min((due - self._clock.now()) / 1000, _LONGEST_WAIT_S)
            self._changed.wait(max(0.0, wait_s))

    def _report(self, event: Event) -> None:
        self._deliveries.add(event)
        self._changed.set()

    def _handle(self, request: Request) -> Response | Awaitable[Response]:
        if request.target.startswith(control.PREFIX):
            return self._control.handle(request)
        if request.target.startswith(cashier.PREFIX):
            return self._cashier.handle(request)
        if request.target.partition("?")[0] == gateway.PATH:
            return self._gateway.handle(request)
        return Response(404)
