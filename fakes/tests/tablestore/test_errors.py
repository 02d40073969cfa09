"""Limits and messages: each once, each with its source, each called with the values that its text has room for."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from alifakes.tablestore import command, coverage, errors
from alifakes.tablestore.clock import Clock
from alifakes.tablestore.errors import Message, OtsError
from alifakes.tablestore.settings import Settings
from alifakes.tablestore.wire import ots_pb2 as pb
from alifakes.tablestore.wire.requests import known, parse

PACKAGE = Path(errors.__file__).parent
MESSAGES = {name: value for name, value in vars(errors).items() if isinstance(value, Message)}


def _room(message: Message) -> int:
    fields = [field for _, field, _, _ in Formatter().parse(message.text) if field is not None]
    numbered = {int(field) for field in fields if field}
    return max(numbered) + 1 if numbered else len(fields)


def test_every_limit_and_message_is_used() -> None:
    files = [file.read_text() for file in PACKAGE.rglob("*.py")]
    words = [word for text in files for word in re.findall(r"\w+", text)]
    names = {name for name in vars(errors) if name.isupper()} | MESSAGES.keys()
    assert {name for name in names if words.count(name) < 2} == set()


def test_every_message_has_a_source() -> None:
    for name, message in MESSAGES.items():
        assert re.fullmatch("[JPGNHCDSO]{1,2}", message.source), name


def test_every_limit_has_a_source() -> None:
    lines = Path(errors.__file__).read_text().splitlines()
    limits = [line for line in lines if re.match(r"(MAX|MIN|TRANSACTION|TABLE|TIMESTAMP)_\w+.* = ", line)]
    assert len(limits) > 40
    for line in limits:
        assert re.search(r"# \([JPGNHCDSO]\)", line), line


def test_every_call_fills_its_message() -> None:
    calls = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "errors" and node.func.attr in MESSAGES:
                calls += 1
                assert len(node.args) == _room(MESSAGES[node.func.attr]), f"{path.name}:{node.lineno} {node.func.attr}"
    assert calls > 100


def test_a_message_makes_an_error() -> None:
    error = errors.key_too_long("PK", 1025)
    assert isinstance(error, OtsError)
    assert str(error) == (
        "400 OTSParameterInvalid "
        "The length of primary key column: 'PK' exceeds the MaxLength:1024 with CurrentLength:1025."
    )
    assert (errors.condition_failed().read, errors.condition_failed().write) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (pb.ReturnContent, b"\x18\x01", "ReturnContent with field or value 3"),
        (pb.ReturnContent, b"\x08\x09", "ReturnContent with field or value 1"),
        (pb.BatchGetRowRequest, b"\x0a\x07\x0a\x01t\xa2\x06\x01x", "TableInBatchGetRowRequest with field or value 100"),
    ],
)
def test_what_the_messages_do_not_know_is_refused(kind: type, body: bytes, words: str) -> None:
    with pytest.raises(OtsError, match=f"400 OTSUnsupportedOperation Unsupported operation: {words}."):
        known(parse(kind, body))


def test_what_the_messages_know_passes() -> None:
    request = parse(pb.BatchGetRowRequest, b"\x0a\x03\x0a\x01t")
    assert known(request) is request


def test_the_clock_moves_on_and_never_back() -> None:
    now = [1000]
    clock = Clock(lambda: now[0])
    assert clock() == 1000
    clock.advance(500)
    assert clock() == 1500
    now[0] = 900
    assert clock() == 1500
    clock.advance(500)
    assert clock() == 2000
    clock.set(5000)
    assert clock() == 5000
    with pytest.raises(ValueError, match="never runs backwards: it shows 5000 ms, which is after 4999 ms"):
        clock.set(4999)
    with pytest.raises(ValueError, match="never runs backwards: -1 ms"):
        clock.advance(-1)


def test_the_clock_begins_anew_with_its_base() -> None:
    now = [1000]
    clock = Clock(lambda: now[0])
    assert clock() == 1000
    now[0] = 10
    clock.begin_anew()
    assert clock() == 10


def test_settings() -> None:
    assert (Settings(index_lag_ms=7).effective_search_lag_ms, Settings(7, 0).effective_search_lag_ms) == (7, 0)
    settings = Settings(transactions=("order*", "cart"))
    assert [settings.allows_transactions(name) for name in ("orders", "cart", "carts")] == [True, True, False]


def test_the_coverage_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--coverage"]) == 0
    assert capsys.readouterr().out == coverage.text()
    assert "| operation | SQLQuery | refused |  |" in coverage.markdown().splitlines()
    assert re.search(r"^operation +PutRow +built$", coverage.text(), re.MULTILINE)
    assert re.search(r"^query +KNN_VECTOR_QUERY +refused$", coverage.text(), re.MULTILINE)
