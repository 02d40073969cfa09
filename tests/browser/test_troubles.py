"""A slow, a busy, an angry and an absent server, hostile content: the client says what is going on and goes on."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Route, expect

from commands.local_cloud import LocalCloud
from tests.browser.conftest import first_article
from tests.browser.visitor import Visitors

READER = 6


def refusal(status: int, code: str, seconds: int) -> dict[str, object]:
    """What route.fulfill takes, for an answer as the API gives it."""
    return {
        "status": status,
        "headers": {"Retry-After": str(seconds), "Content-Type": "application/json"},
        "body": json.dumps({"error": {"code": code, "message": "Later.", "request_id": "x"}}),
    }


@pytest.mark.browser
def test_what_is_slow_has_a_shape_until_it_comes(visitors: Visitors) -> None:
    visitor = visitors.open(READER)
    waiting: list[Route] = []
    visitor.page.route("**/v1/timeline", lambda route: waiting.append(route))
    visitor.page.goto(visitor.site)
    skeleton = visitor.page.locator(".skeleton")
    expect(skeleton).to_be_visible()
    expect(skeleton).to_have_attribute("role", "status")
    visitor.check()
    while not waiting:
        visitor.page.wait_for_timeout(20)
    waiting[0].continue_()
    expect(visitor.page.locator(".card").first).to_be_visible()
    expect(skeleton).to_have_count(0)


@pytest.mark.browser
def test_too_fast_is_told_with_a_countdown(visitors: Visitors) -> None:
    visitor = visitors.open(READER, "phone")
    visitor.page.clock.install()
    visitor.page.route("**/v1/hot*", lambda route: route.fulfill(**refusal(429, "too_many_requests", 12)))
    with visitor.expecting(429):
        page = visitor.go("/hot")
        expect(page.get_by_role("alert")).to_contain_text("有点太快了，请等 12 秒")
        expect(page.get_by_role("button", name="秒后可再试")).to_be_disabled()
        visitor.check()
        visitor.page.unroute("**/v1/hot*")
        page.clock.fast_forward(12_500)
        page.get_by_role("button", name="再试一次").click()
    expect(page.locator(".card").first).to_be_visible()


@pytest.mark.browser
def test_a_busy_server_is_asked_again_by_itself_then_by_the_reader(visitors: Visitors) -> None:
    visitor = visitors.open(READER)
    asked: list[str] = []

    def busy(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(**refusal(503, "busy", 1))

    visitor.page.route("**/v1/hot*", busy)
    with visitor.expecting(503):
        page = visitor.go("/hot")
        expect(page.get_by_role("alert")).to_contain_text("服务器正忙")
        assert len(asked) == 3
        visitor.check()
        visitor.page.unroute("**/v1/hot*")
        page.get_by_role("button", name="再试一次").click()
        expect(page.locator(".card").first).to_be_visible()


@pytest.mark.browser
def test_without_a_network_nothing_is_lost(visitors: Visitors) -> None:
    visitor = visitors.open(READER)
    page = visitor.go("/write")
    page.get_by_label("标题", exact=True).fill("断网的时候")
    page.get_by_role("textbox", name="正文").fill("写到一半。")
    with visitor.expecting(0):
        visitor.context.set_offline(True)
        expect(page.get_by_text("网络断开了")).to_be_visible()
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.locator(".toast.bad")).to_contain_text("现在没有网络")
        visitor.check()
        visitor.context.set_offline(False)
    expect(page.get_by_text("网络断开了")).to_have_count(0)
    page = visitor.go("/write")
    expect(page.get_by_label("标题", exact=True)).to_have_value("断网的时候")
    expect(page.get_by_role("textbox", name="正文")).to_have_text("写到一半。")
    page.get_by_label("私密").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1, name="断网的时候")).to_be_visible()


@pytest.mark.browser
def test_nobody_is_asked_for_news_while_the_page_is_hidden(visitors: Visitors) -> None:
    visitor = visitors.open(READER)
    visitor.page.clock.install()
    page = visitor.go("/hot")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.fast_forward(300_000)
    page.clock.run_for(30_000)
    visitor.settled()
    assert [url for url in asked if "/unread" in url] == []
    with page.expect_response("**/v1/timeline/unread"):
        page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.browser
def test_a_long_title_and_hostile_html_stay_within_the_page(cloud: LocalCloud, visitors: Visitors) -> None:
    hostile = (
        '<p>一</p><script>throw 1</script><img src="x" onerror="throw 2"><p style="position:fixed">二</p>' + "长" * 400
    )
    body = json.dumps({"title": "长" * 140 + "W" * 10, "html": hostile, "state": "public"}).encode()
    headers = {"Authorization": f"Bearer {cloud.token(READER)}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{cloud.api}/v1/articles", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        article = json.loads(answer.read())
    for size in ("phone", "desktop"):
        visitor = visitors.open(READER, size)
        for path in (f"/articles/{article['id']}", f"/users/{READER}", f"/articles/{article['id']}/edit"):
            expect(visitor.go(path).locator("h1").first).to_be_attached()
            visitor.check()


@pytest.mark.browser
def test_mistakes_are_told_at_their_field_before_anything_is_sent(visitors: Visitors) -> None:
    visitor = visitors.open(READER, language="en-US")
    page = visitor.go("/write")
    page.get_by_label("Title", exact=True).fill("长" * 151)
    page.get_by_label("Schedule").check()
    page.get_by_role("button", name="Schedule").click()
    for words in ("151 characters; at most 150", "Must not be empty", "Choose a time in the future"):
        expect(page.get_by_text(words)).to_be_visible()
    visitor.check()


@pytest.mark.browser
def test_an_article_changed_elsewhere_is_not_overwritten(cloud: LocalCloud, visitors: Visitors) -> None:
    author = 8
    article = first_article(cloud, author)
    visitor = visitors.open(author)
    page = visitor.go(f"/articles/{article}/edit")
    body = json.dumps({"title": "Changed elsewhere"}).encode()
    headers = {"Authorization": f"Bearer {cloud.token(author)}", "Content-Type": "application/json"}
    change = urllib.request.Request(f"{cloud.api}/v1/articles/{article}", data=body, headers=headers, method="PATCH")
    urllib.request.urlopen(change, timeout=20).close()
    with visitor.expecting(409):
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("alert")).to_contain_text("在别处改过了")
        visitor.check()
    page.get_by_role("button", name="载入最新版本").click()
    expect(page.get_by_label("标题", exact=True)).to_have_value("Changed elsewhere")
