"""What one may do with people and with what is one's own: block and unblock, a new name, an article deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Size, Visitor, Visitors

AUTHOR = 6


def block(page: Page) -> None:
    page.get_by_role("button", name="拉黑", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="拉黑", exact=True).click()
    expect(page.get_by_text("你已拉黑对方")).to_be_visible()


def comes_back(visitor: Visitor, path: str) -> Page:
    """To the page of somebody who hides from them."""
    with visitor.expecting(404):
        return visitor.go(path)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "one", "other", "name"), [("desktop", 8, 12, "Newcomer 小白"), ("phone", 2, 6, "Ingrid Moe")]
)
def test_a_block_hides_both_until_it_is_taken_back(
    size: Size, one: int, other: int, name: str, visitors: Visitors
) -> None:
    visitor = visitors.open(one, size)
    page = visitor.go(f"/users/{other}")
    block(page)
    visitor.check()
    page = comes_back(visitor, f"/users/{other}")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.get_by_text("你已拉黑对方")).to_be_visible()
    visitor.check()
    their = comes_back(visitors.open(other, size), f"/users/{one}")
    expect(their.get_by_role("heading", level=1, name="没有这个人")).to_be_visible()

    page.get_by_role("button", name="解除拉黑").click()
    expect(page.get_by_role("button", name=f"关注 {name}")).to_be_visible()
    block(page)
    page = visitor.go("/blocks")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    visitor.check()
    page.get_by_role("button", name="解除拉黑").click()
    expect(page.get_by_text("还没有人。")).to_be_visible()
    expect(visitor.go(f"/users/{other}").get_by_role("button", name=f"关注 {name}")).to_be_visible()


@pytest.mark.browser
def test_a_new_name_shows_at_once_and_to_everybody(visitors: Visitors) -> None:
    visitor = visitors.open(12, "phone")
    page = visitor.go("/profile")
    name = page.get_by_label("昵称")
    expect(name).to_have_value("Newcomer 小白")
    name.fill("长" * 21)
    expect(page.get_by_text("21 字，最多 20 字")).to_be_visible()
    with visitor.expecting(400):
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".toast.bad")).to_be_visible()
    visitor.check()
    name.fill("熟客小白")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1, name="熟客小白")).to_be_visible()
    own = page.get_by_role("navigation", name="主要导航").locator(".avatar")
    expect(own).to_have_text("熟")
    page = visitor.go("/me")
    expect(own).to_have_text("熟")

    page = visitors.open(5).go("/me")
    page.get_by_role("button", name="切换身份").click()
    choice = page.get_by_role("button", name="熟客小白")
    expect(choice.locator(".avatar")).to_have_text("熟")
    expect(page.get_by_role("button", name="Newcomer 小白")).to_have_count(0)


@pytest.mark.browser
def test_a_deleted_article_is_gone(visitors: Visitors) -> None:
    visitor = visitors.open(AUTHOR)
    page = visitor.go("/write")
    page.get_by_label("标题", exact=True).fill("要删的")
    page.get_by_role("textbox", name="正文").fill("写错了。")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="要删的")).to_be_visible()
    address = page.url.removeprefix(visitor.site)

    page.get_by_role("button", name="删除").click()
    visitor.check()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", level=1, name="Ingrid Moe")).to_be_visible()
    expect(page.get_by_role("link", name="要删的")).to_have_count(0)
    page = comes_back(visitor, address)
    expect(page.get_by_role("heading", level=1, name="这篇文章不在了")).to_be_visible()
