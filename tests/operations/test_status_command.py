"""scripts/status: what is fine, what is not, what is not known; and what looking costs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alifakes.alipay.keys import Keys
from alifakes.tablestore.app import TablestoreFake
from commands.status import command
from feed.store import schema, work
from feed.store.client import Tables
from feed.store.work import Work
from tests.operations.conftest import Clock
from tests.operations.deliveries import HOUR_MS, MINUTE_MS, Deliveries
from tests.operations.fans import ANN, FANS, given_followers_of_some_days
from tests.operations.money import paid
from tests.steps import InProcess, Product

Say = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def stage(
    product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Deliveries:
    monkeypatch.setattr(command, "time", clock)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    given_followers_of_some_days(product, clock)
    stage = Deliveries(product, driver, store, clock)
    stage.sweep()
    return stage


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command; its exit code, its lines, and what it complains of."""

    def run(*words: object) -> tuple[int, list[str], str]:
        capsys.readouterr()
        code = command.main(list(map(str, words)))
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run


def told(said: Say, name: str, *words: object) -> tuple[int, str, str]:
    """The exit code; a reading's level and text."""
    code, (line,), _ = said("--json", *words)
    reading = json.loads(line)["readings"][name]
    return code, reading["level"], reading["text"]


def test_ten_lines_of_health(stage: Deliveries, said: Say) -> None:
    stage.deliver()
    stage.sweep()
    code, lines, complaint = said()
    assert (code, complaint, len(lines)) == (0, "", 10)
    assert [line.split()[0] for line in lines] == [*["ok"] * 5, *["unknown"] * 3, "units", "ok"]
    assert "of 1 deliveries in 24 h" in lines[0]
    assert all("not known without --logs" in line for line in lines[5:9])
    _, (line,), _ = said("--json")
    found = json.loads(line)
    assert (found["level"], found["units"], found["readings"]["error_rate"]["figure"]) == ("ok", None, None)
    assert 0 < found["readings"]["fanout_lag_p99_s"]["figure"] < 60


def test_it_reads_little_and_writes_nothing(stage: Deliveries, said: Say, tablestore: TablestoreFake) -> None:
    """Eight ranges each of work, calendar and letters, a search of each quarter; then cards and a ledger an article."""
    for _ in range(3):
        stage.deliver()
    stage.sweep()
    before = len(tablestore.log())
    _, lines, _ = said()
    sent = [str(entry["api"]) for entry in tablestore.log()[before:]]
    assert sorted(sent) == [*["BatchGetRow"] * 1, *["GetRange"] * (24 + 3), *["Search"] * 4]
    assert f"after {len(sent)} requests" in lines[-1]
    assert lines[-1].endswith(" and 0 write units")


def test_a_lag_counts_from_a_handful_on(stage: Deliveries, said: Say) -> None:
    for slow in range(1, 6):
        stage.publish()
        stage.clock.advance(2 * MINUTE_MS)
        stage.product.settle()
        expected = "warning" if slow == 5 else "ok"
        assert told(said, "fanout_lag_p99_s")[:2] == (int(slow == 5), expected)
    stage.clock.advance(2 * HOUR_MS)
    assert told(said, "fanout_lag_p99_s", "--hours", 1)[2] == "no delivery in 60 min"
    assert told(said, "fanout_lag_p99_s", "--hours", 3)[2] == "p50 2 min, p99 2 min of 5 deliveries in 3 h"


def test_a_shard_that_has_stopped(stage: Deliveries, driver: InProcess, said: Say) -> None:
    article = stage.publish()
    driver.queue.clear()
    stage.clock.advance(4 * MINUTE_MS)
    assert told(said, "stalled_shards") == (0, "ok", "0 of 1 deliveries under way")
    stage.clock.advance(2 * MINUTE_MS)
    code, level, text = told(said, "stalled_shards")
    assert (code, level) == (1, "warning")
    assert text == f"1 of 1 deliveries under way, the first of article {article}: quiet"
    stage.product.change(ANN, article, state="private")
    assert told(said, "stalled_shards") == (0, "ok", "0 of 0 deliveries under way")


def test_a_dead_letter(stage: Deliveries, said: Say) -> None:
    article = stage.given_a_dead_shard()
    assert told(said, "stalled_shards")[1:] == ("ok", "0 of 1 deliveries under way")
    stage.sweep()
    code, level, text = told(said, "dead_letters")
    assert (code, level) == (1, "warning")
    assert text.startswith(f"1, the first of article {article}: 3 rows could not be written")


