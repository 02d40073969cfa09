"""Lists by clicks: to the end without gaps or repeats, back to the same place, and what was searched for is marked."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from commands.local_cloud import LocalCloud
from tests.browser.visitor import Visitors

READER = 9


def titles(page: Page) -> list[str]:
    found: list[str] = page.locator(".list > li .card h2 a").all_inner_texts()
    return found


def whole_walk(cloud: LocalCloud, person: int) -> list[str]:
    """What the API tells from the timeline's first page to its last."""
    found: list[str] = []
    cursor = ""
    while True:
        request = urllib.request.Request(
            f"{cloud.api}/v1/timeline{cursor}", headers={"Authorization": f"Bearer {cloud.token(person)}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            page: dict[str, Any] = json.loads(answer.read())
        found += [item["article"]["title"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"?cursor={page['next_cursor']}"


@pytest.mark.browser
def test_a_walk_shows_everything_once(cloud: LocalCloud, visitors: Visitors) -> None:
    page = visitors.open(READER).go("/")
    expect(page.locator(".card").first).to_be_visible()
    more = page.get_by_role("button", name="更多")
    walked = page.locator(".end")
    while True:
        expect(more.or_(walked)).to_be_visible()
        if walked.is_visible():
            break
        had = len(titles(page))
        more.click()
        expect(walked.or_(page.locator(".card").nth(had))).to_be_visible()
    assert len(set(titles(page))) == len(titles(page))
    assert titles(page) == whole_walk(cloud, READER)


@pytest.mark.browser
def test_what_comes_again_is_not_shown_again(visitors: Visitors) -> None:
    """A server that repeats itself, be it by mistake, is not followed in that."""
    visitor = visitors.open(READER)
    pages: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        if not pages:
            pages.append(route.fetch().json() | {"next_cursor": "again"})
        last = {**pages[0], "next_cursor": None} if "cursor=again" in route.request.url else pages[0]
        route.fulfill(json=last)

    visitor.page.route("**/v1/timeline?*", answer)
    visitor.page.route("**/v1/timeline", answer)
    page = visitor.go("/")
    before = titles(page)
    assert before
    page.get_by_role("button", name="更多").click()
    expect(page.locator(".end")).to_be_visible()
    assert titles(page) == before


@pytest.mark.browser
def test_going_back_is_going_back_to_the_same_place(visitors: Visitors) -> None:
    visitor = visitors.open(READER, "phone")
    page = visitor.go("/")
    link = page.locator(".card h2 a").nth(7)
    link.scroll_into_view_if_needed()
    height = page.evaluate("scrollY")
    assert height > 0
    link.click()
    expect(page.locator(".reading .prose")).to_be_visible()
    assert page.evaluate("scrollY") == 0
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.go_back()
    expect(link).to_be_visible()
    page.wait_for_function(f"scrollY === {height}")
    assert [url for url in asked if "/v1/timeline" in url and "unread" not in url] == []


@pytest.mark.browser
def test_a_search_marks_what_was_looked_for(visitors: Visitors) -> None:
    visitor = visitors.open(0)
    page = visitor.go("/")
    page.get_by_role("searchbox").fill("夏茶")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("“夏茶”的搜索结果")
    expect(page.locator(".card mark").first).to_have_text("夏茶")
    visitor.check()
