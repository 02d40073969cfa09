"""Settings: what the environment may say, and which variable a refusal names."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from feed.config import Merchant, Payee, Settings, act_weights, cors_origins, web_client
from feed.domain.recommendation import kinds_of, weight_of
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


KEY = b"a key's bytes, as DER has them"
BASE64 = base64.b64encode(KEY).decode()
PAYEE = {"FEED_ALIPAY_APP_ID": "1", "FEED_ALIPAY_SELLER_ID": "2", "FEED_ALIPAY_PUBLIC_KEY": BASE64}
MERCHANT = {
    **PAYEE,
    "FEED_ALIPAY_GATEWAY": "http://127.0.0.1:3/gateway.do",
    "FEED_ALIPAY_PRIVATE_KEY": BASE64,
    "FEED_ALIPAY_NOTIFY_URL": "http://127.0.0.1:4/notify",
    "FEED_ALIPAY_RETURN_URL": "http://127.0.0.1:4/return",
}


@pytest.mark.parametrize("name", sorted(MERCHANT))
def test_a_merchant_is_named_whole(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Merchant.from_env({**MERCHANT, name: ""})


@pytest.mark.parametrize(
    "text",
    [
        BASE64,
        f"{BASE64[:10]}\n{BASE64[10:]}\n",
        f"-----BEGIN PUBLIC KEY-----\n{BASE64}\n-----END PUBLIC KEY-----\n",
        f"# whose\n-----BEGIN RSA PUBLIC KEY-----\r\n{BASE64[:8]}\r\n{BASE64[8:]}\r\n-----END RSA PUBLIC KEY-----",
    ],
    ids=["bare", "in lines", "PEM", "PEM with a comment"],
)
def test_keys_come_as_pem_or_base64_from_a_variable_or_a_file(text: str, tmp_path: Path) -> None:
    assert Payee.from_env({**PAYEE, "FEED_ALIPAY_PUBLIC_KEY": text}).public_key == KEY
    file = tmp_path / "key.pem"
    file.write_text(text)
    from_file = {name: value for name, value in PAYEE.items() if name != "FEED_ALIPAY_PUBLIC_KEY"}
    assert Payee.from_env({**from_file, "FEED_ALIPAY_PUBLIC_KEY_FILE": str(file)}).public_key == KEY


def test_a_key_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    for env in ({"FEED_ALIPAY_PUBLIC_KEY": "secret?!"}, {"FEED_ALIPAY_PUBLIC_KEY_FILE": str(tmp_path / "none")}):
        with pytest.raises(Misconfigured, match="FEED_ALIPAY_PUBLIC_KEY") as refused:
            Payee.from_env({**PAYEE, **env})
        assert "secret" not in refused.value.message


def test_act_weights_are_the_defaults_but_for_those_that_are_named() -> None:
    assert act_weights({}) == {}
    assert act_weights({"FEED_ACT_WEIGHTS": "tip=10,like=2.5"}) == {"tip": 10, "like": 2.5}
    kinds = kinds_of({"read": 9})
    assert (kinds[0][0], kinds[0][2]) == ("read", 9)
    assert weight_of(16 | 1, kinds) == ("read", 9)
    for wrong in ("tip", "tip=", "tip=0", "tip=-1", "tip=x", "gift=1", "tip=1e3", "tip=１"):
        with pytest.raises(Misconfigured, match="FEED_ACT_WEIGHTS"):
            act_weights({"FEED_ACT_WEIGHTS": wrong})


def test_origins_are_as_browsers_send_them() -> None:
    assert cors_origins({}) == cors_origins({"FEED_CORS_ORIGINS": ""}) == frozenset()
    given = {"https://feed.example", "https://m.feed.example:8443", "http://localhost:3000", "http://127.0.0.1"}
    assert cors_origins({"FEED_CORS_ORIGINS": ",".join(given)}) == given


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "feed.example",
        "http://feed.example",
        "http://localhost.evil.example",
        "https://feed.example/",
        "https://*.example",
        "https://Feed.example",
        "https://ä.example",
        "https://u@feed.example",
        "https://feed.example https://m.feed.example",
    ],
)
def test_what_no_trusted_page_comes_from_is_no_origin(origin: str) -> None:
    with pytest.raises(Misconfigured, match="FEED_CORS_ORIGINS"):
        cors_origins({"FEED_CORS_ORIGINS": f"https://feed.example,{origin}"})
    with pytest.raises(Misconfigured, match="FEED_WEB_CLIENT"):
        web_client({"FEED_WEB_CLIENT": origin})


def test_a_web_client_stands_at_one_origin_or_nowhere() -> None:
    assert web_client({}) == web_client({"FEED_WEB_CLIENT": ""}) == ""
    assert web_client({"FEED_WEB_CLIENT": "https://feed.example"}) == "https://feed.example"
