"""scripts/fanout: what an operator is told, and the exit codes that a script goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alifakes.tablestore.app import TablestoreFake
from commands.fanout import command
from feed import wiring
from feed.call import Call
from feed.domain.ids import hashed
from feed.store import relations, schema
from feed.store.client import Tables
from feed.store.rows import Put, Update, Value
from tests.operations.conftest import Clock
from tests.operations.deliveries import DAY_MS, MINUTE_MS, REASON, Deliveries
from tests.operations.fans import ANN, FANS, given_followers_of_some_days
from tests.operations.operators import Say, saying
from tests.steps import InProcess, Product


@pytest.fixture
def stage(
    product: Product, driver: InProcess, store: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Deliveries:
    monkeypatch.setattr(command, "time", clock)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "")
    given_followers_of_some_days(product, clock)
    return Deliveries(product, driver, store, clock)


@pytest.fixture
def article(stage: Deliveries) -> int:
    return stage.deliver()


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Say:
    return saying(command.main, capsys)


def test_audit_and_repair(stage: Deliveries, article: int, said: Say) -> None:
    code, lines, _ = said("audit", article)
    assert (code, lines[-2]) == (0, "ok: whoever is owed it has it")
    stage.lose(article, *FANS[:3])
    lost = " ".join(map(str, FANS[:3]))
    code, lines, complaint = said("audit", article)
    assert (code, complaint) == (1, "")
    assert f"missing: {lost}" in lines
    code, lines, _ = said("repair", article)
    assert (code, lines[1]) == (0, f"brought to 3: {lost}")
    code, lines, _ = said("repair", article)
    assert (code, lines[1]) == (0, "nothing was missing")
    assert said("audit", article)[0] == 0


def test_a_row_that_cannot_be_written_is_told(
    stage: Deliveries, article: int, said: Say, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.lose(article, FANS[0])
    monkeypatch.setattr(Call, "wait", lambda *_: None)
    tablestore.faults.add("partial", api="BatchWriteRow", table=schema.INBOXES, rows=[0])
    code, lines, _ = said("repair", article)
    assert (code, lines[1]) == (1, f"could not be written for 1, repeat the command: {FANS[0]}")


def test_what_it_took(stage: Deliveries, article: int, said: Say, tablestore: TablestoreFake) -> None:
    stage.lose(article, FANS[0])
    for words in (("audit", article, "--everywhere"), ("repair", article), ("status",)):
        tablestore.reset_requests()
        *_, last = said(*words)[1]
        counted = [usage for tables in tablestore.requests().values() for usage in tables.values()]
        requests, read, write = (sum(each[name] for each in counted) for name in ("requests", "read_cu", "write_cu"))
        assert last == f"{requests} requests, {read} read and {write} write units"


def test_an_audit_for_programs(stage: Deliveries, article: int, said: Say) -> None:
    stage.lose(article, *FANS[:3])
    code, (line,), _ = said("audit", article, "--json", "--everywhere")
    told = json.loads(line)
    assert told["missing"] == FANS[:3]
    assert [told[kind] for kind in ("stalled", "not_yet", "hidden", "surplus", "doubled")] == [[]] * 5
    assert (code, told["ok"], told["state"], told["owed"], told["held"]) == (1, False, "done", 8, 5)
    assert told["spent"].keys() == {"requests", "read_cu", "write_cu"}


def test_twenty_readers_are_named_or_all(stage: Deliveries, article: int, said: Say) -> None:
    crowd = range(1000, 1030)
    columns = {"epoch": 1, "followed_ms": 1, "seen_day": stage.clock.now_ms() // DAY_MS}
    assert stage.store.write_many([Put(schema.RELATIONS, relations.key(ANN, fan), columns) for fan in crowd]) == []
    everybody = " ".join(map(str, crowd))
    some = " ".join(map(str, crowd[:20]))
    assert f"missing: {some} and 10 more, which --all names" in said("audit", article)[1]
    assert f"missing: {everybody}" in said("audit", article, "--all")[1]
    assert f"brought to 30: {everybody}" in said("repair", article, "--all")[1]


def test_a_delivery_at_work_is_no_alarm(stage: Deliveries, said: Say) -> None:
    article = stage.publish()
    code, lines, _ = said("audit", article)
    assert (code, lines[-2][:40]) == (0, "Still running: 8 are not reached yet. No")
    assert said("status")[0] == 0
    stage.driver.queue.clear()
    stage.clock.advance(10 * MINUTE_MS)
    code, lines, _ = said("audit", article)
    assert (code, lines[-2][:43]) == (1, "8 wait for a shard that has stopped: the sw")
    assert said("status")[0] == 1


def test_status_lists_every_state(stage: Deliveries, said: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dead one's work row is gone, and only its letter leads to it."""
    assert said("status")[:2] == (0, ["every delivery is over", "16 requests, 16 read and 0 write units"])
    dead = stage.given_a_dead_shard()
    stage.driver.sweep()
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "3")
    wiring.forget()
    stage.deliver()
    stalled = stage.publish()
    stage.driver.queue.clear()
    stage.clock.advance(10 * MINUTE_MS)
    running = stage.publish()
    stage.driver.invoke(*stage.driver.queue.popleft())
    code, lines, _ = said("status")
    assert (code, lines[0]) == (1, "3 deliveries are not over: 1 dead, 1 running, 1 stalled")
    assert lines[1].split() == [
        *("article", "author", "delivery", "state", "shards"),
        *("followers", "delivered", "deferred", "since", "behind", "reason"),
    ]
    told = {int(cells[0]): cells[1:] for cells in map(str.split, lines[2:5])}
    assert told[dead][:7] == [str(ANN), "1", "dead", "0/1", "8", "3", "0"]
    assert told[stalled][:7] == [str(ANN), "1", "stalled", "0/3", "8", "0", "0"]
    assert told[stalled][8:] == "shard 0 at 0000, tries 0".split()
    assert told[running][2] == "running"
    assert " ".join(told[dead]).endswith(f", tries 8 {REASON}")
    assert lines[5] == "1 dead letters, of which 1 hold"
    assert lines[7].split()[:4] == [str(dead), "1", "0", "dead"]
    assert lines[7].endswith(REASON)


