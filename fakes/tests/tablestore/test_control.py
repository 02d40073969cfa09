"""The emulator's own powers: snapshots, the clock, lags, the log and every kind of fault, over HTTP and in process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tablestore as ots_sdk
import urllib3

from alifakes.tablestore.app import TablestoreFake
from alifakes.tablestore.faults import REFUSALS
from alifakes.tablestore.log import KEPT, Entry, RequestLog

Control = Callable[..., Any]


@pytest.fixture
def fake(start: Any) -> Any:
    return start()


@pytest.fixture
def table(fake: Any, connect: Any, create: Any) -> Any:
    return create(connect(fake), name="t")


@pytest.fixture
def control(fake: Any) -> Control:
    """Sends a body as JSON; the answer's JSON, or what it complains of."""

    def send(method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        answer = urllib3.request(method, f"{fake.endpoint}/_fake/{path}", body=data, retries=False)
        read = json.loads(answer.data)
        assert answer.status == (400 if "error" in read else 200)
        return read

    return send


def test_a_snapshot_brings_all_back(control: Control, table: Any, create: Any, connect: Any, fake: Any) -> None:
    table.fill([(f"{n}", {"n": n}) for n in range(5)])
    control("POST", "snapshots", {"name": "five"})
    assert control("GET", "snapshots") == ["five"]
    for round_ in range(2):
        table.put("6", {"n": 6})
        table.delete("0")
        other = create(connect(fake, f"another{round_}"))
        control("POST", "restore", {"name": "five"})
        assert table.list_keys() == list("01234")
        assert list(other.client.list_table()) == []
    control("POST", "reset")
    fake.restore("five")  # a reset leaves snapshots
    assert table.list_keys() == list("01234")


def test_snapshots_have_names(control: Control, fake: TablestoreFake) -> None:
    assert "no snapshot 'none'; there are none" in control("POST", "restore", {"name": "none"})["error"]
    assert "letters" in control("POST", "snapshots", {"name": "../up"})["error"]
    assert "no fields but name" in control("POST", "snapshots", {"nom": "x"})["error"]
    control("POST", "snapshots")
    fake.snapshot("b")
    assert control("GET", "snapshots") == ["b", "default"]
    with pytest.raises(ValueError, match="there are b, default"):
        fake.restore("c")


def test_a_snapshot_of_a_file_is_a_file_to_serve(tmp_path: Path, create: Any, connect: Any) -> None:
    with TablestoreFake(tmp_path / "data.db") as fake:
        create(connect(fake, "local"), name="t").put("a")
        fake.snapshot("one")
    with TablestoreFake(tmp_path / "data.db.one.snapshot") as fake:
        assert list(fake.client().list_table()) == ["t"]
    with TablestoreFake(tmp_path / "data.db") as fake:  # and outlives the server
        fake.reset()
        fake.restore("one")
        assert list(fake.client().list_table()) == ["t"]


def test_the_clock_moves_on_and_never_back(control: Control, connect: Any, create: Any, fake: Any) -> None:
    table = create(connect(fake), ttl=86400)
    table.put("a", {"x": 1})
    before = control("GET", "clock")["now_ms"]
    assert abs(before - time.time() * 1000) < 60_000
    assert control("POST", "clock", {"advance_ms": 86_400_000})["now_ms"] >= before + 86_400_000
    assert table.get("a") is None
    assert control("POST", "clock", {"set_ms": before + 10**9})["now_ms"] >= before + 10**9
    table.put("b", {"x": 1})
    assert table.versions("b", "x")[0][1] >= before + 10**9
    for body, complaint in [
        ({"set_ms": before}, "never runs backwards"),
        ({"advance_ms": -1}, "never runs backwards"),
        ({"advance_ms": 10**18}, "beyond the year 9999"),
        ({}, "either advance_ms or set_ms"),
        ({"advance_ms": 1, "set_ms": 1}, "either advance_ms or set_ms"),
        ({"advance_ms": "1"}, "cannot be '1'"),
        ([], "no fields but advance_ms, set_ms"),
    ]:
        assert complaint in control("POST", "clock", body)["error"]


def test_settings_change_at_run_time(control: Control, connect: Any, create: Any, fake: Any, table_of: Any) -> None:
    index = ots_sdk.SecondaryIndexMeta("i", ["c"], [])
    table = create(connect(fake), columns=[("c", "STRING")], indexes=[index])
    entries = table_of(table.client, "i", ["c", "pk"])
    control("POST", "settings", {"index_lag_ms": 60_000})
    assert control("GET", "settings")["index_lag_ms"] == 60_000
    table.put("a", {"c": "late"})
    assert entries.list_keys() == []
    control("POST", "clock", {"advance_ms": 60_001})
    assert entries.list_keys() == [("late", "a")]
    table.put("b", {"c": "soon"})
    fake.set_lags(0)
    assert entries.list_keys() == [("late", "a"), ("soon", "b")]
    assert "cannot be negative" in control("POST", "settings", {"index_lag_ms": -1})["error"]
    assert "no fields but" in control("POST", "settings", {"split_rows": 1})["error"]
    control("POST", "settings", {"clock_skew_ms": 5})
    assert fake.settings.clock_skew_ms == 5
    with pytest.raises(ValueError, match="clock_skew_ms cannot be negative: -1"):
        fake.set_clock_skew(-1)


def test_the_log_tells_what_was_asked_and_what_it_cost(control: Control, table: Any, fake: TablestoreFake) -> None:
    table.put("a", {"x": "x" * 5000})
    table.read("a")
    with pytest.raises(ots_sdk.OTSServiceError) as caught:
        table.put("a", expect="EXPECT_NOT_EXIST")
    fake.faults.add("throttle", api="DeleteRow")
    with pytest.raises(ots_sdk.OTSServiceError):
        table.delete("a")
    told = [(entry["api"], entry["status"], entry["code"], entry["fault"]) for entry in control("GET", "log")]
    assert told == [
        ("CreateTable", 200, "", None),
        ("PutRow", 200, "", None),
        ("GetRow", 200, "", None),
        ("PutRow", 403, "OTSConditionCheckFail", None),
        ("DeleteRow", 503, "OTSServerBusy", "throttle"),
    ]
    read, failed = control("GET", "log?api=GetRow")[0], control("GET", "log?code=OTSConditionCheckFail&table=t")[0]
    assert (read["rows"], read["read_cu"], read["write_cu"], read["tables"]) == (1, 2, 0, ["t"])
    assert (failed["read_cu"], failed["write_cu"]) == (1, 1)
    assert failed["request_id"] == caught.value.get_request_id()
    assert 0 < read["took_ms"] < 10_000
    assert control("GET", "log?table=none") == []
    assert fake.log(since_ms=failed["at_ms"] + 1_000_000) == []
    assert "table, api, code and since_ms" in control("GET", "log?tables=t")["error"]
    assert "error" in control("GET", "log?since_ms=x")
    control("DELETE", "log")
    assert fake.log() == []


def test_the_log_is_a_file_too(tmp_path: Path, create: Any, connect: Any) -> None:
    file = tmp_path / "requests.jsonl"
    with TablestoreFake(log_file=file) as fake:
        table = create(connect(fake), name="t")
        table.put("a", {"x": "x" * 5000})
        lines = [json.loads(line) for line in file.read_text().splitlines()]  # before it ends
        assert lines == fake.log()
        assert (lines[1]["api"], lines[1]["tables"], lines[1]["write_cu"]) == ("PutRow", ["t"], 2)
        fake.faults.add("disconnect", api="GetRow")
        with pytest.raises(urllib3.exceptions.HTTPError):
            table.get("a")
        fake.reset()
    told = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["api"], line["status"], line["fault"]) for line in told] == [
        ("CreateTable", 200, None),
        ("PutRow", 200, None),
        ("GetRow", 0, "disconnect"),
    ]


