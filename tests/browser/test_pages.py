"""Every page, for a person and for a guest: axe finds nothing serious, nothing is too wide, nobody else is asked."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from commands.local_cloud import LocalCloud
from tests.browser.conftest import first_article
from tests.browser.visitor import Size, Visitors

READER, AUTHOR = 3, 1
PATHS = (
    "/ /recommended /hot /trending /search?q=茶 /search?q=zzzz /search /write /articles/{id} /articles/{id}/likers "
    "/users/{author} /users/{author}/followers /users/{author}/following /notifications /collections /account /profile "
    "/blocks /me /nowhere"
).split()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("person", "size", "language", "scheme"),
    [
        (READER, "desktop", "zh-CN", "light"),
        (READER, "phone", "en-US", "dark"),
        (0, "phone", "zh-CN", "light"),
        (0, "desktop", "en-GB", "dark"),
    ],
)
def test_every_page(
    person: int,
    size: Size,
    language: str,
    scheme: Literal["light", "dark"],
    cloud: LocalCloud,
    visitors: Visitors,
) -> None:
    article = first_article(cloud, AUTHOR)
    visitor = visitors.open(person, size, language=language, scheme=scheme)
    for path in PATHS:
        page = visitor.go(path.format(id=article, author=AUTHOR))
        expect(page.locator(".skeleton")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh-CN" else "en")
        visitor.check()


@pytest.mark.browser
def test_the_keyboard_reaches_everything_and_the_focus_follows(visitors: Visitors) -> None:
    visitor = visitors.open(READER)
    page = visitor.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    for _ in range(5):  # four tabs, then the first title
        page.keyboard.press("Tab")
    title = page.locator(".card h2 a").first
    expect(title).to_be_focused()
    words = title.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    expect(page).to_have_title(f"{words} · feed")

    page.get_by_role("button", name="打赏").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="打赏")).to_be_focused()


@pytest.mark.browser
def test_the_language_and_the_person_can_be_changed_and_stay(visitors: Visitors) -> None:
    visitor = visitors.open(READER, "phone")
    page = visitor.go("/me")
    expect(page.get_by_role("heading", level=1, name="周砚")).to_be_visible()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Switch person").click()
    visitor.check()
    page.get_by_role("button", name="Ada Whitcombe").click()
    expect(page.get_by_role("link", name="Following")).to_be_visible()
    page = visitor.go("/me")
    expect(page.get_by_role("heading", level=1, name="Ada Whitcombe")).to_be_visible()
    page.get_by_role("button", name="Switch person").click()
    page.get_by_role("button", name="Guest").click()
    expect(page.get_by_text("looking around as a guest")).to_be_visible()
    expect(page.locator(".card").first).to_be_visible()
