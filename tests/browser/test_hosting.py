"""The client as a deployment has it: at an origin of its own, where the host application signs people in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from commands.local_cloud import LocalCloud
from commands.token import sign
from tests.browser.bucket import Bucket
from tests.browser.visitor import Visitors

WRITER, OTHER = 9, 5


@pytest.fixture(scope="module")
def deployed(bucket: Bucket, cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Bucket:
    folder: Path = tmp_path_factory.mktemp("bucket") / "web"
    bucket.deploy(folder, cloud.api)
    return bucket


@pytest.fixture
def guests(deployed: Bucket, cloud: LocalCloud, chromium: Browser) -> Iterator[Visitors]:
    opened = Visitors(deployed.origin, cloud.api, chromium)
    yield opened
    opened.close()


@pytest.mark.browser
def test_whom_the_host_signs_in_writes_changes_and_deletes(deployed: Bucket, guests: Visitors) -> None:
    deployed.tokens = [sign(WRITER)]
    visitor = guests.open()
    page = visitor.go("/me")
    expect(page.get_by_role("heading", level=1, name="山那边的猫")).to_be_visible()
    expect(page.get_by_role("link", name="我", exact=False).locator(".avatar").first).to_have_text("山")
    expect(page.get_by_role("button", name="切换身份")).to_have_count(0)
    visitor.check()

    page = visitor.go("/write")
    page.get_by_label("标题", exact=True).fill("从别处来")
    page.get_by_role("textbox", name="正文").fill("另一个源。")
    page.get_by_label("私密").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("仅自己可见").first).to_be_visible()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", level=1, name="山那边的猫")).to_be_visible()
    expect(page.get_by_role("link", name="从别处来")).to_have_count(0)

    page = visitor.go(f"/users/{OTHER}")
    follow = page.get_by_role("button", name="何处听雨")
    expect(follow).to_have_attribute("aria-pressed", "true")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")


@pytest.mark.browser
def test_the_host_is_asked_again_for_a_token_that_was_refused(deployed: Bucket, guests: Visitors) -> None:
    deployed.tokens, deployed.asked = [sign(WRITER, -60), sign(WRITER)], 0
    visitor = guests.open(size="phone")
    with visitor.expecting(401):
        page = visitor.go("/me")
        expect(page.get_by_role("heading", level=1, name="山那边的猫")).to_be_visible()
    assert deployed.asked >= 2
    deployed.tokens = [sign(WRITER, -60)]
    with visitor.expecting(401):
        page = visitor.go("/account")
        expect(page.get_by_role("alert").first).to_contain_text("请先登录")
        visitor.check()


@pytest.mark.browser
def test_one_refused_after_another_has_fetched_a_new_token_is_sent_again_too(
    deployed: Bucket, guests: Visitors
) -> None:
    old = sign(WRITER, 3600)
    deployed.tokens = [old, sign(WRITER, 7200)]
    refused = {
        "status": 401,
        "json": {"error": {"code": "unauthenticated", "message": "Old.", "request_id": "x"}},
        "headers": {"Access-Control-Allow-Origin": deployed.origin},
    }
    held: list[Route] = []

    def answer(route: Route) -> None:
        if not route.request.headers["authorization"].endswith(old):
            route.continue_()
            while held:
                held.pop().fulfill(**refused)
        elif route.request.url.endswith("/ledger"):
            held.append(route)
        else:
            route.fulfill(**refused)

    visitor = guests.open()
    page = visitor.go("/me")
    page.route("**/v1/account**", answer)
    with visitor.expecting(401):
        page.get_by_role("main").get_by_role("link", name="账户").click()
        expect(page.locator(".balance")).to_contain_text("¥")
        expect(page.get_by_text("还没有收入。").or_(page.locator(".entry").first)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.browser
def test_whom_the_host_does_not_know_is_a_guest(deployed: Bucket, guests: Visitors) -> None:
    deployed.tokens = [None]
    visitor = guests.open()
    page = visitor.go("/users/1")
    page.get_by_role("button", name="关注 林小满").click()
    expect(page.locator(".toast.bad")).to_have_text("登录之后才能这样做。")
    page = visitor.go("/write")
    expect(page.get_by_text("登录之后才能这样做。")).to_be_visible()
    expect(page.get_by_role("button", name="切换身份")).to_have_count(0)
    visitor.check()
    expect(visitor.go("/").locator(".card").first).to_be_visible()
