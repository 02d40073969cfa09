"""What the editor sends: a few clean elements, whatever the browser made of the author's keys and buttons."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitors

AUTHOR = 5


@pytest.mark.browser
def test_what_is_sent_is_clean(visitors: Visitors) -> None:
    page = visitors.open(AUTHOR).go("/write")
    text = page.get_by_role("textbox", name="正文")

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    def type_line(words: str) -> None:
        page.keyboard.type(words)
        page.keyboard.press("Enter")

    page.get_by_label("标题", exact=True).fill("样子")
    text.click()
    press("小标题")
    type_line("开头")
    page.keyboard.type("先 ")
    press("粗体")
    page.keyboard.type("重")
    press("粗体")
    type_line(" 后轻")
    press("引用")
    type_line("别人的话")
    press("引用")
    type_line("自己的话")
    press("列表")
    type_line("甲")
    type_line("乙")
    page.keyboard.press("Enter")
    press("链接")
    page.get_by_label("链接的网址").fill("https://example.com/?a=1&b=2")
    press("确定")
    expect(text.locator("a")).to_have_count(1)

    with page.expect_request("**/v1/articles") as sent:
        press("发布")
    link = "https://example.com/?a=1&amp;b=2"
    assert json.loads(sent.value.post_data)["html"] == (
        "<h2>开头</h2><p>先 <b>重</b> 后轻</p><blockquote>别人的话</blockquote><p>自己的话</p>"
        f'<ul><li>甲</li><li>乙</li></ul><p><a href="{link}">{link}</a></p>'
    )
    expect(page.locator(".prose h2")).to_have_text("开头")


@pytest.mark.browser
def test_what_is_pasted_is_text(visitors: Visitors) -> None:
    page = visitors.open(AUTHOR).go("/write")
    text = page.get_by_role("textbox", name="正文")
    text.click()
    text.evaluate(
        """(area) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/html", "<h1 style='color:red'>大</h1><img src=x onerror=alert(1)>");
            clipboardData.setData("text/plain", "大字 <b>");
            area.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }"""
    )
    expect(text).to_have_text("大字 <b>")
    assert text.locator("h1, img, b").count() == 0