def test_an_order_that_is_paid_and_not_settled(
    stage: Deliveries, said: Say, alipay_keys: Keys, tablestore: TablestoreFake
) -> None:
    tip = stage.product.tip(FANS[0], stage.deliver())
    stage.clock.advance(2 * MINUTE_MS)
    assert told(said, "unsettled_order_s") == (0, "ok", "none is overdue")  # nobody has paid
    tablestore.faults.add("disconnect", table=schema.ACCOUNTS)
    stage.product.notify(paid(tip, alipay_keys).notification())
    tablestore.faults.clear()
    stage.clock.advance(6 * MINUTE_MS)
    code, level, text = told(said, "unsettled_order_s")
    assert (code, level, text) == (1, "warning", f"1, the oldest for 6 min: {tip['order_id']}")
    stage.clock.advance(10 * MINUTE_MS)
    assert told(said, "unsettled_order_s")[:2] == (2, "critical")
    stage.sweep()
    assert told(said, "unsettled_order_s") == (0, "ok", "none is overdue")


@pytest.mark.parametrize("kind", ["purge", work.SCHEDULE])
def test_work_that_nobody_does(kind: str, stage: Deliveries, store: Tables, said: Say) -> None:
    store.write(work.put(Work(stage.clock.now_ms(), kind, "7")))
    for minutes, level in ((0, "ok"), (14, "ok"), (2, "warning"), (44, "critical")):
        stage.clock.advance(minutes * MINUTE_MS)
        code, found, text = told(said, "overdue_work_s")
        assert (("ok", "warning", "critical")[code], found) == (level, level)
    assert text.endswith(f": {kind} 7")


LINE = {"operation": "publish POST /v1/articles", "request_id": "r", "trace_id": "t", "read_cu": 1, "write_cu": 2}


def call(outcome: str, **changes: object) -> str:
    return json.dumps({**LINE, "outcome": outcome, **changes})


@pytest.mark.parametrize(
    ("lines", "levels"),
    [
        ([call("200")] * 999, ("ok", "ok", "ok", "ok")),
        ([call("500")] * 99, ("ok", "ok", "ok", "ok")),
        ([call("200")] * 999 + [call("500")], ("warning", "ok", "ok", "ok")),
        ([call("200")] * 99 + [call("internal_error")], ("critical", "ok", "ok", "ok")),
        ([call("404")] * 99 + [call("busy")], ("ok", "warning", "ok", "ok")),
        ([call("ok")] * 95 + [call("503")] * 5, ("ok", "critical", "ok", "ok")),
        ([call("200")] * 95 + [call("429")] * 5, ("ok", "ok", "warning", "ok")),
        ([json.dumps({**LINE, "alert": "Order 1 needs a person: amount."})], ("ok", "ok", "ok", "warning")),
        ([json.dumps({**LINE, "alert": "dead", "job": "1:1:0"})], ("ok", "ok", "ok", "ok")),
        (['{"message": ' + json.dumps(call("500")) + "}"] * 100, ("critical", "ok", "ok", "ok")),
        (["FC Invoke Start", "{", "[1]", '{"operation": 1}', *[f"publish: {call('500')}"] * 100], ("critical",)),
    ],
)
def test_what_log_lines_say(
    lines: list[str], levels: tuple[str, ...], stage: Deliveries, said: Say, tmp_path: Path
) -> None:
    assert stage is not None
    file = tmp_path / "log"
    file.write_text("\n".join(lines))
    code, (line,), _ = said("--json", "--logs", file)
    found: Any = json.loads(line)["readings"]
    assert (
        tuple(found[name]["level"] for name in ("error_rate", "throttle_rate", "limited_rate", "alerts"))[: len(levels)]
        == levels
    )
    assert code == max(("ok", "warning", "critical").index(level) for level in levels)


def test_units_by_operation_and_refusals_in_one_line(
    stage: Deliveries, said: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage is not None
    lines = [call("200", operation="a"), call("429", operation="b", read_cu=5), call("503", operation="b", read_cu=5)]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    code, told, _ = said("--logs", "-")
    assert (code, len(told)) == (0, 10)
    assert told[6].split(maxsplit=2)[2] == "1 of 3 calls (503); 1 of 3 calls (429, over a budget)"
    assert told[8].split(maxsplit=1)[1] == "17 in 3 calls: b 82%, a 18%"


@pytest.mark.parametrize("source", ["/nowhere/at/all", "http://127.0.0.1:9/_fake/logs"])
def test_what_cannot_be_found_out(source: str, stage: Deliveries, said: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage is not None
    code, lines, complaint = said("--logs", source)
    assert (code, lines) == (3, [])
    assert complaint.startswith(f"The logs cannot be read from {source}: ")
    monkeypatch.setenv("OTS_ENDPOINT", "http://127.0.0.1:9")
    assert said()[0] == 3
    monkeypatch.delenv("OTS_ENDPOINT")
    code, _, complaint = said()
    assert (code, complaint) == (3, "Set OTS_ENDPOINT too, or add --local for the local cloud.\n")
    for hours in ("0", "nan", "721", "x"):
        with pytest.raises(SystemExit):
            said("--hours", hours)
