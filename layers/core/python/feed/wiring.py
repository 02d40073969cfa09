"""The only place where live objects are made, each on first use and once per instance."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from feed.call import Call
from feed.config import Credentials, Merchant, Payee, Settings, Training, act_weights, budgets, cors_origins, web_client
from feed.errors import Busy

if TYPE_CHECKING:
    from feed.domain.budgets import Budget
    from feed.domain.recommendation import Kinds
    from feed.gateways.alipay import Alipay
    from feed.gateways.alipay_signature import Verifier
    from feed.gateways.invoker import Invoker
    from feed.gateways.pay_page import PayPage
    from feed.store.bans import Bans
    from feed.store.cards import Cards
    from feed.store.client import Connection, Tables
    from feed.store.floods import Floods


T = TypeVar("T")
_KNOWN_CALLERS = 10_000
_known_callers: set[int] = set()
_read_lately: dict[str, tuple[int, Any]] = {}


class Grant(NamedTuple):
    """What one function may touch: its tables (by name) and the functions it may invoke; its role is made from this."""

    tables: tuple[str, ...] = ()
    invokes: tuple[str, ...] = ()


@dataclass
class World:
    """What one call may touch; nothing is connected before it is asked for."""

    call: Call
    grant: Grant
    settings: Settings
    credentials: Credentials

    @cached_property
    def tables(self) -> Tables:
        from feed.store.client import Tables

        connection = _connection(self.settings, self.credentials)
        return Tables(connection, self.call.spent, self.grant.tables)

    @cached_property
    def invoker(self) -> Invoker:
        return _invoker(self.settings, self.credentials, self.grant.invokes)

    def invoke_async(self, function: str, payload: Mapping[str, object]) -> None:
        """As the invoker's, with the trace that the function is to go on with."""
        self.invoker.invoke_async(function, {**payload, "trace": self.call.trace_id})

    @cached_property
    def alipay(self) -> Alipay:
        return _alipay()

    @cached_property
    def pay_page(self) -> PayPage:
        return _pay_page()

    @cached_property
    def verifier(self) -> Verifier:
        return _verifier()

    @cached_property
    def web_client(self) -> str:
        return web_client(os.environ)

    @cached_property
    def training(self) -> Training:
        return Training.from_env(os.environ)

    @cached_property
    def kinds(self) -> Kinds:
        """Acts and what they weigh in recommendations."""
        from feed.domain.recommendation import kinds_of

        return kinds_of(act_weights(os.environ))

    @property
    def cards(self) -> Cards:
        return _cards()

    @property
    def budgets(self) -> Mapping[str, Budget]:
        return _budgets()

    @property
    def floods(self) -> Floods:
        return _floods()

    def lately(self, name: str, ms: int, read: Callable[[], T]) -> T:
        """What any call of this instance has read by that name within so many ms, or `read` now."""
        known = _read_lately.get(name)
        now_ms = self.call.time_ms()
        if known is None or not 0 <= now_ms - known[0] < ms:
            known = (now_ms, read())
            _read_lately[name] = known
        value: T = known[1]
        return value

    @property
    def bans(self) -> Bans:
        """As this instance has known them for two seconds at most. Raises Busy."""
        from feed.store import bans

        _, known = _read_lately.get("bans", (0, None))
        return self.lately("bans", bans.KEPT_MS, lambda: bans.read(self.tables, known))

    def remember_caller(self) -> None:
        """Make the caller's user row on the first call that this instance sees of them."""
        caller = self.call.require_caller()
        if caller in _known_callers:
            return
        from feed.store import users

        users.ensure(self.tables, caller, self.call.now_ms)
        if len(_known_callers) >= _KNOWN_CALLERS:
            _known_callers.clear()
        _known_callers.add(caller)


def open_world(call: Call, grant: Grant, context: Any) -> World:
    """The world of one call. A new temporary key makes new clients; the old ones go with their cache slot."""
    return World(call, grant, settings(), Credentials.of_invocation(context, os.environ))


def forget() -> None:
    """Drop everything that this instance holds, so that the next call begins as in a new one."""
    connections = (_connection, _invoker, _alipay, _pay_page, _verifier)
    for cached in (settings, browser_origins, *connections, _cards, _budgets, _floods):
        cached.cache_clear()
    _known_callers.clear()
    _read_lately.clear()


@lru_cache(maxsize=1)
def settings() -> Settings:
    return Settings.from_env(os.environ)


@lru_cache(maxsize=1)
def browser_origins() -> frozenset[str]:
    """Those whose pages may read answers. Raises Misconfigured."""
    return cors_origins(os.environ)


@lru_cache(maxsize=1)
def _connection(settings: Settings, credentials: Credentials) -> Connection:
    from feed.store.client import Connection

    return Connection.open(settings.ots_endpoint, settings.ots_instance, credentials, settings.request_timeout_s)


@lru_cache(maxsize=1)
def _cards() -> Cards:
    from feed.store.cards import Cards

    return Cards()


@lru_cache(maxsize=1)
def _budgets() -> Mapping[str, Budget]:
    from feed.domain.budgets import budgets_with

    return budgets_with(budgets(os.environ))


@lru_cache(maxsize=1)
def _floods() -> Floods:
    from feed.store.floods import Floods

    return Floods()


@lru_cache(maxsize=1)
def _invoker(settings: Settings, credentials: Credentials, allowed: tuple[str, ...]) -> Invoker:
    from feed.gateways.invoker import open_invoker

    return open_invoker(settings, credentials, allowed)


@lru_cache(maxsize=1)
def _alipay() -> Alipay:
    from feed.gateways.alipay import Alipay

    _require_tips()
    return Alipay.open(Merchant.from_env(os.environ))


@lru_cache(maxsize=1)
def _pay_page() -> PayPage:
    from feed.gateways.pay_page import PayPage

    _require_tips()
    return PayPage.open(Merchant.from_env(os.environ))


@lru_cache(maxsize=1)
def _verifier() -> Verifier:
    from feed.gateways.alipay_signature import Verifier

    _require_tips()
    return Verifier.open(Payee.from_env(os.environ))


def _require_tips() -> None:
    """A deployment may do without tips: everything else works, and whoever asks for one is told so."""
    if not os.environ.get("FEED_ALIPAY_APP_ID"):
        raise Busy("Tips are not offered here: the environment variable FEED_ALIPAY_APP_ID is not set.")
