"""The console's doors: whom they refuse, what a browser may run there, and what is told without being asked."""

from __future__ import annotations

import http.client
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

CHANGING = [("POST", "timers"), ("POST", "clocks"), ("POST", "duplicates"), ("POST", "faults"), ("DELETE", "faults")]


def page(cloud: Any, name: str = "") -> requests.Response:
    return requests.get(f"{cloud.functions.endpoint}/_console/{name}", timeout=20)


def test_the_page_and_all_that_it_asks_for(cloud: Any) -> None:
    wanted, seen = [""], set()
    while wanted:
        name = wanted.pop()
        answer = page(cloud, name)
        assert answer.status_code == 200, name
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        seen.add(name)
        folder = name.rpartition("/")[0]
        for found in re.findall(r'(?:src|href|from\s*)=?"([^"#:]+\.(?:js|css|svg))"', answer.text):
            other = urljoin(f"/{folder}/" if folder else "/", found).lstrip("/")
            if other not in seen:
                wanted.append(other)
    assert {"app.js", "style.css", "vendor/preact.js", "parts/tree.js", "parts/costs.js"} <= seen


def test_nothing_is_inline_that_the_policy_forbids(cloud: Any) -> None:
    text = page(cloud).text
    assert "<style" not in text
    assert " style=" not in text
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []


def test_what_is_no_file_is_not_there(cloud: Any) -> None:
    for name in ("no.js", "..%2fapi.py", "parts/..%2fapp.js", "vendor", "parts/"):
        assert page(cloud, name).status_code == 404
    answer = requests.get(f"{cloud.functions.endpoint}/_console", allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["location"]) == (308, "/_console/")


@pytest.mark.parametrize(("method", "name"), CHANGING)
@pytest.mark.parametrize("origin", [None, "null", "http://elsewhere.example", "http://localhost:1"])
def test_nobody_but_its_own_page_changes_anything(cloud: Any, method: str, name: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    order = {"function": "work", "trigger": "nightly", "count": 1, "advance_ms": 1, "of": ["functions"]}
    answer = requests.request(method, f"{cloud.address}/{name}", json=order, headers=headers, timeout=20)
    assert answer.status_code == 403


def test_a_name_that_was_made_to_lead_here_reads_nothing(cloud: Any) -> None:
    port = urlsplit(cloud.functions.endpoint).port
    for host, status in (("elsewhere.example", 403), (f"elsewhere.example:{port}", 403), (f"localhost:{port}", 200)):
        for name in ("state", "invocations"):
            answer = requests.get(f"{cloud.address}/{name}", headers={"host": host}, timeout=20)
            assert answer.status_code == status
    rebound = {"host": f"elsewhere.example:{port}", "origin": f"http://elsewhere.example:{port}"}
    order = {"function": "work", "trigger": "nightly"}
    assert requests.post(f"{cloud.address}/timers", json=order, headers=rebound, timeout=20).status_code == 403


@pytest.mark.parametrize("path", ["timers/fire?function=work", "invocations/reset", "clock"])
def test_the_control_plane_itself_answers_no_page_of_another_place(cloud: Any, path: str) -> None:
    for origin in ("null", "http://elsewhere.example"):
        url = f"{cloud.functions.endpoint}/_fake/{path}"
        assert requests.post(url, headers={"origin": origin}, timeout=20).status_code == 403
        answer = requests.post(f"{cloud.ots.endpoint}/_fake/reset", headers={"origin": origin}, timeout=20)
        assert answer.status_code == 403
    rebound = {"host": "elsewhere.example", "origin": "http://elsewhere.example"}
    assert requests.post(f"{cloud.functions.endpoint}/_fake/{path}", headers=rebound, timeout=20).status_code == 403


def events(cloud: Any) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(cloud.functions.endpoint.removeprefix("http://"), timeout=20)
    connection.request("GET", "/_console/api/events")
    return connection, connection.getresponse()


def following(stream: http.client.HTTPResponse) -> tuple[str, dict[str, Any]]:
    """The next event's name and data."""
    name = ""
    while True:
        line = stream.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))


def test_changes_are_told_without_being_asked_for(cloud: Any) -> None:
    connection, stream = events(cloud)
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert following(stream)[0] == "hello"
    first = told_of_work(cloud, stream)
    second = told_of_work(cloud, stream)
    assert first.keys().isdisjoint(second), "what has not changed is told again"
    connection.close()


