"""Sends notifications until they are answered `success`, and keeps the log of every sending."""

from __future__ import annotations

import http.client
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from alifakes.alipay.faults import Effect, FaultKind, Faults
from alifakes.alipay.formats import write_time
from alifakes.alipay.merchant import Merchant
from alifakes.alipay.notifications import SCHEDULE_MINUTES, new_notify_id, parameters
from alifakes.alipay.signing import form, signed
from alifakes.alipay.trades import Event, EventKind

TIMEOUT_S = 3.0  # how long Alipay waits is unverified
_MINUTE_MS = 60_000
_MAX_ANSWER = 65_536


@dataclass(frozen=True)
class Sending:
    """One sending; `minute` counts from the event, `status` is None when no answer came and `error` says why."""

    event: EventKind
    out_trade_no: str
    trade_no: str
    notify_id: str
    sent_ms: int
    minute: float
    url: str
    body: bytes
    status: int | None
    answer: bytes
    error: str
    accepted: bool


@dataclass(slots=True, eq=False)
class _Notification:
    event: Event
    notify_id: str
    params: dict[str, str]
    due_ms: int | None  # None: held back
    sendings: int = 0
    effect: Effect | None = None


class Deliveries:
    """The notifications that are still to be sent, and the sendings so far; `add` may be called by any thread."""

    def __init__(self, merchant: Merchant, faults: Faults, notify_on: Collection[EventKind]) -> None:
        self._merchant = merchant
        self._faults = faults
        self._notify_on = notify_on
        self._waiting: list[_Notification] = []
        self._log: list[Sending] = []
        self._lock = Lock()

    @property
    def log(self) -> tuple[Sending, ...]:
        with self._lock:
            return tuple(self._log)

    def add(self, event: Event) -> None:
        """Notify of `event`, if its kind is notified of and its order names a notify_url."""
        if event.kind not in self._notify_on or not event.trade.order.notify_url:
            return
        notify_id = new_notify_id(event.at_ms)
        params = parameters(
            event.trade,
            sent_ms=event.at_ms,
            notify_id=notify_id,
            app_id=self._merchant.app_id,
            seller_id=self._merchant.seller_id,
        )
        with self._lock:
            self._waiting.append(_Notification(event, notify_id, params, due_ms=event.at_ms))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
            self._log.clear()

    def next_due_ms(self) -> int | None:
        with self._lock:
            return min((each.due_ms for each in self._waiting if each.due_ms is not None), default=None)

    def send_next(self, now: int) -> None:
        """Send the one that has been due for longest; callers take turns."""
        with self._lock:
            due = [(each.due_ms, index) for index, each in enumerate(self._waiting) if each.due_ms is not None]
            if not due or min(due)[0] > now:
                return
            notification = self._waiting[min(due)[1]]
            if notification.effect is None:
                notification.effect = self._draw(notification.event)
                if _deferred(notification, notification.effect):
                    return
            effect = notification.effect
        sendings = self._send(notification, effect, now)
        with self._lock:
            if notification in self._waiting:  # not forgotten meanwhile
                self._log += sendings
                self._plan(notification, effect, any(sending.accepted for sending in sendings))
                if effect.lost is None:
                    self._release(notification, now)
                notification.effect = None

    def _draw(self, event: Event) -> Effect:
        return self._faults.draw(event.kind, event.trade.order.out_trade_no)

    def _plan(self, notification: _Notification, effect: Effect, accepted: bool) -> None:
        """When it goes next, if ever."""
        notification.sendings += 1
        if accepted or effect.lost is FaultKind.SILENT or notification.sendings == len(SCHEDULE_MINUTES):
            self._waiting.remove(notification)
        else:
            notification.due_ms = notification.event.at_ms + SCHEDULE_MINUTES[notification.sendings] * _MINUTE_MS

    def _release(self, sent: _Notification, now: int) -> None:
        """Those of the same order that were held back go after the one that was sent."""
        for other in self._waiting:
            if other.due_ms is None and _order(other) == _order(sent):
                other.due_ms = now

    def _send(self, notification: _Notification, effect: Effect, now: int) -> list[Sending]:
        event, url = notification.event, notification.event.trade.order.notify_url
        params = signed(notification.params | {"notify_time": write_time(now)}, self._merchant.keys.alipay_private)
        body = form(params | effect.changes)
        if effect.lost is not None:
            outcomes = [_Outcome(error=f"Not sent: {effect.lost.value} on request.")]
        elif effect.copies == 1:
            outcomes = [_post(url, body)]
        else:
            with ThreadPoolExecutor(effect.copies) as pool:
                outcomes = list(pool.map(lambda _: _post(url, body), range(effect.copies)))
        return [
            Sending(
                event=event.kind,
                out_trade_no=event.trade.order.out_trade_no,
                trade_no=event.trade.trade_no,
                notify_id=notification.notify_id,
                sent_ms=now,
                minute=(now - event.at_ms) / _MINUTE_MS,
                url=url,
                body=body,
                status=outcome.status,
                answer=outcome.answer,
                error=outcome.error,
                accepted=outcome.status == 200 and outcome.answer == b"success",
            )
            for outcome in outcomes
        ]


@dataclass(frozen=True)
class _Outcome:
    status: int | None = None
    answer: bytes = b""
    error: str = ""


def _order(notification: _Notification) -> str:
    return notification.event.trade.order.out_trade_no


def _deferred(notification: _Notification, effect: Effect) -> bool:
    """Whether the faults put the sending off, once."""
    assert notification.due_ms is not None
    if effect.lost is not None or not (effect.held or effect.delay_ms):
        return False
    notification.due_ms = None if effect.held else notification.due_ms + effect.delay_ms
    return True


def _post(url: str, body: bytes) -> _Outcome:
    """Straight to the address: without proxy, without following redirects."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT_S)
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "connection": "close"}
    try:
        connection.request("POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        return _Outcome(response.status, response.read(_MAX_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _Outcome(error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
