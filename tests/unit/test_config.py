"""Settings: what the environment may say, and which variable a refusal names."""

from __future__ import annotations

import pytest

from feed.config import Settings
from feed.errors import Misconfigured

ENVIRONMENT = {
    "OTS_ENDPOINT": "http://127.0.0.1:1",
    "OTS_INSTANCE": "feed",
    "FEED_INVOKER": "fc3",
    "FEED_FC_ENDPOINT": "http://127.0.0.1:2",
    "FEED_JWKS": "{}",
    "FEED_JWT_ISSUER": "issuer",
    "FEED_JWT_AUDIENCE": "feed",
}


def test_what_need_not_be_said_has_a_default() -> None:
    settings = Settings.from_env(ENVIRONMENT)
    assert (settings.fanout_batch_followers, settings.fanout_width, settings.request_timeout_s) == (20_000, 64, 3)


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_what_must_be_said_is_named_when_it_is_not(name: str) -> None:
    for env in ({**ENVIRONMENT, name: ""}, {other: value for other, value in ENVIRONMENT.items() if other != name}):
        with pytest.raises(Misconfigured, match=name):
            Settings.from_env(env)


def test_shards_fit_into_one_batch_together_with_their_guards() -> None:
    """Two rows per shard, and a batch holds two hundred."""
    assert Settings.from_env({**ENVIRONMENT, "FEED_FANOUT_WIDTH": "100"}).fanout_width == 100
    with pytest.raises(Misconfigured, match="FEED_FANOUT_WIDTH is '101', not a whole number from 1 to 100"):
        Settings.from_env({**ENVIRONMENT, "FEED_FANOUT_WIDTH": "101"})


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "１", " 1"])
@pytest.mark.parametrize("name", ["FEED_FANOUT_WIDTH", "FEED_FANOUT_BATCH_FOLLOWERS", "FEED_REQUEST_TIMEOUT_S"])
def test_a_number_is_a_positive_whole_one(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({**ENVIRONMENT, name: value})


def test_only_invokers_that_exist() -> None:
    with pytest.raises(Misconfigured, match="FEED_INVOKER is 'fc4'"):
        Settings.from_env({**ENVIRONMENT, "FEED_INVOKER": "fc4"})
