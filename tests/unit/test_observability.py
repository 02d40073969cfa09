"""Queries, alarms and runbooks: they name what there is, say what the rows of a log mean, and can be followed."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from commands import observability
from commands.running import ROOT
from commands.status.reading import percentile
from commands.status.thresholds import thresholds
from feed import observability as lines
from feed.call import Call

QUERIES: dict[str, dict[str, str]] = json.loads((observability.FOLDER / "queries.json").read_text())
ALARMS = json.loads((observability.FOLDER / "alarms.json").read_text())
CHARTS = json.loads((observability.FOLDER / "dashboard.json").read_text())
PAGES = sorted(page for page in (ROOT / "docs" / "runbooks").glob("*.md") if page.name != "README.md")
WORDS = set(
    "select from where group by order desc limit as case when then else end and or not is null in like "
    "sum count max min coalesce approx_percentile to_unixtime now lines ts".split()
)
NOW = 1_000_000
TRACE = "a" * 32


def test_what_is_imported_is_what_the_files_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert observability.main(["--check"]) == 0, capsys.readouterr().err
    assert observability.main(["--check", "--out", str(tmp_path)]) == 1
    assert observability.main(["--store", "mine", "--out", str(tmp_path)]) == 0
    assert {search["logstore"] for search in json.loads((tmp_path / "searches.json").read_text())} == {"mine"}
    (tmp_path / "left.json").write_text("{}")
    assert observability.main(["--store", "mine", "--check", "--out", str(tmp_path)]) == 1


def test_every_threshold_is_an_alarm_with_a_query_and_a_page() -> None:
    names = thresholds().keys()
    assert names == ALARMS.keys()
    assert names <= QUERIES.keys()
    assert {ROOT / observability.runbook(name) for name in names} == set(PAGES)
    assert {chart["query"] for chart in CHARTS} <= QUERIES.keys()


@pytest.mark.parametrize("threshold", thresholds().values(), ids=lambda threshold: threshold.name)
def test_an_alarm_says_its_reason_and_its_page_within_the_services_rules(threshold: Any) -> None:
    assert 0 < threshold.warning < threshold.critical
    documents = observability.documents("p", "s", "r")
    (alarm,) = (each for each in documents["alarms"] if each["displayName"] == f"feed: {threshold.title}")
    said = {each["key"]: each["value"] for each in alarm["configuration"]["annotations"]}
    assert (said["desc"], said["runbook"]) == (threshold.why, observability.runbook(threshold.name))
    found = [each["evalCondition"]["condition"] for each in alarm["configuration"]["severityConfigurations"]]
    assert [float(condition.split()[-1]) for condition in found] == [threshold.critical, threshold.warning]
    for condition in found:
        assert len(condition) <= 128
        assert set(re.findall(r"[a-z]\w*", condition)) <= {"value", "measured"}
    assert len(alarm["displayName"]) <= 64


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """One line of each kind, as the functions write it."""
    call = Call("sweep", "r", 0, 0.0)
    call.figures["lag_ms"] = 1
    lines.log_call(call, outcome="ok", started=0.0, detail="Busy sweep.py:1")
    lines.log_problem(call, about="fanout 1", error=ValueError())
    lines.alert(call, "dead", job="1:1:0")
    lines.log_resumed(call, "publish 1")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_fields_that_queries_may_name_are_those_of_our_lines(written: list[dict[str, Any]]) -> None:
    told = {name: value for line in written for name, value in line.items()}
    assert {*observability.TEXTS, *observability.NUMBERS} <= told.keys()
    assert all(isinstance(told[name], int | float) for name in observability.NUMBERS)
    assert all(isinstance(told[name], str) for name in observability.TEXTS)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_only_such_fields(name: str) -> None:
    sql = re.sub(r"'[^']*'", "", observability.statement(QUERIES[name]["sql"], "lines"))
    own = set(re.findall(r"\bas (\w+)", sql))
    known = {*observability.TEXTS, *observability.NUMBERS}
    assert set(re.findall(r"[a-z_]\w*", sql)) - WORDS - own <= known
    assert not own & known  # a new name in the place of a field would hide it
    asked = observability.statement(QUERIES[name]["sql"])
    assert set(re.findall(r"\$\.(\w+)", asked)) <= known
    assert "{" not in asked


class _Percentile:
    """approx_percentile, exactly."""

    def __init__(self) -> None:
        self.figures: list[float] = []
        self.share = 0.0

    def step(self, figure: float | None, share: float) -> None:
        self.share = share
        if figure is not None:
            self.figures.append(figure)

    def finalize(self) -> float:
        return percentile(self.figures, self.share)


@pytest.fixture
def ask() -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Runs a query over lines, each so many seconds old."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.create_function("now", 0, lambda: NOW)
    database.create_function("to_unixtime", 1, lambda moment: moment)
    database.create_aggregate("approx_percentile", 2, _Percentile)  # type: ignore[arg-type]
    columns = ("ts", *observability.TEXTS, *observability.NUMBERS)
    database.execute(f"create table lines ({', '.join(columns)})")

    def run(name: str, *given: tuple[int, dict[str, Any]]) -> list[dict[str, Any]]:
        database.execute("delete from lines")
        for age, line in given:
            row = {**dict.fromkeys(columns), "trace_id": TRACE, **line, "ts": NOW - age}
            database.execute(f"insert into lines values ({', '.join('?' * len(columns))})", [row[at] for at in columns])
        return [dict(row) for row in database.execute(observability.statement(QUERIES[name]["sql"], "lines"))]

    yield run
    database.close()


def outcome(said: str, operation: str = "o", **more: Any) -> tuple[int, dict[str, Any]]:
    figures = {"duration_ms": 1.0, "requests": 1, "read_cu": 1, "write_cu": 1}
    return 60, {"operation": operation, "outcome": said, **figures, **more}


NOTIFY = "alipay-callback POST /v1/payments/alipay/notify"
FAILED = (400, {"operation": NOTIFY, "outcome": "503"})
FAILED_AGAIN = (100, {"operation": "sweep", "problem": "payment 1"})


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("error_rate", [outcome("200"), outcome("500"), outcome("503"), outcome("404")], 0.25),
        ("error_rate", [outcome("ok"), outcome("busy"), outcome("internal_error"), outcome("misconfigured")], 0.5),
        ("throttle_rate", [outcome("ok"), outcome("busy"), outcome("503"), outcome("429")], 0.5),
        ("limited_rate", [outcome("200"), outcome("429"), outcome("429"), outcome("503")], 0.5),
        ("fanout_lag_p99_s", [outcome("ok", lag_ms=ms * 1000) for ms in range(1, 101)], 99),
        ("stalled_shards", [(9, {"resumed": about}) for about in ("fanout 1:1:0", "publish 1", "fanout 1:1:1")], 2),
        ("dead_letters", [(9, {"alert": "x", "job": "1:1:0"}), (9, {"alert": "y"})], 1),
        ("alerts", [(9, {"alert": "x", "job": "1:1:0"}), (9, {"alert": "y"}), outcome("200")], 1),
        ("overdue_work_s", [outcome("ok", "sweep"), (5, {"operation": "sweep", "outcome": "busy"})], 60),
        ("overdue_work_s", [], 7200),
        ("unsettled_order_s", [FAILED, FAILED_AGAIN], 400),
        ("unsettled_order_s", [FAILED, (90, {"operation": NOTIFY, "outcome": "200"})], 0),
        ("unsettled_order_s", [FAILED, FAILED_AGAIN, (90, {"operation": "sweep", "resumed": "payment 1"})], 0),
        ("unsettled_order_s", [FAILED, (90, {"operation": NOTIFY, "outcome": "200", "trace_id": "b" * 32})], 400),
    ],
)
def test_what_an_alarm_measures(name: str, given: Sequence[Any], value: float, ask: Callable[..., Any]) -> None:
    (row,) = ask(name, *given)
    assert row["value"] == pytest.approx(value)
    assert row["measured"] >= (value > 0 and bool(given))


@pytest.mark.parametrize("name", sorted(QUERIES.keys() - ALARMS.keys()))
def test_the_other_queries_run_and_charts_name_their_columns(name: str, ask: Callable[..., Any]) -> None:
    one: dict[str, Any] = {"problem": "fanout 1", "alert": "x", "resumed": "publish 1", "detail": "d", "lag_ms": 1.0}
    (row,) = ask(name, outcome("500", request_id="r", **one))
    for chart in CHARTS:
        if chart["query"] == name and "x" in chart:
            assert {chart["x"], *chart["y"]} == row.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_has_three_parts(page: Path) -> None:
    assert re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE) == [
        "What it means",
        "What to look at",
        "What to run",
    ]
    searches = {name.replace("_", "-") for name in QUERIES}
    named = {word for word in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", page.read_text()) if not is_function(word)}
    assert named - {"feed-failed"} <= searches


def is_function(word: str) -> bool:
    return (ROOT / "functions" / word.replace("-", "_")).is_dir()


class Parsed(Exception):
    """The options were understood, and nothing is to be done."""


EXAMPLES = {"ARTICLE": "7", "USER": "7", "SHARD": "0", "ORDER": "0" * 32, "FEN": "100"}
COMMANDS = sorted({line for page in PAGES for line in re.findall(r"^scripts/.*$", page.read_text(), re.MULTILINE)})


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_a_runbook_tells_can_be_run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script, *words = shlex.split(line, comments=True)
    (module,) = re.findall(r"from (commands\.\S+) import main", (ROOT / script).read_text())
    parse = argparse.ArgumentParser.parse_args

    def only_parse(parser: argparse.ArgumentParser, given: Sequence[str] | None = None) -> Any:
        parse(parser, given)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", only_parse)
    with pytest.raises(Parsed):
        import_module(module).main([re.sub("[A-Z]{3,}", lambda name: EXAMPLES[name[0]], word) for word in words])
