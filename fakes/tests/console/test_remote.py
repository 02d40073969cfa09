"""Other emulators as the console asks them: Alipay's trades and faults, and what happens when one is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import make_keys
from alifakes.console.remote import Refused, Remote, Unreachable
from alifakes.tablestore.app import TablestoreFake

_T = TypeVar("_T")


def asking(endpoint: str, story: Callable[[Remote], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        remote = Remote("other", endpoint)
        try:
            return await story(remote)
        finally:
            await remote.close()

    return asyncio.run(run())


def test_alipay_shows_trades_and_takes_faults(tmp_path: Path) -> None:
    async def story(remote: Remote) -> None:
        assert await remote.ask("GET", "trades") == {"trades": []}
        await remote.ask("POST", "faults", [{"kind": "drop", "count": 2}])
        (fault,) = await remote.ask("GET", "faults")
        assert (fault["kind"], fault["count"]) == ("drop", 2)
        await remote.ask("DELETE", "faults")
        assert await remote.ask("GET", "faults") == []
        with pytest.raises(Refused) as refused:
            await remote.ask("POST", "trades/none/pay")
        assert refused.value.status == 404
        with pytest.raises(Refused, match="There is no fault 'boom'"):
            await remote.ask("POST", "faults", [{"kind": "boom"}])

    with AlipayFake(keys=make_keys(tmp_path)) as alipay:
        asking(alipay.endpoint, story)


def test_one_that_was_away_is_found_again() -> None:
    first = TablestoreFake()
    first.start()
    port = first.port

    async def story(remote: Remote) -> None:
        assert "now_ms" in await remote.ask("GET", "clock")
        first.stop()
        with pytest.raises(Unreachable, match="other does not answer at http://127"):
            await remote.ask("GET", "clock")
        with TablestoreFake(port=port):
            assert "now_ms" in await remote.ask("GET", "clock")

    asking(first.endpoint, story)


@pytest.mark.parametrize("endpoint", ["http://tables.example:80", "https://127.0.0.1:1", "127.0.0.1:8087", ""])
def test_other_machines_are_not_asked(endpoint: str) -> None:
    with pytest.raises(ValueError, match="emulators of this machine only"):
        Remote("other", endpoint)
