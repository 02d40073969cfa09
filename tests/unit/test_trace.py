"""Whose trace a call belongs to: the client's where it sends one, the sender's in a message, else one of its own."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.running import ROOT
from feed import wiring
from feed.call import Call
from feed.edge.endpoints import fixed_function, message_function
from feed.operations._fields import Message
from tests.unit.things import CONTEXT, HANDLER, Seen, event

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
OWN = re.compile(r"[0-9a-f]{32}", re.ASCII)
HOSTILE = [
    "",
    TRACE,
    PARENT.upper(),
    f" {PARENT}",
    f"{PARENT}\n",
    f"{PARENT}-",
    f"{PARENT}-more",
    f"{PARENT},{PARENT}",
    f"ff{PARENT[2:]}",
    f"cc{PARENT[2:]}more",
    f"00-{'0' * 32}-00f067aa0ba902b7-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE[:-1]}g-00f067aa0ba902b7-01",
    f"00-{TRACE}\u0660-00f067aa0ba902b7-01",
    '00-"}\n{"operation":"forged"}-00f067aa0ba902b7-01',
    f"00-{TRACE * 2000}-00f067aa0ba902b7-01",
]


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line's trace."""
    (line,) = capsys.readouterr().out.splitlines()
    return str(json.loads(line)["trace_id"])


@pytest.mark.parametrize("header", [PARENT, f"{PARENT[:-2]}00", f"cc{PARENT[2:]}", f"cc{PARENT[2:]}-more"])
def test_a_client_may_bring_its_trace(header: str, seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    HANDLER(event(headers={"TraceParent": header}), CONTEXT)
    assert seen.call is not None
    assert seen.call.trace_id == logged(capsys) == TRACE


@pytest.mark.parametrize("header", HOSTILE)
def test_what_is_no_trace_context_is_passed_over(
    header: str,
    seen: Seen,  # noqa: ARG001 (it sets the environment)
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = HANDLER(event(headers={"traceparent": header}), CONTEXT)
    assert answer["statusCode"] == 201
    trace = logged(capsys)
    assert OWN.fullmatch(trace)
    assert trace not in (TRACE, "0" * 32)
    assert not header or header not in json.dumps(answer)


@given(st.text())
def test_no_header_breaks_the_log(header: str) -> None:
    from feed.edge.events import http_request

    trace = http_request(event(headers={"traceparent": header})).trace_id
    assert trace == "" or (OWN.fullmatch(trace) and trace in header)


def test_a_request_that_is_refused_is_in_its_trace_too(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    assert HANDLER(event(path="/nowhere", headers={"traceparent": PARENT}), CONTEXT)["statusCode"] == 404
    assert logged(capsys) == TRACE
    fixed_function("healthz", "/healthz", {})(
        event("GET", "/healthz", None, {"traceparent": PARENT}, token=None), CONTEXT
    )
    assert logged(capsys) == TRACE
    assert seen.call is None


class Ping(Message):
    number: int


@pytest.mark.parametrize(
    ("sent", "taken"),
    [({"trace": TRACE}, True), ({}, False), *(({"trace": wrong}, False) for wrong in (None, 7, "", "x", f"{TRACE}\n"))],
)
def test_a_message_goes_on_with_the_senders_trace(
    sent: dict[str, object], taken: bool, seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_request: Any, call: Call, _world: Any) -> None:
        seen.call = call

    handler = message_function("ping", wiring.Grant(), Ping, run)
    handler(json.dumps({"number": 1, **sent}).encode(), CONTEXT)
    assert seen.call is not None
    assert OWN.fullmatch(seen.call.trace_id)
    assert (seen.call.trace_id == TRACE) == taken
    assert logged(capsys) == seen.call.trace_id


def test_every_message_carries_the_trace() -> None:
    """Operations invoke others by the world, which adds it."""
    texts = (file.read_text() for file in (ROOT / "layers/core/python/feed/operations").rglob("*.py"))
    assert not [text for text in texts if "invoker" in text]


@pytest.mark.parametrize("folder", ["layers/core/python/feed", "scripts/commands"])
def test_every_work_row_is_written_with_a_trace(folder: str) -> None:
    """Only rows that stand for many calls have none: those are put by `map`."""
    calls = [
        (file.name, node.lineno, len(node.args) + len(node.keywords))
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "work.put"
    ]
    assert calls
    assert [call for call in calls if call[2] != 2] == []
