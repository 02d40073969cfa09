"""What browsers are told: strict headers on whatever goes out, and other origins' pages only where they are listed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from commands.running import ROOT
from feed import wiring
from feed.edge.browsers import STRICT
from feed.edge.endpoints import fixed_function
from feed.errors import Busy, Misconfigured
from tests.unit.things import CONTEXT, HANDLER, Seen, event, listing

PAGE, OTHER = "https://feed.example", "https://evil.example"
HEALTHZ = fixed_function("healthz", "/healthz", {"status": "ok"})


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "browser_origins", lambda: frozenset({PAGE, "https://m.feed.example"}))


def asked_from(origin: str, path: str = "/v1/things/7", **headers: str) -> Any:
    """A browser's preflight request, which has no token."""
    wanted = {"Origin": origin, "Access-Control-Request-Method": "PUT", **headers}
    return HANDLER(event("OPTIONS", path, None, wanted, token=None), CONTEXT)


def shared(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_a_listed_origin_may_send_what_the_api_takes(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise Misconfigured("Nothing is set.")

    monkeypatch.setattr(wiring, "settings", missing)
    monkeypatch.setattr(wiring, "open_world", missing)
    answer = asked_from(PAGE, **{"Access-Control-Request-Headers": "authorization,content-type"})
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert shared(answer["headers"]) == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, X-Guest-Id, traceparent",
        "access-control-max-age": "7200",
    }
    assert (answer["headers"]["vary"], answer["headers"]["allow"]) == ("Origin", "OPTIONS, PUT")
    assert seen.request is None


def test_a_listed_origin_may_read_answers_of_every_kind(seen: Seen) -> None:
    good = event(headers={"Origin": PAGE})
    for status, raw in {
        201: good,
        400: event(body="{}", headers={"Origin": PAGE}),
        401: event(token=None, headers={"Origin": PAGE}),
        404: event(path="/nowhere", headers={"Origin": PAGE}),
        405: event("POST", headers={"Origin": PAGE}),
    }.items():
        assert_readable(HANDLER(raw, CONTEXT), status)
    for error, status in ((Busy("Wait."), 503), (KeyError("x"), 500)):
        seen.error = error
        assert_readable(HANDLER(good, CONTEXT), status)


def assert_readable(answer: Any, status: int) -> None:
    assert answer["statusCode"] == status
    assert shared(answer["headers"]) == {
        "access-control-allow-origin": PAGE,
        "access-control-expose-headers": "X-Request-Id, Retry-After",
    }
    assert answer["headers"]["vary"] == "Origin"


@pytest.mark.parametrize("origin", [OTHER, "null", "", PAGE.upper(), f"{PAGE}.evil.example", f"{PAGE},{OTHER}", "*"])
def test_another_origin_may_read_and_send_nothing(origin: str, seen: Seen) -> None:
    for answer in (asked_from(origin), HANDLER(event(headers={"Origin": origin}), CONTEXT)):
        assert shared(answer["headers"]) == {}
        assert answer["headers"]["vary"] == "Origin"
    assert seen.request is not None, "a client that is no browser may send any Origin"


def test_nobody_is_listed_unless_configured(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "browser_origins", frozenset)
    for answer in (asked_from(PAGE), HANDLER(event(headers={"Origin": PAGE}), CONTEXT)):
        assert shared(answer["headers"]) == {}
        assert "vary" not in answer["headers"]
    assert seen.request is not None


def test_no_credentials_that_a_browser_adds_are_allowed(seen: Seen) -> None:
    for answer in (asked_from(PAGE), HANDLER(listing(headers={"Origin": PAGE}), CONTEXT)):
        assert "access-control-allow-credentials" not in answer["headers"]
        assert answer["headers"]["access-control-allow-origin"] != "*"
    assert seen.call is not None


def test_an_address_that_is_none_is_404_for_options_too() -> None:
    answer = asked_from(PAGE, "/nowhere")
    assert (answer["statusCode"], answer["headers"]["access-control-allow-origin"]) == (404, PAGE)


def test_every_answer_has_the_strict_headers(seen: Seen) -> None:
    answers = [asked_from(PAGE), asked_from(OTHER, "/nowhere"), HEALTHZ(event("GET", "/healthz", None), CONTEXT)]
    answers += [HANDLER(raw, CONTEXT) for raw in (event(), event(token=None), event(body="{}"), b"[]")]
    seen.error = KeyError("x")
    answers.append(HANDLER(event(), CONTEXT))
    assert [answer["statusCode"] for answer in answers] == [204, 404, 200, 201, 401, 400, 500, 500]
    assert STRICT["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (STRICT["x-content-type-options"], STRICT["referrer-policy"]) == ("nosniff", "no-referrer")
    assert STRICT["strict-transport-security"] == "max-age=31536000"
    for answer in answers:
        assert STRICT.items() <= answer["headers"].items()
        assert answer["headers"]["cache-control"] == "no-store"


def test_origins_that_are_not_configured_well_are_the_deployments_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong() -> Any:
        raise Misconfigured("FEED_CORS_ORIGINS is wrong.")

    monkeypatch.setattr(wiring, "browser_origins", wrong)
    answer = HANDLER(event(headers={"Origin": PAGE}), CONTEXT)
    assert (answer["statusCode"], shared(answer["headers"])) == (500, {})
    assert "FEED_CORS_ORIGINS is wrong." in json.loads(capsys.readouterr().out)["detail"]


def test_pages_of_the_web_client_run_nothing_but_their_own_files() -> None:
    """deploy/web_headers.json: what whoever serves the web client's files sends with each."""
    headers = json.loads((ROOT / "deploy" / "web_headers.json").read_text())
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'self'"]
    assert policy.keys() & {"script-src", "script-src-elem", "script-src-attr", "style-src", "connect-src"} == set()
    assert [policy[name] for name in ("object-src", "base-uri", "frame-ancestors")] == [["'none'"]] * 3
    assert policy["img-src"] == ["'self'", "https:"], "covers and avatars are others' https URLs"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"] == STRICT["strict-transport-security"]
