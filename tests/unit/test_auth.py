"""Which tokens are believed: one kind, and none of the hostile ones."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from feed.edge import auth
from feed.errors import Misconfigured, SignIn
from tests.unit.tokens import (
    CLAIMS,
    NOW_MS,
    NOW_S,
    b64,
    believed_settings,
    described,
    keys,
    raw_token,
    settings,
    with_claims,
    with_header,
    with_jwks,
    with_payload,
    without,
)


def public_pem() -> bytes:
    return keys().current.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def hs256_with_the_public_key() -> str:
    def sign(data: bytes) -> bytes:
        return hmac.new(public_pem(), data, hashlib.sha256).digest()

    return raw_token({"alg": "HS256", "kid": "current"}, CLAIMS, sign)


def signed_by(key: rsa.RSAPrivateKey, kid: str, **header: Any) -> str:
    return jwt.encode(CLAIMS, key, algorithm="RS256", headers={"kid": kid, **header})


def tampered() -> str:
    header, _, signature = with_claims().split(".")
    return f"{header}.{b64(json.dumps({**CLAIMS, 'sub': '1'}).encode())}.{signature}"


def caller(authorization: str, now_ms: int = NOW_MS) -> int | None:
    bearer = auth.bearer_of({"authorization": authorization}, believed_settings(), now_ms)
    return bearer.user_id if bearer is not None else None


HOSTILE: dict[str, Callable[[], str]] = {
    "jti a number": lambda: with_claims(jti=1),
    "jti null": lambda: with_claims(jti=None),
    "ver a string": lambda: with_claims(ver="3"),
    "ver true": lambda: with_claims(ver=True),
    "ver null": lambda: with_claims(ver=None),
    "ver below zero": lambda: with_claims(ver=-1),
    "ver a fraction": lambda: with_claims(ver=1.0),
    "ver too large": lambda: with_claims(ver=2**53),
    "alg none": lambda: raw_token({"alg": "none", "kid": "current"}, CLAIMS, lambda _: b""),
    "alg none, signed": lambda: with_header(alg="none"),
    "alg nOnE": lambda: with_header(alg="nOnE"),
    "HS256 with the public key": hs256_with_the_public_key,
    "RS512": lambda: jwt.encode(CLAIMS, keys().current, algorithm="RS512", headers={"kid": "current"}),
    "PS256": lambda: jwt.encode(CLAIMS, keys().current, algorithm="PS256", headers={"kid": "current"}),
    "alg of another case": lambda: with_header(alg="rs256"),
    "alg no text": lambda: with_header(alg=["RS256"]),
    "expired": lambda: with_claims(exp=NOW_S - auth.LEEWAY_S),
    "expired long ago": lambda: with_claims(exp=1),
    "exp below zero": lambda: with_claims(exp=-1),
    "exp as text": lambda: with_claims(exp=str(NOW_S + 900)),
    "exp as float": lambda: with_claims(exp=NOW_S + 900.0),
    "exp true": lambda: with_claims(exp=True),
    "exp null": lambda: with_claims(exp=None),
    "exp NaN": lambda: with_payload(json.dumps(CLAIMS).replace(str(CLAIMS["exp"]), "NaN")),
    "exp 1e400": lambda: with_payload(json.dumps(CLAIMS).replace(str(CLAIMS["exp"]), "1e400")),
    "iat in the future": lambda: with_claims(iat=NOW_S + auth.LEEWAY_S + 1),
    "iat as text": lambda: with_claims(iat=str(NOW_S)),
    "nbf in the future": lambda: with_claims(nbf=NOW_S + auth.LEEWAY_S + 1),
    "nbf as text": lambda: with_claims(nbf="0"),
    **{f"no {name}": partial(without, name) for name in CLAIMS},
    "another issuer": lambda: with_claims(iss="https://issuer.example"),
    "several issuers": lambda: with_claims(iss=["https://issuer.example/"]),
    "another audience": lambda: with_claims(aud="tips"),
    "other audiences": lambda: with_claims(aud=["tips", "feedback"]),
    "audience no text": lambda: with_claims(aud={"feed": 1}),
    "sub a number": lambda: with_claims(sub=42),
    "sub zero": lambda: with_claims(sub="0"),
    "sub negative": lambda: with_claims(sub="-42"),
    "sub with a leading zero": lambda: with_claims(sub="042"),
    "sub with a blank": lambda: with_claims(sub="42 "),
    "sub with a line feed": lambda: with_claims(sub="42\n"),
    "sub of 2^53": lambda: with_claims(sub=str(2**53)),
    "sub in other digits": lambda: with_claims(sub="٤٢"),
    "sub a name": lambda: with_claims(sub="admin"),
    "sub empty": lambda: with_claims(sub=""),
    "unknown kid": lambda: with_header(kid="other"),
    "kid of another case": lambda: with_header(kid="Current"),
    "kid a path": lambda: with_header(kid="../../dev/null"),
    "kid no text": lambda: with_header(kid=["current"]),
    "no kid": lambda: raw_token({"alg": "RS256"}, CLAIMS),
    "kid of a curve key": lambda: with_header(kid="curve"),
    "kid of the other key": lambda: signed_by(keys().following, "current"),
    "a foreign key": lambda: signed_by(keys().foreign, "current"),
    "a foreign key, given as jwk": lambda: signed_by(
        keys().foreign, "current", jwk=described(keys().foreign.public_key(), "current")
    ),
    "a foreign key, given as jwk without kid": lambda: raw_token(
        {"alg": "RS256", "jwk": described(keys().foreign.public_key(), "x")},
        CLAIMS,
        lambda data: keys().foreign.sign(data, padding.PKCS1v15(), SHA256()),
    ),
    "a foreign key, given by jku": lambda: signed_by(keys().foreign, "other", jku="https://evil.example/jwks"),
    "a foreign key, given by x5u": lambda: signed_by(keys().foreign, "other", x5u="https://evil.example/x.pem"),
    "unknown crit": lambda: with_header(crit=["exp"], exp=NOW_S + 900),
    "crit b64": lambda: with_header(crit=["b64"], b64=True),
    "b64 false": lambda: with_header(b64=False),
    "tampered": tampered,
    "signature cut": lambda: with_claims()[:-40],
    "signature empty": lambda: with_claims().rpartition(".")[0] + ".",
    "two parts": lambda: with_claims().rpartition(".")[0],
    "five parts": lambda: with_claims() + ".a.b",
    "padded": lambda: with_claims() + "==",
    "payload a list": lambda: with_payload("[]"),
    "payload no JSON": lambda: with_payload("{"),
    "payload no UTF-8": lambda: raw_token({"alg": "RS256", "kid": "current"}, b"\xff"),
    "payload deeply nested": lambda: with_payload("[" * 1500),
    "header a list": lambda: raw_token([], CLAIMS),
    "header no JSON": lambda: raw_token(b"{", CLAIMS),
    "header deeply nested": lambda: raw_token(b'{"alg":' + b"[" * 1500, CLAIMS),
    "oversized": lambda: with_claims(padding="x" * 4096),
    "nothing": lambda: "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_refused(name: str) -> None:
    token = HOSTILE[name]()
    with pytest.raises(SignIn) as caught:
        caller(f"Bearer {token}")
    assert caught.value.headers == {"www-authenticate": "Bearer"}
    assert caught.value.message.endswith(".")
    assert all(len(part) < 8 or part not in caught.value.message for part in token.split("."))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "Bearer",
        "Bearer ",
        "Bearer  {}",
        " Bearer {}",
        "Bearer {} ",
        "Bearer\t{}",
        "Bearer {}\n",
        "Basic {}",
        "Bearer {0},Bearer {0}",
        "Bearer {0} {0}",
        "Token {}",
        "Bearer: {}",
        "bearer\u00a0{}",
        "ﬂBearer {}",
        "",
    ],
)
def test_another_form_of_header_is_refused(form: str) -> None:
    with pytest.raises(SignIn):
        caller(form.format(with_claims()))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "JWT", "jwt", "Jwt"])
def test_a_good_token_names_the_caller(scheme: str) -> None:
    assert caller(f"{scheme} {with_claims()}") == 42


def test_the_next_key_is_believed_before_it_is_used() -> None:
    assert caller(f"Bearer {signed_by(keys().following, 'next')}") == 42


def test_a_jku_in_a_good_token_is_not_read() -> None:
    assert caller(f"Bearer {with_header(jku='http://127.0.0.1:1/')}") == 42


def test_the_audience_may_be_one_of_several() -> None:
    assert caller(f"Bearer {with_claims(aud=['tips', 'feed'])}") == 42


@pytest.mark.parametrize("sub", ["1", str(2**53 - 1)])
def test_the_smallest_and_the_largest_id(sub: str) -> None:
    assert caller(f"Bearer {with_claims(sub=sub)}") == int(sub)


def test_nobody_is_a_guest_only_without_the_header() -> None:
    assert auth.bearer_of({"cookie": f"token={with_claims()}"}, believed_settings(), NOW_MS) is None


def test_the_calls_clock_decides_not_the_walls() -> None:
    token = with_claims(iat=1000, exp=2000)
    assert caller(f"Bearer {token}", now_ms=1_500_000) == 42
    assert caller(f"Bearer {token}", now_ms=(2000 + auth.LEEWAY_S) * 1000 - 1) == 42
    with pytest.raises(SignIn, match="expired"):
        caller(f"Bearer {token}", now_ms=(2000 + auth.LEEWAY_S) * 1000)
    with pytest.raises(SignIn, match="not valid yet"):
        caller(f"Bearer {token}", now_ms=(1000 - auth.LEEWAY_S) * 1000 - 1)


def test_the_leeway_admits_clocks_that_differ_a_little() -> None:
    assert caller(f"Bearer {with_claims(iat=NOW_S + auth.LEEWAY_S, exp=NOW_S + 900)}") == 42
    assert caller(f"Bearer {with_claims(exp=NOW_S - auth.LEEWAY_S + 1)}") == 42


def test_keys_are_read_once_for_one_configuration() -> None:
    caller(f"Bearer {with_claims()}")
    before = auth._public_keys.cache_info().misses
    caller(f"Bearer {with_claims()}")
    assert auth._public_keys.cache_info().misses == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"keys": 1}',
        '{"keys": []}',
        '{"keys": [1]}',
        '{"keys": [{"kty": "RSA"}]}',
        "not JSON",
        '{"keys": [{"kty": "RSA", "kid": "a"}]}',
        '{"keys": [{"kty": "RSA", "kid": "a", "n": "!", "e": "AQAB"}]}',
    ],
)
def test_keys_that_cannot_be_used_are_the_deployments_fault(text: str) -> None:
    with pytest.raises(Misconfigured):
        auth.bearer_of({"authorization": f"Bearer {with_claims()}"}, with_jwks(text), NOW_MS)


def test_a_private_a_short_and_a_repeated_key_are_refused() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    public = described(keys().current.public_key(), "current")
    for entries in ([described(keys().current, "current")], [described(short, "current")], [public, public]):
        with pytest.raises(Misconfigured) as caught:
            auth.bearer_of({"authorization": f"Bearer {with_claims()}"}, settings(*entries), NOW_MS)
        assert public["n"] not in caught.value.message


@given(st.text(max_size=200))
def test_random_headers_are_refused_not_stumbled_over(value: str) -> None:
    for header in (value, f"Bearer {value}"):
        with pytest.raises(SignIn):
            caller(header)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_random_headers_and_payloads_are_refused(header: bytes, payload: bytes) -> None:
    with pytest.raises(SignIn):
        caller(f"Bearer {raw_token(header, payload, lambda _: b'x')}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*CLAIMS, "nbf", "jti"]), JSON)
def test_a_signed_claim_of_any_kind_is_judged_not_stumbled_over(name: str, value: Any) -> None:
    try:
        found = caller(f"Bearer {with_claims(**{name: value})}")
    except SignIn:
        return
    assert isinstance(found, int)
