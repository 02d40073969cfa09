"""Who may call an HTTP trigger: anyone, whoever signs the request, or whoever shows a token of the declared key."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from alifakes.function_compute.events import HttpCall
from alifakes.function_compute.model import JwtConfig
from alifakes.function_compute.routes import Target
from alifakes.function_compute.signatures import Refusal, verify_fc, verify_trigger
from alifakes.server import Request

_HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


def let_in(target: Target, call: HttpCall) -> HttpCall:
    """The call as the function sees it, claims of its token passed on; raises Refusal, which names the trigger."""
    trigger = target.trigger
    if trigger is None:
        return call
    try:
        if trigger.auth_type == "function" and target.function.is_http:
            verify_fc(call.request, with_query=True)
        elif trigger.auth_type == "function":
            verify_trigger(call.request)
        if trigger.jwt is None or not _needs_token(trigger.jwt, unquote(call.raw_path)):
            return call
        claims = _claims(trigger.jwt, _token(trigger.jwt, call.request))
    except Refusal as refusal:
        message = f"The http trigger '{trigger.name}' refuses it: {refusal.message.rstrip('.')}."
        raise Refusal(403, "AccessDenied", message) from None
    request = call.request
    for position, claim, name in trigger.jwt.passed:
        if claim in claims:
            request = _with(request, position, name, str(claims[claim]))
    return replace(call, request=request)


def _needs_token(config: JwtConfig, path: str) -> bool:
    if config.blacklist:
        return any(_covers(pattern, path) for pattern in config.blacklist)
    return not any(_covers(pattern, path) for pattern in config.whitelist)


def _covers(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _with(request: Request, position: str, name: str, value: str) -> Request:
    """The request with a claim in the place of whatever the caller has put there."""
    if position == "header":
        return replace(request, headers={**request.headers, name.lower(): value})
    if position == "cookie":
        others = [part.strip() for part in request.headers.get("cookie", "").split(";")]
        kept = [part for part in others if part and part.partition("=")[0] != name]
        return replace(request, headers={**request.headers, "cookie": "; ".join([*kept, f"{name}={value}"])})
    if position == "query":
        path, _, query = request.target.partition("?")
        return replace(request, target=f"{path}?{_with_parameter(query, name, value)}")
    body = _with_parameter(request.body.decode("utf-8", "replace"), name, value).encode()
    return replace(request, body=body, headers={**request.headers, "content-length": str(len(body))})


def _with_parameter(encoded: str, name: str, value: str) -> str:
    others = [pair for pair in parse_qsl(encoded, keep_blank_values=True) if pair[0] != name]
    return urlencode([*others, (name, value)])


def _token(config: JwtConfig, request: Request) -> str:
    for position, name, prefix in config.lookups:
        value = _value(request, position, name)
        if value.startswith(prefix):
            value = value.removeprefix(prefix).strip()
            if value:
                return value
    raise _denied("there is no token where the trigger looks for it")


def _value(request: Request, position: str, name: str) -> str:
    if position == "header":
        return request.headers.get(name.lower(), "")
    if position == "cookie":
        try:
            cookies = SimpleCookie(request.headers.get("cookie", ""))
        except CookieError:
            return ""
        return cookies[name].value if name in cookies else ""
    form = request.body.decode("utf-8", "replace") if position == "form" else request.target.partition("?")[2]
    return parse_qs(form).get(name, [""])[-1]


def _claims(config: JwtConfig, token: str) -> Mapping[str, Any]:
    """Of a token signed by a declared key and within its time; raises Refusal."""
    try:
        signed, _, signature = token.rpartition(".")
        header, claims = (json.loads(_decode(part)) for part in signed.split("."))
        algorithm, key_id = header["alg"], header.get("kid")
        keys = [key for key in config.keys if key["alg"] == algorithm and key_id in (None, key.get("kid"))]
        public = RSAPublicNumbers(*(int.from_bytes(_decode(keys[0][part]), "big") for part in ("e", "n"))).public_key()
        public.verify(_decode(signature), signed.encode(), PKCS1v15(), _HASHES[algorithm])
        late, early = float(claims.get("exp", "inf")) <= time.time(), float(claims.get("nbf", 0)) > time.time()
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, InvalidSignature):
        raise _denied("the token is not one that the trigger's keys have signed") from None
    if late or early:
        raise _denied("the token has expired" if late else "the token is not valid yet")
    return dict(claims)


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _denied(why: str) -> Refusal:
    return Refusal(403, "AccessDenied", why)
