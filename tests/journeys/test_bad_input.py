"""What no client may do: each gets its own status and sentence, changes nothing, and is never a 500."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from commands import token
from commands.local_cloud import LocalCloud
from tests.steps import Answer, Product

ANN, BEN = 501, 502
ARTICLE = {"title": "t", "html": "<p>x</p>", "state": "public"}


@pytest.fixture
def article(product: Product) -> int:
    product.given_people(ANN, BEN)
    return int(product.publish(ANN)["id"])


def refused(answer: Answer, status: int, code: str) -> Mapping[str, Any]:
    assert (answer.status, answer.error) == (status, code), answer
    error: dict[str, Any] = answer.body["error"]
    assert error["message"].endswith(".")
    assert error["request_id"]
    return dict(error.get("fields", {}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"title": "t"',
        b"\xff\xfe",
        b'{"title": "\xff"}',
        b'{"a": NaN}',
        b"[" * 9999,
    ],
)
def test_malformed_json(product: Product, article: int, body: bytes) -> None:
    refused(product.call("POST", "/v1/articles", ANN, body), 400, "invalid_request")
    refused(product.call("PATCH", f"/v1/articles/{article}", ANN, body), 400, "invalid_request")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5),
        ("title", ["t"]),
        ("title", None),
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 151),
        ("title", "x" * 10_000),
        ("title", "a\x00b"),
        ("title", "\ud800"),
        ("html", {"p": 1}),
        ("html", "x" * 102_401),
        ("html", "<div>" * 20_000),
        ("summary", "x" * 301),
        ("cover_url", "http://example.com/plain.jpg"),
        ("cover_url", "javascript:alert(1)"),
        ("state", "hidden"),
        ("state", True),
        ("unknown", 1),
        ("author_id", BEN),
    ],
)
def test_wrong_fields(product: Product, article: int, field: str, value: object) -> None:
    answer = product.call("POST", "/v1/articles", ANN, {**ARTICLE, field: value})
    if field == "title" and value == "\ud800":
        refused(answer, 400, "invalid_request")
    else:
        assert set(refused(answer, 400, "invalid_request")) == {field}
    assert [item["id"] for item in product.walk(f"/v1/users/{ANN}/articles", None)].count(article) == 1


def test_bodies_that_are_too_large(product: Product, article: int) -> None:
    refused(product.call("POST", "/v1/articles", ANN, {**ARTICLE, "html": "x" * 1_000_000}), 413, "too_large")
    refused(product.call("PUT", "/v1/users/me", ANN, {"nickname": "x" * 70_000}), 413, "too_large")
    path = f"/v1/articles/{article}/actions"
    refused(product.call("POST", path, BEN, {"kind": "read", "pad": "x" * 1_000_000}), 413, "too_large")


def test_a_body_of_another_kind(product: Product, article: int) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = product.call("POST", f"/v1/articles/{article}/actions", BEN, b"kind=read", form)
    assert answer.status == 415


def tokens() -> dict[str, str]:
    now = int(time.time())
    claims = {"sub": str(ANN), "iss": token.ISSUER, "aud": token.AUDIENCE, "iat": now, "exp": now + 600}
    return {
        "none": jwt.encode(claims, "", algorithm="none", headers={"kid": token.KID}),
        "hs256": jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": token.KID}),
        "expired": token.sign(ANN, -600),
        "garbage": "a.b.c",
        "empty": "",
    }


@pytest.mark.parametrize("kind", ["none", "hs256", "expired", "garbage", "empty"])
def test_tokens_that_prove_nothing(product: Product, article: int, kind: str) -> None:
    sent = {"Authorization": f"Bearer {tokens()[kind]}"}
    refused(product.call("POST", "/v1/articles", None, ARTICLE, sent), 401, "unauthenticated")
    refused(product.call("GET", "/v1/timeline", None, None, sent), 401, "unauthenticated")
    refused(product.call("DELETE", f"/v1/articles/{article}", None, None, sent), 401, "unauthenticated")


def test_no_token(product: Product, article: int) -> None:
    for method, path in [
        ("POST", "/v1/articles"),
        ("PATCH", f"/v1/articles/{article}"),
        ("PUT", f"/v1/follows/{ANN}"),
        ("PUT", f"/v1/blocks/{ANN}"),
        ("DELETE", f"/v1/blocks/{ANN}"),
        ("PUT", "/v1/users/me"),
        ("GET", "/v1/users/me/collections"),
    ]:
        refused(product.call(method, path, None, ARTICLE if method == "POST" else {}), 401, "unauthenticated")


def test_the_jwt_scheme_of_older_clients(product: Product, cloud: LocalCloud, article: int) -> None:
    sent = {"Authorization": f"jwt {cloud.token(BEN)}"}
    assert product.call("GET", f"/v1/follows/{ANN}", None, None, sent).body["status"] == 0
    assert article


@pytest.mark.parametrize("size", ["0", "101", "ten", "-3", "1e1"])
def test_page_sizes(product: Product, article: int, size: str) -> None:
    lists = (f"/v1/users/{ANN}/articles", f"/v1/users/{ANN}/followers", "/v1/users/me/collections", "/v1/search?q=t")
    for path in ("/v1/timeline", *lists):
        answer = product.call("GET", f"{path}{'&' if '?' in path else '?'}size={size}", BEN)
        assert set(refused(answer, 400, "invalid_request")) == {"size"}
    assert article


@pytest.mark.parametrize("other", ["0", "-1", "x", "9007199254740992", "1.0"])
def test_ids_that_nobody_can_have(product: Product, article: int, other: str) -> None:
    for method in ("PUT", "DELETE"):
        for path in ("/v1/blocks", "/v1/follows"):
            refused(product.call(method, f"{path}/{other}", BEN), 400, "invalid_request")
    refused(product.call("POST", f"/v1/blocks/{ANN}", BEN, {}), 405, "method_not_allowed")
    refused(product.call("PUT", f"/v1/blocks/{ANN}", BEN, {"user_id": ANN}), 400, "invalid_request")
    refused(product.call("PUT", f"/v1/blocks/{BEN}", BEN), 409, "own_account")
    assert product.walk("/v1/blocks", BEN) == []
    assert article


def test_foreign_and_made_up_cursors(product: Product, article: int) -> None:
    product.publish(ANN)
    cursor = product.call("GET", f"/v1/users/{ANN}/articles?size=1", BEN).body["next_cursor"]
    for path, user in [
        (f"/v1/users/{ANN}/articles", ANN),
        (f"/v1/users/{BEN}/articles", BEN),
        ("/v1/timeline", BEN),
        ("/v1/users/me/collections", BEN),
        ("/v1/search?q=t", BEN),
    ]:
        answer = product.call("GET", f"{path}{'&' if '?' in path else '?'}cursor={cursor}", user)
        assert set(refused(answer, 400, "invalid_request")) == {"cursor"}
    refused(product.call("GET", "/v1/timeline?cursor=AAAA", BEN), 400, "invalid_request")
    assert article


@pytest.mark.parametrize(
    "bad", ["0", "-1", "9007199254740992", "9" * 40, "abc", "1.0", "%00", "1%2F2", "%E4%B8%80", "%FF"]
)
def test_ids_outside_their_range(product: Product, article: int, bad: str) -> None:
    for method, path in [
        ("GET", f"/v1/articles/{bad}"),
        ("PUT", f"/v1/follows/{bad}"),
        ("GET", f"/v1/users/{bad}"),
        ("GET", f"/v1/users/{bad}/followers"),
    ]:
        answer = product.call(method, path, BEN)
        assert answer.status in (400, 404), answer
        assert answer.error in ("invalid_request", "not_found")
    assert article


@pytest.mark.parametrize(
    "query",
    ["", "%20", "%E3%80%80", "x" * 101, "%00", "a%0Ab", "+".join("abcdefghijk"), "a&p=1"],
)
def test_searches_for_what_cannot_be_said(product: Product, article: int, query: str) -> None:
    refused(product.call("GET", f"/v1/search?q={query}", BEN), 400, "invalid_request")
    refused(product.call("GET", f"/v1/search?q={query}"), 400, "invalid_request")
    assert article


def test_people_and_articles_that_do_not_exist(product: Product, article: int) -> None:
    refused(product.call("PUT", f"/v1/follows/{BEN}", BEN), 409, "own_account")
    refused(product.call("PUT", "/v1/follows/777777", BEN), 404, "not_found")
    refused(product.call("GET", "/v1/users/777777"), 404, "not_found")
    refused(product.call("GET", "/v1/articles/777777"), 404, "not_found")
    refused(product.call("PATCH", f"/v1/articles/{article}", BEN, {"state": "public"}), 403, "forbidden")
    refused(product.call("PATCH", "/v1/articles/777777", BEN, {"state": "public"}), 404, "not_found")


def test_unknown_addresses_methods_and_parameters(product: Product, article: int) -> None:
    refused(product.call("GET", "/v1/nothing"), 404, "not_found")
    answer = product.call("PUT", f"/v1/articles/{article}", ANN, ARTICLE)
    assert answer.status == 405
    assert {method.strip() for method in answer.headers["allow"].split(",")} == {"GET", "PATCH", "DELETE", "OPTIONS"}
    assert set(refused(product.call("GET", "/v1/timeline?page=2", BEN), 400, "invalid_request")) == {"page"}


def test_scripts_in_an_article_are_not_stored(product: Product) -> None:
    product.given_people(ANN)
    html = '<p onclick="x">a<script>alert(1)</script><a href="JaVaScRiPt:x">b</a></p>'
    article = product.publish(ANN, html=html)
    assert article["html"] == '<p>a<a rel="noopener noreferrer nofollow ugc">b</a></p>'


def test_bytes_that_are_not_http(cloud: LocalCloud) -> None:
    request = urllib.request.Request(cloud.api + "/v1/timeline", headers={"Authorization": "Bearer \x80"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=10)
    with refusal.value as answer:
        assert answer.code == 401
        assert json.loads(answer.read())["error"]["code"] == "unauthenticated"
