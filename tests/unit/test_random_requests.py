"""Whatever a client sends, it is never our fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.unit.things import CONTEXT, HANDLER, Write, event

FUZZ = examples(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NAMES = st.sampled_from(["Content-Type", "Authorization", "X-Guest-Id", "Idempotency-Key", "X-Other"]) | st.text(
    max_size=9
)
TEXTS = st.text(st.characters(), max_size=30)  # lone surrogates too


@pytest.mark.usefixtures("seen")
@FUZZ
@given(st.binary(max_size=200))
def test_random_events_never_raise(raw: bytes) -> None:
    assert HANDLER(raw, CONTEXT)["statusCode"] == 500


@pytest.mark.usefixtures("seen")
@FUZZ
@given(st.binary(max_size=200), st.dictionaries(NAMES, TEXTS, max_size=4))
def test_random_bodies_and_headers_are_never_our_fault(body: bytes, headers: dict[str, str]) -> None:
    for token in ("", None):
        answer = HANDLER(event(body=body, headers=headers, token=token), CONTEXT)
        assert 200 <= answer["statusCode"] < 500
        json.dumps(answer, ensure_ascii=False).encode()


@pytest.mark.usefixtures("seen")
@FUZZ
@given(
    TEXTS,
    st.dictionaries(st.sampled_from(["size", "cursor"]) | TEXTS, TEXTS, max_size=3),
    st.sampled_from(["GET", "PUT"]),
)
def test_random_paths_and_queries_are_never_our_fault(path: str, query: dict[str, str], method: str) -> None:
    for where in (path, f"/v1/things/{path}", "/v1/things"):
        answer = HANDLER(event(method, where, None, query=query), CONTEXT)
        assert 200 <= answer["statusCode"] < 500
        json.dumps(answer, ensure_ascii=False).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.usefixtures("seen")
@FUZZ
@given(st.dictionaries(st.sampled_from([*Write.model_fields]) | TEXTS, JSON, max_size=5))
def test_random_json_is_never_our_fault(body: dict[str, Any]) -> None:
    answer = HANDLER(event(body=json.dumps(body)), CONTEXT)
    assert answer["statusCode"] in (201, 400, 413)
    json.dumps(answer, ensure_ascii=False).encode()