def test_the_log_forgets_the_oldest() -> None:
    log = RequestLog()
    for at_us in range(KEPT + 5):
        log.add(Entry(at_us, "", "local", "ListTable", (), 200, "", (), 1, None))
    assert [entry["at_ms"] for entry in (log.entries()[0], log.entries()[-1])] == [0, (KEPT + 4) // 1000]
    assert len(log.entries()) == KEPT


@pytest.mark.parametrize(("kind", "message"), REFUSALS.items(), ids=lambda value: getattr(value, "value", ""))
def test_faults_that_refuse(table: Any, fake: Any, refused: Any, kind: Any, message: Any) -> None:
    fake.faults.add(kind.value, api="PutRow", table="t", count=1)
    with refused(message.status, message.code, message.text):
        table.put("a")
    assert table.get("a") is None
    table.put("a")


def test_an_answer_that_somebody_else_signed(table: Any, fake: Any) -> None:
    fake.faults.add("bad_signature", api="PutRow", count=1)
    with pytest.raises(ots_sdk.OTSClientError, match=r"Invalid signature in response\."):
        table.put("a", {"x": 1})
    assert table.get("a") == {"x": 1}


def test_an_answer_that_was_damaged_on_its_way(table: Any, fake: Any) -> None:
    fake.faults.add("wrong_md5", api="PutRow", count=1)
    with pytest.raises(ots_sdk.OTSClientError, match="MD5 mismatch in response"):
        table.put("a", {"x": 1})
    assert table.get("a") == {"x": 1}


def test_faults_are_listed_with_what_is_left_of_them(control: Control, table: Any) -> None:
    rules = [
        {"kind": "partial", "api": "BatchWriteRow", "rows": [1], "count": 3},
        {"kind": "delay", "delay_ms": 1, "probability": 0.5, "seed": 7},
    ]
    control("POST", "faults", rules)
    table.write(table.batch_put("a"), table.batch_put("b"))
    whole = {"api": None, "table": None, "count": None, "probability": 1.0, "seed": 0, "after": 0, "delay_ms": 0}
    listed = control("GET", "faults")
    assert listed == [{**whole, "rows": [], **rules[0], "count": 2}, {**whole, "rows": [], **rules[1]}]
    control("DELETE", "faults")
    control("POST", "faults", listed)  # as it was listed, so it can be added
    assert control("GET", "faults") == listed
    control("POST", "reset")
    assert control("GET", "faults") == []


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff", b"1e999"])
def test_bodies_that_are_no_json(fake: Any, body: bytes) -> None:
    answer = urllib3.request("POST", f"{fake.endpoint}/_fake/clock", body=body, retries=False)
    assert answer.status == 400
    assert list(json.loads(answer.data)) == ["error"]


def test_apis_that_speak_json_are_refused_in_json(client: Any, refused: Any) -> None:
    for name in ("CreateKnowledgeBase", "AddMemories"):
        with refused(400, "OTSUnsupportedOperation", f"Unsupported operation: {name}."):
            client._vectors_request_helper(name, {"x": 1})


def test_numbers_that_are_none_are_named(control: Control) -> None:
    assert control("GET", "log?since_ms=x")["error"] == "since_ms must be a whole number, but is 'x'."
    assert control("GET", "log/after?number=x")["error"] == "number must be a whole number, but is 'x'."
