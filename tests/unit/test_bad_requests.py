"""Every bad input that the edge can judge gets its own 4xx, and never reaches the operation."""

from __future__ import annotations

import json

import pytest

from feed.edge import routing
from feed.edge.routing import Route
from feed.errors import MethodNotAllowed
from tests.unit.things import CONTEXT, HANDLER, Seen, event, listing, refusal
from tests.unit.tokens import NOW_S, with_claims

GUEST = "guest-0123456789"


BAD_BODIES: dict[str, bytes | str] = {
    "cut off": '{"title": "t"',
    "no JSON": "title=t",
    "two values": "{}{}",
    "a list": "[]",
    "text": '"t"',
    "null": "null",
    "a byte order mark": b'\xef\xbb\xbf{"title": "t"}',
    "invalid UTF-8": b'{"title": "\xff"}',
    "UTF-16": '{"title": "t"}'.encode("utf-16"),
    "an encoded surrogate": b'{"title": "\xed\xa0\x80"}',
    "an escaped surrogate": '{"title": "\\ud800"}',
    "an escaped surrogate in a name": '{"title": "t", "\\ud800": 1}',
    "a name twice": '{"title": "t", "title": "t"}',
    "a name twice, inside": '{"title": {"a": 1, "a": 2}}',
    "NaN": '{"title": NaN}',
    "Infinity": '{"title": -Infinity}',
    "an endless number": '{"title": 1e999}',
    "an integer of 90,000 digits": '{"title": ' + "9" * 90_000 + "}",
    "deep nesting": '{"title": ' + "[" * 90_000 + "}",
    "control characters, raw": '{"title": "\n"}',
    "control characters": '{"title": "\\u0000"}',
    "a number for text": '{"title": 7}',
    "null for text": '{"title": null}',
    "a list for text": '{"title": ["t"]}',
    "an object for text": '{"title": {"t": 1}}',
    "text for a boolean": '{"title": "t", "pinned": "true"}',
    "a number for a boolean": '{"title": "t", "pinned": 1}',
    "another choice": '{"title": "t", "state": "deleted"}',
    "a list for a choice": '{"title": "t", "state": ["private"]}',
    "nothing": "",
    "an empty object": "{}",
    "an empty title": '{"title": ""}',
    "a long title": json.dumps({"title": "字" * 151}),
    "an unknown field": '{"title": "t", "admin": true}',
    "an unknown field with a strange name": '{"title": "t", "<script>": 1}',
    "many unknown fields": json.dumps({"title": "t", **{f"f{number}": 1 for number in range(80)}}),
    "a field that a header holds": '{"title": "t", "idempotency_key": "k"}',
    "a field that the path holds": '{"title": "t", "id": 7}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_400(name: str, seen: Seen) -> None:
    answer = HANDLER(event(body=BAD_BODIES[name], headers={"Content-Type": "application/json"}), CONTEXT)
    refusal(answer, 400, "invalid_request")
    assert seen.request is None
    assert len(answer["body"]) < 2000


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cut off", "The body is not valid JSON."),
        ("deep nesting", "The body is not valid JSON."),
        ("an integer of 90,000 digits", "The body is not valid JSON."),
        ("a list", "The body must be a JSON object."),
        ("invalid UTF-8", "The body is not valid UTF-8."),
        ("an escaped surrogate", "The body is not valid UTF-8."),
        ("an escaped surrogate in a name", "The body is not valid UTF-8."),
        ("a name twice", "The body repeats a name in one object."),
        ("NaN", "The body holds NaN or Infinity, which JSON does not know."),
    ],
)
def test_a_body_that_no_model_should_see_is_refused_as_such(name: str, message: str, seen: Seen) -> None:
    answer = HANDLER(event(body=BAD_BODIES[name]), CONTEXT)
    assert refusal(answer, 400, "invalid_request")["message"] == message
    assert seen.request is None


def test_what_is_wrong_is_said_in_sentences_without_the_input(seen: Seen) -> None:
    body = '{"title": "SECRET\\u0000", "state": "SECRET", "pinned": "SECRET", "admin": "SECRET", "<b>SECRET": 1}'
    answer = HANDLER(event(body=body), CONTEXT)
    error = refusal(answer, 400, "invalid_request")
    assert error["fields"] == {
        "title": "It holds a control character.",
        "state": "It must be one of 'private' or 'public'.",
        "pinned": "It must be true or false.",
        "admin": "It is not known here.",
        "(unnamed)": "It is not known here.",
    }
    assert "SECRET" not in answer["body"]
    assert seen.request is None


def test_a_missing_field_is_named(seen: Seen) -> None:
    error = refusal(HANDLER(event(body="{}"), CONTEXT), 400, "invalid_request")
    assert error["fields"] == {"title": "It is required."}
    assert seen.request is None


@pytest.mark.parametrize("path_id", ["0", "-1", "9007199254740992", "9" * 400, "x", "1.0", "%EF%BC%91", "1_0", "%201"])
def test_a_bad_id_in_the_path_is_400(path_id: str, seen: Seen) -> None:
    answer = HANDLER(event(path=f"/v1/things/{path_id}"), CONTEXT)
    error = refusal(answer, 400, "invalid_request")
    assert error["fields"] == {"id": "It must be a whole number from 1 to 9007199254740991."}
    assert seen.request is None


