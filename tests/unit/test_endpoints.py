"""The pipeline around an operation: what it hands on, how its answers go out, and what the log keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from feed import wiring
from feed.edge.browsers import STRICT
from feed.edge.endpoints import Route, fixed_function, http_function, message_function, timer_function
from feed.errors import Busy, ConditionFailed, InvalidRequest, Misconfigured, NotFound, TooManyRequests
from feed.operations._fields import Message, PublicRequest
from tests.unit.things import CONTEXT, HANDLER, Listing, Seen, Write, event, listing, operation, refusal, served
from tests.unit.tokens import NOW_MS, NOW_S, with_claims

GUEST = "guest-0123456789"


def test_an_accepted_request_reaches_the_operation_and_its_answer_goes_out(seen: Seen) -> None:
    body = '{"title": "e\\u0301", "pinned": true}'
    answer = HANDLER(event(body=body, headers={"IDEMPOTENCY-KEY": "k-1"}), CONTEXT)
    assert seen.request == Write(id=7, title="é", pinned=True, idempotency_key="k-1")
    assert answer == {
        "statusCode": 201,
        "headers": {
            **STRICT,
            "content-type": "application/json; charset=utf-8",
            "cache-control": "no-store",
            "x-request-id": "request-1",
        },
        "isBase64Encoded": False,
        "body": '{"id":1,"title":"你好 \U0001f600","at":"2026-11-22T08:00:00.999Z"}',
    }


def test_the_call_says_who_when_and_how_long(seen: Seen) -> None:
    HANDLER(event(), CONTEXT)
    assert seen.call is not None
    assert (seen.call.caller, seen.call.guest, seen.call.now_ms) == (42, "", NOW_MS)
    assert (seen.call.operation, seen.call.request_id) == ("write PUT /v1/things/{id}", "request-1")
    assert 9 < seen.call.seconds_left() <= 10
    assert seen.remembered == [42]


def test_a_guest_has_no_row(seen: Seen) -> None:
    assert HANDLER(listing(token=None), CONTEXT)["statusCode"] == 200
    assert seen.remembered == []


def test_a_refused_request_has_no_row_either(seen: Seen) -> None:
    HANDLER(event(body="{}"), CONTEXT)
    assert seen.remembered == []


def test_nothing_to_say_is_204(seen: Seen) -> None:
    seen.answer = None
    answer = HANDLER(event(), CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert "content-type" not in answer["headers"]


def test_a_literal_segment_wins_over_a_parameter(seen: Seen) -> None:
    HANDLER(event(path="/v1/things/me", body=b""), CONTEXT)
    assert isinstance(seen.request, Listing)


def test_a_guest_is_known_by_its_header_or_its_hidden_address(seen: Seen) -> None:
    def guest(**headers: str) -> str:
        assert HANDLER(listing(token=None, headers=headers), CONTEXT)["statusCode"] == 200
        assert seen.call is not None
        return seen.call.guest

    assert guest(**{"X-Guest-Id": GUEST}) == GUEST
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", guest())
    assert guest() == guest()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("There is no article 7."), 404, "not_found"),
        (ConditionFailed("Another version is newer.", code="version_conflict"), 409, "version_conflict"),
        (Busy("Wait a little.", retry_after=7), 503, "busy"),
        (TooManyRequests("Wait long.", retry_after=3600), 429, "too_many_requests"),
        (Busy("Try again.", retry_after=2), 503, "busy"),
    ],
)
def test_an_operations_refusal_is_answered_in_its_words(error: Any, status: int, code: str, seen: Seen) -> None:
    seen.error = error
    answer = HANDLER(event(), CONTEXT)
    assert refusal(answer, status, code)["message"] == error.message
    assert answer["headers"].get("Retry-After") == error.headers.get("Retry-After")


@pytest.mark.parametrize("error", [KeyError("CANARY"), ValueError("CANARY"), Misconfigured("FEED_X is not set.")])
def test_a_fault_of_ours_is_told_to_nobody(error: Exception, seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    seen.error = error
    answer = HANDLER(event(), CONTEXT)
    assert refusal(answer, 500, "internal_error")["message"] == "Something went wrong here."
    line = capsys.readouterr().out
    assert "CANARY" not in line
    assert re.search(rf"{type(error).__name__} .*things\.py:\d+", json.loads(line)["detail"])
    assert ("FEED_X is not set." in line) == isinstance(error, Misconfigured)


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"{}", b'{"requestContext": {}}', b"[" * 100_000])
def test_an_event_that_no_platform_sends_is_a_logged_500(
    raw: bytes, seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal(HANDLER(raw, CONTEXT), 500, "internal_error")
    line = json.loads(capsys.readouterr().out)
    assert (line["operation"], line["outcome"]) == ("write", "500")
    assert "MalformedEvent" in line["detail"]
    assert seen.request is None


def test_one_line_per_call_says_who_what_and_how_it_ended(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    HANDLER(event(), CONTEXT)
    HANDLER(event(token=None), CONTEXT)
    HANDLER(event(body="{}"), CONTEXT)
    HANDLER(event(path="/nowhere"), CONTEXT)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["operation"], line["caller"], line["outcome"]) for line in lines] == [
        ("write PUT /v1/things/{id}", 42, "201"),
        ("write PUT /v1/things/{id}", None, "401"),
        ("write PUT /v1/things/{id}", 42, "400"),
        ("write", None, "404"),
    ]
    assert all(line["request_id"] == "request-1" and line["duration_ms"] >= 0 for line in lines)
    assert seen.call is not None


@pytest.mark.parametrize("spoil", ["nothing", "token", "body", "header", "query", "path", "operation"])
def test_the_log_never_holds_what_was_sent(spoil: str, seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    token = with_claims(exp=1 if spoil == "token" else NOW_S + 900)
    if spoil == "operation":
        seen.error = RuntimeError("CANARY")
    HANDLER(
        event(
            path="/v1/CANARY" if spoil == "path" else "/v1/things/7",
            body='{"CANARY": "CANARY"}' if spoil == "body" else '{"title": "CANARY"}',
            headers={"X-Canary": "CANARY", "Idempotency-Key": "CANARY " if spoil == "header" else "CANARY"},
            query={"CANARY": "CANARY"} if spoil == "query" else {},
            token=token,
        ),
        CONTEXT,
    )
    captured = capsys.readouterr()
    assert captured.err == ""
    assert len(captured.out.splitlines()) == 1
    assert "canary" not in captured.out.lower()
    assert not any(part in captured.out for part in token.split("."))
    assert "203.0.113.9" not in captured.out


TICK = b'{"triggerTime":"2026-11-22T08:00:00Z","triggerName":"every-minute","payload":""}'


class Work(Message):
    article_id: int


def test_a_message_is_run_and_may_come_from_a_newer_sender(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    handler = message_function("fanout-batch", wiring.Grant(), Work, operation)
    assert json.loads(handler(b'{"article_id": 7, "new": 1}', CONTEXT))["id"] == 1
    assert seen.request == Work(article_id=7)
    line = json.loads(capsys.readouterr().out)
    assert (line["operation"], line["outcome"]) == ("fanout-batch", "ok")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"article_id": "CANARY"}'])
def test_a_message_that_is_none_fails_loudly(raw: bytes, seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    handler = message_function("fanout-batch", wiring.Grant(), Work, operation)
    with pytest.raises(Exception, match=r"event|request") as caught:
        handler(raw, CONTEXT)
    assert "CANARY" not in str(caught.value)
    assert "CANARY" not in capsys.readouterr().out
    assert seen.request is None


def test_errors_leave_message_and_timer_functions_after_the_log_line(
    seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    seen.error = Busy("Try again.")
    handlers: list[tuple[Callable[[bytes, Any], str], bytes]] = [
        (message_function("fanout-batch", wiring.Grant(), Work, operation), b'{"article_id": 7}'),
        (timer_function("sweep", wiring.Grant(), lambda call, world: operation(None, call, world)), TICK),
    ]
    for handler, raw in handlers:
        with pytest.raises(Busy):
            handler(raw, CONTEXT)
        assert json.loads(capsys.readouterr().out)["outcome"] == "busy"


def test_a_timer_gives_the_operation_its_turn_and_nobody_else_can(seen: Seen) -> None:
    handler = timer_function("sweep", wiring.Grant(), lambda call, world: operation(None, call, world))
    assert json.loads(handler(TICK, CONTEXT))["id"] == 1
    seen.call = None
    with pytest.raises(Exception, match="no timer"):
        handler(event(body=TICK), CONTEXT)
    assert seen.call is None


def test_a_fixed_answer_needs_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise Misconfigured("Nothing is set.")

    monkeypatch.setattr(wiring, "settings", missing)
    handler = fixed_function("healthz", "/healthz", {"name": "信息流"})
    answer = handler(event("GET", "/healthz", None, token="x"), CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (200, '{"name":"信息流"}')
    refusal(handler(event("POST", "/healthz"), CONTEXT), 405, "method_not_allowed")
    refusal(handler(event("GET", "/"), CONTEXT), 404, "not_found")


def test_the_routes_can_be_asked_for() -> None:
    assert next((route.method, route.path) for route in HANDLER.routes) == ("PUT", "/v1/things/{id}")


def test_a_models_own_check_may_refuse(seen: Seen) -> None:
    class Checked(PublicRequest):
        def model_post_init(self, _: Any) -> None:
            raise InvalidRequest("These two do not go together.")

    handler = http_function("checked", wiring.Grant(), Route("GET", "/", served("checked", Checked, operation)))
    error = refusal(handler(event("GET", "/", None), CONTEXT), 400, "invalid_request")
    assert error["message"] == "These two do not go together."
    assert seen.request is None


PRICED = http_function(
    "write",
    wiring.Grant(),
    Route(
        "PUT",
        "/v1/things/{id}",
        served("done", Write, operation),
        signed_in=True,
        status=201,
        dry_run=Route("PUT", "/v1/things/{id}", served("dry", Write, operation), signed_in=True, scope="operator"),
    ),
)


def dry(asked: str = "true", **changes: Any) -> Any:
    return PRICED(event(query={"dry_run": asked}, **changes), CONTEXT)


def test_a_dry_run_answers_in_its_routes_place(seen: Seen) -> None:
    operator = with_claims(scope="read operator")
    assert [dry(asked, token=operator)["statusCode"] for asked in ("true", "false")] == [200, 201]
    assert PRICED(event(), CONTEXT)["statusCode"] == 201
    dry(token=operator)
    assert seen.request == Write(id=7, title="t")
    assert seen.call is not None
    assert seen.call.operation == "write PUT /v1/things/{id}?dry_run=true"


@pytest.mark.parametrize("scope", ["", "operators", "Operator", "read,operator", "read\toperator", ["operator"], None])
def test_a_scope_is_one_of_the_tokens_words(seen: Seen, scope: object) -> None:
    answer = dry(token=with_claims(scope=scope), body=b"never looked at")
    refusal(answer, 403, "forbidden")
    assert answer["headers"]["www-authenticate"] == 'Bearer error="insufficient_scope", scope="operator"'
    assert seen.request is None
    assert dry("false", token=with_claims(scope=scope))["statusCode"] == 201, "but the token is good"


def test_who_asks_for_a_dry_run_is_known_first(seen: Seen) -> None:
    refusal(dry(token=None), 401, "unauthenticated")
    assert seen.request is None


@pytest.mark.parametrize("asked", ["", "1", "True", "true,true"])
def test_a_dry_run_is_asked_for_by_true_or_false(seen: Seen, asked: str) -> None:
    error = refusal(dry(asked), 400, "invalid_request")
    assert error["fields"] == {"dry_run": "It must be true or false."}
    assert seen.request is None


def test_there_is_none_where_none_is_offered(seen: Seen) -> None:
    error = refusal(HANDLER(event(query={"dry_run": "true"}), CONTEXT), 400, "invalid_request")
    assert (set(error["fields"]), seen.request) == ({"dry_run"}, None)