def told_of_work(cloud: Any, stream: http.client.HTTPResponse) -> dict[int, dict[str, Any]]:
    """The records told until one that wrote two rows is complete."""
    cloud.work(name="live", rows=2)
    told: dict[int, dict[str, Any]] = {}
    while not any(record["status"] == "200" and record["own"][6] == 2 for record in told.values()):
        name, news = following(stream)
        assert name == "changes"
        told |= {record["number"]: record for record in news["records"]}
    return told


def test_watchers_are_bounded_and_leave(cloud: Any) -> None:
    held = [events(cloud) for _ in range(16)]
    assert [stream.status for _, stream in held] == [200] * 16
    connection, refused = events(cloud)
    assert refused.status == 503
    for each in (*held, (connection, refused)):
        each[1].close()
        each[0].close()


def test_timers_fire_and_clocks_move(cloud: Any) -> None:
    (timer,) = cloud.get("timers")["timers"]
    assert (timer["function"], timer["name"], timer["running"]) == ("work", "nightly", False)
    assert len(cloud.post("timers", {"function": "work", "trigger": "nightly"})["request_ids"]) == 1
    before = cloud.get("clocks")
    after = cloud.post("clocks", {"advance_ms": 3_600_000, "of": ["functions", "tablestore"]})
    for name in ("functions", "tablestore"):
        assert 3_600_000 <= after[name] - before[name] < 3_660_000
    fired = [record for record in cloud.get("invocations")["records"] if record["kind"] == "timer"]
    assert fired[-1]["label"] == "nightly"


def test_faults_strike_while_they_are_on(cloud: Any) -> None:
    rule = {"kind": "delay", "api": "PutRow", "delay_ms": 1, "count": 1}
    cloud.post("faults", [rule], of="tablestore")
    assert cloud.get("faults", of="tablestore")[0]["kind"] == "delay"
    cloud.work(name="struck", rows=1)
    newest = [record for record in cloud.get("invocations")["records"] if record["kind"] == "http"][-1]
    detail = cloud.get("invocation", number=newest["number"])
    assert [call["fault"] for call in detail["calls"]] == ["delay"]
    cloud.post("duplicates", {"function": "work", "count": 1})
    cloud.work(next=[{}])
    root = [record for record in cloud.get("invocations")["records"] if record["kind"] == "http"][-1]
    assert root["descendants"] == 2


def test_mistakes_are_sentences(cloud: Any) -> None:
    own = {"origin": cloud.functions.endpoint}
    for status, answer in (
        (404, requests.get(f"{cloud.address}/nothing", timeout=20)),
        (405, requests.put(f"{cloud.address}/state", headers=own, timeout=20)),
        (404, requests.get(f"{cloud.address}/invocation?number=999999", timeout=20)),
        (400, requests.get(f"{cloud.address}/invocation?number=x", timeout=20)),
        (404, requests.get(f"{cloud.address}/trades", timeout=20)),
        (404, requests.post(f"{cloud.address}/timers", json={"function": "x"}, headers=own, timeout=20)),
        (400, requests.post(f"{cloud.address}/timers", data="[", headers=own, timeout=20)),
        (400, requests.post(f"{cloud.address}/timers", data="[]", headers=own, timeout=20)),
        (400, requests.post(f"{cloud.address}/clocks", json={"advance_ms": -1, "of": []}, headers=own, timeout=20)),
        (400, requests.post(f"{cloud.address}/faults?of=tablestore", json=[{}], headers=own, timeout=20)),
        (400, requests.get(f"{cloud.address}/rows?instance=sample&table=none", timeout=20)),
    ):
        assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_a_browser_is_led_from_the_port_to_the_page(cloud: Any) -> None:
    address = f"{cloud.functions.endpoint}/"
    answer = requests.get(address, headers={"accept": "text/html,*/*"}, allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["location"]) == (302, "/_console/")
    assert requests.get(address, allow_redirects=False, timeout=20).status_code == 400


def test_numbers_that_are_none_and_bodies_that_are_no_json(cloud: Any) -> None:
    for name in ("number", "before"):
        path = "invocation" if name == "number" else "invocations"
        answer = requests.get(f"{cloud.address}/{path}?{name}=x", timeout=20)
        assert (answer.status_code, answer.json()["error"]) == (400, f"{name} must be a whole number, but is 'x'.")
    own = {"origin": cloud.functions.endpoint}
    for body, but in (("x", "JSON, but is 'x'."), ("[]", "a JSON object.")):
        answer = requests.post(f"{cloud.address}/clocks", data=body, headers=own, timeout=20)
        assert (answer.status_code, answer.json()["error"]) == (400, f"The body must be {but}")