def test_the_shard_furthest_behind_is_the_one_in_the_worst_state(
    stage: Deliveries, said: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_FANOUT_WIDTH", "3")
    wiring.forget()
    article = stage.publish()
    dead: dict[str, Value] = {"dead_ms": stage.clock.now_ms(), "reason": REASON}
    stage.store.write(Update(schema.JOBS, (hashed(article), 1, 2), put=dead))
    (told,) = json.loads(said("status", "--json")[1][0])["deliveries"]
    assert (told["state"], told["behind"]["shard"], told["reason"]) == ("dead", 2, REASON)


def test_a_status_for_programs(stage: Deliveries, said: Say) -> None:
    dead = stage.given_a_dead_shard()
    code, (line,), _ = said("status", "--json")
    told = json.loads(line)
    assert (code, told["ok"]) == (1, False)
    ((delivery,), (letter,)) = told["deliveries"], told["dead_letters"]
    assert (delivery["article"], delivery["state"], delivery["reason"]) == (dead, "dead", REASON)
    assert (delivery["shards"], delivery["shards_done"], delivery["behind"]["tries"]) == (1, 0, 8)
    assert (letter["article"], letter["shard"], letter["fate"], letter["reason"]) == (dead, 0, "dead", REASON)
    assert said("repair", dead)[0] == 0
    code, (line,), _ = said("status", "--json")
    assert (code, json.loads(line)["dead_letters"]) == (0, [])


def test_what_it_cannot_do_it_explains(
    stage: Deliveries, article: int, said: Say, tablestore: TablestoreFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said("audit", 404) == (2, [], "There is no article 404.\n")
    stage.product.change(ANN, article, state="private")
    for action in ("audit", "repair"):
        code, lines, complaint = said(action, article)
        assert (code, lines, complaint.startswith(f"Article {article} is withdrawn")) == (2, [], True)
        for wrong in ("x", "0", "-1", "9007199254740992"):
            with pytest.raises(SystemExit) as left:
                command.main([action, wrong])
            assert left.value.code == 2
    tablestore.faults.add("throttle")
    assert said("status")[2].endswith("try again. It is safe to repeat the command.\n")
    monkeypatch.delenv("OTS_ENDPOINT")
    assert said("status") == (2, [], "Set OTS_ENDPOINT too, or add --local for the local cloud.\n")


def test_a_stopped_command_says_how_to_go_on(article: int, said: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "repair", interrupted)
    assert said("repair", article) == (2, [], "Stopped; repeat the command, what was repaired stays so.\n")
