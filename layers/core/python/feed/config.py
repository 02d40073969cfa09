"""What the environment says: endpoints, limits, keys to verify with; read once per instance."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from feed.errors import Misconfigured


class Settings(NamedTuple):
    """One value per environment variable of the same name in capitals, behind `FEED_` where it is ours.

    `pull_followers`: from so many on, an author's articles are left to the readers; 0 is never.
    """

    ots_endpoint: str
    ots_instance: str
    invoker: str
    fc_endpoint: str
    fc_service: str
    jwks: str
    jwt_issuer: str
    jwt_audience: str
    fanout_batch_followers: int
    fanout_width: int
    request_timeout_s: float
    pull_followers: int = 0

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Raises Misconfigured naming the first variable that is missing or not a number."""
        return cls(
            ots_endpoint=_text(env, "OTS_ENDPOINT"),
            ots_instance=_text(env, "OTS_INSTANCE"),
            invoker=_one_of(env, "FEED_INVOKER", ("fc3", "fc2")),
            fc_endpoint=_text(env, "FEED_FC_ENDPOINT"),
            fc_service=env.get("FC_SERVICE_NAME", ""),
            jwks=_text(env, "FEED_JWKS"),
            jwt_issuer=_text(env, "FEED_JWT_ISSUER"),
            jwt_audience=_text(env, "FEED_JWT_AUDIENCE"),
            fanout_batch_followers=_number(env, "FEED_FANOUT_BATCH_FOLLOWERS", 20_000),
            fanout_width=_number(env, "FEED_FANOUT_WIDTH", 64, most=100),
            pull_followers=_number(env, "FEED_PULL_FOLLOWERS", 0, least=0),
            request_timeout_s=float(_number(env, "FEED_REQUEST_TIMEOUT_S", 3)),
        )


class Payee(NamedTuple):
    """Whom Alipay pays, and the key by which it proves to be Alipay (DER)."""

    app_id: str
    seller_id: str
    public_key: bytes

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Payee:
        """Raises Misconfigured, as Settings."""
        return cls(
            app_id=_text(env, "FEED_ALIPAY_APP_ID"),
            seller_id=_text(env, "FEED_ALIPAY_SELLER_ID"),
            public_key=_key(env, "FEED_ALIPAY_PUBLIC_KEY"),
        )


@dataclass(frozen=True)
class Merchant:
    """What it takes to act at Alipay in the payee's name; the private key (DER) is in few functions."""

    payee: Payee
    gateway: str
    private_key: bytes = field(repr=False)
    notify_url: str
    return_url: str
    timeout_s: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Merchant:
        """Raises Misconfigured, as Settings."""
        return cls(
            payee=Payee.from_env(env),
            gateway=_text(env, "FEED_ALIPAY_GATEWAY"),
            private_key=_key(env, "FEED_ALIPAY_PRIVATE_KEY"),
            notify_url=_text(env, "FEED_ALIPAY_NOTIFY_URL"),
            return_url=_text(env, "FEED_ALIPAY_RETURN_URL"),
            timeout_s=_number(env, "FEED_ALIPAY_TIMEOUT_S", 3, most=30),
        )


_ACTS = ("tip", "comment", "collect", "like", "read")


def act_weights(env: Mapping[str, str]) -> dict[str, float]:
    """What acts weigh in recommendations, where it is not the default: `FEED_ACT_WEIGHTS` as `tip=10,comment=5`.

    Training and requests must be told the same. Raises Misconfigured for another act, or a weight that is not above 0.
    """
    weights: dict[str, float] = {}
    for part in filter(None, env.get("FEED_ACT_WEIGHTS", "").split(",")):
        name, _, text = part.partition("=")
        if name not in _ACTS or not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", text, re.ASCII) or not float(text):
            allowed = f"one of {', '.join(_ACTS)}, an equals sign and a number above 0"
            raise Misconfigured(f"The environment variable FEED_ACT_WEIGHTS holds {part!r}, not {allowed}.")
        weights[name] = float(text)
    return weights


_USERS_BUDGETS = ("follow", "publish", "edit", "act", "tip", "mark", "search")
_BUDGETS = (*_USERS_BUDGETS, *(f"{name}@address" for name in (*_USERS_BUDGETS, "read")))


