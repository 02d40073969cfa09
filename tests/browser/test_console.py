"""The console in a browser: what runs shows by itself, faults strike, timers fire, axe finds nothing serious."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from commands import browser
from commands.local_cloud import LocalCloud
from feed.domain.prices import FILE as PRICES

READER, AUTHOR = 3, 1
PAGES = ("invocations", "queue", "costs", "tables/feed/article_table", "timers", "faults", "trades")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def watched() -> Iterator[LocalCloud]:
    with LocalCloud(prices=Path(PRICES), timers=False, max_instances=2) as running:
        for person in (READER, AUTHOR):
            act(running, person, "PUT", "/v1/users/me", {"nickname": f"person {person}"})
        yield running


@pytest.fixture(params=["light", "dark"])
def console(request: pytest.FixtureRequest, watched: LocalCloud, chromium: Browser) -> Iterator[Page]:
    scheme: Literal["light", "dark"] = request.param
    with chromium.new_context(color_scheme=scheme, viewport={"width": 1400, "height": 850}) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(watched.console or "")
        expect(page.get_by_role("status").get_by_text("live", exact=True)).to_be_visible()
        yield page
        assert complaints == []


def act(cloud: LocalCloud, user: int, method: str, path: str, body: object = None) -> None:
    headers = {"Authorization": f"Bearer {cloud.token(user)}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(cloud.api + path, sent, headers, method=method), timeout=60).close()
    cloud.wait_idle()


def publish(cloud: LocalCloud, title: str) -> None:
    act(cloud, AUTHOR, "POST", "/v1/articles", {"title": title, "html": "<p>雨</p>", "state": "public"})


@pytest.mark.browser
def test_what_runs_shows_by_itself(watched: LocalCloud, console: Page) -> None:
    act(watched, READER, "PUT", f"/v1/follows/{AUTHOR}")
    publish(watched, "雨后")
    root = console.get_by_role("row").filter(has_text="POST /v1/articles").first
    expect(root.get_by_text("1 below")).to_be_visible()
    root.focus()
    console.keyboard.press("ArrowRight")
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    detail = console.get_by_label("One invocation")
    expect(detail.get_by_role("heading", name="fanout-batch")).to_be_visible()
    expect(detail.get_by_role("cell", name="BatchWriteRow").first).to_be_visible()
    for counted in ("Attempts 1", "GB-seconds 0.", "Write units ", "Answer "):
        expect(detail.get_by_role("row", name=counted).first).to_be_visible()
    expect(detail.get_by_role("row", name="user_message_table 1 1 1 1")).to_be_visible()
    expect(detail.get_by_label("What it printed")).to_contain_text('"operation": "fanout-batch"')
    detail.get_by_role("button", name="What asked for it").click()
    expect(detail.get_by_role("heading", name="publish")).to_be_visible()


@pytest.mark.browser
def test_the_console_counts_what_functions_count_themselves(watched: LocalCloud, console: Page) -> None:
    publish(watched, "霜")
    asked = f"{watched.console}api"
    numbers = [each["number"] for each in console.request.get(f"{asked}/invocations").json()["records"]]
    compared = 0
    for number in numbers:
        detail = console.request.get(f"{asked}/invocation?number={number}").json()
        lines = [line for run in detail["runs"] for line in run["lines"] if line.startswith('{"operation"')]
        said = [json.loads(line) for line in lines]
        counted = [sum(each[name] for each in said) for name in ("requests", "read_cu", "write_cu")]
        assert counted == [detail["own"][at] for at in (3, 5, 6)], detail["label"]
        compared += len(said)
    assert compared >= 5


@pytest.mark.browser
def test_a_fault_strikes_and_a_timer_fires(watched: LocalCloud, console: Page) -> None:
    console.get_by_role("button", name="Break things").click()
    rules = console.get_by_label("Faults").locator("form").first
    rules.get_by_label("api").fill("PutRow")
    rules.get_by_role("button", name="Switch on").click()
    expect(console.get_by_text("throttle api PutRow · 1 more")).to_be_visible()
    publish(watched, "雷")
    expect(console.get_by_text("throttle api PutRow · used up")).to_be_visible()
    console.get_by_role("button", name="Clear all of them").click()
    console.get_by_role("link", name="Timers and clock").click()
    console.get_by_role("button", name="Fire now: every-minute of sweep").click()
    expect(console.get_by_text("fired", exact=True)).to_be_visible()
    console.get_by_role("link", name="Invocations").click()
    expect(console.get_by_role("row").filter(has_text="sweep").first).to_be_visible()


@pytest.mark.browser
def test_a_row_opens_beside_the_others(watched: LocalCloud, console: Page) -> None:
    console.goto(f"{watched.console}#tables/feed/user_table")
    console.get_by_role("row").nth(1).click()
    whole = console.get_by_label("One row")
    expect(whole.get_by_text("STRING key")).to_be_visible()
    console.get_by_role("button", name="Read").click()
    whole.get_by_role("button", name="Close").click()
    expect(whole).to_have_count(0)


@pytest.mark.browser
def test_a_phone_cuts_nothing(watched: LocalCloud, chromium: Browser) -> None:
    publish(watched, "露")
    size: ViewportSize = {"width": 390, "height": 844}
    with chromium.new_context(viewport=size, is_mobile=True, has_touch=True) as context:
        page = context.new_page()
        for name in PAGES:
            page.goto(f"{watched.console}#{name}")
            expect(page.get_by_text("live", exact=True)).to_be_in_viewport()
            expect(page.get_by_role("main").get_by_text("…", exact=True)).to_have_count(0)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"], name
        page.goto(f"{watched.console}#invocations")
        for column in ("Invocation", "Outcome", "Took"):
            expect(page.get_by_role("columnheader", name=column)).to_be_in_viewport(ratio=1)
        page.get_by_role("row").filter(has_text="POST /v1/articles").first.click()
        detail = page.get_by_label("One invocation")
        expect(detail.get_by_role("heading", name="publish")).to_be_in_viewport()
        detail.get_by_role("button", name="Close").click()
        expect(detail).to_have_count(0)


@pytest.mark.browser
def test_axe_finds_nothing_serious(watched: LocalCloud, console: Page) -> None:
    publish(watched, "雪")
    for name in PAGES:
        console.goto(f"{watched.console}#{name}")
        expect(console.get_by_role("main").get_by_text("…", exact=True)).to_have_count(0)
        console.evaluate(browser.axe())
        found = console.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        serious = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]
        assert [each for each, said in zip(serious, found, strict=True) if said["impact"] in SERIOUS] == [], name
