"""The field types: limits counted in code points after NFC, and nothing taken for what it is not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from feed.operations._fields import (
    CursorText,
    Html,
    HttpsUrl,
    Id,
    IdempotencyKey,
    Instant,
    Message,
    Nickname,
    PublicRequest,
    Rfc3339,
    Size,
    Summary,
    Title,
    format_rfc3339,
    parse_rfc3339,
)


def accepted(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refused(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("value", [1, "1", 2**53 - 1, str(2**53 - 1)])
def test_an_id_is_a_json_integer_or_its_digits(value: object) -> None:
    assert accepted(Id, value) == int(str(value))


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**53,
        True,
        1.0,
        None,
        [],
        {},
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1_0",
        "01",
        "1.0",
        "1e3",
        "0x1",
        "１",
        "١",
        "1,2",
        str(2**53),
        "9" * 5000,
        float("nan"),
        float("inf"),
    ],
)
def test_an_id_is_nothing_else(value: object) -> None:
    assert refused(Id, value) == "It must be a whole number from 1 to 9007199254740991."


@pytest.mark.parametrize("value", [0, 101, "0", "101", "twenty", "", "1,2", True, 5.5])
def test_a_size_out_of_range_is_refused(value: object) -> None:
    assert refused(Size, value) == "It must be a whole number from 1 to 100."


@pytest.mark.parametrize(("kind", "longest"), [(Title, 150), (Nickname, 20), (Summary, 300)])
def test_lengths_count_code_points_after_nfc(kind: Any, longest: int) -> None:
    decomposed = "e\N{COMBINING ACUTE ACCENT}" * longest
    assert accepted(kind, decomposed) == "é" * longest
    assert accepted(kind, "😀" * longest) == "😀" * longest
    assert f"It is {longest + 1} characters long" in refused(kind, "字" * (longest + 1))


@pytest.mark.parametrize("character", ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85"])
def test_control_characters_are_refused(character: str) -> None:
    assert refused(Title, f"a{character}b") == "It holds a control character."


def test_html_may_hold_line_feeds_and_tabs_only() -> None:
    assert accepted(Html, "<p>\n\ta</p>") == "<p>\n\ta</p>"
    assert "control character" in refused(Html, "<p>\r\n</p>")
    assert "control character" in refused(Html, "<p>\0</p>")


def test_html_is_limited_in_bytes() -> None:
    assert accepted(Html, "a" * 102_400)
    assert refused(Html, "字" * 34_134).startswith("It is 102402 bytes long")


@pytest.mark.parametrize("value", ["", " ", "\N{IDEOGRAPHIC SPACE}"])
def test_a_title_says_something(value: str) -> None:
    refused(Title, value)


@pytest.mark.parametrize("value", [1, None, ["a"], b"a", True, "\ud800"])
def test_text_is_text(value: object) -> None:
    class Request(PublicRequest):
        title: Title

    with pytest.raises(ValidationError):
        Request.model_validate({"title": value})


@pytest.mark.parametrize(
    "value",
    ["https://a.example/x.png", "https://a.example:8443/?q=1#f", "https://[2001:db8::1]/", "https://例子.cn/图"],
)
def test_https_urls(value: str) -> None:
    assert accepted(HttpsUrl, value) == value


@pytest.mark.parametrize(
    "value",
    [
        "http://a.example/",
        "HTTPS://a.example/",
        "//a.example",
        "https://",
        "https:///x",
        "https://u:p@a.example/",
        "https://a.example/ x",
        "https://[::1",
        "https://a:99999/",
        'https://a/"',
        "https://a\\b",
        "javascript:1",
        "https://a.example/" + "x" * 500,
        "https://a.example/\u3000",
        "https://@a.example/",
        "https://a.example/\n",
    ],
)
def test_other_urls_are_refused(value: str) -> None:
    refused(HttpsUrl, value)


@pytest.mark.parametrize("value", ["", "a b", "é", "a\n", "a" * 65, "a.b"])
def test_an_idempotency_key_is_64_plain_characters(value: str) -> None:
    assert accepted(IdempotencyKey, "aZ0_-" + "x" * 59)
    refused(IdempotencyKey, value)


def test_a_cursor_is_plain_and_bounded() -> None:
    assert accepted(CursorText, "x" * 2560)
    refused(CursorText, "x" * 2561)
    refused(CursorText, "a,b")


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-22T08:00:00.123Z", 1_795_334_400_123),
        ("2026-11-22t08:00:00.1z", 1_795_334_400_100),
        ("2026-11-22T16:00:00.123456789+08:00", 1_795_334_400_123),
        ("2026-11-22T07:30:00.123-00:30", 1_795_334_400_123),
    ],
)
def test_an_instant_is_read_as_milliseconds(text: str, ms: int) -> None:
    assert accepted(Instant, text) == ms


@pytest.mark.parametrize(
    "value",
    [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        1795334400,
        "2026-11-22T08:00:00+25:00x",
        "1969-12-31T23:59:59Z",
        "2026-11-22T24:00:01Z",
        "２026-11-22T08:00:00Z",
        None,
        "2026-11-22T08:00:00+24:00",
        "2026-11-22T08:00:00+00:60",
        "2026-11-22T08:00:00Z\n",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_other_instants_are_refused(value: object) -> None:
    refused(Instant, value)


@given(st.integers(0, int(datetime(9999, 12, 31, tzinfo=timezone.utc).timestamp() * 1000)))
def test_times_go_out_as_they_would_come_in(ms: int) -> None:
    text = format_rfc3339(ms)
    assert len(text) == 24
    assert parse_rfc3339(text) == ms


def test_an_answer_shows_times_as_text() -> None:
    class Answer(BaseModel):
        at: Rfc3339
        never: Rfc3339 | None

    assert Answer(at=1_795_334_400_123, never=None).model_dump_json() == (
        '{"at":"2026-11-22T08:00:00.123Z","never":null}'
    )


def test_requests_refuse_unknown_fields_and_messages_ignore_them() -> None:
    class Public(PublicRequest):
        id: Id

    class Internal(Message):
        id: int

    with pytest.raises(ValidationError, match="extra_forbidden"):
        Public.model_validate({"id": 1, "x": 1})
    assert Internal.model_validate({"id": 1, "x": 1}) == Internal(id=1)
    with pytest.raises(ValidationError, match="frozen"):
        Internal(id=1).id = 2