@pytest.mark.parametrize(
    "query",
    [{"size": value} for value in ("0", "101", "ten", "", "5,6", "-1", "1e1", "５")]
    + [
        {"cursor": ""},
        {"cursor": "a b"},
        {"cursor": "x" * 3000},
        {"page": "2"},
        {"caller": "1"},
        {"idempotency_key": "k"},
    ],
)
def test_a_bad_query_is_400(query: dict[str, str], seen: Seen) -> None:
    error = refusal(HANDLER(listing(query=query), CONTEXT), 400, "invalid_request")
    assert list(error["fields"]) == [name.replace("idempotency_key", "Idempotency-Key") for name in query]
    assert seen.request is None


def test_fields_of_the_body_are_not_taken_from_the_query(seen: Seen) -> None:
    error = refusal(HANDLER(event(query={"title": "t"}, body=b"{}"), CONTEXT), 400, "invalid_request")
    assert error["fields"] == {"title": "It is not known here."}
    refusal(HANDLER(event(query={"id": "7"}), CONTEXT), 400, "invalid_request")
    assert seen.request is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_where_none_belongs_is_400(method: str, seen: Seen) -> None:
    refusal(HANDLER(event(method, "/v1/things", b"{}"), CONTEXT), 400, "invalid_request")
    assert seen.request is None


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "é", "a,b"])
def test_a_bad_idempotency_key_is_400(key: str, seen: Seen) -> None:
    answer = HANDLER(event(headers={"Idempotency-Key": key}), CONTEXT)
    assert list(refusal(answer, 400, "invalid_request")["fields"]) == ["Idempotency-Key"]
    assert seen.request is None


@pytest.mark.parametrize("size", [100_001, 1024 * 1024])
def test_a_body_above_the_routes_limit_is_413(size: int, seen: Seen) -> None:
    answer = HANDLER(event(body=b"[" * size), CONTEXT)
    assert "at most 100000" in refusal(answer, 413, "too_large")["message"]
    assert seen.request is None


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/jsonp",
        "application/json,text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-8; x=y",
    ],
)
def test_another_content_type_is_415(kind: str, seen: Seen) -> None:
    refusal(HANDLER(event(headers={"Content-Type": kind}), CONTEXT), 415, "unsupported_media_type")
    assert seen.request is None


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", 'application/json;charset="UTF-8"'])
def test_json_in_utf8_is_taken(kind: str, seen: Seen) -> None:
    assert HANDLER(event(headers={"Content-Type": kind}), CONTEXT)["statusCode"] == 201
    assert seen.request is not None


@pytest.mark.parametrize(
    "path", ["/", "", "/v1/things/", "/v1/things/7/", "//v1/things", "/V1/things", "/v1/things/7/x"]
)
def test_an_unknown_address_is_404(path: str, seen: Seen) -> None:
    refusal(HANDLER(event(path=path), CONTEXT), 404, "not_found")
    assert seen.request is None


@pytest.mark.parametrize("method", ["HEAD", "POST", "TRACE", "X"])
def test_another_method_is_405_and_says_which_are_taken(method: str, seen: Seen) -> None:
    answer = HANDLER(event(method, "/v1/things"), CONTEXT)
    refusal(answer, 405, "method_not_allowed")
    assert answer["headers"]["allow"] == "DELETE, GET, OPTIONS"
    assert seen.request is None


def test_an_address_of_its_own_takes_its_own_methods_only() -> None:
    routes = (Route("GET", "/v1/things/{id}", ""), Route("PUT", "/v1/things/me", ""))
    assert routing.allow(routing.at(routes, "/v1/things/me")) == {"allow": "OPTIONS, PUT"}
    with pytest.raises(MethodNotAllowed):
        routing.find(routes, "GET", "/v1/things/me")
    assert routing.find(routes, "GET", "/v1/things/7")[1] == {"id": "7"}


@pytest.mark.parametrize("token", [None, "x", "a.b.c", with_claims(exp=NOW_S - 61), with_claims(aud="tips")])
def test_without_a_good_token_it_is_401(token: str | None, seen: Seen) -> None:
    answer = HANDLER(event(token=token), CONTEXT)
    refusal(answer, 401, "unauthenticated")
    assert answer["headers"]["www-authenticate"] == "Bearer"
    assert seen.request is None


def test_a_bad_token_is_refused_where_none_is_needed(seen: Seen) -> None:
    refusal(HANDLER(listing(token="x"), CONTEXT), 401, "unauthenticated")
    assert seen.request is None


def test_a_token_in_the_query_or_the_body_is_none(seen: Seen) -> None:
    for name in ("token", "access_token", "authorization"):
        refusal(HANDLER(listing(token=None, query={name: with_claims()}), CONTEXT), 400, "invalid_request")
    refusal(HANDLER(event(token=None, body=json.dumps({"title": "t", "sub": "42"})), CONTEXT), 401, "unauthenticated")
    assert seen.request is None


@pytest.mark.parametrize("value", ["", "short", "x" * 65, "guest 0123456789", "guest-0123456789\n", f"{GUEST},{GUEST}"])
def test_a_bad_guest_id_is_400(value: str, seen: Seen) -> None:
    answer = HANDLER(listing(token=None, headers={"X-Guest-Id": value}), CONTEXT)
    assert list(refusal(answer, 400, "invalid_request")["fields"]) == ["X-Guest-Id"]
    assert seen.request is None


def test_a_body_that_is_no_base64_is_400(seen: Seen) -> None:
    spoiled = json.loads(event())
    spoiled["body"] = "!"
    refusal(HANDLER(json.dumps(spoiled).encode(), CONTEXT), 400, "invalid_request")
    assert seen.request is None