def budgets(env: Mapping[str, str]) -> dict[str, int]:
    """How much may be done in a budget's time, where it is not the default: `FEED_BUDGETS` as `tip=20,tip@address=500`.

    What stands before `@address` is a user's. Raises Misconfigured for another budget, or a number that is not above 0.
    """
    given: dict[str, int] = {}
    for part in filter(None, env.get("FEED_BUDGETS", "").split(",")):
        name, _, text = part.partition("=")
        if name not in _BUDGETS or not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII):
            allowed = f"one of {', '.join(_BUDGETS)}, an equals sign and a number above 0"
            raise Misconfigured(f"The environment variable FEED_BUDGETS holds {part!r}, not {allowed}.")
        given[name] = int(text)
    return given


_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?", re.ASCII)


def cors_origins(env: Mapping[str, str]) -> frozenset[str]:
    """Whose pages may use the API: `FEED_CORS_ORIGINS` as `https://feed.example,https://m.feed.example`.

    Raises Misconfigured for what no browser sends as an origin, for `*`, and for one without TLS on another machine.
    """
    return frozenset(_origin("FEED_CORS_ORIGINS", each) for each in env.get("FEED_CORS_ORIGINS", "").split(",") if each)


def web_client(env: Mapping[str, str]) -> str:
    """Where the web client stands: `FEED_WEB_CLIENT` as `https://feed.example`, "" if nowhere. Raises Misconfigured."""
    given = env.get("FEED_WEB_CLIENT", "")
    return _origin("FEED_WEB_CLIENT", given) if given else ""


def _origin(variable: str, origin: str) -> str:
    if not _ORIGIN.fullmatch(origin):
        allowed = "https:// (http:// on this machine), a host in lower case and perhaps a port"
        raise Misconfigured(f"The environment variable {variable} holds {origin!r}, not {allowed}.")
    return origin


class Training(NamedTuple):
    """How neighbours are computed, `FEED_TRAIN_` and the name; 0 days switch window or decay off."""

    window_days: int
    half_life_days: int
    neighbors: int
    most_acts: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Training:
        """Raises Misconfigured, as Settings. `scripts/bench recommend` prints what other values do."""
        return cls(
            window_days=_number(env, "FEED_TRAIN_WINDOW_DAYS", 90, least=0),
            half_life_days=_number(env, "FEED_TRAIN_HALF_LIFE_DAYS", 60, least=0),
            neighbors=_number(env, "FEED_TRAIN_NEIGHBORS", 100, most=200),  # what a row of one unit holds
            most_acts=_number(env, "FEED_TRAIN_MOST_ACTS", 20_000_000),
        )


class Credentials(NamedTuple):
    """An access key; `security_token` is empty only for a permanent one."""

    access_key_id: str
    access_key_secret: str
    security_token: str

    @classmethod
    def of_invocation(cls, context: Any, env: Mapping[str, str]) -> Credentials:
        """The function role's temporary key: in the context up to python3.10, in the environment from python3.12 on."""
        given = getattr(context, "credentials", None)
        if given is not None and getattr(given, "access_key_id", None):
            return cls(given.access_key_id, given.access_key_secret, given.security_token or "")
        return cls(
            _text(env, "ALIBABA_CLOUD_ACCESS_KEY_ID"),
            _text(env, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
            env.get("ALIBABA_CLOUD_SECURITY_TOKEN", ""),
        )


def _text(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise Misconfigured(f"The environment variable {name} is not set.")
    return env[name]


def _key(env: Mapping[str, str], name: str) -> bytes:
    """A key as PEM or, as Alipay's own tool writes it, as bare base64: in the variable, or in the file it names.

    A file is named by the variable with `_FILE` behind it. No message repeats anything of the key.
    """
    file = env.get(f"{name}_FILE")
    try:
        text = Path(file).read_text(encoding="ascii") if file else _text(env, name)
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"The file that {name}_FILE names cannot be read.") from None
    body = re.sub(r"(?s).*?-----BEGIN[^-]*-----|-----END.*", "", text)
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise Misconfigured(f"The environment variable {name} is neither PEM nor base64.") from None


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = _text(env, name)
    if value not in allowed:
        raise Misconfigured(f"The environment variable {name} is {value!r}, not one of {', '.join(allowed)}.")
    return value


def _number(env: Mapping[str, str], name: str, default: int, most: int = 10**9, least: int = 1) -> int:
    value = env.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise Misconfigured(f"The environment variable {name} is {value!r}, not a whole number from {least} to {most}.")
    return int(value)
