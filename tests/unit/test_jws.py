"""The verifier of signed tokens beside PyJWT: the same are believed, with the same claims."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from feed.edge.jws import NotVerified, UnknownKey, public_key, verified
from tests.unit.tokens import CLAIMS, b64, described, keys, raw_token, rs256

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KIDS = st.sampled_from(["current", "next", "unknown", "", 1, None]) | JSON
HEADERS = st.fixed_dictionaries(
    {"alg": st.just("RS256") | st.sampled_from(["RS384", "PS256", "HS256", "none", "rs256", "", None, 1]), "kid": KIDS},
    optional={"typ": JSON, "b64": st.booleans() | JSON, "jku": st.text(max_size=5), "jwk": JSON, "x5c": JSON},
)
SIGNERS = st.sampled_from(
    [
        rs256,
        lambda data: keys().foreign.sign(data, padding.PKCS1v15(), SHA256()),
        lambda data: keys().current.sign(data, padding.PKCS1v15(), SHA384()),
        lambda data: keys().current.sign(data, padding.PSS(padding.MGF1(SHA256()), 32), SHA256()),
        lambda data: rs256(data)[:-1],
        lambda data: rs256(data) + b"\0",
        lambda _: b"",
    ]
)
PARTS = HEADERS | JSON | st.binary(max_size=20) | st.text(max_size=5).map(str.encode)


def believed_by_us(token: str) -> Any:
    known = {"current": keys().current.public_key(), "next": keys().following.public_key()}
    try:
        return verified(token, known)
    except NotVerified:
        return None


def believed_by_pyjwt(token: str) -> Any:
    known = {"current": keys().current.public_key(), "next": keys().following.public_key()}
    checks = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    options: Any = {"verify_signature": True, **{f"verify_{name}": False for name in checks}}
    try:
        header = jwt.get_unverified_header(token)
        return jwt.decode(token, known[header["kid"]], algorithms=["RS256"], options=options)
    except (jwt.PyJWTError, KeyError, TypeError):
        return None


def same(ours: Any, theirs: Any) -> bool:
    """NaN is a claim like any other."""
    return json.dumps(ours, sort_keys=True) == json.dumps(theirs, sort_keys=True)


@given(PARTS, st.just(CLAIMS) | JSON | st.binary(max_size=20), SIGNERS)
def test_what_pyjwt_believes_and_nothing_else(header: Any, claims: Any, sign: Any) -> None:
    token = raw_token(header, claims, sign)
    assert same(believed_by_us(token), believed_by_pyjwt(token))


@given(st.data())
def test_one_changed_character_is_believed_by_both_or_by_neither(data: st.DataObject) -> None:
    """In the last character of a part some bits mean nothing, so that a change may be none."""
    token = raw_token({"alg": "RS256", "kid": "current"}, CLAIMS)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_"))
    changed = token if token[at] == "." else token[:at] + letter + token[at + 1 :]
    assert same(believed_by_us(changed), believed_by_pyjwt(changed))


def test_a_good_token_is_believed() -> None:
    assert believed_by_us(raw_token({"alg": "RS256", "kid": "current"}, CLAIMS)) == CLAIMS


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"crit": []}, {"kid": "other"}, {"kid": ["current"]}])
def test_a_key_that_is_not_known_and_a_demand_on_the_reader_are_told_apart(header: dict[str, Any]) -> None:
    with pytest.raises(UnknownKey):
        verified(
            raw_token({"alg": "RS256", "kid": "current"} | header, CLAIMS), {"current": keys().current.public_key()}
        )


@pytest.mark.parametrize("depth", [900, 3_000, 100_000])
def test_depth_is_refused_not_stumbled_over(depth: int) -> None:
    deep = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    assert believed_by_us(f"{b64(deep)}.{b64(b'{}')}.{b64(b'x')}") is None


def test_a_key_is_read_as_pyjwt_reads_it() -> None:
    entry = described(keys().current.public_key(), "current")
    theirs: Any = RSAAlgorithm.from_jwk(entry)
    assert public_key(entry).public_numbers() == theirs.public_numbers()


@pytest.mark.parametrize(
    "change",
    [
        {"n": ""},
        {"e": ""},
        {"e": "AA"},
        {"n": 5},
        {"n": None},
        {"e": ["AQAB"]},
        {"d": "AQAB"},
        {"e": "!"},
        {"n": "AQAB"},
    ],
)
def test_what_is_no_public_key_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        public_key(described(keys().current.public_key(), "current") | change)


def test_a_signature_has_one_spelling() -> None:
    """Four bits of its last character mean nothing; they must be zero."""
    token = raw_token({"alg": "RS256", "kid": "current"}, CLAIMS)
    spelt = [token[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    assert [each for each in spelt if believed_by_us(each) is not None] == [token]
