"""Invocations as the console tells them: a tree, each with its log, duration and exact cost."""

from __future__ import annotations

from typing import Any

import pytest


def roots(cloud: Any) -> list[dict[str, Any]]:
    return [record for record in cloud.get("invocations")["records"] if record["parent"] is None]


def named(quantities: list[float], cloud: Any) -> dict[str, float]:
    return dict(zip(cloud.get("state")["quantities"], quantities, strict=True))


def test_what_one_leads_to_is_below_it(cloud: Any) -> None:
    cloud.work(name="a", rows=1, next=[{"rows": 1, "next": [{"rows": 2}]}, {}])
    root = roots(cloud)[-1]
    tree = cloud.get("tree", number=root["number"])["records"]
    assert [record["kind"] for record in tree] == ["http", "async", "async", "async"]
    first, second = tree[1]["number"], tree[3]["parent"]
    assert [record["parent"] for record in tree] == [None, root["number"], first, root["number"]]
    assert second == root["number"]
    assert {record["root"] for record in tree} == {root["number"]}
    assert tree[0]["descendants"] == 3
    whole = named(tree[0]["whole"], cloud)
    assert (whole["invocations"], whole["requests"], whole["rows"]) == (4, 4, 4)


def test_an_invocation_costs_what_tablestore_told_it(cloud: Any) -> None:
    told = cloud.work(name="exact", rows=3, bytes=9_000)
    number = roots(cloud)[-1]["number"]
    detail = cloud.get("invocation", number=number)
    own = named(detail["own"], cloud)
    assert told == {"read_cu": 0, "write_cu": 9}
    assert (own["read_cu"], own["write_cu"], own["requests"]) == (0, 9, 3)
    assert detail["tables"] == {"things": {"requests": 3, "rows": 3, "read_cu": 0, "write_cu": 9}}
    assert [call["api"] for call in detail["calls"]] == ["PutRow"] * 3
    assert own["ots_in"] == sum(call["received"] for call in detail["calls"]) > 27_000


def test_the_sums_are_those_of_the_tablestore_fakes_own_log(cloud: Any) -> None:
    for number in range(4):
        cloud.work(name=f"s{number}", rows=2, next=[{"rows": 1, "name": f"n{number}"}] * 3)
    cloud.ots.client("sample").list_table()  # of nobody's invocation
    costs = cloud.get("costs")
    log = cloud.ots.log()
    sums = [named(each["sums"], cloud) for each in costs["functions"]]
    outside = [named(each, cloud) for each in costs["outside"].values()]
    for name in ("rows", "read_cu", "write_cu"):
        assert sum(each[name] for each in sums) + sum(each[name] for each in outside) == sum(e[name] for e in log)
    instances = [entry for entry in log if ".c-" in entry["access_key_id"]]
    assert sum(each["requests"] for each in sums) == len(instances)
    assert sum(each["requests"] for each in outside) == len(log) - len(instances)
    by_operation = [named(each["sums"], cloud) for each in costs["operations"]]
    assert sum(each["write_cu"] for each in by_operation) == sum(each["write_cu"] for each in sums)


def test_its_log_event_answer_and_times(cloud: Any) -> None:
    cloud.work(name="log", rows=1)
    root = roots(cloud)[-1]
    detail = cloud.get("invocation", number=root["number"])
    (run,) = detail["runs"]
    assert "writing 1 rows" in run["lines"]
    assert detail["answer"].startswith('{"statusCode": 200')
    assert '"rows": 1' in detail["event"].replace("\\", "")
    assert detail["label"] == "POST /work/7"
    assert detail["operation"] == "POST /work/*"
    assert detail["submitted_ms"] <= detail["began_ms"] <= detail["ended_ms"]
    assert 0 < detail["duration_ms"] <= detail["ended_ms"] - detail["began_ms"] + 1
    gb_s = named(detail["own"], cloud)["gb_s"]
    assert gb_s == pytest.approx(0.5 * detail["duration_ms"] / 1000, abs=1e-5)


def test_the_first_of_an_instance_is_cold(cloud: Any) -> None:
    cloud.work(name="warm")
    records = cloud.get("invocations")["records"]
    assert records[0]["cold"]
    assert not roots(cloud)[-1]["cold"]


def test_what_fails_is_tried_again_and_then_given_up(cloud: Any) -> None:
    cloud.work(next=[{"fails": "no luck"}])
    failed = cloud.get("queue")["dead"][0]
    detail = cloud.get("invocation", number=failed["number"])
    assert [run["error"] for run in detail["runs"]] == ["UnhandledInvocationError"] * 2
    assert "no luck" in detail["answer"]
    root = roots(cloud)[-1]
    assert root["failed"] == 1
    assert [r["number"] for r in cloud.get("invocations", outcome="failed")["records"]][-1] == failed["number"]


def test_pages_go_back_in_time(cloud: Any) -> None:
    newest = cloud.get("invocations")["records"][-1]["number"]
    earlier = cloud.get("invocations", before=newest)["records"]
    assert newest not in {record["number"] for record in earlier}
    assert [r["number"] for r in earlier] == sorted(r["number"] for r in earlier)
    assert cloud.get("invocations", words="no such thing")["records"] == []


def invoked(cloud: Any, kind: str) -> dict[str, Any]:
    """The detail of an invocation of this kind that has written one row."""
    order: dict[str, object] = {"rows": 1, "name": kind, "bytes": 5_000}
    if kind == "timer":
        cloud.post("timers", {"function": "work", "trigger": "nightly"})
        cloud.work()  # and waits
    else:
        cloud.work(**(order if kind == "http" else {"next": [order]}))
    number = [record for record in cloud.get("invocations")["records"] if record["kind"] == kind][-1]["number"]
    found: dict[str, Any] = cloud.get("invocation", number=number)
    return found


@pytest.mark.parametrize("kind", ["http", "async", "timer"])
def test_every_kind_counts_requests_seconds_units_and_traffic(cloud: Any, kind: str) -> None:
    detail = invoked(cloud, kind)
    own, (run,) = named(detail["own"], cloud), detail["runs"]
    written = own["write_cu"]
    assert (own["invocations"], own["requests"], written) == (1, 1, 1 if kind == "timer" else 2)
    assert detail["tables"] == {"things": {"requests": 1, "rows": 1, "read_cu": 0, "write_cu": written}}
    assert own["gb_s"] == pytest.approx(0.5 * run["duration_ms"] / 1000, abs=1e-5)
    assert (own["bytes_in"], own["bytes_out"]) == (detail["event_size"], detail["answer_size"])
    assert own["ots_in"] > (0 if kind == "timer" else 5_000)
    assert min(own["bytes_in"], own["bytes_out"], own["ots_out"]) > 0
    assert detail["yuan"] == pytest.approx((written * 20 + 100) / 10_000)


def test_costs_are_quantities_times_prices(cloud: Any) -> None:
    cloud.work(name="price", rows=5)
    state = cloud.get("state")
    assert state["prices"] == {"date": "2026-01-02", "currency": "CNY", "unverified": ["tablestore_write"]}
    number = roots(cloud)[-1]["number"]
    detail = cloud.get("invocation", number=number)
    assert detail["yuan"] == pytest.approx((5 * 20 + 1 * 50 * 2) / 10_000)
    operation = next(each for each in cloud.get("costs")["operations"] if each["name"] == "work POST /work/*")
    points = cloud.get("curve", operation=operation["name"])["points"]
    assert points[-1]["yuan"] == detail["yuan"]
    assert sum(point["yuan"] for point in points) == pytest.approx(operation["yuan"])
