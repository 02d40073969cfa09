"""One fake whose clock stands still until a test puts it forward, and a shop that uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alifakes.alipay.app import AlipayFake
from alifakes.alipay.keys import Keys, make_keys

from .shop import START_MS, Shop


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("alipay") / "keys")


@pytest.fixture
def fake(keys: Keys) -> Iterator[AlipayFake]:
    with AlipayFake(keys=keys, clock=lambda: START_MS, deliver=False) as fake:
        yield fake


@pytest.fixture
def shop(fake: AlipayFake, keys: Keys) -> Iterator[Shop]:
    shop = Shop(fake, keys)
    shop.server.start_in_thread()
    yield shop
    shop.server.stop_thread()
